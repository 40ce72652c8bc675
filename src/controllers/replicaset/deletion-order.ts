/**
 * Which pods of a ReplicaSet go first when there are too many. Mirrors controller_utils.go
 * ActivePodsWithRanks. In order: without a node; Pending, Unknown, Running; not ready; lower deletion cost;
 * on nodes with more active pods of this Deployment; ready for less long (in powers of two); more restarts;
 * created later (in powers of two). What is still alike goes in order of UID, the older pod first.
 *
 * Left out: restarts of sidecars; where two of the rules that compare in powers of two contradict each
 * other, Kubernetes leaves the order to its sort, we to the order above.
 */
import { Phase, UNBOUND } from "../../apiserver/pod-columns.ts";
import type { Cohort, PodCohorts } from "../../apiserver/pod-cohorts.ts";
import type { PodTable } from "../../apiserver/pod-table.ts";
import type { PodListing } from "./view.ts";

/** Rows of the `count` pods that go first, ascending; `now` is wall-clock ms. */
export function podsToDelete(listing: PodListing, count: number, now: number): number[] {
  const { pods, owner } = listing;
  if (count >= pods.active(owner)) {
    return pods.rowsOf(owner).filter((row) => pods.isActive(row));
  }
  const cohorts = pods.cohorts(owner);
  const ranked = rank(cohorts, podsOnNodes(pods, listing.related));
  return take(cohorts, firstClasses(ranked, count, now), count).toSorted((a, b) => a - b);
}

interface Ranked {
  readonly cohort: Cohort;
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

function rank(cohorts: PodCohorts, onNode: ReadonlyMap<number, number>): Ranked[] {
  const ranked: Ranked[] = [];
  for (const cohort of cohorts) ranked.push({ cohort, rank: onNode.get(cohort.node) ?? 0 });
  return ranked;
}

/** Cohorts in order, only as many as can matter: those that are alike stand together. */
function firstClasses(ranked: readonly Ranked[], count: number, now: number): Ranked[][] {
  const sorted = ranked.toSorted((a, b) => compare(a, b, now));
  const classes: Ranked[][] = [];
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
  classes: readonly (readonly Ranked[])[],
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

function compareTimes(left: Cohort, right: Cohort, now: number): number {
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
