import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AssertionFailed } from "../../src/engine/assert.ts";
import { EventQueue, type QueuedEvent } from "../../src/engine/event-queue.ts";
import { runs } from "../support/seed.ts";

/** The queue as one would write it first: a list that is sorted when it is read; sorting is stable. */
class SortedList {
  #events: QueuedEvent[] = [];

  push(at: number, rank: number, kind: number, subject: number): void {
    this.#events.push({ at, rank, kind, subject });
  }

  get next(): QueuedEvent | undefined {
    return this.#events.toSorted((a, b) => a.at - b.at || a.rank - b.rank)[0];
  }

  pop(): QueuedEvent | undefined {
    this.#events = this.#events.toSorted((a, b) => a.at - b.at || a.rank - b.rank);
    return this.#events.shift();
  }

  get size(): number {
    return this.#events.length;
  }
}

/** Pushes so many ms after the event taken last, with a rank, so often. */
type Operation = { readonly push: readonly [number, number, number] } | "pop" | "save and restore";

const later = fc.oneof(
  { weight: 4, arbitrary: fc.nat(6) },
  { weight: 2, arbitrary: fc.nat(5000) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(1023, 1024, 1025, 2 ** 20 - 1, 2 ** 20, 2 ** 31, 2 ** 41),
  },
);

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(later, fc.nat(3), fc.constantFrom(1, 1, 1, 1, 1, 30))
      .map((push) => ({ push })),
  },
  { weight: 3, arbitrary: fc.constant<Operation>("pop") },
  { weight: 1, arbitrary: fc.constant<Operation>("save and restore") },
);

describe("the queue of events", () => {
  test("gives events in order of time, then rank, then as they were put in", () => {
    const queue = new EventQueue();
    queue.push(20, 0, 1, 1);
    queue.push(10, 2, 2, 2);
    queue.push(10, 1, 3, 3);
    queue.push(10, 2, 4, 4);
    const order = Array.from({ length: 5 }, () => queue.pop()?.subject);
    expect(order).toEqual([3, 2, 4, 1, undefined]);
  });

  test("agrees with a sorted list under any pushes, pops, saves and restores", () => {
    const property = fc.property(fc.array(operation, { maxLength: 120 }), (operations) => {
      let queue = new EventQueue();
      const list = new SortedList();
      let now = 0;
      for (const [subject, step] of operations.entries()) {
        if (step === "pop") {
          const popped = list.pop();
          expect(queue.pop()).toEqual(popped);
          now = popped?.at ?? now;
        } else if (step === "save and restore") {
          queue = EventQueue.restore(JSON.parse(JSON.stringify(queue.save())));
        } else {
          const [wait, rank, times] = step.push;
          for (let kind = 0; kind < times; kind++) {
            queue.push(now + wait, rank, kind, subject);
            list.push(now + wait, rank, kind, subject);
          }
        }
        expect([queue.size, queue.nextTime(), queue.nextRank()]).toEqual([
          list.size,
          list.next?.at,
          list.next?.rank,
        ]);
      }
      while (list.size > 0) expect(queue.pop()).toEqual(list.pop());
      expect(queue.pop()).toBeUndefined();
    });
    fc.assert(property, runs(300));
  });

  test("saves by time, in whatever order events were put in", () => {
    const saved = [
      [9000, 8999, 8998],
      [8998, 9000, 8999],
    ].map((times) => {
      const queue = new EventQueue();
      for (const at of times) queue.push(at, 0, 1, at);
      return queue.save();
    });
    expect(saved[0]!.times).toEqual([8998, 8999, 9000]);
    expect(saved[1]).toEqual(saved[0]);
  });

  test("tells time and rank of the next event without taking it", () => {
    const queue = new EventQueue();
    expect([queue.nextTime(), queue.nextRank()]).toEqual([undefined, undefined]);
    queue.push(5, 2, 0, 0);
    queue.push(5, 1, 0, 0);
    expect([queue.nextTime(), queue.nextRank(), queue.size]).toEqual([5, 1, 2]);
  });

  test("finds the lowest rank of an instant that is far away", () => {
    const queue = new EventQueue();
    queue.push(1, 0, 0, 0);
    for (const rank of [2, 1, 3]) queue.push(600_000, rank, 0, rank);
    queue.pop();
    expect([queue.nextTime(), queue.nextRank(), queue.pop()?.subject]).toEqual([600_000, 1, 1]);
  });

  test("takes an event for the instant that is just being worked off", () => {
    const queue = new EventQueue();
    queue.push(5, 1, 0, 1);
    queue.pop();
    queue.push(6, 0, 0, 2);
    queue.push(5, 0, 0, 3);
    expect([queue.pop()?.subject, queue.pop()?.subject]).toEqual([3, 2]);
  });

  test("takes an event before one that is far away, though that was looked at already", () => {
    const queue = new EventQueue();
    queue.push(600_000, 0, 0, 1);
    expect(queue.nextTime()).toBe(600_000);
    queue.push(5000, 0, 0, 2);
    expect([queue.nextTime(), queue.pop()?.subject, queue.pop()?.subject]).toEqual([5000, 2, 1]);
  });

  test.each([
    [4, 0],
    [2 ** 50, 0],
    [10, 4],
    [10, -1],
  ])(
    "refuses an event at %d ms with rank %d: it is past, too far away, or of no rank",
    (at, rank) => {
      const queue = new EventQueue();
      queue.push(5, 0, 0, 0);
      queue.pop();
      expect(() => queue.push(at, rank, 0, 0)).toThrow(AssertionFailed);
    },
  );

  test("saves what is left of a lane, not what was taken from it", () => {
    const queue = new EventQueue();
    for (const subject of [1, 2, 3]) queue.push(5, 1, 0, subject);
    queue.pop();
    expect(EventQueue.restore(queue.save()).pop()?.subject).toBe(2);
    expect(queue.save()).toEqual({ times: [5], instants: [[[], [0, 2, 0, 3]]] });
  });
});
