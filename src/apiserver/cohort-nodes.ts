/**
 * The pods of a generation (pod-cohorts.ts) by node, and a tournament of the nodes: on top is the one with the most
 * active pods of some owners, and of those alike the one with the oldest pod. Who deletes a few pods out of very
 * many looks neither through other pods nor through other nodes. Nodes go by number + 1.
 */

/** In the place of a row: there is none. Greater than all. */
export const NO_ROW = 0x7fff_ffff;

/** What the nodes are ranked by (pod-table.ts). */
export interface NodeCounts {
  /** Active pods of an owner by node. */
  onNodes(owner: number): readonly number[];
  /** How often pods on nodes were counted anew. */
  readonly recounts: number;
  /** Nodes where pods were counted anew after so many recounts; undefined: too many to say. */
  recountedSince(recounts: number): readonly number[] | undefined;
}

export class CohortNodes {
  /** Row of the oldest pod on each node, or NO_ROW. */
  readonly #oldest: number[] = [];
  /** Rows of each node's pods, ascending; may hold some that have left. Undefined: it never had any. */
  readonly #rows: (number[] | undefined)[] = [];
  /** Where the oldest stands among its node's rows. */
  readonly #heads: number[] = [];
  readonly #isIn: (row: number) => boolean;
  /** Active pods of the owners ranked by, on each node. */
  #ranks: number[] = [];
  #owners: readonly number[] = [];
  #recounts = 0;
  /** Binary tree: the root in place 1, the nodes in the second half, in each place the better of the two below. */
  #winners = new Int32Array(0);

  /** `isIn`: whether a pod still belongs to the generation. */
  constructor(isIn: (row: number) => boolean) {
    this.#isIn = isIn;
  }

  /** Lists a pod; false where it is older than one that is listed, and is not. */
  enter(node: number, row: number): boolean {
    while (this.#rows.length <= node) {
      this.#rows.push(undefined);
      this.#heads.push(0);
      this.#oldest.push(NO_ROW);
    }
    const rows = (this.#rows[node] ??= []);
    if (rows.length > 0 && rows[rows.length - 1]! >= row) return false;
    rows.push(row);
    if (this.#oldest[node] === NO_ROW) this.#setOldest(node, row);
    return true;
  }

  /** A pod has left. */
  leave(node: number, row: number): void {
    if (this.#oldest[node] !== row) return;
    const rows = this.#rows[node]!;
    let head = this.#heads[node]!;
    while (head < rows.length && !this.#isIn(rows[head]!)) head++;
    this.#heads[node] = head;
    this.#setOldest(node, rows[head] ?? NO_ROW);
  }

  /** Ranks the nodes by the active pods of these owners as they are now. */
  rankBy(counts: NodeCounts, owners: readonly number[]): void {
    const isSame =
      owners.length === this.#owners.length &&
      owners.every((owner, i) => owner === this.#owners[i]);
    const changed = isSame ? counts.recountedSince(this.#recounts) : undefined;
    const lists = owners.map((owner) => counts.onNodes(owner));
    const rank = (node: number): number => lists.reduce((sum, pods) => sum + (pods[node] ?? 0), 0);
    this.#owners = owners;
    this.#recounts = counts.recounts;
    if (changed === undefined || this.#winners.length < 2 * this.#rows.length) {
      this.#ranks = this.#rows.map((_, node) => rank(node));
      this.#playAll();
      return;
    }
    for (const node of changed) {
      if (node >= this.#rows.length || this.#ranks[node] === rank(node)) continue;
      this.#ranks[node] = rank(node);
      this.#play(node);
    }
  }

  /** The pod that goes first, and how many pods its node has; row NO_ROW: there is none. */
  first(): { row: number; rank: number } {
    const node = this.#winners[1]!;
    return { row: this.#oldest[node] ?? NO_ROW, rank: this.#ranks[node] ?? 0 };
  }

  /** Passes over the first, without leaving; answers how to take that back, the last passed over first. */
  pass(): () => void {
    const node = this.#winners[1]!;
    const row = this.#oldest[node]!;
    const isNext = (other: number): boolean => other > row && this.#isIn(other);
    this.#setOldest(node, this.#rows[node]!.find(isNext) ?? NO_ROW);
    return () => this.#setOldest(node, row);
  }

  #setOldest(node: number, row: number): void {
    this.#oldest[node] = row;
    if (2 * node < this.#winners.length) this.#play(node);
  }

  #playAll(): void {
    let size = 1;
    while (size < this.#rows.length) size *= 2;
    this.#winners = new Int32Array(2 * size);
    for (let node = 0; node < size; node++) this.#winners[size + node] = node;
    for (let place = size - 1; place > 0; place--) this.#playAt(place);
  }

  /** Something has changed about a node: plays its way up again. */
  #play(node: number): void {
    for (let place = (this.#winners.length / 2 + node) >> 1; place > 0; place >>= 1) {
      this.#playAt(place);
    }
  }

  #playAt(place: number): void {
    const left = this.#winners[2 * place]!;
    const right = this.#winners[2 * place + 1]!;
    this.#winners[place] = this.#isBetter(right, left) ? right : left;
  }

  #isBetter(a: number, b: number): boolean {
    const [rowA, rowB] = [this.#oldest[a] ?? NO_ROW, this.#oldest[b] ?? NO_ROW];
    if (rowA === NO_ROW || rowB === NO_ROW) return rowA < rowB;
    return this.#ranks[a] === this.#ranks[b] ? rowA < rowB : this.#ranks[a]! > this.#ranks[b]!;
  }
}
