/**
 * Who names whom as an owner, and what waits for its dependents to go, kept as objects come and go. Pods are found by
 * their rows instead (garbage-collection.ts).
 */
import type { KubeObject } from "../api/meta.ts";
import { compareText } from "../api/order.ts";

export const FOREGROUND = "foregroundDeletion";

export interface Place {
  readonly resource: string;
  /** `namespace/name`, or a name. */
  readonly key: string;
}

export class Ownership {
  readonly #dependents = new Map<string, Map<string, Place>>();
  readonly #inForeground = new Map<string, Place>();
  /** Whether anything ever had a pod for an owner: only then does a pod that goes take something along. */
  podsOwn = false;

  /** `before` and `now` are undefined where the object is new, or gone. */
  note(place: Place, before: KubeObject | undefined, now: KubeObject | undefined): void {
    const id = `${place.resource}\n${place.key}`;
    if (now !== undefined && isInForeground(now)) this.#inForeground.set(id, place);
    else if (this.#inForeground.size > 0) this.#inForeground.delete(id);
    const old = before?.metadata.ownerReferences ?? NONE;
    const references = now?.metadata.ownerReferences ?? NONE;
    if (old === references) return;
    for (const { uid } of old) this.#remove(uid, id);
    for (const { uid, kind } of references) {
      const known = this.#dependents.get(uid);
      if (known === undefined) this.#dependents.set(uid, new Map([[id, place]]));
      else known.set(id, place);
      this.podsOwn ||= kind === "Pod";
    }
  }

  /** In order of resource, then key. */
  dependentsOf(uid: string): readonly Place[] {
    const found = this.#dependents.get(uid);
    return found === undefined ? [] : [...found.values()].toSorted(byPlace);
  }

  /** What is under deletion in the foreground; the innermost first, as far as names tell: ReplicaSets, Deployments. */
  inForeground(): readonly Place[] {
    return [...this.#inForeground.values()].toSorted(
      (a, b) => compareText(b.resource, a.resource) || compareText(a.key, b.key),
    );
  }

  #remove(uid: string, id: string): void {
    const known = this.#dependents.get(uid);
    known?.delete(id);
    if (known?.size === 0) this.#dependents.delete(uid);
  }
}

const NONE: readonly never[] = [];

export function isInForeground({ metadata }: KubeObject): boolean {
  return (
    metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(FOREGROUND) === true
  );
}

function byPlace(a: Place, b: Place): number {
  return compareText(a.resource, b.resource) || compareText(a.key, b.key);
}
