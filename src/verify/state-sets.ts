/** Sets of numbered states, each kept once: a set is known by its own number. */
export class StateSets {
  readonly #words: Uint32Array[] = [];
  readonly #members: (readonly number[] | undefined)[] = [];
  /** Numbers by hash. */
  readonly #byHash = new Map<number, number[]>();
  /** By set, by other set: 1 if it is a part of that, 2 if not, 0 if nobody asked. */
  #within: Uint8Array[] = [];
  readonly #unions = new Map<number, number>();

  get size(): number {
    return this.#words.length;
  }

  of(states: Iterable<number>): number {
    let words: Uint32Array = new Uint32Array(16);
    for (const id of states) {
      if (id >>> 5 >= words.length) words = longer(words, 2 * ((id >>> 5) + 1));
      words[id >>> 5]! |= 1 << (id & 31);
    }
    return this.#intern(words);
  }

  members(set: number): readonly number[] {
    return (this.#members[set] ??= membersOf(this.#words[set]!));
  }

  isWithin(set: number, other: number): boolean {
    if (set === other) return true;
    let known = this.#within[set];
    if (known === undefined || known.length <= other) {
      const more = new Uint8Array((this.size + 512) * 2);
      if (known !== undefined) more.set(known);
      known = this.#within[set] = more;
    }
    if (known[other] === 0) known[other] = this.#compare(set, other) ? 1 : 2;
    return known[other] === 1;
  }

  union(set: number, other: number): number {
    if (this.isWithin(set, other)) return other;
    if (this.isWithin(other, set)) return set;
    const key = Math.min(set, other) * 2 ** 26 + Math.max(set, other);
    const known = this.#unions.get(key);
    if (known !== undefined) return known;
    const [one, two] = [this.#words[set]!, this.#words[other]!];
    const words = longer(one, Math.max(one.length, two.length));
    for (let k = 0; k < two.length; k++) words[k]! |= two[k]!;
    const found = this.#intern(words);
    this.#unions.set(key, found);
    return found;
  }

  /** Gives the memory of what `isWithin` and `union` know back. */
  forgetComparisons(): void {
    this.#within = [];
    this.#unions.clear();
  }

  /** How many states are in any of these. */
  sizeOfUnion(sets: readonly number[]): number {
    const length = Math.max(...sets.map((set) => this.#words[set]!.length));
    const words = new Uint32Array(length);
    for (const set of sets) this.#words[set]!.forEach((word, k) => (words[k]! |= word));
    return membersOf(words).length;
  }

  #compare(set: number, other: number): boolean {
    const [one, two] = [this.#words[set]!, this.#words[other]!];
    if (one.length > two.length) return false;
    for (let k = 0; k < one.length; k++) if ((one[k]! & ~two[k]!) !== 0) return false;
    return true;
  }

  #intern(words: Uint32Array): number {
    let { length } = words;
    while (length > 0 && words[length - 1] === 0) length--;
    let hash = length;
    for (let k = 0; k < length; k++) {
      hash = Math.imul(hash ^ words[k]!, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    let alike = this.#byHash.get(hash);
    if (alike === undefined) this.#byHash.set(hash, (alike = []));
    for (const set of alike) if (isSame(this.#words[set]!, words, length)) return set;
    const set = this.#words.push(words.slice(0, length)) - 1;
    alike.push(set);
    return set;
  }
}

function longer(words: Uint32Array, length: number): Uint32Array {
  const more = new Uint32Array(length);
  more.set(words);
  return more;
}

function isSame(one: Uint32Array, other: Uint32Array, length: number): boolean {
  if (one.length !== length) return false;
  for (let k = 0; k < length; k++) if (one[k] !== other[k]) return false;
  return true;
}

/** The places of the bits that are set, in order. */
export function membersOf(words: Uint32Array): number[] {
  const found: number[] = [];
  for (let k = 0; k < words.length; k++) {
    for (let rest = words[k]!; rest !== 0; rest &= rest - 1) {
      found.push(k * 32 + 31 - Math.clz32(rest & -rest));
    }
  }
  return found;
}
