/**
 * The future: events ordered by (time, rank, sequence).
 *
 * Rollouts put thousands of events on the same instant, so an instant is the unit: a heap holds the
 * distinct times, and each instant has one first-in-first-out lane per rank, which is what makes the
 * sequence. An event is two small integers, so that nothing is allocated for it.
 */
import type { Millis } from "../api/meta.ts";

export interface QueuedEvent {
  readonly at: Millis;
  /** Lower goes first at the same time. */
  readonly rank: number;
  readonly kind: number;
  readonly subject: number;
}

interface Lane {
  /** kind, subject, kind, subject, ... */
  readonly items: number[];
  head: number;
}

/** One instant: a lane per rank. */
type Instant = (Lane | undefined)[];

/** Plain data: what is still to come, in order. */
export interface SavedQueue {
  readonly times: readonly Millis[];
  readonly instants: readonly (readonly (readonly number[])[])[];
}

export class EventQueue {
  readonly #instants = new Map<Millis, Instant>();
  readonly #times: Millis[] = []; // binary heap of the keys of #instants
  #size = 0;
  /** Where the last event was put: the next one often goes there too. */
  #last: { readonly at: Millis; readonly instant: Instant } | undefined;

  get size(): number {
    return this.#size;
  }

  push(at: Millis, rank: number, kind: number, subject: number): void {
    const instant = this.#last?.at === at ? this.#last.instant : this.#instantAt(at);
    let lane = instant[rank];
    if (lane === undefined) {
      while (instant.length < rank) instant.push(undefined);
      lane = { items: [], head: 0 };
      instant[rank] = lane;
    }
    lane.items.push(kind, subject);
    this.#size++;
  }

  #instantAt(at: Millis): Instant {
    let instant = this.#instants.get(at);
    if (instant === undefined) {
      instant = [];
      this.#instants.set(at, instant);
      pushTime(this.#times, at);
    }
    this.#last = { at, instant };
    return instant;
  }

  nextTime(): Millis | undefined {
    return this.#times[0];
  }

  /** The rank of the event that `pop` would take. */
  nextRank(): number | undefined {
    const at = this.#times[0];
    return at === undefined ? undefined : firstRank(this.#instants.get(at)!);
  }

  pop(): QueuedEvent | undefined {
    const at = this.#times[0];
    if (at === undefined) return undefined;
    const instant = this.#instants.get(at)!;
    const rank = firstRank(instant)!;
    const lane = instant[rank]!;
    const { items, head } = lane;
    lane.head += 2;
    this.#size--;
    if (lane.head === items.length && firstRank(instant) === undefined) {
      this.#instants.delete(at);
      if (this.#last?.at === at) this.#last = undefined;
      popTime(this.#times);
    }
    return { at, rank, kind: items[head]!, subject: items[head + 1]! };
  }

  save(): SavedQueue {
    const times = [...this.#instants.keys()].toSorted((a, b) => a - b);
    const rest = (lane: Lane | undefined): number[] => lane?.items.slice(lane.head) ?? [];
    return {
      times,
      instants: times.map((at) => Array.from(this.#instants.get(at)!, rest)),
    };
  }

  static restore(saved: SavedQueue): EventQueue {
    const queue = new EventQueue();
    saved.times.forEach((at, i) => {
      saved.instants[i]!.forEach((items, rank) => {
        for (let j = 0; j < items.length; j += 2) queue.push(at, rank, items[j]!, items[j + 1]!);
      });
    });
    return queue;
  }
}

/** The first lane with events left; undefined where none has. */
function firstRank(instant: Instant): number | undefined {
  for (let rank = 0; rank < instant.length; rank++) {
    const lane = instant[rank];
    if (lane !== undefined && lane.head < lane.items.length) return rank;
  }
  return undefined;
}

function pushTime(heap: Millis[], at: Millis): void {
  let i = heap.length;
  heap.push(at);
  while (i > 0) {
    const parent = (i - 1) >> 1;
    if (heap[parent]! <= at) break;
    heap[i] = heap[parent]!;
    i = parent;
  }
  heap[i] = at;
}

function popTime(heap: Millis[]): void {
  const last = heap.pop()!;
  if (heap.length === 0) return;
  let i = 0;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++;
    if (heap[child]! >= last) break;
    heap[i] = heap[child]!;
    i = child;
  }
  heap[i] = last;
}
