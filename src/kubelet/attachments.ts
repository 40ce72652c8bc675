/**
 * Volumes that one node at a time may have: those of claims that are ReadWriteOnce or ReadWriteOncePod alone. A pod
 * on another node waits in ContainerCreating until the last pod that has it is gone. Mirrors
 * volume/attachdetach/reconciler/reconciler.go and volume/util IsMultiAttachAllowed (v1.37.2).
 *
 * Left out: claims without an object are taken to be shared; binding and provisioning (each claim has its volume);
 * the time that attaching and detaching take; detaching by force after 6 minutes; nodes that a volume is bound to.
 */
import { asArray, asRecord, asString } from "../apiserver/json.ts";
import { podName } from "../apiserver/events/pod-events.ts";
import type { Store } from "../apiserver/store.ts";

/** Rows of the pods that have a volume, all on one node. */
interface Holding {
  readonly node: number;
  readonly rows: readonly number[];
}

export interface SavedAttachments {
  /** By `namespace/claim`. */
  readonly held: readonly (readonly [string, Holding])[];
  /** Rows of pods that wait, in the order in which they began to. */
  readonly waiting: readonly number[];
}

const NONE: readonly number[] = [];

export class Attachments {
  readonly #store: Store;
  readonly #held: Map<string, Holding>;
  readonly #waiting: Set<number>;
  /** Of a pod template, by its source: templates do not change. */
  readonly #claims = new Map<number, readonly string[]>();

  constructor(store: Store, saved?: SavedAttachments) {
    this.#store = store;
    this.#held = new Map(saved?.held);
    this.#waiting = new Set(saved?.waiting);
  }

  /** The pod has its volumes now (undefined), or waits: for what, in the controller's words. */
  attach(row: number): string | undefined {
    const all = this.#claimsOf(row);
    if (all.length === 0) return undefined;
    const claims = all.filter((claim) => this.#isExclusive(claim));
    const node = this.#store.pods.columns.node[row]!;
    const taken = claims.find((claim) => (this.#held.get(claim)?.node ?? node) !== node);
    if (taken !== undefined) {
      this.#waiting.add(row);
      return this.#waitsFor(taken);
    }
    this.#waiting.delete(row);
    for (const claim of claims) {
      const rows = this.#held.get(claim)?.rows ?? [];
      this.#held.set(claim, { node, rows: [...rows, row] });
    }
    return undefined;
  }

  /** Whether the pod still waits: it may have been tried since it was told that a volume is free. */
  waits(row: number): boolean {
    return this.#waiting.has(row);
  }

  /** The pod is gone. Rows of the pods that wait for a volume that is free now. */
  release(row: number): readonly number[] {
    const claims = this.#claimsOf(row);
    if (claims.length === 0) return NONE;
    this.#waiting.delete(row);
    const freed = new Set<string>();
    for (const claim of claims) {
      const holding = this.#held.get(claim);
      if (holding?.rows.includes(row) !== true) continue;
      const rows = holding.rows.filter((each) => each !== row);
      if (rows.length > 0) this.#held.set(claim, { ...holding, rows });
      else if (this.#held.delete(claim)) freed.add(claim);
    }
    if (freed.size === 0) return NONE;
    return [...this.#waiting].filter((other) =>
      this.#claimsOf(other).some((claim) => freed.has(claim)),
    );
  }

  save(): SavedAttachments {
    return { held: [...this.#held], waiting: [...this.#waiting] };
  }

  #claimsOf(row: number): readonly string[] {
    const source = this.#store.pods.columns.source[row]!;
    const known = this.#claims.get(source);
    if (known !== undefined) return known;
    const { namespace, spec } = this.#store.registry.sources[source]!;
    const claims = asArray(spec["volumes"]).flatMap((volume) => {
      const claim = asRecord(asRecord(volume)["persistentVolumeClaim"])["claimName"];
      return typeof claim === "string" ? [`${namespace}/${claim}`] : [];
    });
    this.#claims.set(source, claims);
    return claims;
  }

  #isExclusive(claim: string): boolean {
    const object = this.#store.get("persistentvolumeclaims", claim);
    const modes = asArray(asRecord(object?.["spec"])["accessModes"]);
    return modes.length > 0 && modes.every((mode) => asString(mode).startsWith("ReadWriteOnce"));
  }

  #waitsFor(claim: string): string {
    const object = this.#store.get("persistentvolumeclaims", claim);
    const given = asRecord(object?.["spec"])["volumeName"];
    const volume = typeof given === "string" ? given : `pvc-${object?.metadata.uid ?? ""}`;
    const users = this.#held.get(claim)!.rows.map((row) => podName(this.#store, row));
    return (
      `Waiting for detach for volume "${volume}" Volume is already used by pod(s) ` +
      users.join(", ")
    );
  }
}
