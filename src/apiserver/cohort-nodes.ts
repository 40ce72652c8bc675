/**
 * The pods of a cohort (pod-cohorts.ts) by node, with the oldest on each at hand: who deletes a few pods out of
 * very many need not look through those on other nodes. Nodes go by number + 1.
 */

/** In the place of a row: there is none. Greater than all. */
export const NO_ROW = 0x7fff_ffff;

export class CohortNodes {
  /** Row of the oldest pod on each node, or NO_ROW; a list of its own, as all of it is looked through. */
  readonly #oldest: number[] = [];
  /** Rows of each node's pods, ascending; may hold some that have left. */
  readonly #rows: number[][] = [];
  /** Where the oldest stands among its node's rows. */
  readonly #heads: number[] = [];
  readonly #isIn: (row: number) => boolean;

  /** `isIn`: whether a pod still belongs to the cohort. */
  constructor(isIn: (row: number) => boolean) {
    this.#isIn = isIn;
  }

  get oldest(): readonly number[] {
    return this.#oldest;
  }

  /** Row of the oldest pod on a node that is younger than this one, or NO_ROW. */
  after(node: number, row: number): number {
    const younger = (other: number): boolean => other > row && this.#isIn(other);
    return this.#rows[node]!.find(younger) ?? NO_ROW;
  }

  /** Lists a pod; false where it is older than one that is listed, and is not. */
  enter(node: number, row: number): boolean {
    while (this.#rows.length <= node) {
      this.#rows.push([]);
      this.#heads.push(0);
      this.#oldest.push(NO_ROW);
    }
    const rows = this.#rows[node]!;
    if (rows.length > 0 && rows[rows.length - 1]! >= row) return false;
    rows.push(row);
    if (this.#oldest[node] === NO_ROW) this.#oldest[node] = row;
    return true;
  }

  /** A pod has left. */
  leave(node: number, row: number): void {
    if (this.#oldest[node] !== row) return;
    const rows = this.#rows[node]!;
    let head = this.#heads[node]!;
    while (head < rows.length && !this.#isIn(rows[head]!)) head++;
    this.#heads[node] = head;
    this.#oldest[node] = rows[head] ?? NO_ROW;
  }
}
