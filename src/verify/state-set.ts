// What a breadth-first search holds: the set of packed states seen and the queue of those to do.
// Nothing else is kept per state, so a state costs its words over the fill of the table.
import { assert } from "../engine/assert.ts";

const freeMark = "word 0 of a packed state is 0, which marks a free slot";
const firstSlots = 4096;
const largestFill = 0.8;
const growth = 1.5;
/** A power of two; the cache fits the processor's own. */
const recentStates = 1 << 13;
/** Words; a table beyond this does not fit the processor's cache. */
const largeTable = 1 << 18;
/** A large table is visited by regions that fit: a state's is what this shift leaves of its hash. */
const toRegion = 22;
const regions = 2 ** (32 - toRegion);
/** In a row, before the words of a state: its number and its slot. */
const beforeWords = 2;

/** Hears the number of a state and its first slot, and that it lies in `rows` from `at` on. */
type Visit = (k: number, slot: number, rows: Int32Array, at: number) => void;

/**
 * An insert-only set of packed states: open addressing with the states themselves in the slots, so
 * that a look-up touches one place. Word 0 of a state must not be 0: that marks a free slot.
 */
export class StateSet {
  readonly lanes: number;
  #words: Int32Array;
  #slots: number;
  #scale: number; // maps a 32-bit hash to a slot
  // Of the states being looked for together: where each lies, its hash, and copies by slot.
  #at = new Int32Array(0);
  #mixed = new Int32Array(0);
  #rows = new Int32Array(0);
  readonly #read = new Int32Array(1);
  readonly #regionEnds = new Int32Array(regions);
  readonly #recent: Int32Array;
  #size = 0;
  #room: number;

  /** `lanes`: words in a state. `expected`: states to make room for at once; more may come. */
  constructor(lanes: number, expected = 0) {
    this.lanes = lanes;
    // States come in lots of up to an eighth of those that are there; see check().
    const room = expected + Math.min(expected / 8, 1 << 19);
    this.#slots = Math.max(firstSlots, Math.ceil(room / largestFill) + 1);
    this.#scale = this.#slots / 2 ** 32;
    this.#room = Math.floor(this.#slots * largestFill);
    this.#words = new Int32Array(this.#slots * lanes);
    this.#recent = new Int32Array(recentStates * lanes);
  }

  get size(): number {
    return this.#size;
  }

  /** Slots; a state's slot is its number as long as nothing is added. */
  get slots(): number {
    return this.#slots;
  }

  /** The words of all slots; slot s begins at s * lanes and is free if its word 0 is 0. */
  get words(): Int32Array {
    return this.#words;
  }

  get bytes(): number {
    return (
      this.#words.byteLength +
      this.#recent.byteLength +
      this.#at.byteLength * 2 +
      this.#rows.byteLength
    );
  }

  /** Adds the state at `words[at]`; true if it is new. */
  add(words: Int32Array, at: number): boolean {
    assert(words[at] !== 0, freeMark);
    if (this.#size >= this.#room) this.#grow(1);
    return this.#addFrom(this.#firstSlot(words, at), words, at);
  }

  /**
   * Adds `count` states that lie one after another in `words`; the new ones go to `queue` too, in
   * order. States met a moment ago, nearly half of them, are dropped by a look into a small cache.
   * With a large table, the others are taken in the order of their slots: a look-up in a random
   * place would mostly wait for memory and for the translation of its address.
   */
  addAll(words: Int32Array, count: number, queue: StateQueue): void {
    if (this.#size + count >= this.#room) this.#grow(count);
    if (this.#at.length < count) this.#makeRoom(count);
    const { lanes } = this;
    const ats = this.#at;
    const noted = this.#mixed;
    let left = 0;
    for (let at = 0; at < count * lanes; at += lanes) {
      assert(words[at] !== 0, freeMark);
      const mixed = hash(words, at, lanes);
      if (this.#wasRecent(mixed, words, at)) continue;
      noted[left] = mixed;
      ats[left++] = at;
    }
    const isNew = noted;
    if (this.#words.length > largeTable) {
      this.#inSlotOrder(words, left, (k, slot, rows, at) => {
        isNew[k] = this.#addFrom(slot, rows, at) ? 1 : 0;
      });
    } else {
      for (let k = 0; k < left; k++) {
        isNew[k] = this.#addFrom(this.#slotOf(noted[k]!), words, ats[k]!) ? 1 : 0;
      }
    }
    for (let k = 0; k < left; k++) if (isNew[k] === 1) queue.push(words, ats[k]!);
  }

  /** Writes the slots of `count` states that lie one after another in `words`, or -1. */
  findAll(words: Int32Array, count: number, into: Int32Array): void {
    if (this.#at.length < count) this.#makeRoom(count);
    const { lanes } = this;
    for (let k = 0; k < count; k++) {
      this.#at[k] = k * lanes;
      this.#mixed[k] = hash(words, k * lanes, lanes);
    }
    this.#inSlotOrder(words, count, (k, first, rows, at) => {
      const slot = this.#slotFrom(first, rows, at);
      into[k] = this.#words[slot * lanes] === 0 ? -1 : slot;
    });
  }

  /** Visits the first `left` noted states, those of a region together. */
  #inSlotOrder(words: Int32Array, left: number, visit: Visit): void {
    this.#copyByRegion(words, left);
    const rows = this.#rows;
    const length = this.lanes + beforeWords;
    for (let at = 0, region = 0; region < regions; region++) {
      const end = this.#regionEnds[region]!;
      this.#approach(at, end);
      for (; at < end; at += length) visit(rows[at]!, rows[at + 1]!, rows, at + beforeWords);
    }
  }

  /**
   * Copies the noted states, with number and slot before each, so that those of a region lie
   * together: a list of numbers in this order would send each visit to five places in memory.
   */
  #copyByRegion(words: Int32Array, left: number): void {
    const { lanes } = this;
    const noted = this.#mixed;
    const rows = this.#rows;
    const ends = this.#regionStarts(left);
    for (let k = 0; k < left; k++) {
      const mixed = noted[k]!;
      const from = this.#at[k]!;
      let to = ends[mixed >>> toRegion]!;
      rows[to++] = k;
      rows[to++] = this.#slotOf(mixed);
      for (let lane = 0; lane < lanes; lane++) rows[to++] = words[from + lane]!;
      ends[mixed >>> toRegion] = to;
    }
  }

  /** Where the rows of each region begin. */
  #regionStarts(left: number): Int32Array {
    const noted = this.#mixed;
    const ends = this.#regionEnds.fill(0);
    for (let k = 0; k < left; k++) ends[noted[k]! >>> toRegion]!++;
    let end = 0;
    for (let region = 0; region < regions; region++) {
      const length = ends[region]! * (this.lanes + beforeWords);
      ends[region] = end;
      end += length;
    }
    return ends;
  }

  /**
   * Reads what looking for the states of these rows will need, and keeps nothing. These reads do
   * not depend on each other, so the processor waits for many at once.
   */
  #approach(from: number, end: number): void {
    const { lanes } = this;
    const table = this.#words;
    const rows = this.#rows;
    const length = lanes + beforeWords;
    let read = 0;
    for (let at = from; at < end; at += length) read ^= table[rows[at + 1]! * lanes]!;
    this.#read[0] = read; // a result that is stored cannot be optimised away
  }

  #makeRoom(count: number): void {
    this.#at = new Int32Array(count);
    this.#mixed = new Int32Array(count);
    this.#rows = new Int32Array(count * (this.lanes + beforeWords));
  }

  /** Whether this state was met a moment ago; if not, it is remembered in place of another. */
  #wasRecent(mixed: number, words: Int32Array, at: number): boolean {
    const { lanes } = this;
    const recent = this.#recent;
    const base = (mixed & (recentStates - 1)) * lanes;
    let lane = 0;
    while (lane < lanes && recent[base + lane] === words[at + lane]) lane++;
    if (lane === lanes) return true;
    for (; lane < lanes; lane++) recent[base + lane] = words[at + lane]!;
    return false;
  }

  #addFrom(first: number, words: Int32Array, at: number): boolean {
    const slot = this.#slotFrom(first, words, at);
    if (this.#words[slot * this.lanes] !== 0) return false;
    this.#store(slot, words, at);
    this.#size++;
    return true;
  }

  #firstSlot(words: Int32Array, at: number): number {
    return this.#slotOf(hash(words, at, this.lanes));
  }

  /** `mixed`: a hash, as it is or as an Int32. */
  #slotOf(mixed: number): number {
    return Math.floor((mixed >>> 0) * this.#scale);
  }

  /** The slot that holds the state, or the free one where it belongs, from slot `first` on. */
  #slotFrom(first: number, words: Int32Array, at: number): number {
    const { lanes } = this;
    const table = this.#words;
    const key = words[at]!;
    for (let slot = first; ;) {
      const base = slot * lanes;
      const held = table[base]!;
      if (held === 0) return slot;
      if (held === key) {
        let lane = 1;
        while (lane < lanes && table[base + lane] === words[at + lane]) lane++;
        if (lane === lanes) return slot;
      }
      if (++slot === this.#slots) slot = 0;
    }
  }

  #store(slot: number, words: Int32Array, at: number): void {
    const { lanes } = this;
    for (let lane = 0; lane < lanes; lane++) this.#words[slot * lanes + lane] = words[at + lane]!;
  }

  /** Makes room for `count` more. */
  #grow(count: number): void {
    const { lanes } = this;
    const old = this.#words;
    const needed = Math.ceil((this.#size + count) / largestFill) + 1;
    this.#slots = Math.max(needed, Math.ceil(this.#slots * growth));
    this.#scale = this.#slots / 2 ** 32;
    this.#room = Math.floor(this.#slots * largestFill);
    this.#words = new Int32Array(this.#slots * lanes);
    for (let at = 0; at < old.length; at += lanes) {
      if (old[at] !== 0) this.#store(this.#slotFrom(this.#firstSlot(old, at), old, at), old, at);
    }
  }
}

const blockStates = 1 << 14;

/** States first in, first out, in blocks that are used again. */
export class StateQueue {
  readonly lanes: number;
  #blocks: Int32Array[] = [];
  #spare: Int32Array[] = [];
  #head = 0; // states taken from the first block
  #tail = blockStates; // states in the last block
  #mostBlocks = 0;

  constructor(lanes: number) {
    this.lanes = lanes;
  }

  get size(): number {
    return (this.#blocks.length - 1) * blockStates + this.#tail - this.#head;
  }

  /** The most that was ever held. */
  get bytes(): number {
    return this.#mostBlocks * blockStates * this.lanes * 4;
  }

  push(words: Int32Array, at: number): void {
    if (this.#tail === blockStates) {
      this.#blocks.push(this.#spare.pop() ?? new Int32Array(blockStates * this.lanes));
      this.#mostBlocks = Math.max(this.#mostBlocks, this.#blocks.length);
      this.#tail = 0;
    }
    const block = this.#blocks[this.#blocks.length - 1]!;
    const to = this.#tail++ * this.lanes;
    for (let lane = 0; lane < this.lanes; lane++) block[to + lane] = words[at + lane]!;
  }

  /** The first block; the state at the head begins at `headAt`. */
  get headBlock(): Int32Array {
    return this.#blocks[0]!;
  }

  get headAt(): number {
    return this.#head * this.lanes;
  }

  /** Takes the state at the head; its words stay readable until the next push. */
  drop(): void {
    if (++this.#head < blockStates) return;
    this.#spare.push(this.#blocks.shift()!);
    this.#head = 0;
  }
}

/** 0 to 2^32 - 1. */
export function hash(words: Int32Array, at: number, lanes: number): number {
  let mixed = 0;
  for (let lane = 0; lane < lanes; lane++) {
    mixed = Math.imul(mixed ^ words[at + lane]!, 0x9e3779b1);
    mixed ^= mixed >>> 15;
  }
  mixed = Math.imul(mixed, 0x85ebca6b);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}
