/**
 * The kernel: simulated time and the events to come. It knows nothing of Kubernetes. Whoever dispatches
 * an event may schedule others, at this instant or later.
 */
import type { Millis } from "../api/meta.ts";
import { assert } from "./assert.ts";
import { EventQueue, type QueuedEvent, type SavedQueue } from "./event-queue.ts";

export interface SavedSimulation {
  readonly now: Millis;
  readonly queue: SavedQueue;
}

export class Simulation {
  #now: Millis = 0;
  #queue = new EventQueue();
  readonly #dispatch: (event: QueuedEvent) => void;

  constructor(dispatch: (event: QueuedEvent) => void) {
    this.#dispatch = dispatch;
  }

  get now(): Millis {
    return this.#now;
  }

  get pending(): number {
    return this.#queue.size;
  }

  /** An event `delay` ms from now; 0 is later at this same instant. */
  schedule(delay: Millis, rank: number, kind: number, subject: number): void {
    if (!(Number.isSafeInteger(delay) && delay >= 0)) assert(false, `an event in ${delay} ms`);
    this.#queue.push(this.#now + delay, rank, kind, subject);
  }

  /** When the next event is due; undefined when there is none. */
  get nextAt(): Millis | undefined {
    return this.#queue.nextTime();
  }

  /** Takes the next event; false when there is none. */
  step(): boolean {
    const next = this.#queue.pop();
    if (next === undefined) return false;
    this.#advanceTo(next.at);
    this.#dispatch(next);
    return true;
  }

  /** Takes the next event and all others of its instant and rank, those that they schedule too. */
  stepRank(): boolean {
    const at = this.#queue.nextTime();
    const rank = this.#queue.nextRank();
    if (at === undefined) return false;
    while (this.#queue.nextTime() === at && this.#queue.nextRank() === rank) this.step();
    return true;
  }

  /** Until nothing is left to happen. */
  run(): void {
    while (this.step());
  }

  /** Everything due at or before `at`; then the clock reads `at`. */
  runUntil(at: Millis): void {
    while ((this.#queue.nextTime() ?? Infinity) <= at) this.step();
    this.#advanceTo(at);
  }

  /** Lets time pass in which nothing was to happen. */
  idleUntil(at: Millis): void {
    assert(at <= (this.#queue.nextTime() ?? Infinity), `idle past an event, until ${at} ms`);
    this.#advanceTo(at);
  }

  save(): SavedSimulation {
    return { now: this.#now, queue: this.#queue.save() };
  }

  restore(saved: SavedSimulation): void {
    this.#now = saved.now;
    this.#queue = EventQueue.restore(saved.queue);
  }

  #advanceTo(at: Millis): void {
    if (at < this.#now) assert(false, `time went back from ${this.#now} to ${at} ms`);
    this.#now = at; // the only assignment to running time
  }
}
