/** What a sync of the Deployment does to the states of a box: the combinations of sights that it treats alike. */
import { assert } from "../engine/assert.ts";
import type { Box } from "./boxes.ts";
import { writeMask } from "./explore-layout.ts";
import type { LocalStates } from "./local-states.ts";
import { membersOf, type StateSets } from "./state-sets.ts";

/** Syncs that write the same, whatever of these sights each ReplicaSet has. */
export interface AlikeSyncs {
  /** By rank: sights, by their numbers in this file. */
  readonly sights: readonly (readonly number[])[];
  /** By rank: the fields written, or -1. */
  readonly written: readonly number[];
}

/** For two sights: the third ones that were asked about, and by what is written those that lead to it. */
interface Row {
  readonly asked: Uint32Array;
  readonly byWrite: Map<number, Uint32Array>;
}

/** Syncs alike for one sight of the first ReplicaSet. */
interface TwoAlike {
  readonly write: number;
  readonly first: number;
  readonly seconds: number[];
  readonly thirds: Uint32Array;
  /** `thirds` as text. */
  readonly thirdsKey: string;
}

/** Room for 4096 sights, in words of 32; a ReplicaSet has some hundreds. */
const sightWords = 128;

export class DeploymentSteps {
  readonly #local: LocalStates;
  readonly #sets: StateSets;
  readonly #sightNumbers = new Map<number, number>();
  /** A state that has this sight. */
  readonly #examples: number[] = [];
  /** By sight: the fields that syncs write, as its states have them. */
  readonly #fields: Set<number>[] = [];
  /** By set: its states by sight, and the sights as bits. */
  readonly #bySight: (ReadonlyMap<number, readonly number[]> | undefined)[] = [];
  readonly #sightBits: (Uint32Array | undefined)[] = [];
  readonly #rows = new Map<string, Row>();
  readonly #writes: (readonly number[])[] = [];
  readonly #writeNumbers = new Map<string, number>();

  constructor(local: LocalStates, sets: StateSets) {
    this.#local = local;
    this.#sets = sets;
  }

  statesBySight(set: number): ReadonlyMap<number, readonly number[]> {
    const known = this.#bySight[set];
    if (known !== undefined) return known;
    const found = new Map<number, number[]>();
    for (const id of this.#sets.members(set)) {
      const sight = this.#sightOf(id);
      const alike = found.get(sight);
      if (alike === undefined) found.set(sight, [id]);
      else alike.push(id);
    }
    return (this.#bySight[set] = found);
  }

  /** The fields that syncs write, as states with this sight have them: one, unless the sight is an old one. */
  fieldsOf(sight: number): readonly number[] {
    return [...this.#fields[sight]!];
  }

  /** These fields as the cache has them. */
  listedFieldsOf(sight: number): number {
    return this.#local.listedOf(this.#examples[sight]!) & writeMask;
  }

  /** Whether a sync in this state writes anything. */
  writes(global: number, sides: readonly number[]): boolean {
    return this.#local.synced(global, sides) !== undefined;
  }

  /** In how many ways the ReplicaSets of a box can look to a sync. */
  combinations(box: Box): number {
    return box.reduce((product, set) => product * this.statesBySight(set).size, 1);
  }

  of(global: number, box: Box): AlikeSyncs[] {
    const alike = this.#alikeInTwo(global, box);
    const merged = new Map<string, { readonly firsts: number[]; readonly group: TwoAlike }>();
    for (const group of alike) {
      const key = `${group.write}|${group.seconds.join()}|${group.thirdsKey}`;
      const known = merged.get(key);
      if (known === undefined) merged.set(key, { firsts: [group.first], group });
      else known.firsts.push(group.first);
    }
    return [...merged.values()].map(({ firsts, group }) => ({
      sights: [firsts, group.seconds, membersOf(group.thirds)],
      written: this.#writes[group.write]!,
    }));
  }

  #alikeInTwo(global: number, box: Box): Iterable<TwoAlike> {
    const thirds = this.#bitsOf(box[2]);
    const found = new Map<string, TwoAlike>();
    for (const first of this.statesBySight(box[0]).keys()) {
      for (const second of this.statesBySight(box[1]).keys()) {
        const row = this.#row(global, first, second, thirds);
        for (const [write, leading] of row.byWrite) {
          const common = inBoth(leading, thirds);
          if (common.key === "") continue;
          const key = `${write}|${first}|${common.key}`;
          const known = found.get(key);
          if (known !== undefined) known.seconds.push(second);
          else {
            const { bits, key: thirdsKey } = common;
            found.set(key, { write, first, seconds: [second], thirds: bits, thirdsKey });
          }
        }
      }
    }
    return found.values();
  }

  #row(global: number, first: number, second: number, thirds: Uint32Array): Row {
    const key = `${this.#local.syncedAs(global)}|${first}|${second}`;
    let row = this.#rows.get(key);
    if (row === undefined) {
      row = { asked: new Uint32Array(sightWords), byWrite: new Map() };
      this.#rows.set(key, row);
    }
    for (let k = 0; k < sightWords; k++) {
      let rest = thirds[k]! & ~row.asked[k]!;
      if (rest === 0) continue;
      for (; rest !== 0; rest &= rest - 1) {
        const third = k * 32 + 31 - Math.clz32(rest & -rest);
        const write = this.#write(global, [first, second, third]);
        if (write < 0) continue;
        let bits = row.byWrite.get(write);
        if (bits === undefined) row.byWrite.set(write, (bits = new Uint32Array(sightWords)));
        bits[k]! |= 1 << (third & 31);
      }
      row.asked[k]! |= thirds[k]!;
    }
    return row;
  }

  #write(global: number, sights: readonly number[]): number {
    const states = sights.map((sight) => this.#examples[sight]!);
    const fields = this.#local.synced(global, states);
    if (fields === undefined) return -1;
    const key = fields.join();
    let known = this.#writeNumbers.get(key);
    if (known === undefined) {
      known = this.#writes.push(fields) - 1;
      this.#writeNumbers.set(key, known);
    }
    return known;
  }

  #bitsOf(set: number): Uint32Array {
    const known = this.#sightBits[set];
    if (known !== undefined) return known;
    const bits = new Uint32Array(sightWords);
    for (const sight of this.statesBySight(set).keys()) bits[sight >>> 5]! |= 1 << (sight & 31);
    this.#sightBits[set] = bits;
    return bits;
  }

  #sightOf(id: number): number {
    const seen = this.#local.sightOf(id);
    const fields = this.#local.wordOf(id) & writeMask;
    const known = this.#sightNumbers.get(seen);
    if (known !== undefined) {
      this.#fields[known]!.add(fields);
      return known;
    }
    this.#fields.push(new Set([fields]));
    this.#sightNumbers.set(seen, this.#examples.length);
    assert(
      this.#examples.length < sightWords * 32,
      "a ReplicaSet has more sights than there is room for",
    );
    return this.#examples.push(id) - 1;
  }
}

/** What is common to both, and as text; empty text if nothing is. */
function inBoth(
  one: Uint32Array,
  other: Uint32Array,
): { readonly bits: Uint32Array; readonly key: string } {
  const bits = new Uint32Array(sightWords);
  let key = "";
  for (let k = 0; k < sightWords; k++) {
    const common = (bits[k] = one[k]! & other[k]!);
    if (common !== 0) key += `${k}:${common},`;
  }
  return { bits, key };
}
