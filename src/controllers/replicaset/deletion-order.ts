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
import { firstByCohorts } from "./deletion-cohorts.ts";
import { podsOnNodes } from "./deletion-keys.ts";
import { rowsInGoOrder } from "./deletion-exact.ts";
import { surplusByLabels } from "./pods-by-labels.ts";
import type { PodListing } from "./view.ts";

/** Pods of one ReplicaSet up to which the order is exactly Go's. */
export const EXACT_LIMIT = 2000;

/** Rows of the `count` pods that go first; up to the limit in that order. `now` is wall-clock ms. */
export function podsToDelete(listing: PodListing, count: number, now: number): number[] {
  const { pods, owner } = listing;
  if (listing.labels !== undefined) return surplusByLabels(listing, listing.labels, count, now);
  const active = pods.active(owner);
  if (count >= active) return pods.rowsOf(owner).filter((row) => pods.isActive(row));
  return active <= EXACT_LIMIT
    ? inGoOrder(listing, now, count)
    : firstByCohorts(listing, count, now);
}

/** Rows of the `count` active pods that go first (default all), in order. */
export function inGoOrder(
  { pods, owner, related }: PodListing,
  now: number,
  count?: number,
): number[] {
  const rows = pods.rowsOf(owner).filter((row) => pods.isActive(row));
  return rowsInGoOrder(pods, rows, podsOnNodes(pods, related), now, count);
}
