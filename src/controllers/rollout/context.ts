/**
 * The state of one sync of a Rollout: what it found, and what it has changed so far.
 * Mirrors argo-rollouts rollout/context.go.
 */
import type { AnalysisRun } from "../../api/analysis.ts";
import type { ReplicaSet } from "../../api/apps.ts";
import type { Service } from "../../api/core.ts";
import type { Experiment } from "../../api/experiment.ts";
import { compact } from "../../api/json.ts";
import type { KubeObject, Millis } from "../../api/meta.ts";
import type { BlueGreenStatus, CanaryStatus, Rollout, RolloutStatus } from "../../api/rollout.ts";
import type { Answer } from "../../api/status.ts";
import type { RecordEvent } from "../reconcile.ts";
import { HASH_LABEL, REVISION, statusOf } from "./defaults.ts";
import { pauseCondition, type PauseContext } from "./pause.ts";
import type { RolloutView } from "./view.ts";

/** The analysis runs that the status names. */
export interface CurrentRuns {
  readonly step?: AnalysisRun | undefined;
  readonly background?: AnalysisRun | undefined;
  readonly prePromotion?: AnalysisRun | undefined;
  readonly postPromotion?: AnalysisRun | undefined;
}

export interface RolloutContext {
  readonly view: RolloutView;
  /** As it was read, or as this sync has written it. */
  rollout: Rollout;
  /** The one with the Rollout's template. */
  newRS: ReplicaSet | undefined;
  /** The one to go back to; absent before the first has been promoted. */
  stableRS: ReplicaSet | undefined;
  allRSs: readonly ReplicaSet[];
  /** Neither new nor stable. */
  others: readonly ReplicaSet[];
  /** Of the namespace, as this sync has switched them. */
  services: readonly Service[];
  runs: CurrentRuns;
  otherRuns: readonly AnalysisRun[];
  experiment: Experiment | undefined;
  /** The status as it is going to be. */
  next: RolloutStatus;
  readonly pause: PauseContext;
  /** After so many ms it wants to look again. */
  readonly wakes: Millis[];
  /** The new ReplicaSet was an old one whose scale-down deadline had not come. */
  readonly newIsWithinDelay: boolean;
}

/** Ends a sync with an error: it is tried again after the back-off of its key. */
export class SyncFailed extends Error {}

/** The value of an answer; a refusal ends the sync. */
export function got<T>(answer: Answer<T>): T {
  if (answer.ok) return answer.value;
  throw new SyncFailed(answer.status.message);
}

export function hashOf(rs: ReplicaSet | undefined): string {
  return rs?.metadata.labels?.[HASH_LABEL] ?? "";
}

/** 0 where there is none. */
export function revisionOf(object: KubeObject): number {
  return Number(object.metadata.annotations?.[REVISION] ?? 0);
}

export function event(
  c: RolloutContext,
  reason: string,
  message: string,
  type: "Normal" | "Warning" = "Normal",
): RecordEvent {
  return { do: "event", about: c.rollout, type, reason, message };
}

export function wakeAt(c: RolloutContext, at: Millis): void {
  if (at > c.view.now) c.wakes.push(at - c.view.now);
}

/** Changes fields of status.canary; undefined removes one. */
export function setCanaryStatus(
  c: RolloutContext,
  change: { readonly [K in keyof CanaryStatus]?: CanaryStatus[K] | undefined },
): void {
  c.next = { ...c.next, canary: compact({ ...c.next.canary, ...change }) as CanaryStatus };
}

export function setBlueGreenStatus(
  c: RolloutContext,
  change: { readonly [K in keyof BlueGreenStatus]?: BlueGreenStatus[K] | undefined },
): void {
  c.next = { ...c.next, blueGreen: compact({ ...c.next.blueGreen, ...change }) as BlueGreenStatus };
}

/** Keeps a changed ReplicaSet in all places where the sync has it. */
export function replaceSet(c: RolloutContext, rs: ReplicaSet): void {
  const { name } = rs.metadata;
  const swap = (old: ReplicaSet): ReplicaSet => (old.metadata.name === name ? rs : old);
  c.allRSs = c.allRSs.map(swap);
  c.others = c.others.map(swap);
  if (c.newRS !== undefined) c.newRS = swap(c.newRS);
  if (c.stableRS !== undefined) c.stableRS = swap(c.stableRS);
}

/** Why nothing may be scaled or switched now; undefined: it may. */
export function haltReason(c: RolloutContext): string | undefined {
  if (c.rollout.spec.paused === true) return "spec.paused is set";
  const inconclusive = pauseCondition(statusOf(c.rollout), "InconclusiveAnalysisRun");
  return inconclusive === undefined ? undefined : "an analysis was inconclusive";
}

/** ReplicaSets of the canary's arithmetic. */
export function canarySets(c: RolloutContext): {
  readonly newRS: ReplicaSet | undefined;
  readonly stableRS: ReplicaSet | undefined;
  readonly others: readonly ReplicaSet[];
} {
  return { newRS: c.newRS, stableRS: c.stableRS, others: c.others };
}
