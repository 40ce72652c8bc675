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
import { Flag, UNBOUND } from "../../apiserver/pod-columns.ts";
import type { PodTable } from "../../apiserver/pod-table.ts";
import { firstByCohorts } from "./deletion-cohorts.ts";
import {
  compareTiers,
  compareTimes,
  podsOnNodes,
  type CohortKey,
  type TierKey,
} from "./deletion-keys.ts";
import { goSort } from "./go-sort.ts";
import { surplusByLabels } from "./label-counts.ts";
import type { PodListing } from "./view.ts";

/** Pods of one ReplicaSet up to which the order is exactly Go's. */
export const EXACT_LIMIT = 2000;

/** Rows of the `count` pods that go first, in that order; `now` is wall-clock ms. */
export function podsToDelete(listing: PodListing, count: number, now: number): number[] {
  const { pods, owner } = listing;
  if (listing.labels !== undefined) return surplusByLabels(listing, listing.labels, count, now);
  const active = pods.active(owner);
  if (count >= active) return pods.rowsOf(owner).filter((row) => pods.isActive(row));
  return active <= EXACT_LIMIT
    ? inGoOrder(listing, now).slice(0, count)
    : firstByCohorts(listing, count, now);
}

/** Rows of all active pods, those that go first in front. */
export function inGoOrder({ pods, owner, related }: PodListing, now: number): number[] {
  const rows = pods.rowsOf(owner).filter((row) => pods.isActive(row));
  return rowsInGoOrder(pods, rows, podsOnNodes(pods, related), now);
}

/** Of these rows, those that go first in front; `counts` as of `podsOnNodes`. */
export function rowsInGoOrder(
  pods: PodTable,
  rows: readonly number[],
  counts: readonly number[],
  now: number,
): number[] {
  const ranked = rows.map((row) => rankedPod(pods, counts, row));
  const order = rows.map((_, index) => index);
  goSort(order, (a, b) => {
    const difference = comparePods(ranked[a]!, ranked[b]!, now);
    return difference < 0 || (difference === 0 && isDecidedByUid(ranked[a]!, ranked[b]!) && a < b);
  });
  return order.map((index) => rows[index]!);
}

interface RankedPod extends TierKey, CohortKey {
  /** Active pods of all related ReplicaSets on its node. */
  readonly onNode: number;
}

function rankedPod({ columns }: PodTable, counts: readonly number[], row: number): RankedPod {
  const ready = (columns.flags[row]! & Flag.Ready) !== 0;
  return {
    bound: columns.node[row] !== UNBOUND,
    phase: columns.phase[row]!,
    ready,
    deletionCost: columns.deletionCost[row]!,
    readyS: ready ? columns.readyS[row]! : 0,
    restarts: columns.restarts[row]!,
    createdS: columns.createdS[row]!,
    onNode: counts[columns.node[row]! + 1]!,
  };
}

function comparePods(a: RankedPod, b: RankedPod, now: number): number {
  return compareTiers(a, b) || b.onNode - a.onNode || compareTimes(a, b, now);
}

/** Times that differ, but not by a power of two. */
function isDecidedByUid(a: CohortKey, b: CohortKey): boolean {
  return a.readyS !== b.readyS || a.createdS !== b.createdS;
}
