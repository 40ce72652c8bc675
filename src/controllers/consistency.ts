/**
 * Read-your-writes: the ReplicaSet controller does not act on caches that are older than what it wrote last
 * for the same ReplicaSet. Mirrors util/consistency (feature StaleControllerConsistencyReplicaSet, on since
 * 1.36). Deletions are not recorded, as upstream.
 */
export interface LastWrite {
  readonly uid: string;
  /** resourceVersions; 0: none. */
  readonly pods: number;
  readonly replicaSet: number;
}

export type SavedConsistency = readonly (readonly [string, LastWrite])[];

export class ConsistencyStore {
  readonly #writes: Map<string, LastWrite>;

  constructor(saved: SavedConsistency = []) {
    this.#writes = new Map(saved);
  }

  wrote(key: string, uid: string, what: "pods" | "replicaSet", resourceVersion: number): void {
    const known = this.#writes.get(key);
    const last = known?.uid === uid ? known : { uid, pods: 0, replicaSet: 0 };
    if (resourceVersion > last[what]) this.#writes.set(key, { ...last, [what]: resourceVersion });
    else this.#writes.set(key, last);
  }

  clear(key: string, uid?: string): void {
    if (uid === undefined || this.#writes.get(key)?.uid === uid) this.#writes.delete(key);
  }

  /**
   * True where a cache has not seen the last write. A cache that has seen nothing at all (version 0) cannot
   * be compared and counts as new enough, as upstream.
   */
  isStale(key: string, seen: { readonly pods: number; readonly replicaSets: number }): boolean {
    const last = this.#writes.get(key);
    if (last === undefined) return false;
    if (seen.pods !== 0 && last.pods > seen.pods) return true;
    return seen.replicaSets !== 0 && last.replicaSet > seen.replicaSets;
  }

  save(): SavedConsistency {
    return [...this.#writes];
  }
}
