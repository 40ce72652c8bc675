/**
 * The active pods of one ReplicaSet, grouped by what the deletion order looks at, nodes aside: first into
 * tiers (with a node or not, phase, ready, deletion cost), then into cohorts that are alike in all else too.
 * There are few cohorts even where there are many pods: alike are those that were created, and became
 * ready, in the same second. Cohorts of about the same age count as alike, for a while: they are generations.
 * All are kept as pods change; rows that left are dropped when they are met.
 */
import { CohortNodes } from "./cohort-nodes.ts";
import { Flag, UNBOUND, type PodColumns } from "./pod-columns.ts";

/** What the deletion order looks at before it looks at nodes. */
export interface Tier {
  readonly bound: boolean;
  readonly phase: number;
  readonly ready: boolean;
  readonly deletionCost: number;
  /** How many pods are in it now. */
  count: number;
  /** Those that became ready first in front, then by creation, then by restarts. */
  cohorts: Cohort[];
  /** Undefined: to be told apart anew. */
  generations: readonly Generation[] | undefined;
  /** When they are to be told apart anew, in wall-clock ms. */
  generationsUntil: number;
  /** Its pods by node number + 1; kept from when it is first asked for. */
  onNodes: number[] | undefined;
}

/** What the deletion order looks at after nodes, and the pods of a tier that have it in common. */
export interface Cohort {
  readonly tier: Tier;
  readonly id: number;
  readonly hash: number;
  /** 0 unless ready. */
  readonly readyS: number;
  readonly restarts: number;
  readonly createdS: number;
  count: number;
  /** Ascending when `sorted`; may hold rows that have left, and while unsorted rows twice. */
  rows: number[];
  /** All rows in front of this place have left. */
  head: number;
  sorted: boolean;
  generation: Generation | undefined;
}

/** Cohorts of a tier that are alike for now. */
export interface Generation {
  cohorts: readonly Cohort[];
  /** Their pods by node; kept from when they are first asked for. */
  nodes: CohortNodes | undefined;
}

/** How cohorts are told apart: those that are alike side by side, and until when (wall-clock ms). */
export interface Arrangement {
  readonly alike: readonly (readonly Cohort[])[];
  readonly until: number;
}

/** Rows that have left are dropped when they are so many more than those that stay. */
const MOST_STALE = 64;

export class PodCohorts {
  #columns: PodColumns;
  readonly #tiers: Tier[] = [];
  readonly #byHash = new Map<number, Cohort[]>();
  readonly #byId: (Cohort | undefined)[] = [undefined];
  /** By row: the cohort that it is in; negative: the one that it left last; 0: none. */
  #cohortOf: Int32Array;

  constructor(columns: PodColumns) {
    this.#columns = columns;
    this.#cohortOf = new Int32Array(columns.flags.length);
  }

  /** The table has grown: the same rows in new columns. */
  moveTo(columns: PodColumns): void {
    this.#columns = columns;
    const larger = new Int32Array(columns.flags.length);
    larger.set(this.#cohortOf);
    this.#cohortOf = larger;
  }

  enter(row: number): void {
    let cohort = this.#find(row);
    const isBack = cohort !== undefined && this.#cohortOf[row] === -cohort.id;
    if (cohort === undefined || (cohort.count === 0 && !isBack)) cohort = this.#open(row, cohort);
    this.#cohortOf[row] = cohort.id;
    this.#count(cohort, row, 1);
    const { generation } = cohort;
    const nodes = generation?.nodes;
    if (nodes !== undefined && (isBack || !nodes.enter(this.#columns.node[row]! + 1, row))) {
      generation!.nodes = undefined; // its node may have gone past it
    }
    if (isBack) return; // its row is still listed
    const { rows } = cohort;
    if (rows.length > 0 && rows[rows.length - 1]! >= row) cohort.sorted = false;
    rows.push(row);
  }

  leave(row: number): void {
    const cohort = this.#byId[this.#cohortOf[row]!]!;
    this.#cohortOf[row] = -cohort.id;
    this.#count(cohort, row, -1);
    cohort.generation?.nodes?.leave(this.#columns.node[row]! + 1, row);
  }

  /** Those that have pods, in no particular order. */
  tiers(): readonly Tier[] {
    for (const tier of this.#tiers) this.#dropEmpty(tier);
    return this.#tiers.filter((tier) => tier.count > 0);
  }

  /** A cohort's rows, ascending, from `head` on; may hold some that have left: see `isIn`. */
  rowsOf(cohort: Cohort): readonly number[] {
    if (!cohort.sorted || cohort.rows.length > 2 * cohort.count + MOST_STALE) this.#tidy(cohort);
    while (cohort.head < cohort.rows.length) {
      const row = cohort.rows[cohort.head]!;
      if (this.isIn(cohort, row)) break;
      this.#forget(cohort, row);
      cohort.head++;
    }
    return cohort.rows;
  }

  isIn(cohort: Cohort, row: number): boolean {
    return this.#cohortOf[row] === cohort.id;
  }

  /** A tier's pods by node number + 1 (the first: those without a node). */
  onNodes(tier: Tier): readonly number[] {
    if (tier.onNodes !== undefined) return tier.onNodes;
    tier.onNodes = [];
    for (const cohort of tier.cohorts) {
      this.#tidy(cohort); // no row twice
      for (const row of cohort.rows) {
        if (this.isIn(cohort, row)) addAt(tier.onNodes, this.#columns.node[row]! + 1, 1);
      }
    }
    return tier.onNodes;
  }

  /**
   * A tier's cohorts, those that are alike together, in the order of `arrange`, which is asked where there are others
   * or its time is over. A few of them grow too old for theirs then; the others stay where they are.
   */
  generations(
    tier: Tier,
    now: number,
    arrange: (cohorts: readonly Cohort[]) => Arrangement,
  ): readonly Generation[] {
    if (tier.generations !== undefined && now < tier.generationsUntil) return tier.generations;
    const { alike, until } = arrange(tier.cohorts);
    const taken = new Set<Generation>();
    for (const cohorts of alike.toSorted((a, b) => b.length - a.length)) {
      const before = cohorts[0]!.generation;
      const isFree = before !== undefined && !taken.has(before);
      const generation = isFree ? before : { cohorts, nodes: undefined };
      taken.add(generation);
      generation.cohorts = cohorts;
      for (const each of cohorts) if (each.generation !== generation) this.#move(each, generation);
    }
    tier.generations = alike.map(([cohort]) => cohort!.generation!);
    tier.generationsUntil = until;
    return tier.generations;
  }

  /** The pods of a generation by node. */
  byNode(generation: Generation): CohortNodes {
    if (generation.nodes !== undefined) return generation.nodes;
    const nodes = new CohortNodes((row) => this.#generationOf(row) === generation);
    const rows = generation.cohorts.flatMap((cohort) => {
      this.#tidy(cohort);
      return cohort.rows;
    });
    if (generation.cohorts.length > 1) rows.sort((a, b) => a - b);
    for (const row of rows) nodes.enter(this.#columns.node[row]! + 1, row);
    generation.nodes = nodes;
    return nodes;
  }

  #generationOf(row: number): Generation | undefined {
    const id = this.#cohortOf[row]!;
    return id > 0 ? this.#byId[id]!.generation : undefined;
  }

  #move(cohort: Cohort, to: Generation): void {
    const from = cohort.generation;
    cohort.generation = to;
    if (from?.nodes === undefined && to.nodes === undefined) return;
    const rows = this.rowsOf(cohort);
    for (let at = cohort.head; at < rows.length; at++) {
      const row = rows[at]!;
      if (!this.isIn(cohort, row)) continue;
      const place = this.#columns.node[row]! + 1;
      from?.nodes?.leave(place, row);
      if (to.nodes?.enter(place, row) === false) to.nodes = undefined;
    }
  }

  #count(cohort: Cohort, row: number, by: 1 | -1): void {
    const { tier } = cohort;
    cohort.count += by;
    tier.count += by;
    if (tier.onNodes !== undefined) addAt(tier.onNodes, this.#columns.node[row]! + 1, by);
  }

  #tidy(cohort: Cohort): void {
    const sorted = cohort.sorted ? cohort.rows : Int32Array.from(cohort.rows).sort((a, b) => a - b);
    const kept: number[] = [];
    let last = -1;
    for (const row of sorted) {
      if (row === last) continue;
      last = row;
      if (this.isIn(cohort, row)) kept.push(row);
      else this.#forget(cohort, row);
    }
    cohort.rows = kept;
    cohort.head = 0;
    cohort.sorted = true;
  }

  /** A row that has left is no longer listed: should it come back, it is listed anew. */
  #forget(cohort: Cohort, row: number): void {
    if (this.#cohortOf[row] === -cohort.id) this.#cohortOf[row] = 0;
  }

  #find(row: number): Cohort | undefined {
    const cohorts = this.#byHash.get(hash(this.#columns, row));
    if (cohorts === undefined) return undefined;
    for (const cohort of cohorts) if (this.#isAlike(cohort, row)) return cohort;
    return undefined;
  }

  #isAlike(cohort: Cohort, row: number): boolean {
    const columns = this.#columns;
    const { tier } = cohort;
    const ready = (columns.flags[row]! & Flag.Ready) !== 0;
    return (
      tier.ready === ready &&
      tier.bound === (columns.node[row] !== UNBOUND) &&
      tier.phase === columns.phase[row] &&
      tier.deletionCost === columns.deletionCost[row] &&
      cohort.readyS === (ready ? columns.readyS[row] : 0) &&
      cohort.createdS === columns.createdS[row] &&
      cohort.restarts === columns.restarts[row]
    );
  }

  /** A cohort for a row; `emptied` is the one that it takes the place of. */
  #open(row: number, emptied: Cohort | undefined): Cohort {
    const { readyS, restarts, createdS } = this.#columns;
    const tier = emptied?.tier ?? this.#tierOf(row);
    const cohort: Cohort = {
      tier,
      id: this.#byId.length,
      hash: hash(this.#columns, row),
      readyS: tier.ready ? readyS[row]! : 0,
      restarts: restarts[row]!,
      createdS: createdS[row]!,
      count: 0,
      rows: [],
      head: 0,
      sorted: true,
      generation: undefined,
    };
    if (emptied !== undefined) this.#drop(emptied);
    this.#byId.push(cohort);
    let place = tier.cohorts.length;
    while (place > 0 && compareCohorts(cohort, tier.cohorts[place - 1]!) < 0) place--;
    tier.cohorts.splice(place, 0, cohort);
    tier.generations = undefined;
    const others = this.#byHash.get(cohort.hash);
    if (others === undefined) this.#byHash.set(cohort.hash, [cohort]);
    else others.push(cohort);
    return cohort;
  }

  #tierOf(row: number): Tier {
    const { flags, node, phase, deletionCost } = this.#columns;
    const wanted = {
      bound: node[row] !== UNBOUND,
      phase: phase[row]!,
      ready: (flags[row]! & Flag.Ready) !== 0,
      deletionCost: deletionCost[row]!,
    };
    const known = this.#tiers.find(
      (tier) =>
        tier.bound === wanted.bound &&
        tier.phase === wanted.phase &&
        tier.ready === wanted.ready &&
        tier.deletionCost === wanted.deletionCost,
    );
    if (known !== undefined) return known;
    const tier: Tier = {
      ...wanted,
      count: 0,
      cohorts: [],
      generations: undefined,
      generationsUntil: 0,
      onNodes: undefined,
    };
    this.#tiers.push(tier);
    return tier;
  }

  #dropEmpty(tier: Tier): void {
    for (const cohort of tier.cohorts) if (cohort.count === 0) this.#drop(cohort);
  }

  #drop(cohort: Cohort): void {
    this.#byId[cohort.id] = undefined;
    cohort.tier.cohorts = cohort.tier.cohorts.filter((other) => other !== cohort);
    cohort.tier.generations = undefined;
    const alike = this.#byHash.get(cohort.hash)!;
    if (alike.length === 1) this.#byHash.delete(cohort.hash);
    else alike.splice(alike.indexOf(cohort), 1);
  }
}

function compareCohorts(a: Cohort, b: Cohort): number {
  return a.readyS - b.readyS || a.createdS - b.createdS || a.restarts - b.restarts;
}

function hash(columns: PodColumns, row: number): number {
  const ready = (columns.flags[row]! & Flag.Ready) !== 0;
  let h = ready ? columns.readyS[row]! : columns.phase[row]!;
  h = Math.imul(h, 31) + columns.createdS[row]!;
  h = Math.imul(h, 31) + columns.restarts[row]!;
  return (Math.imul(h, 31) + columns.deletionCost[row]!) | 0;
}

function addAt(counts: number[], index: number, by: number): void {
  while (counts.length <= index) counts.push(0);
  counts[index]! += by;
}
