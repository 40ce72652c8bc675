/** What one sync of a ReplicaSet reads. */
import type { ReplicaSet } from "../../api/apps.ts";
import type { Millis } from "../../api/meta.ts";
import type { PodTable } from "../../apiserver/pod-table.ts";

export interface ReplicaSetFeatures {
  /** DeploymentReplicaSetTerminatingReplicas (on since 1.35): count terminating pods in the status. */
  readonly terminatingReplicas: boolean;
}

export interface ReplicaSetView {
  /** `namespace/name`. */
  readonly key: string;
  /** Wall-clock ms since 1970. */
  readonly now: Millis;
  /** From the cache; absent when it is gone. */
  readonly replicaSet: ReplicaSet | undefined;
  readonly features: ReplicaSetFeatures;
  /** The caches are older than what this controller last wrote for this ReplicaSet. */
  readonly stale: boolean;
  /** Creations and deletions asked for earlier that no watch event has confirmed yet. */
  readonly awaited: { readonly creations: number; readonly deletions: number } | undefined;
  /** The pods in the cache, before this sync writes anything. */
  readonly counts: PodCounts;
  /** Pods without an owner that match the selector, and own pods that no longer do: rows. */
  readonly orphans: readonly number[];
  readonly strays: readonly number[];
  /** Rows of the pods that are to go, where there are too many. */
  readonly surplus: readonly number[];
}

/** Pods that one sync creates or deletes at the most (BurstReplicas). */
export const BURST = 500;

/** The counters of the pods as listed, before this sync writes anything. */
export interface PodCounts {
  readonly active: number;
  readonly fullyLabeled: number;
  readonly ready: number;
  readonly available: number;
  readonly terminating: number;
  /** ms until the next ready pod becomes available. */
  readonly untilNextAvailable: Millis | undefined;
}

/** Where the pods of a ReplicaSet are listed. */
export interface PodListing {
  readonly pods: PodTable;
  /** How the table calls this ReplicaSet, and all ReplicaSets with the same controller. */
  readonly owner: number;
  readonly related: readonly number[];
  readonly orphans: readonly number[];
  readonly strays: readonly number[];
  /** Own pods that do not carry all labels of the template. */
  readonly unlabeled: number;
}

export function countPods(listing: PodListing, minReady: number, now: Millis): PodCounts {
  const { pods, owner } = listing;
  const counts = {
    active: pods.active(owner),
    ready: pods.ready(owner),
    available: pods.available(owner, minReady, now),
  };
  const { readyS } = pods.columns;
  const tally = (row: number, sign: 1 | -1): void => {
    if (!pods.isActive(row)) return;
    counts.active += sign;
    if (!pods.isReady(row)) return;
    counts.ready += sign;
    if (minReady === 0 || (readyS[row]! + minReady) * 1000 <= now) counts.available += sign;
  };
  for (const row of listing.orphans) tally(row, 1);
  for (const row of listing.strays) tally(row, -1);
  return {
    ...counts,
    fullyLabeled: counts.active - listing.unlabeled,
    terminating: pods.terminating(owner),
    untilNextAvailable: pods.untilNextAvailable(owner, minReady, now),
  };
}
