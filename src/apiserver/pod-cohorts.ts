/**
 * The active pods of one ReplicaSet, grouped by what the deletion order looks at, nodes aside: first into
 * tiers (with a node or not, phase, ready, deletion cost), then into cohorts that are alike in all else too.
 * There are few cohorts even where there are many pods: alike are those that were created, and became
 * ready, in the same second. Groups are kept as pods change; rows that left are dropped when they are met.
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
  cohorts: Cohort[];
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
  /** The same pods by node; kept from when they are first asked for. */
  nodes: CohortNodes | undefined;
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
    const { nodes } = cohort;
    if (nodes !== undefined && (isBack || !nodes.enter(this.#columns.node[row]! + 1, row))) {
      cohort.nodes = undefined; // its node may have gone past it
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
    cohort.nodes?.leave(this.#columns.node[row]! + 1, row);
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

  /** A cohort's pods by node. */
  byNode(cohort: Cohort): CohortNodes {
    if (cohort.nodes !== undefined) return cohort.nodes;
    this.#tidy(cohort);
    const nodes = new CohortNodes((row) => this.isIn(cohort, row));
    for (const row of cohort.rows) nodes.enter(this.#columns.node[row]! + 1, row);
    cohort.nodes = nodes;
    return nodes;
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
      nodes: undefined,
    };
    if (emptied !== undefined) this.#drop(emptied);
    this.#byId.push(cohort);
    tier.cohorts.push(cohort);
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
    const tier: Tier = { ...wanted, count: 0, cohorts: [], onNodes: undefined };
    this.#tiers.push(tier);
    return tier;
  }

  #dropEmpty(tier: Tier): void {
    for (const cohort of tier.cohorts) if (cohort.count === 0) this.#drop(cohort);
  }

  #drop(cohort: Cohort): void {
    this.#byId[cohort.id] = undefined;
    cohort.tier.cohorts = cohort.tier.cohorts.filter((other) => other !== cohort);
    const alike = this.#byHash.get(cohort.hash)!;
    if (alike.length === 1) this.#byHash.delete(cohort.hash);
    else alike.splice(alike.indexOf(cohort), 1);
  }
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
