/** An index of whole keys, in typed arrays: states of the checker by their numbers. */
const FREE = -1;
const largestFill = 0.5;

/**
 * Numbers whole keys (0 to 2^53 - 1) in the order in which they are added. A `Map` takes a new object for each key
 * beyond 31 bits, at each look-up, too, and holds 16 million at most.
 */
export class KeyIndex {
  #keys = new Float64Array(1024).fill(FREE);
  #numbers = new Int32Array(1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The number of a key, or -1. */
  find(key: number): number {
    const place = this.#placeOf(key);
    return this.#keys[place] === FREE ? -1 : this.#numbers[place]!;
  }

  /** Of a key that it does not have. */
  add(key: number): void {
    if (this.#size >= this.#keys.length * largestFill) this.#grow();
    this.#put(key, this.#size++);
  }

  #put(key: number, number: number): void {
    const place = this.#placeOf(key);
    this.#keys[place] = key;
    this.#numbers[place] = number;
  }

  /** Where it is, or the free place where it belongs. */
  #placeOf(key: number): number {
    const last = this.#keys.length - 1;
    let mixed = Math.imul((key >>> 0) ^ Math.imul(key / 2 ** 32, 0x85ebca6b), 0x9e3779b1);
    mixed ^= mixed >>> 15;
    for (let place = mixed & last; ; place = (place + 1) & last) {
      const held = this.#keys[place]!;
      if (held === key || held === FREE) return place;
    }
  }

  #grow(): void {
    const [keys, numbers] = [this.#keys, this.#numbers];
    this.#keys = new Float64Array(keys.length * 2).fill(FREE);
    this.#numbers = new Int32Array(keys.length * 2);
    for (let place = 0; place < keys.length; place++) {
      if (keys[place] !== FREE) this.#put(keys[place]!, numbers[place]!);
    }
  }
}
