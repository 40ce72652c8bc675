/**
 * `node .build/test/bench/kernel.js`: the event queue under the hold model (take the next event, put one back
 * a while later) with N events pending, beside a binary heap of objects ordered by time, rank and sequence,
 * which is how most kernels keep them. Fresh processes in turn; prints medians in ns per hold and the ratio.
 * Both must take the same events in the same order: their checksums are compared.
 */
import { fileURLToPath } from "node:url";
import { EventQueue, type QueuedEvent } from "../../src/engine/event-queue.ts";
import { inOwnProcess, interleaved, median, printTable } from "./statistics.ts";

const SIZES = [100, 10_000, 1_000_000];
const HOLDS = 500_000;
const REPETITIONS = 3;
/** Delays are drawn up to this, ms: a minute. */
const LONGEST = 60_000;

interface Queue {
  push(at: number, rank: number, kind: number, subject: number): void;
  pop(): QueuedEvent | undefined;
}

interface HeapEvent extends QueuedEvent {
  readonly sequence: number;
}

class ObjectHeap implements Queue {
  readonly #heap: HeapEvent[] = [];
  #sequence = 0;

  push(at: number, rank: number, kind: number, subject: number): void {
    const heap = this.#heap;
    const event = { at, rank, kind, subject, sequence: this.#sequence++ };
    let i = heap.length;
    heap.push(event);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (isBefore(heap[parent]!, event)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = event;
  }

  pop(): QueuedEvent | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
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
}

function isBefore(a: HeapEvent, b: HeapEvent): boolean {
  return a.at - b.at < 0 || (a.at === b.at && (a.rank - b.rank || a.sequence - b.sequence) < 0);
}

/** The same numbers for both (xorshift, 32 bits). */
function draws(): () => number {
  let state = 2463534242;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

function hold(queue: Queue, size: number, holds: number): { ns: number; checksum: number } {
  const draw = draws();
  for (let i = 0; i < size; i++) queue.push(draw() % LONGEST, draw() % 3, 0, i);
  let checksum = 0;
  const start = process.hrtime.bigint();
  for (let i = 0; i < holds; i++) {
    const { at, subject } = queue.pop()!;
    checksum = (Math.imul(checksum, 31) + subject) | 0;
    queue.push(at + (draw() % LONGEST), draw() % 3, 0, subject);
  }
  return { ns: Number(process.hrtime.bigint() - start) / holds, checksum };
}

type Kind = "rollsim" | "heap";

function make(kind: string): Queue {
  return kind === "rollsim" ? new EventQueue() : new ObjectHeap();
}

function main(args: readonly string[]): void {
  const [flag, kind = "", size = "0"] = args;
  if (flag === "--once") {
    hold(make(kind), 1000, 200_000); // warm-up
    process.stdout.write(JSON.stringify(hold(make(kind), Number(size), HOLDS)));
    return;
  }
  const script = fileURLToPath(import.meta.url);
  const cases = SIZES.flatMap((pending) =>
    (["rollsim", "heap"] as const).map((who): { pending: number; who: Kind } => ({ pending, who })),
  );
  const runs = interleaved(cases, REPETITIONS, ({ pending, who }) =>
    inOwnProcess<{ ns: number; checksum: number }>(script, ["--once", who, String(pending)]),
  );
  const rows = SIZES.map((pending, at) => {
    const [own, heap] = [runs[2 * at]!, runs[2 * at + 1]!];
    if (own[0]!.checksum !== heap[0]!.checksum) throw new Error("the queues took different events");
    const [ours, theirs] = [median(own.map((run) => run.ns)), median(heap.map((run) => run.ns))];
    return [String(pending), ours.toFixed(0), theirs.toFixed(0), (theirs / ours).toFixed(2)];
  });
  printTable(["pending", "rollsim ns", "heap ns", "ratio"], rows);
}

main(process.argv.slice(2));
