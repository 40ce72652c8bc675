/** What a sync of the Deployment writes, by what it can see of the ReplicaSets. */
import { KeyIndex } from "./key-index.ts";
import type { LocalStates } from "./local-states.ts";
import type { ReachedStates } from "./reached-states.ts";

/** Syncs that write the same, whatever of these sights each ReplicaSet has. */
export interface AlikeSyncs {
  /** By rank: sights (LocalStates.sightOf). */
  readonly sights: readonly (readonly number[])[];
  /** By rank: the fields written, or -1. */
  readonly written: readonly number[];
}

/** For two sights: by third one, the number of what is written, or -1. */
export interface TwoSights {
  readonly number: number;
  readonly writes: (number | undefined)[];
}

export class DeploymentSyncs {
  readonly #local: LocalStates;
  readonly #twoKeys = new KeyIndex();
  readonly #two: TwoSights[] = [];
  readonly #written: (readonly number[])[] = [];
  readonly #numbers = new Map<string, number>();

  constructor(local: LocalStates) {
    this.#local = local;
  }

  /** Where the first two ReplicaSets look like these states. */
  twoSights(global: number, first: number, second: number): TwoSights {
    const local = this.#local;
    const sights = local.sightOf(0, first) * 2 ** 20 + local.sightOf(1, second);
    const key = local.syncedAs(global) * 2 ** 40 + sights;
    const known = this.#twoKeys.find(key);
    if (known >= 0) return this.#two[known]!;
    const two = { number: this.#two.length, writes: [] };
    this.#twoKeys.add(key);
    this.#two.push(two);
    return two;
  }

  /** The number of what a sync writes in these states; -1: nothing. */
  writeOf(global: number, two: TwoSights, third: number, first: number, second: number): number {
    return (two.writes[this.#local.sightOf(2, third)] ??= this.#ask(global, [
      first,
      second,
      third,
    ]));
  }

  /** By rank: the fields, or -1. */
  fields(write: number): readonly number[] {
    return this.#written[write]!;
  }

  /** The syncs that write something in these states. */
  in(global: number, reached: ReachedStates): AlikeSyncs[] {
    const local = this.#local;
    const seen = new Map<TwoSights, { first: number; second: number; set: number }>();
    reached.each((first, second, set) => {
      const two = this.twoSights(global, first, second);
      const known = seen.get(two);
      if (known === undefined) seen.set(two, { first, second, set });
      else known.set = reached.sets.union(known.set, set);
    });
    return [...seen].flatMap(([two, { first, second, set }]) => {
      const thirds = new Map<number, Set<number>>();
      for (const third of reached.sets.members(set)) {
        const write = this.writeOf(global, two, third, first, second);
        if (write < 0) continue;
        if (!thirds.has(write)) thirds.set(write, new Set());
        thirds.get(write)!.add(local.sightOf(2, third));
      }
      return [...thirds].map(([write, of]) => ({
        sights: [[local.sightOf(0, first)], [local.sightOf(1, second)], [...of]],
        written: this.fields(write),
      }));
    });
  }

  #ask(global: number, sides: readonly number[]): number {
    const fields = this.#local.synced(global, sides);
    if (fields === undefined) return -1;
    const key = fields.join();
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#written.push(fields) - 1;
      this.#numbers.set(key, number);
    }
    return number;
  }
}
