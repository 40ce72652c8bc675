/**
 * The namespace controller: empties a namespace that is being deleted, pods first, and takes it away when nothing
 * is left. Mirrors pkg/controller/namespace (v1.37.2). It begins 5 s after the deletion, and comes back 5 s after
 * each status of its own (that is a change of the namespace, too); otherwise after half of what it guesses that
 * the rest takes, and a second: the longest grace period of a pod that is left, or 15 s.
 */
import type { KubeObject, Millis } from "../../api/meta.ts";
import { deleteWithDependents } from "../../apiserver/garbage-collection.ts";
import { asRecord, asString } from "../../apiserver/json.ts";
import { kindOfResource } from "../../apiserver/kinds.ts";
import { contentOf, isTerminating, podsOf } from "../../apiserver/namespace-deletion.ts";
import type { Store } from "../../apiserver/store.ts";
import { withConditions, type Remains } from "./conditions.ts";

const NAMESPACES = "namespaces";
const DELAY_MS = 5000;
/** Guessed for what finalizers hold. */
const FINALIZER_SECONDS = 15;

export interface SavedNamespaceController {
  /** UID and name of every namespace that was deleted, by the number of its timers. */
  readonly deleted: readonly (readonly [string, string])[];
}

export interface NamespaceWorld {
  readonly store: Store;
  /** Calls `act` with this number after so many ms. */
  readonly later: (delay: Millis, subject: number) => void;
}

export class NamespaceController {
  readonly #store: Store;
  readonly #later: NamespaceWorld["later"];
  readonly #deleted: (readonly [string, string])[];
  #changed = false;

  constructor({ store, later }: NamespaceWorld, saved?: SavedNamespaceController) {
    this.#store = store;
    this.#later = later;
    this.#deleted = [...(saved?.deleted ?? [])];
    store.listen({
      object: ({ resource }) => {
        if (resource === NAMESPACES) this.#changed = true;
      },
    });
  }

  /** Notes namespaces whose deletion somebody has asked for. */
  settled(): void {
    if (!this.#changed) return;
    this.#changed = false;
    for (const namespace of this.#store.all(NAMESPACES)) {
      const { uid = "", name } = namespace.metadata;
      if (!isTerminating(namespace) || this.#deleted.some(([known]) => known === uid)) continue;
      this.#deleted.push([uid, name]);
      this.#later(DELAY_MS, this.#deleted.length - 1);
    }
  }

  act(subject: number): void {
    const [uid = "", name = ""] = this.#deleted[subject] ?? [];
    const namespace = this.#store.get(NAMESPACES, name);
    if (namespace === undefined || (namespace.metadata.uid ?? "") !== uid) return;
    const pods = podsOf(this.#store, name);
    const guess = this.#graceOf(pods, namespace);
    for (const row of pods) this.#store.deletePod(row);
    if (podsOf(this.#store, name).length > 0) {
      // What remains of pods is not told of: the controller gives up before it counts.
      this.#comeBack(namespace, { content: [], finalizers: [] }, guess, subject);
      return;
    }
    // Owners take what they own with them, so each object is looked up again.
    for (const { resource, key } of contentOf(this.#store, name)) {
      const object = this.#store.get(resource, key);
      if (object !== undefined) deleteWithDependents(this.#store, resource, object);
    }
    const remains = this.#remains(name);
    if (remains.content.length > 0) {
      this.#comeBack(namespace, remains, FINALIZER_SECONDS, subject);
    } else this.#store.delete(NAMESPACES, namespace);
  }

  save(): SavedNamespaceController {
    return { deleted: [...this.#deleted] };
  }

  #comeBack(namespace: KubeObject, remains: Remains, guess: number, subject: number): void {
    const now = this.#store.wallClockMs;
    const next = withConditions(namespace, remains, now);
    if (next !== namespace) this.#store.replace(NAMESPACES, next);
    const delay = next === namespace ? (Math.floor(guess / 2) + 1) * 1000 : DELAY_MS;
    this.#later(delay, subject);
  }

  /** Seconds; 15 once the namespace has been on its way for longer than the longest grace period. */
  #graceOf(rows: readonly number[], { metadata }: KubeObject): number {
    const { pods, registry, wallClockMs } = this.#store;
    const graces = rows
      .filter((row) => !pods.isTerminal(row))
      .map((row) => registry.sources[pods.columns.source[row]!]!.graceSeconds);
    const longest = Math.max(0, ...graces);
    const since = (wallClockMs - Date.parse(asString(metadata.deletionTimestamp))) / 1000;
    return since < longest ? longest : FINALIZER_SECONDS;
  }

  #remains(namespace: string): Remains {
    const left = contentOf(this.#store, namespace);
    const finalizers = left.flatMap(({ resource, key }) => {
      const object = this.#store.get(resource, key);
      const { finalizers: held = [] } = asRecord(object?.metadata);
      return held as readonly string[];
    });
    const content = left.map(({ resource }) => {
      const kind = kindOfResource(resource);
      return `${kind?.resource ?? resource}.${kind?.group ?? ""}`;
    });
    return { content, finalizers };
  }
}
