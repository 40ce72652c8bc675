/** Rows grow by so many columns at least. */
const MORE = 256;

/** A whole number for each pair of states, 0 to begin with. */
export class PairTable {
  readonly #rows: (Int32Array | undefined)[] = [];

  get(first: number, second: number): number {
    return this.#rows[first]?.[second] ?? 0;
  }

  set(first: number, second: number, value: number): void {
    let row = this.#rows[first];
    if (row === undefined || row.length <= second) {
      const shorter = row;
      row = new Int32Array(second + MORE);
      if (shorter !== undefined) row.set(shorter);
      this.#rows[first] = row;
    }
    row[second] = value;
  }

  /** All that are not 0. */
  each(visit: (first: number, second: number, value: number) => void): void {
    this.#rows.forEach((row, first) => {
      for (let second = 0; second < row!.length; second++) {
        const value = row![second]!;
        if (value !== 0) visit(first, second, value);
      }
    });
  }
}
