/**
 * Keys that wait in a delaying work queue: each has one time, the earliest that was asked for; what is asked for
 * later is dropped. Mirrors client-go/util/workqueue/delaying_queue.go, insert (v0.37.2).
 */
import type { Millis } from "../api/meta.ts";

export type SavedWaitingKeys = readonly (readonly [string, Millis])[];

export class WaitingKeys {
  readonly #due: Map<string, Millis>;

  constructor(saved: SavedWaitingKeys = []) {
    this.#due = new Map(saved);
  }

  /** Whether a timer is needed for it: no earlier one is set. */
  ask(id: string, at: Millis): boolean {
    if ((this.#due.get(id) ?? Infinity) <= at) return false;
    this.#due.set(id, at);
    return true;
  }

  /** Whether the timer that goes off is the one that counts: one that was set for later may follow it. */
  take(id: string, now: Millis): boolean {
    // Timers go off in whole ms.
    if ((this.#due.get(id) ?? Infinity) >= now + 1) return false;
    this.#due.delete(id);
    return true;
  }

  save(): SavedWaitingKeys {
    return [...this.#due];
  }
}
