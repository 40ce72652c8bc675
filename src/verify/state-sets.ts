/** Sets of numbered states, each kept once, as bits: a set is known by its own number. */
import { assert } from "../engine/assert.ts";

/** Words are kept in pieces of so many. */
const CHUNK = 2 ** 16;
/** Two numbers of sets make one key. */
const MOST = 2 ** 26;
/** Answers of `union` that are kept; a new one takes the place of an older one. */
const ANSWERS = 2 ** 20;

/** The set of no states. */
export const EMPTY = 0;

export class StateSets {
  readonly #chunks = [new Uint32Array(CHUNK)];
  #filled = 0;
  /** By set: where its words begin in all chunks, how many they are, and their hash. */
  readonly #starts: number[] = [];
  readonly #lengths: number[] = [];
  readonly #hashes: number[] = [];
  /** Sets by hash; 1 is added to each, 0 is a free place. */
  #table = new Int32Array(1024);
  #unionKeys: Float64Array | undefined;
  #unions = new Int32Array(0);
  #bits = new Uint32Array(128);

  constructor() {
    this.ofBits(this.#bits);
  }

  get count(): number {
    return this.#starts.length;
  }

  of(states: Iterable<number>): number {
    let bits: Uint32Array = new Uint32Array(16);
    for (const id of states) bits = withBit(bits, id);
    return this.ofBits(bits);
  }

  ofBits(bits: Uint32Array): number {
    let { length } = bits;
    while (length > 0 && bits[length - 1] === 0) length--;
    const hash = hashOf(bits, length);
    const last = this.#table.length - 1;
    for (let place = hash & last; ; place = (place + 1) & last) {
      const set = this.#table[place]! - 1;
      if (set < 0) return this.#add(bits, length, hash);
      if (this.#hashes[set] === hash && this.#isSame(set, bits, length)) return set;
    }
  }

  /** A view: not to be written to. */
  bitsOf(set: number): Uint32Array {
    const start = this.#starts[set]! % CHUNK;
    return this.#chunkOf(set).subarray(start, start + this.#lengths[set]!);
  }

  /** Words of 32 states that it takes. */
  wordsIn(set: number): number {
    return this.#lengths[set]!;
  }

  members(set: number): number[] {
    return membersOf(this.bitsOf(set));
  }

  union(set: number, other: number): number {
    if (set === other || other === EMPTY) return set;
    if (set === EMPTY) return other;
    const key = Math.min(set, other) * MOST + Math.max(set, other);
    const mixed = Math.imul(Math.min(set, other), 0x9e3779b1) ^ Math.imul(key % MOST, 0x85ebca6b);
    const place = (mixed ^ (mixed >>> 15)) & (ANSWERS - 1);
    if (this.#unionKeys === undefined) {
      this.#unionKeys = new Float64Array(ANSWERS);
      this.#unions = new Int32Array(ANSWERS);
    }
    if (this.#unionKeys[place] === key) return this.#unions[place]!;
    const found = this.#unite(set, other);
    this.#unionKeys[place] = key;
    this.#unions[place] = found;
    return found;
  }

  /** Its states that are in none of the others. */
  without(set: number, others: readonly number[]): number {
    if (others.includes(set)) return EMPTY;
    const length = this.#lengths[set]!;
    const [chunk, start] = [this.#chunkOf(set), this.#starts[set]! % CHUNK];
    const bits = this.#cleared(length);
    for (let k = 0; k < length; k++) bits[k] = chunk[start + k]!;
    for (const other of others) {
      const [taken, from] = [this.#chunkOf(other), this.#starts[other]! % CHUNK];
      const common = Math.min(length, this.#lengths[other]!);
      for (let k = 0; k < common; k++) bits[k]! &= ~taken[from + k]!;
    }
    return this.ofBits(bits);
  }

  #unite(set: number, other: number): number {
    const isLonger = this.#lengths[set]! >= this.#lengths[other]!;
    const [longer, shorter] = isLonger ? [set, other] : [other, set];
    const [one, two] = [this.#chunkOf(longer), this.#chunkOf(shorter)];
    const [from, to] = [this.#starts[longer]! % CHUNK, this.#starts[shorter]! % CHUNK];
    const [length, common] = [this.#lengths[longer]!, this.#lengths[shorter]!];
    const bits = this.#cleared(length);
    for (let k = 0; k < common; k++) bits[k] = one[from + k]! | two[to + k]!;
    for (let k = common; k < length; k++) bits[k] = one[from + k]!;
    return this.ofBits(bits);
  }

  #chunkOf(set: number): Uint32Array {
    return this.#chunks[Math.floor(this.#starts[set]! / CHUNK)]!;
  }

  /** Room for so many words, to be filled; those after them are 0. */
  #cleared(length: number): Uint32Array {
    if (this.#bits.length < length) this.#bits = new Uint32Array(length * 2);
    else this.#bits.fill(0, length);
    return this.#bits;
  }

  #isSame(set: number, bits: Uint32Array, length: number): boolean {
    if (this.#lengths[set] !== length) return false;
    const chunk = this.#chunkOf(set);
    const start = this.#starts[set]! % CHUNK;
    for (let k = 0; k < length; k++) if (chunk[start + k] !== bits[k]) return false;
    return true;
  }

  #add(bits: Uint32Array, length: number, hash: number): number {
    if (this.#filled + length > CHUNK) {
      this.#chunks.push(new Uint32Array(CHUNK));
      this.#filled = 0;
    }
    const chunk = this.#chunks.at(-1)!;
    for (let k = 0; k < length; k++) chunk[this.#filled + k] = bits[k]!;
    const set = this.#starts.push((this.#chunks.length - 1) * CHUNK + this.#filled) - 1;
    this.#filled += length;
    this.#lengths.push(length);
    this.#hashes.push(hash);
    if (this.count * 2 > this.#table.length) {
      assert(this.count < MOST, "too many sets of states for their numbers");
      this.#table = new Int32Array(this.#table.length * 4);
      this.#hashes.forEach((of, k) => this.#enter(of, k));
    } else this.#enter(hash, set);
    return set;
  }

  #enter(hash: number, set: number): void {
    const last = this.#table.length - 1;
    let place = hash & last;
    while (this.#table[place] !== 0) place = (place + 1) & last;
    this.#table[place] = set + 1;
  }
}

function hashOf(bits: Uint32Array, length: number): number {
  let hash = length;
  for (let k = 0; k < length; k++) {
    hash = Math.imul(hash ^ bits[k]!, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash;
}

/** The same array, or a longer one with the same bits. */
export function withBit(bits: Uint32Array, id: number): Uint32Array {
  let room = bits;
  if (id >>> 5 >= bits.length) {
    room = new Uint32Array(2 * ((id >>> 5) + 1));
    room.set(bits);
  }
  room[id >>> 5]! |= 1 << (id & 31);
  return room;
}

export function hasBit(bits: Uint32Array, id: number): boolean {
  return ((bits[id >>> 5] ?? 0) & (1 << (id & 31))) !== 0;
}

/** The places of the bits that are set, in order. */
export function membersOf(bits: Uint32Array): number[] {
  const found: number[] = [];
  for (let k = 0; k < bits.length; k++) {
    for (let rest = bits[k]!; rest !== 0; rest &= rest - 1) {
      found.push(k * 32 + 31 - Math.clz32(rest & -rest));
    }
  }
  return found;
}
