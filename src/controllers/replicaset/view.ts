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
  readonly ready: boolean;
  readonly available: boolean;
  /** ms until it becomes available; undefined where it is, or is not ready. */
  readonly untilAvailable: Millis | undefined;
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
    untilNextAvailable: pods.untilNextAvailable(owner, minReady, now),
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
  const ready = own.filter((row) => pods.isReady(row));
  const waits = ready.map((row) => untilAvailable(pods, row, minReady, now)).filter(isNumber);
  return {
    active: own.length,
    fullyLabeled,
    ready: ready.length,
    available: ready.length - waits.length,
    terminating,
    untilNextAvailable: waits.length === 0 ? undefined : Math.min(...waits),
  };
}

/** ms until a ready pod is available; undefined where it is already. */
export function untilAvailable(
  { columns }: PodTable,
  row: number,
  minReady: number,
  now: Millis,
): Millis | undefined {
  const wait = (columns.readyS[row]! + minReady) * 1000 - now;
  return minReady === 0 || wait <= 0 ? undefined : wait;
}

/** As `counts`, with pods that were orphans and are now ours. */
export function withAdopted(counts: PodCounts, adopted: readonly OrphanPod[]): PodCounts {
  const tally = (is: (pod: OrphanPod) => boolean): number => adopted.filter(is).length;
  const waits = [counts.untilNextAvailable, ...adopted.map((pod) => pod.untilAvailable)];
  const known = waits.filter(isNumber);
  return {
    active: counts.active + adopted.length,
    fullyLabeled: counts.fullyLabeled + tally((pod) => pod.fullyLabeled),
    ready: counts.ready + tally((pod) => pod.ready),
    available: counts.available + tally((pod) => pod.available),
    terminating: counts.terminating,
    untilNextAvailable: known.length === 0 ? undefined : Math.min(...known),
  };
}

function isNumber(value: number | undefined): value is number {
  return value !== undefined;
}
