/**
 * What happened that makes events, in the order in which it happened, kept as small as it can be until
 * somebody asks for events: a number per change of a pod, and the events that controllers recorded.
 *
 * At most a quarter of a million changes are kept; of more, the oldest are forgotten, and what was recorded among
 * them, as events are in a cluster after an hour.
 */
import type { Millis } from "../../api/meta.ts";
import type { EventEntry } from "../../api/trace.ts";
import { assert } from "../../engine/assert.ts";

/** What happened to a pod; the row is the pod's. For `recorded` it is the number of a recorded event. */
export const Happened = {
  recorded: 0,
  scheduled: 1,
  unschedulable: 2,
  started: 3,
  pullFailed: 4,
  pullBackedOff: 5,
  backedOff: 6,
  evicted: 7,
  deleting: 8,
  /** Gone without having been asked to stop. */
  removed: 9,
  nodeNotReady: 10,
  pulling: 11,
} as const;
export type HappenedCode = (typeof Happened)[keyof typeof Happened];

export interface RecordedEntry {
  readonly entry: EventEntry;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** Why a pod fitted nowhere. */
export interface NodesSeen {
  readonly nodes: number;
  /** Each with the number of nodes that have it. */
  readonly reasons: readonly (readonly [string, number])[];
  /** Nodes on which it would not help to take other pods away. */
  readonly helpless: number;
  /** Whether others are asked to stop for it, or its policy does not let it ask. Absent: it would not help. */
  readonly preemption?: "others stop" | "never";
}

/** What events need to know of the nodes and their agents. */
export interface NodeAgents {
  nodesSeen(row: number): NodesSeen;
  pullOf(row: number): "works" | "fails";
}

interface Chunk {
  readonly items: Int32Array;
  length: number;
  readonly startMs: Millis;
  /** Number of the first recorded event that it, or a later one, can name. */
  readonly firstRecorded: number;
}

export interface SavedEventLog {
  readonly chunks: readonly Chunk[];
  /** Number of the first of `recorded`. */
  readonly firstRecorded: number;
  readonly recorded: readonly RecordedEntry[];
  readonly nodesSeen: readonly (readonly [number, NodesSeen])[];
  readonly lastMs: Millis;
}

export type LogReader = (at: Millis, what: HappenedCode, row: number) => void;

const CODES = 16;
const CHUNK = 1 << 17;
const FIRST_CHUNK = 1 << 10;

/** A copy. Items that went through JSON come back as an object with their places as keys. */
function itemsOf({ items, length }: Chunk): Int32Array {
  return ArrayBuffer.isView(items)
    ? items.slice()
    : Int32Array.from({ ...(items as object), length });
}

export class EventLog {
  /** One or two; the older is forgotten when a third begins. */
  #chunks: Chunk[];
  #recorded: RecordedEntry[];
  #firstRecorded: number;
  #lastMs: Millis;
  /** By row of pods that fitted nowhere. */
  readonly nodesSeen: Map<number, NodesSeen>;

  constructor(saved?: SavedEventLog) {
    this.#chunks = saved?.chunks.map((chunk) => ({ ...chunk, items: itemsOf(chunk) })) ?? [];
    this.#recorded = [...(saved?.recorded ?? [])];
    this.#firstRecorded = saved?.firstRecorded ?? 0;
    this.#lastMs = saved?.lastMs ?? 0;
    this.nodesSeen = new Map(saved?.nodesSeen);
  }

  save(): SavedEventLog {
    return {
      chunks: this.#chunks.map((chunk) => ({
        ...chunk,
        items: chunk.items.slice(0, chunk.length),
      })),
      firstRecorded: this.#firstRecorded,
      recorded: [...this.#recorded],
      nodesSeen: [...this.nodesSeen],
      lastMs: this.#lastMs,
    };
  }

  note(at: Millis, what: HappenedCode, row: number): void {
    if (at !== this.#lastMs && this.#chunks.length > 0) this.#push(this.#lastMs - at, at);
    this.#lastMs = at;
    this.#push(row * CODES + what, at);
  }

  noteRecorded(at: Millis, recorded: RecordedEntry): void {
    this.note(at, Happened.recorded, this.#nextRecorded);
    this.#recorded.push(recorded);
  }

  recorded(number: number): RecordedEntry {
    return this.#recorded[number - this.#firstRecorded]!;
  }

  get #nextRecorded(): number {
    return this.#firstRecorded + this.#recorded.length;
  }

  /** Hands over all that was noted, oldest first, and forgets it once it was read. */
  drain(read: LogReader): void {
    for (const { items, length, startMs } of this.#chunks) {
      let at = startMs;
      for (let i = 0; i < length; i++) {
        const item = items[i]!;
        if (item < 0) at -= item;
        else read(at, (item % CODES) as HappenedCode, Math.floor(item / CODES));
      }
    }
    this.#chunks = [];
    this.#recorded = [];
    this.#firstRecorded = 0;
  }

  /** Those before this number. */
  #forgetRecorded(number: number): void {
    this.#recorded.splice(0, number - this.#firstRecorded);
    this.#firstRecorded = number;
  }

  #push(item: number, at: Millis): void {
    assert(item <= 0x7fff_ffff, `a log of ${item}`);
    let chunk = this.#chunks.at(-1);
    if (chunk === undefined || chunk.length === CHUNK) {
      const firstRecorded = this.#nextRecorded;
      chunk = { items: new Int32Array(FIRST_CHUNK), length: 0, startMs: at, firstRecorded };
      this.#chunks = [...this.#chunks.slice(-1), chunk];
      this.#forgetRecorded(this.#chunks[0]!.firstRecorded);
      if (item < 0) return; // The chunk begins at that time.
    }
    if (chunk.length === chunk.items.length) {
      const items = new Int32Array(chunk.items.length * 2);
      items.set(chunk.items);
      chunk = { ...chunk, items };
      this.#chunks[this.#chunks.length - 1] = chunk;
    }
    chunk.items[chunk.length++] = item;
  }
}
