/** What one sync of a Deployment reads, and the working copy that it carries along. */
import type { Deployment, ReplicaSet } from "../../api/apps.ts";
import type { Millis } from "../../api/meta.ts";
import { byName, compareText } from "../../api/order.ts";
import type { FeatureGates } from "../../features.ts";
import { int32 } from "./fenceposts.ts";

export type DeploymentFeatures = Omit<FeatureGates, "consistency">;

export interface DeploymentView {
  /** `namespace/name`. */
  readonly key: string;
  /** Wall-clock ms since 1970. */
  readonly now: Millis;
  /** From the cache; absent when it is gone. */
  readonly deployment: Deployment | undefined;
  /** All ReplicaSets of the namespace in the cache, in order of name. */
  readonly replicaSets: readonly ReplicaSet[];
  readonly features: DeploymentFeatures;
  /**
   * Pods of each ReplicaSet (by UID) that are not Failed or Succeeded; terminating ones count. Only Recreate
   * looks at them.
   */
  readonly nonTerminalPods: Readonly<Record<string, number>>;
}

/** The state of one sync: the view, and the Deployment as this sync has changed it so far. */
export interface DeploymentSync {
  readonly view: DeploymentView;
  d: Deployment;
  /** Its ReplicaSets as they were in the view; a sync asks several times. */
  found?: Revisions;
  /** When this sync set the Progressing condition; the API will cut off what is below a second. */
  progressingSince?: Millis;
}

/** The ReplicaSets of a Deployment: the one with its template, if any, and the others, oldest first. */
export interface Revisions {
  readonly next: ReplicaSet | undefined;
  readonly old: readonly ReplicaSet[];
}

/** Old ones first, as upstream lists them. */
export function allOf({ next, old }: Revisions): readonly ReplicaSet[] {
  return next === undefined ? old : [...old, next];
}

export function active(sets: readonly ReplicaSet[]): ReplicaSet[] {
  return sets.filter((rs) => rs.spec.replicas > 0);
}

/** Pods asked for. */
export function sumOfSpecs(sets: readonly ReplicaSet[]): number {
  return int32(sets.reduce((sum, rs) => sum + rs.spec.replicas, 0));
}

/** One counter of the status, summed; a counter that the API left out is 0. */
export function sumOfStatus(
  sets: readonly ReplicaSet[],
  counter: "replicas" | "readyReplicas" | "availableReplicas",
): number {
  return sets.reduce((sum, rs) => sum + (rs.status[counter] ?? 0), 0);
}

export function available(rs: ReplicaSet): number {
  return rs.status.availableReplicas ?? 0;
}

/** By creation, then name (controller.ReplicaSetsByCreationTimestamp). */
export function byCreation(a: ReplicaSet, b: ReplicaSet): number {
  const [left, right] = [a.metadata.creationTimestamp ?? "", b.metadata.creationTimestamp ?? ""];
  return compareText(left, right) || byName(a, b);
}
