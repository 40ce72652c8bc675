/**
 * Which pods of a ReplicaSet go first when there are too many. Mirrors controller_utils.go
 * ActivePodsWithRanks. In order: without a node; Pending, Unknown, Running; not ready; lower deletion cost;
 * on nodes with more active pods of this Deployment; ready for less long (in powers of two, then UID); more
 * restarts; created later (in powers of two, then UID).
 *
 * What is still alike Kubernetes leaves to the order of its cache and to Go's sort. The cache's order is
 * chance; here pods are listed in order of creation, and sorted with Go's steps. Beyond EXACT_LIMIT pods,
 * alike ones go in order of creation instead, which spares sorting all of them for every batch.
 *
 * Left out: restarts of sidecars.
 */
import { Phase, UNBOUND } from "../../apiserver/pod-columns.ts";
import { cohortOf, type Cohort, type CohortKey, type PodCohorts } from "../../apiserver/pod-cohorts.ts";
import type { PodTable } from "../../apiserver/pod-table.ts";
import { goSort } from "./go-sort.ts";
import type { PodListing } from "./view.ts";

/** Pods of one ReplicaSet up to which the order is exactly Go's. */
export const EXACT_LIMIT = 2000;

/** Rows of the `count` pods that go first, ascending; `now` is wall-clock ms. */
export function podsToDelete(listing: PodListing, count: number, now: number): number[] {
  const { pods, owner } = listing;
  const active = pods.active(owner);
  if (count >= active) return pods.rowsOf(owner).filter((row) => pods.isActive(row));
  const onNodes = podsOnNodes(pods, listing.related);
  const rows =
    active <= EXACT_LIMIT
      ? exactly(listing, onNodes, now).slice(0, count)
      : byCohorts(pods.cohorts(owner), onNodes, count, now);
  return rows.toSorted((a, b) => a - b);
}

function exactly(
  { pods, owner }: PodListing,
  onNodes: ReadonlyMap<number, number>,
  now: number,
): number[] {
  const { columns } = pods;
  const rows = pods.rowsOf(owner).filter((row) => pods.isActive(row));
  const alike = new Map<string, Ranked>();
  const ranked = new Map<number, Ranked>();
  for (const row of rows) {
    const cohort = cohortOf(columns, row);
    const key = Object.values(cohort).join();
    const entry = alike.get(key) ?? { cohort, rank: onNodes.get(cohort.node) ?? 0 };
    alike.set(key, entry);
    ranked.set(row, entry);
  }
  goSort(rows, (a, b) => {
    const left = ranked.get(a)!;
    const right = ranked.get(b)!;
    if (left === right) return false;
    const order = compare(left, right, now);
    return order < 0 || (order === 0 && isDecidedByUid(left.cohort, right.cohort) && a < b);
  });
  return rows;
}

function byCohorts(
  cohorts: PodCohorts,
  onNodes: ReadonlyMap<number, number>,
  count: number,
  now: number,
): number[] {
  const ranked: Ranked<Cohort>[] = [];
  for (const cohort of cohorts) ranked.push({ cohort, rank: onNodes.get(cohort.node) ?? 0 });
  return take(cohorts, firstClasses(ranked, count, now), count);
}

interface Ranked<C extends CohortKey = CohortKey> {
  readonly cohort: C;
  /** Active pods of all related ReplicaSets on its node. */
  readonly rank: number;
}

function podsOnNodes(pods: PodTable, related: readonly number[]): Map<number, number> {
  const sums = new Map<number, number>();
  for (const owner of related) {
    for (const [node, count] of pods.onNode(owner)) sums.set(node, (sums.get(node) ?? 0) + count);
  }
  return sums;
}

/** Cohorts in order, only as many as can matter: those that are alike stand together. */
function firstClasses(
  ranked: readonly Ranked<Cohort>[],
  count: number,
  now: number,
): Ranked<Cohort>[][] {
  const sorted = ranked.toSorted((a, b) => compare(a, b, now));
  const classes: Ranked<Cohort>[][] = [];
  let pods = 0;
  for (const entry of sorted) {
    const last = classes.at(-1);
    if (last !== undefined && compare(last[0]!, entry, now) === 0) last.push(entry);
    else if (pods >= count) break;
    else classes.push([entry]);
    pods += entry.cohort.count;
  }
  return classes;
}

function take(
  cohorts: PodCohorts,
  classes: readonly (readonly Ranked<Cohort>[])[],
  count: number,
): number[] {
  const rows: number[] = [];
  for (const alike of classes) {
    const rest = count - rows.length;
    const first = alike.flatMap(({ cohort }) => cohorts.first(cohort, rest));
    const sorted = alike.length === 1 ? first : first.toSorted((a, b) => a - b);
    for (const row of sorted.slice(0, rest)) rows.push(row);
  }
  return rows;
}

const PHASE_ORDER: Readonly<Record<number, number>> = {
  [Phase.Pending]: 0,
  [Phase.Unknown]: 1,
  [Phase.Running]: 2,
};

function compare(a: Ranked, b: Ranked, now: number): number {
  const left = a.cohort;
  const right = b.cohort;
  return (
    Number(right.node === UNBOUND) - Number(left.node === UNBOUND) ||
    PHASE_ORDER[left.phase]! - PHASE_ORDER[right.phase]! ||
    Number(left.ready) - Number(right.ready) ||
    left.deletionCost - right.deletionCost ||
    b.rank - a.rank ||
    compareTimes(left, right, now)
  );
}

/** Times that differ, but not by a power of two. */
function isDecidedByUid(left: CohortKey, right: CohortKey): boolean {
  if (left.ready && right.ready && left.readyS !== right.readyS) return true;
  return left.createdS !== right.createdS;
}

function compareTimes(left: CohortKey, right: CohortKey, now: number): number {
  if (left.ready && right.ready && left.readyS !== right.readyS) {
    return ageClass(left.readyS, now) - ageClass(right.readyS, now);
  }
  if (left.restarts !== right.restarts) return right.restarts - left.restarts;
  if (left.createdS === right.createdS) return 0;
  return ageClass(left.createdS, now) - ageClass(right.createdS, now);
}

/** floor(log2(age in ns)), -1 for no age: what became ready 5 s and 7 s ago counts as alike. */
function ageClass(since: number, now: number): number {
  const ns = (now - since * 1000) * 1e6;
  if (ns <= 0) return -1;
  const high = Math.floor(ns / 0x1_0000_0000);
  return high > 0 ? 63 - Math.clz32(high) : 31 - Math.clz32(ns);
}
