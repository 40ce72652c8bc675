/** What is to happen besides new requests, by time, then in order of being planned. */
import type { Micros } from "./options.ts";

export interface Planned<T> {
  readonly at: Micros;
  readonly turn: number;
  readonly what: T;
}

/** `heap` as it stands. */
export interface SavedAgenda<T> {
  readonly heap: readonly Planned<T>[];
  readonly turn: number;
}

export class Agenda<T> {
  readonly #heap: Planned<T>[];
  #turn: number;

  constructor(saved?: SavedAgenda<T>) {
    this.#heap = [...(saved?.heap ?? [])];
    this.#turn = saved?.turn ?? 0;
  }

  get nextAt(): Micros {
    return this.#heap[0]?.at ?? Infinity;
  }

  plan(at: Micros, what: T): void {
    const heap = this.#heap;
    const item = { at, turn: this.#turn++, what };
    let i = heap.length;
    heap.push(item);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (isBefore(heap[parent]!, item)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = item;
  }

  take(): Planned<T> {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (isBefore(last, heap[child]!)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
    return first;
  }

  /** In no order. */
  get planned(): readonly Planned<T>[] {
    return this.#heap;
  }

  save(): SavedAgenda<T> {
    return { heap: [...this.#heap], turn: this.#turn };
  }
}

function isBefore<T>(a: Planned<T>, b: Planned<T>): boolean {
  return a.at < b.at || (a.at === b.at && a.turn < b.turn);
}
