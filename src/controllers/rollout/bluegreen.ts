/**
 * The blue-green strategy: all new pods are there before traffic switches to them at once.
 * Mirrors argo-rollouts rollout/bluegreen.go.
 */
import type { ReplicaSet } from "../../api/apps.ts";
import type { Service } from "../../api/core.ts";
import type { Rollout, RolloutStatus } from "../../api/rollout.ts";
import { decide } from "../decisions.ts";
import { active, available, sumOfSpecs } from "../deployment/view.ts";
import { DONE, type Steps, type Verdict } from "../reconcile.ts";
import { reconcileAnalysis, skipsPostPromotion } from "./analysis.ts";
import { templateChanged } from "./canary.ts";
import { isSaturated } from "./conditions-of-sync.ts";
import { haltReason, hashOf, revisionOf, wakeAt, type RolloutContext } from "./context.ts";
import { blueGreenOf, HASH_LABEL, replicasOf, statusOf } from "./defaults.ts";
import { reconcileEphemeralMetadata } from "./ephemeral-metadata.ts";
import { syncRevision } from "./new-replica-set.ts";
import { blueGreenPauseIsOver, endOf, pauseCondition } from "./pause.ts";
import { promoteStable, promotionReason, resetStatus, trimHistory } from "./promote.ts";
import { restartPods } from "./restart.ts";
import { isFastRollback, isWithinWindow } from "./rollback.ts";
import { isReferenced, removeDeadlines, scale, scaleNew, sizeDuringDelay } from "./scale.ts";
import { reconcilePreview, selectorHash, serviceOf, switchSelector } from "./service.ts";
import { baseStatus, countOf, persist } from "./status.ts";
import { scaleWorkloadProgressively } from "./template-ref.ts";

interface Switch {
  activeService: Service;
  previewService: Service | undefined;
}

export function* rolloutBlueGreen(c: RolloutContext): Steps<Verdict> {
  const services = servicesOf(c);
  yield* syncRevision(c);
  if (services.previewService !== undefined) {
    services.previewService = yield* reconcilePreview(c, services.previewService);
  }
  if (templateChanged(c)) return yield* syncStatus(c, services);
  yield* restartPods(c);
  yield* reconcileReplicaSets(c);
  yield* reconcilePause(c, services.activeService);
  services.activeService = yield* reconcileActive(c, services.activeService);
  yield* reconcileAnalysis(c);
  yield* reconcileEphemeralMetadata(c);
  return yield* syncStatus(c, services);
}

function servicesOf(c: RolloutContext): Switch {
  const { activeService = "", previewService = "" } = blueGreenOf(c.rollout) ?? {};
  return {
    previewService: previewService === "" ? undefined : serviceOf(c, previewService),
    activeService: serviceOf(c, activeService),
  };
}

/** reconcileBlueGreenReplicaSets. */
export function* reconcileReplicaSets(c: RolloutContext): Steps<void> {
  yield* removeDeadlines(c);
  if (c.stableRS !== undefined) yield* scale(c, c.stableRS, replicasOf(c.rollout));
  if (c.newRS !== undefined) {
    const wanted = newReplicas(c);
    const { name } = c.newRS.metadata;
    if (wanted !== c.newRS.spec.replicas) {
      yield decide("rollout/blue-green/scale-new", {
        replicaSet: name,
        from: c.newRS.spec.replicas,
        to: wanted,
      });
    }
    yield* scaleNew(c, wanted);
    yield* scaleWorkloadProgressively(c);
  }
  if (sumOfSpecs(active(c.others)) > 0) yield* scaleDownOld(c);
  yield* trimHistory(c);
}

/** NewRSNewReplicas: previewReplicaCount until the preview has been looked at. */
function newReplicas(c: RolloutContext): number {
  const { rollout, newRS } = c;
  const replicas = replicasOf(rollout);
  const preview = blueGreenOf(rollout)?.previewReplicaCount;
  if (preview === undefined || newRS === undefined) return replicas;
  const status = statusOf(rollout);
  const activeHash = status.blueGreen?.activeSelector ?? "";
  const activeRS = activeHash === "" ? undefined : c.allRSs.find((rs) => hashOf(rs) === activeHash);
  if (activeRS === undefined || activeRS.metadata.name === newRS.metadata.name) return replicas;
  if (status.promoteFull === true) return replicas;
  if (hashOf(newRS) !== status.currentPodHash) return preview;
  const paused = rollout.spec.paused === true || (status.pauseConditions ?? []).length > 0;
  return !paused && status.blueGreen?.scaleUpPreviewCheckPoint === true ? replicas : preview;
}

/** scaleDownOldReplicaSetsForBlueGreen. */
function* scaleDownOld(c: RolloutContext): Steps<void> {
  const { rollout } = c;
  if (pauseCondition(statusOf(rollout), "InconclusiveAnalysisRun") !== undefined) return;
  const blueGreen = blueGreenOf(rollout);
  const run = c.runs.postPromotion;
  const analyses =
    blueGreen?.postPromotionAnalysis !== undefined &&
    blueGreen.scaleDownDelaySeconds === undefined &&
    !skipsPostPromotion(c);
  if (analyses && run?.status?.phase !== "Successful") {
    yield decide("rollout/blue-green/old-awaits-analysis", { rollout: rollout.metadata.name });
    return;
  }
  const waiting = { count: 0 };
  const newestFirst = active(c.others).toSorted((a, b) => revisionOf(b) - revisionOf(a));
  for (const rs of newestFirst) {
    if (isReferenced(c, rs)) continue;
    const to = yield* sizeDuringDelay(c, rs, waiting, replicasOf(rollout));
    const current = c.allRSs.find(({ metadata }) => metadata.name === rs.metadata.name) ?? rs;
    if (current.spec.replicas !== to) yield* scale(c, current, to);
  }
}

/** ReadyForPause: the new ReplicaSet has the pods that it is meant to have now. */
function isReadyForPause(c: RolloutContext): c is RolloutContext & { newRS: ReplicaSet } {
  const { newRS } = c;
  const wanted = newReplicas(c);
  return newRS?.spec.replicas === wanted && available(newRS) === wanted;
}

/** isBlueGreenFastTracked. */
function isFastTracked(c: RolloutContext, activeService: Service): boolean {
  if (isFastRollback(c) || statusOf(c.rollout).promoteFull === true) return true;
  const hash = activeService.spec.selector?.[HASH_LABEL];
  return hash === undefined || hash === hashOf(c.newRS);
}

function needsPause(rollout: Rollout): boolean {
  const { autoPromotionEnabled = true, autoPromotionSeconds = 0 } = blueGreenOf(rollout) ?? {};
  return !autoPromotionEnabled || autoPromotionSeconds > 0;
}

/** reconcileBlueGreenPause. */
function* reconcilePause(c: RolloutContext, activeService: Service): Steps<void> {
  const { rollout } = c;
  const status = statusOf(rollout);
  if (status.abort === true || !isReadyForPause(c) || haltReason(c) !== undefined) return;
  const passed = status.blueGreen?.scaleUpPreviewCheckPoint === true;
  if (isFastTracked(c, activeService) || passed || !needsPause(rollout)) {
    c.pause.remove.push("BlueGreenPause");
    return;
  }
  if (!prePromotionIsDone(c)) {
    yield decide("rollout/blue-green/awaits-analysis", { rollout: rollout.metadata.name });
    return;
  }
  const paused = pauseCondition(status, "BlueGreenPause");
  if (paused === undefined) {
    if (status.controllerPause !== true) c.pause.add.push("BlueGreenPause");
    return;
  }
  if (blueGreenPauseIsOver(c.pause, rollout, c.view.now)) {
    c.pause.remove.push("BlueGreenPause");
    return;
  }
  const { autoPromotionSeconds = 0 } = blueGreenOf(rollout) ?? {};
  if (autoPromotionSeconds > 0) wakeAt(c, endOf(paused, autoPromotionSeconds));
}

/** completedPrePromotionAnalysis. */
function prePromotionIsDone(c: RolloutContext): boolean {
  if (blueGreenOf(c.rollout)?.prePromotionAnalysis === undefined) return true;
  return c.runs.prePromotion?.status?.phase === "Successful";
}

/** reconcileActiveService. */
function* reconcileActive(c: RolloutContext, service: Service): Steps<Service> {
  if (haltReason(c) !== undefined) return service;
  if (!isReadyForPause(c) || !isSaturated(c, c.newRS)) {
    const { name } = c.newRS?.metadata ?? { name: "" };
    const there = c.newRS === undefined ? 0 : available(c.newRS);
    const needed = replicasOf(c.rollout);
    yield decide("rollout/blue-green/not-saturated", {
      replicaSet: name,
      available: there,
      needed,
    });
    return service;
  }
  let to = selectorHash(service);
  if (isFastTracked(c, service)) to = hashOf(c.newRS);
  if (blueGreenPauseIsOver(c.pause, c.rollout, c.view.now) && prePromotionIsDone(c)) {
    to = hashOf(c.newRS);
  }
  const { abort, stableRS = "" } = statusOf(c.rollout);
  if (abort === true) to = stableRS;
  return yield* switchSelector(c, service, to);
}

/** syncRolloutStatusBlueGreen. */
function* syncStatus(c: RolloutContext, services: Switch): Steps<Verdict> {
  const { rollout } = c;
  const before = statusOf(rollout);
  let next: RolloutStatus = {
    ...baseStatus(c),
    ...(before.stableRS === undefined ? {} : { stableRS: before.stableRS }),
  };
  next = {
    ...next,
    promoteFull: next.currentPodHash !== next.stableRS && before.promoteFull === true,
  };
  if (templateChanged(c)) next = resetStatus(c, next);
  if (before.promoteFull === true || isWithinWindow(c)) {
    c.pause.conditions = "cleared";
    c.pause.abort = "removed";
  }
  const activeSelector = selectorHash(services.activeService);
  const previewSelector = selectorHash(services.previewService);
  next = { ...next, blueGreen: withSelectors(next, activeSelector, previewSelector) };
  const reason = promotionReason(c, next);
  next =
    reason === undefined
      ? { ...next, blueGreen: { ...next.blueGreen, ...checkPoint(c) } }
      : yield* promoteStable(c, next, reason);
  const activeRS = c.allRSs.find((rs) => activeSelector !== "" && hashOf(rs) === activeSelector);
  if (activeRS === undefined) next = { ...next, ...countOf(c.allRSs, rollout.spec.selector) };
  else {
    const readyReplicas = activeRS.status.readyReplicas ?? 0;
    next = { ...next, ...countOf([activeRS], activeRS.spec.selector), readyReplicas };
  }
  const { scaleUpPreviewCheckPoint, ...blueGreen } = next.blueGreen ?? {};
  const passed = scaleUpPreviewCheckPoint === true ? { scaleUpPreviewCheckPoint } : {};
  yield* persist(c, { ...next, blueGreen: { ...blueGreen, ...passed } });
  return DONE;
}

function withSelectors(
  next: RolloutStatus,
  activeSelector: string,
  previewSelector: string,
): NonNullable<RolloutStatus["blueGreen"]> {
  const { activeSelector: _a, previewSelector: _p, ...rest } = next.blueGreen ?? {};
  return {
    ...rest,
    ...(activeSelector === "" ? {} : { activeSelector }),
    ...(previewSelector === "" ? {} : { previewSelector }),
  };
}

/** calculateScaleUpPreviewCheckPoint: the preview was there and was let through; it may grow now. */
function checkPoint(c: RolloutContext): { readonly scaleUpPreviewCheckPoint: boolean } {
  const preview = blueGreenOf(c.rollout)?.previewReplicaCount;
  if (preview === undefined) return { scaleUpPreviewCheckPoint: false };
  if (statusOf(c.rollout).blueGreen?.scaleUpPreviewCheckPoint === true) {
    return { scaleUpPreviewCheckPoint: true };
  }
  const over = prePromotionIsDone(c) && blueGreenPauseIsOver(c.pause, c.rollout, c.view.now);
  const there = c.newRS === undefined ? 0 : available(c.newRS);
  return { scaleUpPreviewCheckPoint: over && there === preview };
}
