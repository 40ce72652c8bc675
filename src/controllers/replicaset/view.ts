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
  /** Pods without an owner that match the selector; they count as soon as they are adopted. */
  readonly orphans: readonly OrphanPod[];
  /** Own pods that no longer match the selector: rows. They do not count. */
  readonly strays: readonly number[];
  /** Rows of the pods that are to go, where there are too many; with orphans: all, those first that go first. */
  readonly surplus: readonly number[];
}

export interface OrphanPod {
  readonly row: number;
  readonly fullyLabeled: boolean;
  readonly available: boolean;
  /** Since when it is ready, in seconds since 1970; undefined where it is not. */
  readonly readyS: number | undefined;
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
  /** The seconds since 1970 at which ready ones became so, in any order. */
  readonly readySeconds: readonly number[];
}

/** Where the pods of a ReplicaSet are listed. */
export interface PodListing {
  readonly pods: PodTable;
  /** How the table calls this ReplicaSet, and all ReplicaSets with the same controller. */
  readonly owner: number;
  readonly related: readonly number[];
  /** Where counting by owner is not enough, because pods or templates were edited. */
  readonly labels?: PodsByLabels;
}

/** What looking at the labels of pods has found. */
export interface PodsByLabels {
  readonly orphans: readonly OrphanPod[];
  readonly strays: readonly number[];
  /** Own active pods that match the selector, in order of names; then the orphans. */
  readonly claimed: readonly number[];
  /** Of the own ones: those that carry all labels of the template. */
  readonly fullyLabeled: number;
  readonly terminating: number;
  /** Active pods that related ReplicaSets select, by node number + 1; the first: those without a node. */
  readonly onNodes: readonly number[];
}

export function countPods(listing: PodListing, minReady: number, now: Millis): PodCounts {
  const { pods, owner, labels } = listing;
  if (labels !== undefined) return countByLabels(pods, labels, minReady, now);
  const active = pods.active(owner);
  return {
    active,
    fullyLabeled: active,
    ready: pods.ready(owner),
    available: pods.available(owner, minReady, now),
    terminating: pods.terminating(owner),
    readySeconds: pods.readySeconds(owner),
  };
}

function countByLabels(
  pods: PodTable,
  labels: PodsByLabels,
  minReady: number,
  now: Millis,
): PodCounts {
  const { claimed, orphans, fullyLabeled, terminating } = labels;
  const own = claimed.slice(0, claimed.length - orphans.length);
  const readySeconds = own
    .filter((row) => pods.isReady(row))
    .map((row) => pods.columns.readyS[row]!);
  return {
    active: own.length,
    fullyLabeled,
    ready: readySeconds.length,
    available: readySeconds.filter((since) => isAvailable(since, minReady, now)).length,
    terminating,
    readySeconds,
  };
}

/** Of a pod that is ready. */
export function isAvailable(readyS: number, minReady: number, now: Millis): boolean {
  return minReady === 0 || (readyS + minReady) * 1000 <= now;
}

/** ms until the next ready pod becomes available; undefined where none waits. */
export function untilNextAvailable(
  { readySeconds }: PodCounts,
  minReady: number,
  now: Millis,
): Millis | undefined {
  const waiting = readySeconds.filter((since) => !isAvailable(since, minReady, now));
  const first = waiting.reduce((least, since) => Math.min(least, since), Infinity);
  return waiting.length === 0 ? undefined : (first + minReady) * 1000 - now;
}

/** As `counts`, with pods that were orphans and are now ours. */
export function withAdopted(counts: PodCounts, adopted: readonly OrphanPod[]): PodCounts {
  const tally = (is: (pod: OrphanPod) => boolean): number => adopted.filter(is).length;
  const since = adopted.flatMap(({ readyS }) => (readyS === undefined ? [] : [readyS]));
  return {
    active: counts.active + adopted.length,
    fullyLabeled: counts.fullyLabeled + tally((pod) => pod.fullyLabeled),
    ready: counts.ready + since.length,
    available: counts.available + tally((pod) => pod.available),
    terminating: counts.terminating,
    readySeconds: [...counts.readySeconds, ...since],
  };
}
