// The set of states a checker has seen: packed Int32 words, one after another in the order of
// discovery, with an open-addressing index beside them. The order doubles as the breadth-first
// queue, so a state costs its words plus about 5 to 11 bytes of index.

/** States per block; a block never moves, so views into it stay valid while the table grows. */
const blockBits = 15;
const blockMask = (1 << blockBits) - 1;
const firstSlots = 1 << 12;
const largestFill = 0.75;

/** An insert-only set of states; the n-th state that was new has index n. */
export class StateTable {
  readonly lanes: number;
  #blocks: Int32Array[] = [];
  #slots = new Int32Array(firstSlots); // index + 1, 0 for free
  #size = 0;
  #room = Math.floor(firstSlots * largestFill);

  /** `lanes`: Int32 words in a state, at least 1. */
  constructor(lanes: number) {
    this.lanes = lanes;
  }

  get size(): number {
    return this.#size;
  }

  /** Bytes held by states and index. */
  get bytes(): number {
    return this.#blocks.length * (blockMask + 1) * this.lanes * 4 + this.#slots.length * 4;
  }

  /** The block that holds state `index`; the state begins at `offsetOf(index)`. */
  blockOf(index: number): Int32Array {
    return this.#blocks[index >> blockBits]!;
  }

  offsetOf(index: number): number {
    return (index & blockMask) * this.lanes;
  }

  /** Adds the state at `words[at]`; gives its index if it is new and `~index` if it was there. */
  add(words: Int32Array, at: number): number {
    if (this.#size === this.#room) this.#grow();
    const lanes = this.lanes;
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = hash(words, at, lanes) & mask;
    for (;;) {
      const entry = slots[slot]! - 1;
      if (entry < 0) break;
      if (same(this.#blocks[entry >> blockBits]!, (entry & blockMask) * lanes, words, at, lanes)) {
        return ~entry;
      }
      slot = (slot + 1) & mask;
    }
    const index = this.#size++;
    slots[slot] = index + 1;
    this.#store(index, words, at);
    return index;
  }

  /** The index of the state at `words[at]`, or -1. */
  find(words: Int32Array, at: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash(words, at, this.lanes) & mask;
    for (;;) {
      const entry = this.#slots[slot]! - 1;
      if (entry < 0) return -1;
      if (same(this.blockOf(entry), this.offsetOf(entry), words, at, this.lanes)) return entry;
      slot = (slot + 1) & mask;
    }
  }

  #store(index: number, words: Int32Array, at: number): void {
    if ((index & blockMask) === 0) {
      this.#blocks.push(new Int32Array((blockMask + 1) * this.lanes));
    }
    const block = this.#blocks[index >> blockBits]!;
    const offset = (index & blockMask) * this.lanes;
    for (let lane = 0; lane < this.lanes; lane++) block[offset + lane] = words[at + lane]!;
  }

  #grow(): void {
    const length = this.#slots.length * 2;
    const mask = length - 1;
    const slots = new Int32Array(length);
    for (let index = 0; index < this.#size; index++) {
      let slot = hash(this.blockOf(index), this.offsetOf(index), this.lanes) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = index + 1;
    }
    this.#slots = slots;
    this.#room = Math.floor(length * largestFill);
  }
}

/** An append-only list of state indices (-1 allowed), in blocks, so that growing never copies. */
export class IndexLog {
  #blocks: Int32Array[] = [];
  #size = 0;

  /** Bytes held. */
  get bytes(): number {
    return this.#blocks.length * (blockMask + 1) * 4;
  }

  push(index: number): void {
    const at = this.#size & blockMask;
    if (at === 0) this.#blocks.push(new Int32Array(blockMask + 1));
    this.#blocks[this.#size++ >> blockBits]![at] = index;
  }

  at(position: number): number {
    return this.#blocks[position >> blockBits]![position & blockMask]!;
  }
}

function hash(words: Int32Array, at: number, lanes: number): number {
  let mixed = 0;
  for (let lane = 0; lane < lanes; lane++) {
    mixed = Math.imul(mixed ^ words[at + lane]!, 0x9e3779b1);
    mixed ^= mixed >>> 15;
  }
  mixed = Math.imul(mixed, 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
}

function same(a: Int32Array, atA: number, b: Int32Array, atB: number, lanes: number): boolean {
  for (let lane = 0; lane < lanes; lane++) {
    if (a[atA + lane] !== b[atB + lane]) return false;
  }
  return true;
}
