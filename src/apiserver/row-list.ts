/** Rows in order of their coming. It takes half the memory of an array, and no collector looks into it. */
const LEAST_ROOM = 16;

export class RowList {
  #rows: Int32Array;
  #length: number;

  constructor(rows: readonly number[] = []) {
    this.#rows = Int32Array.from(rows);
    this.#length = rows.length;
  }

  get length(): number {
    return this.#length;
  }

  /** Its length with one row more. */
  push(row: number): number {
    if (this.#length === this.#rows.length) {
      const larger = new Int32Array(Math.max(LEAST_ROOM, 2 * this.#length));
      larger.set(this.#rows);
      this.#rows = larger;
    }
    this.#rows[this.#length] = row;
    return ++this.#length;
  }

  at(index: number): number | undefined {
    return index < this.#length ? this.#rows[index] : undefined;
  }

  toArray(): number[] {
    return [...this.#rows.subarray(0, this.#length)];
  }
}
