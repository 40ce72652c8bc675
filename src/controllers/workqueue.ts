/**
 * The queue of keys that a controller works off: first in, first out, each key once; a key that is being
 * worked on waits until that is done. Failures are tried again after 5 ms, 10 ms, 20 ms ... up to 1000 s,
 * counted per key until it is forgotten.
 * Mirrors client-go/util/workqueue with the per-item part of its default rate limiter.
 */
import type { Millis } from "../api/meta.ts";

const BASE_MS = 5;
const LONGEST_MS = 1_000_000;

export interface SavedWorkQueue {
  readonly keys: readonly string[];
  readonly failures: readonly (readonly [string, number])[];
  readonly processing: readonly string[];
  readonly dirty: readonly string[];
}

const EMPTY: SavedWorkQueue = { keys: [], failures: [], processing: [], dirty: [] };

export class WorkQueue {
  // A Set keeps the order of insertion, and a key once.
  readonly #keys: Set<string>;
  readonly #failures: Map<string, number>;
  readonly #processing: Set<string>;
  /** Added while they were being worked on. */
  readonly #dirty: Set<string>;

  constructor(saved: SavedWorkQueue = EMPTY) {
    this.#keys = new Set(saved.keys);
    this.#failures = new Map(saved.failures);
    this.#processing = new Set(saved.processing);
    this.#dirty = new Set(saved.dirty);
  }

  /** Keys that wait to be taken. */
  get length(): number {
    return this.#keys.size;
  }

  add(key: string): void {
    if (this.#processing.has(key)) this.#dirty.add(key);
    else this.#keys.add(key);
  }

  /** The next key, or the one `place` places behind it; it is being worked on until `done`. */
  take(place = 0): string | undefined {
    let ahead = place;
    for (const key of this.#keys) {
      if (ahead-- > 0) continue;
      this.#keys.delete(key);
      this.#processing.add(key);
      return key;
    }
    return undefined;
  }

  done(key: string): void {
    this.#processing.delete(key);
    if (this.#dirty.delete(key)) this.#keys.add(key);
  }

  /** How long a key has to wait after one more failure; counts it. */
  backOff(key: string): Millis {
    const failures = this.failures(key);
    this.#failures.set(key, failures + 1);
    return Math.min(BASE_MS * 2 ** failures, LONGEST_MS);
  }

  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }

  save(): SavedWorkQueue {
    return {
      keys: [...this.#keys],
      failures: [...this.#failures],
      processing: [...this.#processing],
      dirty: [...this.#dirty],
    };
  }
}
