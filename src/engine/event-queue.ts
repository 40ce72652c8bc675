/**
 * The future: events ordered by (time, rank, sequence).
 *
 * A timing wheel of several levels: level 0 has a slot for each of 1024 ms, level 1 one for each of 1024 times
 * 1024 ms, and so on. An event lies at the level of the highest digit (to base 1024) in which its time differs
 * from that of the event taken last. When the slots of a level are used up, the next one above is dealt out
 * below, in order. So all events of one instant lie in one slot, in the order in which they came.
 *
 * Events are kept in columns, chained by index: nothing is allocated for one.
 */
import type { Millis } from "../api/meta.ts";
import { AssertionFailed } from "./assert.ts";

export interface QueuedEvent {
  readonly at: Millis;
  /** Lower goes first at the same time: 0 to 3. */
  readonly rank: number;
  readonly kind: number;
  readonly subject: number;
}

/** Plain data: what is still to come, in order: by instant, by rank, then kind and subject in turn. */
export interface SavedQueue {
  readonly times: readonly Millis[];
  readonly instants: readonly (readonly (readonly number[])[])[];
}

const RANKS = 4;
const BITS = 10;
const SLOTS = 1 << BITS;
const LEVELS = 5;
/** Events are before this time: in 35,000 years. */
const HORIZON = 2 ** (BITS * LEVELS);
const NONE = -1;

/** What an instant's events are found by: level 0 has a chain for each rank, the others one for all. */
interface Level {
  /** ms that a slot stands for. */
  readonly span: number;
  readonly chains: number;
  readonly heads: Int32Array;
  readonly tails: Int32Array;
  /** A bit for each slot that is not empty. */
  readonly used: Int32Array;
}

interface Next {
  readonly at: Millis;
  readonly rank: number;
}

export class EventQueue {
  /** The time of the event taken last. */
  #now: Millis = 0;
  readonly #levels: readonly Level[] = Array.from({ length: LEVELS }, (_, level) =>
    newLevel(level),
  );
  #times = new Float64Array(64);
  /** rank, kind, subject, and the index of the one after it in its chain. */
  #ranks = new Uint8Array(64);
  #kinds = new Int32Array(64);
  #subjects = new Int32Array(64);
  #after = new Int32Array(64);
  /** Indexes so far, and the first of those that are free again. */
  #indexes = 0;
  #free = NONE;
  #size = 0;
  #next: Next | undefined;

  get size(): number {
    return this.#size;
  }

  /** `at` is not before the event taken last. */
  push(at: Millis, rank: number, kind: number, subject: number): void {
    if (!(at >= this.#now && at < HORIZON)) refuse(`an event at ${at} ms, now ${this.#now} ms`);
    if (!(rank >= 0 && rank < RANKS)) refuse(`rank ${rank}`);
    const index = this.#take();
    this.#times[index] = at;
    this.#ranks[index] = rank;
    this.#kinds[index] = kind;
    this.#subjects[index] = subject;
    this.#chain(index);
    this.#size++;
    const next = this.#next;
    if (next === undefined) return;
    if (at < next.at || (at === next.at && rank < next.rank)) this.#next = { at, rank };
  }

  nextTime(): Millis | undefined {
    return this.#peek()?.at;
  }

  /** The rank of the event that `pop` would take. */
  nextRank(): number | undefined {
    return this.#peek()?.rank;
  }

  pop(): QueuedEvent | undefined {
    const next = this.#peek();
    if (next === undefined) return undefined;
    while (!this.#isDealt(next.at)) this.#deal();
    this.#now = next.at;
    const level = this.#levels[0]!;
    const slot = next.at % SLOTS;
    const chain = slot * RANKS + next.rank;
    const index = level.heads[chain]!;
    const after = this.#after[index]!;
    level.heads[chain] = after;
    this.#size--;
    if (after === NONE) this.#next = this.#nextInSlot(slot, next);
    this.#release(index);
    const { at, rank } = next;
    return { at, rank, kind: this.#kinds[index]!, subject: this.#subjects[index]! };
  }

  save(): SavedQueue {
    const instants = new Map<Millis, number[][]>();
    for (const level of this.#levels) {
      for (const head of level.heads) {
        for (let index = head; index !== NONE; index = this.#after[index]!) {
          const at = this.#times[index]!;
          const instant = instants.get(at) ?? [];
          instants.set(at, instant);
          while (instant.length <= this.#ranks[index]!) instant.push([]);
          instant[this.#ranks[index]!]!.push(this.#kinds[index]!, this.#subjects[index]!);
        }
      }
    }
    const times = [...instants.keys()].toSorted((a, b) => a - b);
    return { times, instants: times.map((at) => instants.get(at)!) };
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

  #peek(): Next | undefined {
    if (this.#next === undefined && this.#size > 0) this.#next = this.#search();
    return this.#next;
  }

  /** The earliest event: in the first slot that is used, of the lowest level that has one. */
  #search(): Next {
    for (const level of this.#levels) {
      const slot = firstUsed(level.used, digit(this.#now, level.span));
      if (slot === NONE) continue;
      let next: Next = { at: Infinity, rank: 0 };
      for (let chain = slot * level.chains; chain < (slot + 1) * level.chains; chain++) {
        for (let i = level.heads[chain]!; i !== NONE; i = this.#after[i]!) {
          const [at, rank] = [this.#times[i]!, this.#ranks[i]!];
          if (at < next.at || (at === next.at && rank < next.rank)) next = { at, rank };
          if (level.chains > 1) return next; // one instant, the lowest rank first
        }
      }
      return next;
    }
    throw new Error("unreachable: events, but no slot in use");
  }

  /** What comes next in a slot of level 0 when one rank's chain has ended; undefined where that was the last. */
  #nextInSlot(slot: number, { at, rank }: Next): Next | undefined {
    const level = this.#levels[0]!;
    for (let later = rank + 1; later < RANKS; later++) {
      if (level.heads[slot * RANKS + later] !== NONE) return { at, rank: later };
    }
    level.used[slot >> 5]! &= ~(1 << (slot & 31));
    return undefined;
  }

  #isDealt(at: Millis): boolean {
    return Math.floor(at / SLOTS) === Math.floor(this.#now / SLOTS);
  }

  /** Deals out the first slot in use above level 0. */
  #deal(): void {
    for (let up = 1; up < LEVELS; up++) {
      const level = this.#levels[up]!;
      const slot = firstUsed(level.used, digit(this.#now, level.span));
      if (slot === NONE) continue;
      const whole = level.span * SLOTS;
      this.#now = Math.floor(this.#now / whole) * whole + slot * level.span;
      let index = level.heads[slot]!;
      level.heads[slot] = NONE;
      level.used[slot >> 5]! &= ~(1 << (slot & 31));
      while (index !== NONE) {
        const after = this.#after[index]!;
        this.#chain(index);
        index = after;
      }
      return;
    }
  }

  /** Puts an event at the end of the chain that it belongs to. */
  #chain(index: number): void {
    const at = this.#times[index]!;
    let up = 0;
    while (Math.floor(at / spans[up + 1]!) !== Math.floor(this.#now / spans[up + 1]!)) up++;
    const level = this.#levels[up]!;
    const slot = digit(at, level.span);
    const chain = up === 0 ? slot * RANKS + this.#ranks[index]! : slot;
    this.#after[index] = NONE;
    if (level.heads[chain] === NONE) level.heads[chain] = index;
    else this.#after[level.tails[chain]!] = index;
    level.tails[chain] = index;
    level.used[slot >> 5]! |= 1 << (slot & 31);
  }

  #take(): number {
    const free = this.#free;
    if (free !== NONE) {
      this.#free = this.#after[free]!;
      return free;
    }
    if (this.#indexes === this.#kinds.length) this.#grow();
    return this.#indexes++;
  }

  #release(index: number): void {
    this.#after[index] = this.#free;
    this.#free = index;
  }

  #grow(): void {
    const length = this.#indexes * 2;
    const larger = <T extends { set(from: T): void }>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    this.#times = larger(new Float64Array(length), this.#times);
    this.#ranks = larger(new Uint8Array(length), this.#ranks);
    this.#kinds = larger(new Int32Array(length), this.#kinds);
    this.#subjects = larger(new Int32Array(length), this.#subjects);
    this.#after = larger(new Int32Array(length), this.#after);
  }
}

/** Apart, as a message is only made where it is needed: this is the hot path. */
function refuse(message: string): never {
  throw new AssertionFailed(message);
}

/** ms of a slot by level, and of the whole. */
const spans = Array.from({ length: LEVELS + 1 }, (_, level) => 2 ** (BITS * level));

function newLevel(level: number): Level {
  const chains = level === 0 ? RANKS : 1;
  return {
    span: spans[level]!,
    chains,
    heads: new Int32Array(SLOTS * chains).fill(NONE),
    tails: new Int32Array(SLOTS * chains),
    used: new Int32Array(SLOTS / 32),
  };
}

function digit(at: Millis, span: number): number {
  return Math.floor(at / span) % SLOTS;
}

/** The first slot in use from `from` on. */
function firstUsed(used: Int32Array, from: number): number {
  let bits = used[from >> 5]! & (-1 << (from & 31));
  for (let word = from >> 5; ; bits = used[word]!) {
    if (bits !== 0) return word * 32 + 31 - Math.clz32(bits & -bits);
    if (++word === used.length) return NONE;
  }
}
