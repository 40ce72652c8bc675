/** States of three ReplicaSets: for each two states of the first two, the set of those of the third. */
import { PairTable } from "./pair-table.ts";
import { StateSets } from "./state-sets.ts";

export class ReachedStates {
  readonly sets = new StateSets();
  readonly #thirds = new PairTable();
  /** First states beside which more came. */
  readonly changed = new Set<number>();

  thirds(first: number, second: number): number {
    return this.#thirds.get(first, second);
  }

  add(first: number, second: number, set: number): void {
    const before = this.#thirds.get(first, second);
    if (before === set) return;
    const all = this.sets.union(before, set);
    if (all === before) return;
    this.#thirds.set(first, second, all);
    this.changed.add(first);
  }

  /** With sets that are not empty. */
  each(visit: (first: number, second: number, set: number) => void): void {
    this.#thirds.each(visit);
  }

  size(): number {
    const sizes: number[] = [];
    let total = 0;
    this.each((_, __, set) => {
      total += sizes[set] ??= this.sets.members(set).length;
    });
    return total;
  }

  /** The same, without sets that are in no use. */
  compacted(): ReachedStates {
    const copy = new ReachedStates();
    const translate = copy.translation(this.sets);
    this.each((first, second, set) => copy.add(first, second, translate(set)));
    return copy;
  }

  /** From sets of others to the same ones here. */
  translation(from: StateSets): (set: number) => number {
    const known: number[] = [];
    return (set) => (known[set] ??= this.sets.ofBits(from.bitsOf(set)));
  }
}
