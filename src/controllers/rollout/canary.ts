/**
 * The canary strategy: a part of the traffic goes to the new pods, step by step.
 * Mirrors argo-rollouts rollout/canary.go.
 *
 * Left out: step plugins, ping-pong Services, target groups of AWS.
 */
import type { ReplicaSet } from "../../api/apps.ts";
import type { RolloutStatus } from "../../api/rollout.ts";
import { decide } from "../decisions.ts";
import { active, available, byCreation, sumOfSpecs, sumOfStatus } from "../deployment/view.ts";
import { DONE, type Steps, type Verdict } from "../reconcile.ts";
import { reconcileAnalysis } from "./analysis.ts";
import { canaryReplicasOrWeight, currentStep, pauseSeconds, stepText } from "./canary-steps.ts";
import { Reason } from "./conditions.ts";
import {
  canarySets,
  event,
  haltReason,
  hashOf,
  revisionOf,
  wakeAt,
  type RolloutContext,
} from "./context.ts";
import { canaryOf, maxUnavailable, replicasOf, routesTraffic, statusOf } from "./defaults.ts";
import { reconcileExperiments } from "./experiment-step.ts";
import { podTemplateHash, stepHash } from "./hash.ts";
import { syncRevision } from "./new-replica-set.ts";
import { canaryPauseIsOver, endOf, isAborted, pauseCondition, wasResumed } from "./pause.ts";
import { isFullyPromoted } from "./phase.ts";
import { promoteStable, promotionReason, resetStatus, trimHistory } from "./promote.ts";
import { atDesiredCounts, canaryCounts, stableExists } from "./replica-counts.ts";
import { restartPods } from "./restart.ts";
import { isWithinWindow } from "./rollback.ts";
import {
  deadlineOf,
  isReferenced,
  removeDeadlines,
  scale,
  scaleNew,
  sizeDuringDelay,
} from "./scale.ts";
import { reconcileCanaryServices } from "./service.ts";
import { baseStatus, countOf, persist } from "./status.ts";
import { reconcileTrafficRouting } from "./trafficrouting/reconcile.ts";
import { reconcileEphemeralMetadata } from "./ephemeral-metadata.ts";
import { scaleWorkloadProgressively } from "./template-ref.ts";

export function* rolloutCanary(c: RolloutContext): Steps<Verdict> {
  yield* syncRevision(c);
  if (templateOrStepsChanged(c)) return yield* syncStatus(c);
  if ((yield* restartPods(c)) === "restarted") return DONE;
  yield* reconcileEphemeralMetadata(c);
  yield* trimHistory(c);
  yield* reconcileCanaryServices(c);
  yield* reconcileTrafficRouting(c);
  yield* reconcileExperiments(c);
  yield* reconcileAnalysis(c);
  if (c.pause.add.length > 0) return yield* syncStatus(c);
  if (!(yield* reconcileReplicaSets(c))) yield* reconcilePause(c);
  return yield* syncStatus(c);
}

/** PodTemplateOrStepsChanged: an update begins, or begins anew. */
function templateOrStepsChanged(c: RolloutContext): boolean {
  const { currentStepHash = "" } = statusOf(c.rollout);
  const changed = currentStepHash !== stepHash(canaryOf(c.rollout)?.steps);
  return currentStepHash === "" || changed || templateChanged(c);
}

/** CheckPodSpecChange. */
export function templateChanged(c: RolloutContext): boolean {
  const { currentPodHash = "", collisionCount } = statusOf(c.rollout);
  if (currentPodHash === "") return false;
  const hash =
    c.newRS === undefined
      ? podTemplateHash(c.rollout.spec.template, collisionCount)
      : hashOf(c.newRS);
  return currentPodHash !== hash;
}

/** reconcileCanaryReplicaSets: one kind a sync, stable first. Whether anything was resized. */
export function* reconcileReplicaSets(c: RolloutContext): Steps<boolean> {
  const halt = haltReason(c);
  if (halt !== undefined) {
    yield decide("rollout/halted", { rollout: c.rollout.metadata.name, reason: halt });
    return false;
  }
  yield* removeDeadlines(c);
  if (yield* reconcileStable(c)) return true;
  if (yield* reconcileNew(c)) return true;
  return yield* reconcileOthers(c);
}

function* reconcileStable(c: RolloutContext): Steps<boolean> {
  if (!stableExists(c.newRS, c.stableRS)) return false;
  // With the weights that were in force: pods follow traffic, one sync behind.
  const { stable } = canaryCounts(c.rollout, canarySets(c), statusOf(c.rollout).canary?.weights);
  if (c.stableRS.spec.replicas !== stable) {
    yield decide("rollout/canary/scale-stable", weighed(c, c.stableRS, stable));
  }
  return yield* scale(c, c.stableRS, stable);
}

function* reconcileNew(c: RolloutContext): Steps<boolean> {
  if (c.newRS === undefined) return false;
  const { canary } = canaryCounts(c.rollout, canarySets(c), c.next.canary?.weights);
  if (c.newRS.spec.replicas !== canary) {
    yield decide("rollout/canary/scale-new", weighed(c, c.newRS, canary));
  }
  const scaled = yield* scaleNew(c, canary);
  yield* scaleWorkloadProgressively(c);
  return scaled;
}

function weighed(
  c: RolloutContext,
  rs: ReplicaSet,
  to: number,
): Readonly<Record<string, number | string>> {
  const { replicas, weight } = canaryReplicasOrWeight(c.rollout, c.newRS, c.stableRS);
  const aim = replicas === undefined ? `weight ${weight}` : `${replicas} canary pods`;
  const { name } = rs.metadata;
  return { replicaSet: name, from: rs.spec.replicas, to, aim, replicas: replicasOf(c.rollout) };
}

/** scaleDownOldReplicaSetsForCanary: what is neither new nor stable goes, unhealthy pods first. */
function* reconcileOthers(c: RolloutContext): Steps<boolean> {
  if (sumOfSpecs(active(c.others)) === 0) return false;
  let scaled = yield* cleanupUnhealthy(c);
  const floor = replicasOf(c.rollout) - maxUnavailable(c.rollout);
  const there = sumOfStatus(c.allRSs, "availableReplicas");
  let spare = there - floor;
  if (spare <= 0) {
    yield decide("rollout/canary/none-to-spare", { available: there, floor });
    return false;
  }
  const waiting = { count: 0 };
  const newestFirst = active(c.others).toSorted((a, b) => revisionOf(b) - revisionOf(a));
  for (const rs of newestFirst) {
    if (spare <= 0) break;
    if (routesTraffic(c.rollout) && isReferenced(c, rs)) {
      yield decide("rollout/old/still-referenced", { replicaSet: rs.metadata.name });
      continue;
    }
    const from = rs.spec.replicas;
    const to = yield* sizeOfOld(c, rs, waiting, spare);
    if (from === to) continue;
    const current = c.allRSs.find(({ metadata }) => metadata.name === rs.metadata.name) ?? rs;
    yield decide("rollout/canary/scale-old", { replicaSet: rs.metadata.name, from, to, spare });
    yield* scale(c, current, to);
    spare -= from - to;
    scaled = true;
  }
  return scaled;
}

function* sizeOfOld(
  c: RolloutContext,
  rs: ReplicaSet,
  waiting: { count: number },
  spare: number,
): Steps<number> {
  if (!routesTraffic(c.rollout)) return Math.max(0, rs.spec.replicas - spare);
  const isOldStable = isFullyPromoted(c.rollout) || deadlineOf(rs) !== undefined;
  // One of an update that was overtaken gets no traffic, and with dynamicStableScale no delay is asked for.
  if (!isOldStable || canaryOf(c.rollout)?.dynamicStableScale === true) return 0;
  return yield* sizeDuringDelay(c, rs, waiting, rs.spec.replicas);
}

function* cleanupUnhealthy(c: RolloutContext): Steps<boolean> {
  let scaled = false;
  for (const rs of active(c.others).toSorted(byCreation)) {
    const from = rs.spec.replicas;
    const to = available(rs);
    if (from <= to) continue;
    yield decide("rollout/old/unhealthy-first", { replicaSet: rs.metadata.name, from, to });
    scaled = (yield* scale(c, rs, to)) || scaled;
  }
  return scaled;
}

/** reconcileCanaryPause. */
function* reconcilePause(c: RolloutContext): Steps<void> {
  const { rollout } = c;
  const status = statusOf(rollout);
  const current = currentStep(rollout);
  if (rollout.spec.paused === true || status.promoteFull === true) return;
  if (current?.step?.pause === undefined) return;
  const paused = pauseCondition(status, "CanaryPauseStep");
  if (paused === undefined) {
    if (!wasResumed(rollout, "CanaryPauseStep")) c.pause.add.push("CanaryPauseStep");
    return;
  }
  const seconds = pauseSeconds(current.step);
  if (seconds === undefined) {
    yield decide("rollout/pause/until-promoted", { step: current.index + 1 });
    return;
  }
  const left = Math.ceil((endOf(paused, seconds) - c.view.now) / 1000);
  if (left <= 0) return;
  yield decide("rollout/pause/lasts", { step: current.index + 1, seconds: left });
  wakeAt(c, endOf(paused, seconds));
}

/** completedCurrentCanaryStep. */
function* stepIsDone(c: RolloutContext): Steps<boolean> {
  const { rollout } = c;
  const current = currentStep(rollout);
  if (rollout.spec.paused === true || current?.step === undefined) return false;
  const { step } = current;
  if (step.pause !== undefined) return canaryPauseIsOver(rollout, step, c.view.now);
  if (step.setWeight !== undefined || step.setCanaryScale !== undefined) {
    if (atDesiredCounts(rollout, canarySets(c), c.next.canary?.weights)) return true;
    const { canary, stable } = canaryCounts(rollout, canarySets(c), c.next.canary?.weights);
    yield decide("rollout/canary/waits-for-pods", {
      step: stepText(step),
      canary,
      stable,
      availableCanary: c.newRS === undefined ? 0 : available(c.newRS),
      stablePods: c.stableRS?.status.replicas ?? 0,
    });
    return false;
  }
  if (step.experiment !== undefined) return c.experiment?.status?.phase === "Successful";
  if (step.analysis !== undefined) return c.runs.step?.status?.phase === "Successful";
  return step.setHeaderRoute !== undefined || step.setMirrorRoute !== undefined;
}

/** syncRolloutStatusCanary. */
function* syncStatus(c: RolloutContext): Steps<Verdict> {
  yield* persist(c, yield* nextStatus(c));
  return DONE;
}

function* nextStatus(c: RolloutContext): Steps<RolloutStatus> {
  const { rollout } = c;
  const before = statusOf(rollout);
  const steps = canaryOf(rollout)?.steps ?? [];
  let next: RolloutStatus = {
    ...baseStatus(c),
    ...countOf(c.allRSs, rollout.spec.selector),
    ...(before.stableRS === undefined ? {} : { stableRS: before.stableRS }),
    currentStepHash: stepHash(canaryOf(rollout)?.steps),
  };
  next = {
    ...next,
    promoteFull: next.currentPodHash !== next.stableRS && before.promoteFull === true,
  };
  if (templateOrStepsChanged(c)) return yield* updateBegins(c, resetStatus(c, next));
  let index = currentStep(rollout)?.index;
  if (before.promoteFull === true || isWithinWindow(c)) {
    c.pause.conditions = "cleared";
    c.pause.abort = "removed";
    if (steps.length > 0) index = steps.length;
  }
  const reason = promotionReason(c, next);
  if (reason !== undefined) return yield* promoteStable(c, next, reason);
  if (isAborted(c.pause, rollout)) {
    const back = next.stableRS === next.currentPodHash ? steps.length : 0;
    return steps.length > 0 ? { ...next, currentStepIndex: back } : next;
  }
  const step = index === undefined ? undefined : steps[index];
  if (index !== undefined && step !== undefined && (yield* stepIsDone(c))) {
    index++;
    const { currentStepAnalysisRunStatus: _, ...canary } = next.canary ?? {};
    next = { ...next, canary };
    const text = `Rollout step ${index}/${steps.length} completed (${stepText(step)})`;
    yield decide("rollout/canary/step-done", {
      step: stepText(step),
      done: index,
      steps: steps.length,
    });
    yield event(c, Reason.stepCompleted, text);
    c.pause.remove.push("CanaryPauseStep");
  }
  return index === undefined ? next : { ...next, currentStepIndex: index };
}

function* updateBegins(c: RolloutContext, next: RolloutStatus): Steps<RolloutStatus> {
  const steps = canaryOf(c.rollout)?.steps?.length ?? 0;
  if (c.newRS === undefined || steps === 0) return next;
  const toStable = statusOf(c.rollout).stableRS === hashOf(c.newRS);
  if (!toStable && !(isWithinWindow(c) && c.newRS.spec.replicas > 0)) {
    if (next.currentPodHash !== statusOf(c.rollout).currentPodHash) {
      yield decide("rollout/canary/begins", { hash: hashOf(c.newRS), steps });
    }
    return next;
  }
  const message = toStable
    ? "Rollback to stable ReplicaSets"
    : "Rollback to active ReplicaSets within RollbackWindow";
  yield decide("rollout/canary/skip-steps", { hash: hashOf(c.newRS), why: message });
  yield event(c, "SkipSteps", message);
  return { ...next, currentStepIndex: steps };
}
