/** Boxes of states: one of a set of states for each ReplicaSet, in every combination. */
import { membersOf, type StateSets } from "./state-sets.ts";

/** The sets on its three sides, by their numbers in StateSets. */
export type Box = readonly [number, number, number];

/** Boxes, of which those that differ in one side only are made one. */
export class Boxes {
  readonly #sets: StateSets;
  readonly #boxes: Box[] = [];
  /** By box: how many states. */
  readonly #states: number[] = [];
  readonly #live = new Bits();
  #size = 0;
  /** By side: the box with given other two. */
  readonly #byOthers = [0, 1, 2].map(() => new Map<number, number>());
  /** By side: the boxes whose side holds a set. */
  readonly #around: readonly SideIndex[];

  constructor(sets: StateSets) {
    this.#sets = sets;
    this.#around = [0, 1, 2].map((side) => new SideIndex(this.#boxes, this.#live, side, sets));
  }

  get size(): number {
    return this.#size;
  }

  all(): Box[] {
    return membersOf(this.#live.words).map((which) => this.#boxes[which]!);
  }

  /** Whether one box has all states of this one. */
  holds(box: Box): boolean {
    const [one, two, three] = this.#around.map((side, i) => side.matches(box[i]!));
    const live = this.#live.words;
    const length = Math.min(live.length, one!.length, two!.length, three!.length);
    for (let k = 0; k < length; k++) {
      if ((live[k]! & one![k]! & two![k]! & three![k]!) !== 0) return true;
    }
    return false;
  }

  /** Takes the largest ones out: a quarter, and 16 at least. */
  takeLargest(): Box[] {
    const found = membersOf(this.#live.words).map((which) => ({
      which,
      states: this.#states[which]!,
    }));
    found.sort((one, other) => other.states - one.states || one.which - other.which);
    return found.slice(0, Math.max(16, found.length >> 2)).map(({ which }) => {
      this.#remove(which);
      return this.#boxes[which]!;
    });
  }

  add(box: Box): void {
    for (const side of [0, 1, 2]) {
      const which = this.#byOthers[side]!.get(othersOf(box, side));
      if (which === undefined) continue;
      const other = this.#boxes[which]!;
      if (this.#sets.isWithin(box[side]!, other[side]!)) return;
      this.#remove(which);
      const wider = [...box] as [number, number, number];
      wider[side] = this.#sets.union(box[side]!, other[side]!);
      this.add(wider);
      return;
    }
    const which = this.#boxes.push(box) - 1;
    const members = box.map((set) => this.#sets.members(set).length);
    this.#states.push(members.reduce((product, count) => product * count));
    this.#live.set(which);
    this.#size++;
    for (const side of [0, 1, 2]) this.#byOthers[side]!.set(othersOf(box, side), which);
  }

  #remove(which: number): void {
    const box = this.#boxes[which]!;
    this.#live.clear(which);
    this.#size--;
    for (const side of [0, 1, 2]) this.#byOthers[side]!.delete(othersOf(box, side));
  }
}

function othersOf(box: Box, side: number): number {
  return box[(side + 1) % 3]! * 2 ** 26 + box[(side + 2) % 3]!;
}

/** For each set that was asked for: which boxes have a side that holds it; new boxes are looked at once. */
class SideIndex {
  readonly #boxes: readonly Box[];
  readonly #live: Bits;
  readonly #side: number;
  readonly #sets: StateSets;
  readonly #known = new Map<number, { readonly bits: Bits; seen: number }>();

  constructor(boxes: readonly Box[], live: Bits, side: number, sets: StateSets) {
    this.#boxes = boxes;
    this.#live = live;
    this.#side = side;
    this.#sets = sets;
  }

  matches(set: number): Uint32Array {
    let entry = this.#known.get(set);
    if (entry === undefined) this.#known.set(set, (entry = { bits: new Bits(), seen: 0 }));
    for (; entry.seen < this.#boxes.length; entry.seen++) {
      if (!this.#live.has(entry.seen)) continue;
      if (this.#sets.isWithin(set, this.#boxes[entry.seen]![this.#side]!))
        entry.bits.set(entry.seen);
    }
    return entry.bits.words;
  }
}

class Bits {
  words = new Uint32Array(8);

  set(which: number): void {
    if (which >>> 5 >= this.words.length) {
      const more = new Uint32Array((which >>> 5) * 2);
      more.set(this.words);
      this.words = more;
    }
    this.words[which >>> 5]! |= 1 << (which & 31);
  }

  has(which: number): boolean {
    return ((this.words[which >>> 5] ?? 0) & (1 << (which & 31))) !== 0;
  }

  clear(which: number): void {
    this.words[which >>> 5]! &= ~(1 << (which & 31));
  }
}
