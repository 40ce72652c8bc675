/**
 * The active pods of one ReplicaSet, grouped by all that the deletion order looks at. Pods that became
 * ready in the same second on the same node are alike, so there are few groups even where there are
 * many pods. Groups are kept as pods change; rows that left are dropped when they are met.
 */
import { Flag, type PodColumns } from "./pod-columns.ts";

/** What the pods of a cohort have in common. */
export interface CohortKey {
  readonly node: number;
  readonly phase: number;
  readonly ready: boolean;
  readonly deletionCost: number;
  /** 0 unless ready. */
  readonly readyS: number;
  readonly restarts: number;
  readonly createdS: number;
}

export interface Cohort extends CohortKey {
  /** How many pods are in it now. */
  count: number;
  /** Ascending when `sorted`; may hold rows that have left, and rows twice. */
  rows: number[];
  sorted: boolean;
}

export function cohortOf(columns: PodColumns, row: number): CohortKey {
  const ready = (columns.flags[row]! & Flag.Ready) !== 0;
  return {
    node: columns.node[row]!,
    phase: columns.phase[row]!,
    ready,
    deletionCost: columns.deletionCost[row]!,
    readyS: ready ? columns.readyS[row]! : 0,
    restarts: columns.restarts[row]!,
    createdS: columns.createdS[row]!,
  };
}

export class PodCohorts {
  #columns: PodColumns;
  readonly #owner: number;
  readonly #byNode = new Map<number, Cohort[]>();

  constructor(columns: PodColumns, owner: number) {
    this.#columns = columns;
    this.#owner = owner;
  }

  /** The table has grown: the same rows in new columns. */
  moveTo(columns: PodColumns): void {
    this.#columns = columns;
  }

  enter(row: number): void {
    const cohort = this.#find(row) ?? this.#open(row);
    if (cohort.count === 0) cohort.rows = [];
    if (cohort.sorted && cohort.rows.length > 0 && cohort.rows.at(-1)! >= row) cohort.sorted = false;
    cohort.rows.push(row);
    cohort.count++;
  }

  leave(row: number): void {
    const cohort = this.#find(row)!;
    cohort.count--;
  }

  /** Those that have pods. */
  *[Symbol.iterator](): Generator<Cohort> {
    for (const [node, cohorts] of this.#byNode) {
      let empty = 0;
      for (const cohort of cohorts) {
        if (cohort.count > 0) yield cohort;
        else empty++;
      }
      if (empty > 8 || empty === cohorts.length) this.#drop(node, cohorts);
    }
  }

  /** The oldest rows of a cohort, ascending, `most` at the most. */
  first(cohort: Cohort, most: number): number[] {
    if (!cohort.sorted) {
      cohort.rows.sort((a, b) => a - b);
      cohort.sorted = true;
    }
    const found: number[] = [];
    let stale = 0;
    let last = -1;
    for (const row of cohort.rows) {
      if (found.length === most) break;
      if (row !== last && this.#belongs(cohort, row)) found.push(row);
      else if (found.length === 0) stale++;
      last = row;
    }
    if (stale > 64) cohort.rows = cohort.rows.slice(stale);
    return found;
  }

  #belongs(cohort: Cohort, row: number): boolean {
    const columns = this.#columns;
    const flags = columns.flags[row]!;
    return (
      (flags & (Flag.Present | Flag.Deleting)) === Flag.Present &&
      columns.owner[row] === this.#owner &&
      this.#alike(cohort, row)
    );
  }

  #alike(cohort: Cohort, row: number): boolean {
    const columns = this.#columns;
    const ready = (columns.flags[row]! & Flag.Ready) !== 0;
    return (
      cohort.ready === ready &&
      cohort.readyS === (ready ? columns.readyS[row] : 0) &&
      cohort.node === columns.node[row] &&
      cohort.phase === columns.phase[row] &&
      cohort.createdS === columns.createdS[row] &&
      cohort.restarts === columns.restarts[row] &&
      cohort.deletionCost === columns.deletionCost[row]
    );
  }

  #find(row: number): Cohort | undefined {
    return this.#byNode.get(this.#columns.node[row]!)?.find((cohort) => this.#alike(cohort, row));
  }

  #open(row: number): Cohort {
    const cohort: Cohort = {
      ...cohortOf(this.#columns, row),
      count: 0,
      rows: [],
      sorted: true,
    };
    const { node } = cohort;
    const cohorts = this.#byNode.get(node);
    if (cohorts === undefined) this.#byNode.set(node, [cohort]);
    else cohorts.push(cohort);
    return cohort;
  }

  #drop(node: number, cohorts: readonly Cohort[]): void {
    const kept = cohorts.filter((cohort) => cohort.count > 0);
    if (kept.length === 0) this.#byNode.delete(node);
    else this.#byNode.set(node, kept);
  }
}
