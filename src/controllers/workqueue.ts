/**
 * The queue of keys that a controller works off: first in, first out, each key once; failures are tried
 * again after 5 ms, 10 ms, 20 ms ... up to 1000 s, counted per key until it is forgotten.
 * Mirrors client-go/util/workqueue with the per-item part of its default rate limiter.
 */
import type { Millis } from "../api/meta.ts";

const BASE_MS = 5;
const LONGEST_MS = 1_000_000;

export interface SavedWorkQueue {
  readonly keys: readonly string[];
  readonly failures: readonly (readonly [string, number])[];
}

export class WorkQueue {
  // A Set keeps the order of insertion, and a key once.
  readonly #keys: Set<string>;
  readonly #failures: Map<string, number>;

  constructor(saved: SavedWorkQueue = { keys: [], failures: [] }) {
    this.#keys = new Set(saved.keys);
    this.#failures = new Map(saved.failures);
  }

  get length(): number {
    return this.#keys.size;
  }

  add(key: string): void {
    this.#keys.add(key);
  }

  take(): string | undefined {
    for (const key of this.#keys) {
      this.#keys.delete(key);
      return key;
    }
    return undefined;
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
    return { keys: [...this.#keys], failures: [...this.#failures] };
  }
}
