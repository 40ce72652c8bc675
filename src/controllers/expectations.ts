/**
 * What a ReplicaSet's controller has asked for and not yet seen: creations by number, deletions by pod.
 * While any is open, it neither creates nor deletes. Mirrors controller_utils.go
 * UIDTrackingControllerExpectations.
 */
import type { Millis } from "../api/meta.ts";

/** Expectations that nothing has met for so long are given up. */
const TIMEOUT_MS = 5 * 60_000;

interface Expectation {
  creations: number;
  deletions: number;
  since: Millis;
}

export interface SavedExpectations {
  readonly open: readonly (readonly [string, Expectation])[];
  readonly rows: readonly (readonly [string, readonly number[]])[];
}

export class Expectations {
  readonly #open = new Map<string, Expectation>();
  /** Rows of the pods whose deletion is awaited; outlives the numbers, as upstream. */
  readonly #rows = new Map<string, Set<number>>();

  constructor(saved: SavedExpectations = { open: [], rows: [] }) {
    for (const [key, expectation] of saved.open) this.#open.set(key, { ...expectation });
    for (const [key, rows] of saved.rows) this.#rows.set(key, new Set(rows));
  }

  expectCreations(key: string, count: number, now: Millis): void {
    this.#open.set(key, { creations: count, deletions: 0, since: now });
  }

  expectDeletions(key: string, rows: readonly number[], now: Millis): void {
    this.#rows.set(key, new Set(rows));
    this.#open.set(key, { creations: 0, deletions: rows.length, since: now });
  }

  creationsObserved(key: string, count: number): void {
    const open = this.#open.get(key);
    if (open !== undefined) open.creations -= count;
  }

  deletionObserved(key: string, row: number): void {
    if (this.#rows.get(key)?.delete(row) !== true) return;
    const open = this.#open.get(key);
    if (open !== undefined) open.deletions--;
  }

  forget(key: string): void {
    this.#open.delete(key);
    this.#rows.delete(key);
  }

  /** What is still awaited; undefined where the controller may act. */
  awaited(key: string, now: Millis): { creations: number; deletions: number } | undefined {
    const open = this.#open.get(key);
    if (open === undefined || now - open.since > TIMEOUT_MS) return undefined;
    if (open.creations <= 0 && open.deletions <= 0) return undefined;
    return { creations: open.creations, deletions: open.deletions };
  }

  save(): SavedExpectations {
    return {
      open: [...this.#open].map(([key, expectation]) => [key, { ...expectation }]),
      rows: [...this.#rows].map(([key, rows]) => [key, [...rows]]),
    };
  }
}
