/**
 * When an update is over: the new pods become the stable ones. Mirrors argo-rollouts rollout/sync.go
 * (shouldFullPromote, promoteStable, resetRolloutStatus, reconcileRevisionHistoryLimit).
 */
import type { RolloutStatus } from "../../api/rollout.ts";
import { decide } from "../decisions.ts";
import { available, byCreation } from "../deployment/view.ts";
import { write, type Steps } from "../reconcile.ts";
import { currentStep } from "./canary-steps.ts";
import { Reason } from "./conditions.ts";
import { event, hashOf, revisionOf, SyncFailed, type RolloutContext } from "./context.ts";
import {
  blueGreenOf,
  canaryOf,
  HASH_LABEL,
  replicasOf,
  REVISION_HISTORY_LIMIT,
  statusOf,
} from "./defaults.ts";
import { isAborted } from "./pause.ts";
import { progressThresholdMet } from "./replica-counts.ts";
import { isFastRollback, isWithinWindow } from "./rollback.ts";

/** Why the new ReplicaSet is to be the stable one; undefined: not yet. */
export function promotionReason(c: RolloutContext, next: RolloutStatus): string | undefined {
  if (c.stableRS === undefined) return "Initial deploy";
  return canaryOf(c.rollout) === undefined ? blueGreenReason(c, next) : canaryReason(c);
}

function canaryReason(c: RolloutContext): string | undefined {
  const { rollout, newRS } = c;
  if (isAborted(c.pause, rollout) || newRS === undefined) return undefined;
  const replicas = replicasOf(rollout);
  if (available(newRS) < replicas && !progressThresholdMet(rollout, newRS, replicas)) {
    return undefined;
  }
  const shortcut = shortcutReason(c);
  if (shortcut !== undefined) return shortcut;
  const steps = canaryOf(rollout)?.steps?.length ?? 0;
  const done = steps === 0 || currentStep(rollout)?.index === steps;
  return done ? `Completed all ${steps} canary steps` : undefined;
}

function blueGreenReason(c: RolloutContext, next: RolloutStatus): string | undefined {
  const active = next.blueGreen?.activeSelector ?? "";
  if (active === "") return "Initial deploy";
  if (active !== next.currentPodHash) return undefined;
  const shortcut = shortcutReason(c);
  if (shortcut !== undefined) return shortcut;
  if (isAborted(c.pause, c.rollout)) return undefined;
  const analysed = c.runs.postPromotion?.status?.phase === "Successful";
  if (blueGreenOf(c.rollout)?.postPromotionAnalysis !== undefined && !analysed) return undefined;
  return "Completed blue-green update";
}

function shortcutReason(c: RolloutContext): string | undefined {
  if (statusOf(c.rollout).promoteFull === true) return "Full promotion requested";
  if (!isFastRollback(c)) return undefined;
  return isWithinWindow(c) ? "Rollback within window" : "Fast rollback";
}

export function* promoteStable(
  c: RolloutContext,
  status: RolloutStatus,
  reason: string,
): Steps<RolloutStatus> {
  c.pause.conditions = "cleared";
  c.pause.abort = "removed";
  const steps = canaryOf(c.rollout)?.steps?.length ?? 0;
  const { currentStepIndex: _, ...rest } = status;
  const { scaleUpPreviewCheckPoint: _checked, ...blueGreen } = status.blueGreen ?? {};
  const next: RolloutStatus = {
    ...rest,
    promoteFull: false,
    ...(steps > 0 ? { currentStepIndex: steps } : {}),
    blueGreen,
  };
  const hash = next.currentPodHash ?? "";
  if (next.stableRS === hash) return next;
  const revision = revisionOf(c.rollout);
  yield decide("rollout/promote", { revision, hash, reason });
  const done = `Rollout completed update to revision ${revision} (${hash}): ${reason}`;
  yield event(c, Reason.completed, done);
  if (scalesWorkloadDown(c, revision)) yield* scaleWorkload(c, 0);
  return { ...next, stableRS: hash };
}

function scalesWorkloadDown(c: RolloutContext, revision: number): boolean {
  const { workloadRef } = c.rollout.spec;
  return revision === 1 && workloadRef?.scaleDown === "onsuccess";
}

export function* scaleWorkload(c: RolloutContext, replicas: number): Steps<void> {
  const { workload } = c.view;
  if (workload === undefined || workload.spec.replicas === replicas) return;
  const patch = { spec: { replicas } };
  yield decide("rollout/workload/scale", { deployment: workload.metadata.name, replicas });
  yield* write({ do: "patch", resource: "deployments", object: workload, type: "merge", patch });
}

/** resetRolloutStatus: an update begins. */
export function resetStatus(c: RolloutContext, status: RolloutStatus): RolloutStatus {
  c.pause.conditions = "cleared";
  c.pause.abort = "removed";
  const { restartAt } = c.rollout.spec;
  const { currentStepIndex: _i, restartedAt: _r, canary = {}, blueGreen = {}, ...rest } = status;
  const {
    currentStepAnalysisRunStatus: _s,
    currentBackgroundAnalysisRunStatus: _b,
    ...keptCanary
  } = canary;
  const { activeSelector, previewSelector } = blueGreen;
  const steps = canaryOf(c.rollout)?.steps?.length ?? 0;
  return {
    ...rest,
    promoteFull: false,
    canary: keptCanary,
    blueGreen: {
      ...(activeSelector === undefined ? {} : { activeSelector }),
      ...(previewSelector === undefined ? {} : { previewSelector }),
    },
    ...(restartAt === undefined ? {} : { restartedAt: restartAt }),
    ...(steps > 0 ? { currentStepIndex: 0 } : {}),
  };
}

/** Old ReplicaSets without pods beyond the limit go, the oldest first, with their analysis runs. */
export function* trimHistory(c: RolloutContext): Steps<void> {
  const limit = c.rollout.spec.revisionHistoryLimit ?? REVISION_HISTORY_LIMIT;
  const old = c.others.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const excess = old.length - limit;
  if (excess <= 0) return;
  for (const rs of old.toSorted(byCreation).slice(0, excess)) {
    const { name, generation = 0 } = rs.metadata;
    const { replicas, observedGeneration = 0 } = rs.status;
    if (replicas !== 0 || rs.spec.replicas !== 0 || generation > observedGeneration) continue;
    yield decide("rollout/history/trim", { old: old.length, limit, replicaSet: name });
    const answer = yield* write({ do: "delete", resource: "replicasets", object: rs });
    if (!answer.ok && answer.status.reason !== "NotFound") {
      throw new SyncFailed(answer.status.message);
    }
    const runs = c.otherRuns.filter((run) => run.metadata.labels?.[HASH_LABEL] === hashOf(rs));
    for (const object of runs) yield* write({ do: "delete", resource: "analysisruns", object });
  }
}
