/**
 * The event queue under the hold model (take the next event, put one back a while later) with so many events
 * pending, beside queues of npm. All order by time, rank and sequence; flatqueue gets the three in one number.
 */
import FlatQueue from "flatqueue";
import { Heap } from "heap-js";
import TinyQueue from "tinyqueue";
import { EventQueue, type QueuedEvent } from "../../src/engine/event-queue.ts";
import type { Bench, Case, Run } from "./bench.ts";
import { cpuMs, draws } from "./statistics.ts";

const HOLDS = 500_000;
/** Delays are drawn up to this, ms: a minute. */
const LONGEST = 60_000;

interface Queue {
  push(at: number, rank: number, kind: number, subject: number): void;
  pop(): Pick<QueuedEvent, "at" | "subject"> | undefined;
}

interface HeapEvent extends QueuedEvent {
  readonly sequence: number;
}

const order = (a: HeapEvent, b: HeapEvent): number =>
  a.at - b.at || a.rank - b.rank || a.sequence - b.sequence;

function ofObjects(heap: { push(event: HeapEvent): unknown; pop(): HeapEvent | undefined }): Queue {
  let sequence = 0;
  return {
    push: (at, rank, kind, subject) => {
      heap.push({ at, rank, kind, subject, sequence: sequence++ });
    },
    pop: () => heap.pop(),
  };
}

/** Events in all. */
const SEQUENCES = 2 ** 21;

function ofNumbers(): Queue {
  const heap = new FlatQueue();
  let sequence = 0;
  return {
    push: (at, rank, _kind, subject) => {
      heap.push(subject, (at * 4 + rank) * SEQUENCES + sequence++);
    },
    pop: () => {
      const key = heap.peekValue();
      if (key === undefined) return undefined;
      return { at: Math.floor(key / (4 * SEQUENCES)), subject: heap.pop()! };
    },
  };
}

const queues: Readonly<Record<string, () => Queue>> = {
  rollsim: () => new EventQueue(),
  flatqueue: ofNumbers,
  tinyqueue: () => ofObjects(new TinyQueue<HeapEvent>([], order)),
  "heap-js": () => ofObjects(new Heap<HeapEvent>(order)),
};

function hold(queue: Queue, size: number, holds: number): Run {
  const draw = draws();
  for (let i = 0; i < size; i++) queue.push(draw() % LONGEST, draw() % 3, 0, i);
  let checksum = 0;
  const start = cpuMs();
  for (let i = 0; i < holds; i++) {
    const { at, subject } = queue.pop()!;
    checksum = (Math.imul(checksum, 31) + subject) | 0;
    queue.push(at + (draw() % LONGEST), draw() % 3, 0, subject);
  }
  return { "CPU ns a hold": ((cpuMs() - start) * 1e6) / holds, checksum };
}

export const queueBench: Bench = {
  title: "the event queue beside queues of npm",
  repetitions: 5,
  cases: [100, 10_000, 1_000_000].flatMap((size) =>
    Object.keys(queues).map((who) => ({ who, size })),
  ),
  equal: ["checksum"],
  measure({ who, size }: Case): Run {
    const make = queues[who]!;
    hold(make(), 1000, 200_000); // warm-up
    return hold(make(), size, HOLDS);
  },
};
