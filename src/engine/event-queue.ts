/**
 * The future: events ordered by (time, rank, sequence).
 *
 * A timing wheel of several levels: level 0 has a slot for each of 1024 ms, level 1 one for each of 1024 times
 * 1024 ms, and so on. An event lies at the lowest level whose slots reach its time. When the slots of a level are
 * used up, the next one above is dealt out below, in order. So all events of one instant lie in one slot, in the
 * order in which they came.
 *
 * A slot's events lie in blocks of one buffer, chained where one is not enough: nothing is allocated for an event,
 * and those that are taken one after the other lie side by side in memory.
 */
import type { Millis } from "../api/meta.ts";
import { AssertionFailed } from "./assert.ts";

export interface QueuedEvent {
  readonly at: Millis;
  /** Lower goes first at the same time: 0 to 3. */
  readonly rank: number;
  /** 0 to 2 ** 29 - 1. */
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

/** Numbers of an event: its time (low and high half), kind and rank in one, subject. */
const FIELDS = 4;
/** Numbers of a block: of eight events. */
const BLOCK = 8 * FIELDS;
const HALF = 2 ** 32;

/** A chain is where its first and last events begin in the buffer. Level 0 has one for each rank of a slot. */
interface Level {
  /** ms that a slot stands for. */
  readonly span: number;
  readonly heads: Int32Array;
  readonly tails: Int32Array;
  /** A bit for each slot that is not empty. */
  readonly used: Int32Array;
  /** The time at which its first slot begins, and at which its last one ends. */
  start: Millis;
  end: Millis;
}

export class EventQueue {
  /** The time of the event taken last. */
  #now: Millis = 0;
  readonly #levels: readonly Level[] = Array.from({ length: LEVELS }, (_, up) => newLevel(up));
  #buffer = new Int32Array(8 * BLOCK);
  /** By block: the one after it in its chain, or among those that are free. */
  #links = new Int32Array(8);
  /** Blocks so far, and the first of those that are free again. */
  #blocks = 0;
  #free = NONE;
  #size = 0;
  /** When the next event is due, and its rank; NONE: to be looked for. */
  #nextAt: Millis = NONE;
  #nextRank = 0;
  readonly #taken = { at: 0, rank: 0, kind: 0, subject: 0 };

  get size(): number {
    return this.#size;
  }

  /** `at` is not before the event taken last. */
  push(at: Millis, rank: number, kind: number, subject: number): void {
    if (!(at >= this.#now && at < HORIZON)) refuse(`an event at ${at} ms, now ${this.#now} ms`);
    if (!(rank >= 0 && rank < RANKS)) refuse(`rank ${rank}`);
    this.#append(at, kind * RANKS + rank, subject);
    this.#size++;
    if (this.#nextAt === NONE) return;
    if (at < this.#nextAt || (at === this.#nextAt && rank < this.#nextRank)) this.#expect(at, rank);
  }

  nextTime(): Millis | undefined {
    if (this.#size === 0) return undefined;
    if (this.#nextAt === NONE) this.#search();
    return this.#nextAt;
  }

  /** The rank of the event that `pop` would take. */
  nextRank(): number | undefined {
    return this.nextTime() === undefined ? undefined : this.#nextRank;
  }

  /** The next event; the object is used again for the one after it. */
  pop(): QueuedEvent | undefined {
    const at = this.nextTime();
    if (at === undefined) return undefined;
    const level = this.#levels[0]!;
    while (at >= level.end) this.#deal();
    this.#now = at;
    const slot = at - level.start;
    const rank = this.#nextRank;
    const place = this.#shift(level, slot * RANKS + rank);
    if (level.heads[slot * RANKS + rank] === NONE) this.#endOfRank(level, slot, rank);
    this.#size--;
    const taken = this.#taken;
    taken.at = at;
    taken.rank = rank;
    taken.kind = this.#buffer[place + 2]! >> 2;
    taken.subject = this.#buffer[place + 3]!;
    return taken;
  }

  save(): SavedQueue {
    const instants = new Map<Millis, number[][]>();
    for (const { heads, tails } of this.#levels) {
      for (const [chain, head] of heads.entries()) {
        for (let place = head; place !== NONE; place = this.#after(place, tails[chain]!)) {
          const at = this.#timeOf(place);
          const instant = instants.get(at) ?? [];
          instants.set(at, instant);
          const [what, subject] = [this.#buffer[place + 2]!, this.#buffer[place + 3]!];
          while (instant.length <= what % RANKS) instant.push([]);
          instant[what % RANKS]!.push(what >> 2, subject);
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

  #expect(at: Millis, rank: number): void {
    this.#nextAt = at;
    this.#nextRank = rank;
  }

  /** The earliest event: in the first slot that is used, of the lowest level that has one. */
  #search(): void {
    for (const level of this.#levels) {
      const slot = firstUsed(level, this.#now);
      if (slot === NONE) continue;
      if (level.span === 1) {
        let rank = 0;
        while (level.heads[slot * RANKS + rank] === NONE) rank++;
        return this.#expect(level.start + slot, rank);
      }
      let [first, rank] = [Infinity, 0];
      const tail = level.tails[slot]!;
      for (let place = level.heads[slot]!; place !== NONE; place = this.#after(place, tail)) {
        const at = this.#timeOf(place);
        const own = this.#buffer[place + 2]! % RANKS;
        if (at < first || (at === first && own < rank)) [first, rank] = [at, own];
      }
      return this.#expect(first, rank);
    }
  }

  /** What comes next in a slot of level 0 when one rank's chain has ended. */
  #endOfRank(level: Level, slot: number, rank: number): void {
    for (let later = rank + 1; later < RANKS; later++) {
      if (level.heads[slot * RANKS + later] !== NONE) return this.#expect(this.#nextAt, later);
    }
    level.used[slot >> 5]! &= ~(1 << (slot & 31));
    this.#nextAt = NONE;
  }

  /** Deals out the first slot in use above level 0. */
  #deal(): void {
    for (let up = 1; up < LEVELS; up++) {
      const level = this.#levels[up]!;
      const slot = firstUsed(level, this.#now);
      if (slot === NONE) continue;
      this.#now = level.start + slot * level.span;
      for (let below = 0; below < up; below++) moveTo(this.#levels[below]!, this.#now);
      level.used[slot >> 5]! &= ~(1 << (slot & 31));
      while (level.heads[slot] !== NONE) {
        const place = this.#shift(level, slot);
        this.#append(this.#timeOf(place), this.#buffer[place + 2]!, this.#buffer[place + 3]!);
      }
      return;
    }
  }

  /** Puts an event at the end of the chain that it belongs to. */
  #append(at: Millis, what: number, subject: number): void {
    let up = 0;
    while (at >= this.#levels[up]!.end) up++;
    const level = this.#levels[up]!;
    const slot = Math.floor((at - level.start) / level.span);
    const chain = up === 0 ? slot * RANKS + (what % RANKS) : slot;
    const place = this.#extend(level, chain);
    level.used[slot >> 5]! |= 1 << (slot & 31);
    const buffer = this.#buffer;
    buffer[place] = at % HALF;
    buffer[place + 1] = Math.floor(at / HALF);
    buffer[place + 2] = what;
    buffer[place + 3] = subject;
  }

  #timeOf(place: number): Millis {
    return this.#buffer[place + 1]! * HALF + (this.#buffer[place]! >>> 0);
  }

  /** The place for one more event at the end of a chain. */
  #extend({ heads, tails }: Level, chain: number): number {
    let place: number;
    if (heads[chain] === NONE) {
      place = this.#takeBlock() * BLOCK;
      heads[chain] = place;
    } else {
      const tail = tails[chain]!;
      place = tail + FIELDS;
      if (place % BLOCK === 0) {
        const block = this.#takeBlock();
        this.#links[Math.floor(tail / BLOCK)] = block;
        place = block * BLOCK;
      }
    }
    tails[chain] = place;
    return place;
  }

  /** Takes the first event out of a chain; it can be read until another one is put somewhere. */
  #shift({ heads, tails }: Level, chain: number): number {
    const place = heads[chain]!;
    const after = this.#after(place, tails[chain]!);
    heads[chain] = after;
    const isLastOfBlock = (place + FIELDS) % BLOCK === 0;
    if (after === NONE || isLastOfBlock) this.#releaseBlock(Math.floor(place / BLOCK));
    return place;
  }

  #after(place: number, tail: number): number {
    if (place === tail) return NONE;
    const next = place + FIELDS;
    return next % BLOCK === 0 ? this.#links[Math.floor(place / BLOCK)]! * BLOCK : next;
  }

  #takeBlock(): number {
    const free = this.#free;
    if (free !== NONE) {
      this.#free = this.#links[free]!;
      return free;
    }
    if (this.#blocks === this.#links.length) this.#grow();
    return this.#blocks++;
  }

  #releaseBlock(block: number): void {
    this.#links[block] = this.#free;
    this.#free = block;
  }

  #grow(): void {
    this.#buffer = twiceAsLong(this.#buffer);
    this.#links = twiceAsLong(this.#links);
  }
}

/** Apart, as a message is only made where it is needed: this is the hot path. */
function refuse(message: string): never {
  throw new AssertionFailed(message);
}

function newLevel(up: number): Level {
  const chains = up === 0 ? RANKS : 1;
  const span = 2 ** (BITS * up);
  return {
    span,
    heads: new Int32Array(SLOTS * chains).fill(NONE),
    tails: new Int32Array(SLOTS * chains),
    used: new Int32Array(SLOTS / 32),
    start: 0,
    end: span * SLOTS,
  };
}

function twiceAsLong(from: Int32Array) {
  const to = new Int32Array(from.length * 2);
  to.set(from);
  return to;
}

function moveTo(level: Level, start: Millis): void {
  level.start = start;
  level.end = start + level.span * SLOTS;
}

/** The first slot in use, from that of `now` on. */
function firstUsed({ used, start, span }: Level, now: Millis): number {
  const from = Math.floor((now - start) / span);
  let bits = used[from >> 5]! & (-1 << (from & 31));
  for (let word = from >> 5; ; bits = used[word]!) {
    if (bits !== 0) return word * 32 + 31 - Math.clz32(bits & -bits);
    if (++word === used.length) return NONE;
  }
}
