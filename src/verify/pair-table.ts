/** Rows grow by so many columns at least. */
const MORE = 64;

/** A whole number for each pair of states, 0 to begin with. */
export class PairTable {
  readonly #rows: (Int32Array | undefined)[] = [];
  /** By second state: its column; only those that are met have one. */
  readonly #columns: (number | undefined)[] = [];
  readonly #seconds: number[] = [];

  get(first: number, second: number): number {
    const column = this.#columns[second];
    return column === undefined ? 0 : (this.#rows[first]?.[column] ?? 0);
  }

  set(first: number, second: number, value: number): void {
    const column = (this.#columns[second] ??= this.#seconds.push(second) - 1);
    let row = this.#rows[first];
    if (row === undefined || row.length <= column) {
      const shorter = row;
      row = new Int32Array(column + MORE);
      if (shorter !== undefined) row.set(shorter);
      this.#rows[first] = row;
    }
    row[column] = value;
  }

  /** All that are not 0. */
  each(visit: (first: number, second: number, value: number) => void): void {
    this.#rows.forEach((row, first) => {
      for (let column = 0; column < row!.length; column++) {
        const value = row![column]!;
        if (value !== 0) visit(first, this.#seconds[column]!, value);
      }
    });
  }
}
