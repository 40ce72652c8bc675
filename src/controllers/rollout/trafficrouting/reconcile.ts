/**
 * Which part of the traffic goes to the new pods, and who is told. Mirrors argo-rollouts
 * rollout/trafficrouting.go.
 *
 * Left out: verification of weights (AWS).
 */
import type { ReplicaSet } from "../../../api/apps.ts";
import { deepEqual } from "../../../api/json.ts";
import type { Rollout, TrafficWeights, WeightDestination } from "../../../api/rollout.ts";
import { decide } from "../../decisions.ts";
import { available } from "../../deployment/view.ts";
import type { Steps } from "../../reconcile.ts";
import { currentSetWeight, currentStep, desiredCanaryWeight, lastStep } from "../canary-steps.ts";
import { Reason } from "../conditions.ts";
import {
  canarySets,
  event,
  hashOf,
  revisionOf,
  setCanaryStatus,
  type RolloutContext,
} from "../context.ts";
import { canaryOf, maxWeightOf, replicasOf, statusOf } from "../defaults.ts";
import { isAborted } from "../pause.ts";
import { isFullyPromoted } from "../phase.ts";
import { atDesiredCounts, progressThresholdMet } from "../replica-counts.ts";
import { dynamicRollback } from "../rollback.ts";
import { leadTo } from "../service.ts";
import type { RoutingOrder } from "./order.ts";
import { tellRouters } from "./routers.ts";
import { experimentDestinations } from "../experiment-step.ts";

export function* reconcileTrafficRouting(c: RolloutContext): Steps<void> {
  const { rollout } = c;
  if (canaryOf(rollout)?.trafficRouting === undefined) {
    setCanaryStatus(c, { weights: undefined });
    return;
  }
  const wish = yield* desiredWeight(c);
  const max = maxWeightOf(rollout);
  if (!hasPodsFor(c, c.stableRS, max - wish.weight)) {
    const stable = c.stableRS === undefined ? 0 : available(c.stableRS);
    const weight = max - wish.weight;
    yield decide("rollout/traffic/waits-for-stable", { available: stable, weight });
    return;
  }
  const previous = dynamicRollback(rollout, c.newRS);
  const order: RoutingOrder = {
    weight: wish.weight,
    additional: wish.additional,
    canaryHash: previous ?? hashOf(c.newRS),
    stableHash: hashOf(c.stableRS),
    managed: wish.managed,
    step: revisionOf(rollout) > 1 ? currentStep(rollout)?.step : undefined,
  };
  yield* tellRouters(c, order);
  const before = statusOf(rollout).canary?.weights;
  const weights = weightsOf(rollout, order);
  const { verified: _, ...unverified } = before ?? { verified: undefined };
  if (deepEqual(unverified, weights)) return;
  const from = before?.canary.weight ?? 0;
  if (from !== wish.weight) {
    yield decide("rollout/traffic/weight", { from, to: wish.weight, max, why: wish.why });
  }
  yield event(c, Reason.weightUpdated, `Traffic weight updated ${weightText(before, weights)}`);
  setCanaryStatus(c, { weights });
}

interface Wish {
  readonly weight: number;
  readonly additional: readonly WeightDestination[];
  /** Routes that steps have made: they stay, or go. */
  readonly managed: "kept" | "removed";
  readonly why: string;
}

function* desiredWeight(c: RolloutContext): Steps<Wish> {
  const { rollout, newRS } = c;
  const wish = (weight: number, why: string, more: Partial<Wish> = {}): Wish => ({
    weight,
    why,
    additional: [],
    managed: "kept",
    ...more,
  });
  const dynamic = canaryOf(rollout)?.dynamicStableScale === true;
  if (dynamicRollback(rollout, newRS) !== undefined) {
    return wish(weightOnTheWayBack(c), "back to stable as its pods come up");
  }
  if (isFullyPromoted(rollout)) return wish(0, "all is stable", { managed: "removed" });
  if (isAborted(c.pause, rollout)) {
    const weight = weightOnTheWayBack(c);
    const { canaryService = "" } = canaryOf(rollout) ?? {};
    if (!dynamic || weight === 0) yield* leadTo(c, canaryService, c.stableRS, "at once");
    return wish(weight, "the update is aborted", { managed: "removed" });
  }
  const additional = experimentDestinations(c);
  if (newRS === undefined || available(newRS) === 0) {
    return wish(0, "no new pod is available", { additional, managed: "removed" });
  }
  if (statusOf(rollout).promoteFull === true) {
    const now = statusOf(rollout).canary?.weights?.canary.weight ?? 0;
    const share = Math.trunc((maxWeightOf(rollout) * available(newRS)) / replicasOf(rollout));
    return wish(dynamic ? share : now, "full promotion", { managed: "removed" });
  }
  return weightOfSteps(c, wish, additional);
}

function weightOfSteps(
  c: RolloutContext,
  wish: (weight: number, why: string, more?: Partial<Wish>) => Wish,
  additional: readonly WeightDestination[],
): Wish {
  const { rollout } = c;
  const current = currentStep(rollout);
  if (current === undefined) return wish(0, "there are no steps");
  if (!atDesiredCounts(rollout, canarySets(c), undefined)) {
    const before = lastStep(rollout, current.index - 1, ({ setWeight }) => setWeight) ?? 0;
    return wish(before, "pods for the next weight are still to come", { additional });
  }
  if (current.step === undefined) return wish(maxWeightOf(rollout), "all steps are done");
  return wish(currentSetWeight(rollout), "pods for it are there", { additional });
}

/** checkReplicasAvailable. */
function hasPodsFor(c: RolloutContext, rs: ReplicaSet | undefined, weight: number): boolean {
  if (rs === undefined) return false;
  const desired = Math.trunc((weight * replicasOf(c.rollout)) / maxWeightOf(c.rollout));
  return available(rs) >= desired || progressThresholdMet(c.rollout, rs, desired);
}

/** calculateDesiredWeightOnAbortOrStableRollback. */
function weightOnTheWayBack(c: RolloutContext): number {
  const { rollout, newRS, stableRS } = c;
  const replicas = replicasOf(rollout);
  const dynamic = canaryOf(rollout)?.dynamicStableScale === true;
  if (!dynamic || stableRS === undefined || newRS === undefined || replicas === 0) return 0;
  const max = maxWeightOf(rollout);
  const desired = desiredCanaryWeight(rollout, newRS, stableRS);
  const stable = Math.trunc((max * available(stableRS)) / replicas);
  const expected = Math.max(0, max - stable);
  const now = statusOf(rollout).canary?.weights?.canary.weight;
  if (now === undefined) return Math.max(expected, desired);
  if (desired <= 0) return Math.min(expected, now);
  return stable < max - desired ? now : Math.min(desired, now);
}

/** calculateWeightStatus. */
function weightsOf(rollout: Rollout, order: RoutingOrder): TrafficWeights {
  const { canaryService, stableService } = canaryOf(rollout) ?? {};
  const { weight, additional, canaryHash, stableHash } = order;
  const others = additional.reduce((sum, each) => sum + each.weight, 0);
  const destination = (
    share: number,
    serviceName: string | undefined,
    podTemplateHash: string,
  ): WeightDestination => ({
    weight: share,
    ...(serviceName === undefined ? {} : { serviceName }),
    ...(podTemplateHash === "" ? {} : { podTemplateHash }),
  });
  return {
    ...(additional.length === 0 ? {} : { additional }),
    canary: destination(weight, canaryService, canaryHash),
    stable: destination(maxWeightOf(rollout) - weight - others, stableService, stableHash),
  };
}

/** trafficWeightUpdatedMessage. */
function weightText(before: TrafficWeights | undefined, next: TrafficWeights): string {
  const to = next.canary.weight;
  const texts: string[] = [];
  if (before === undefined) texts.push(`to ${to}`);
  else if (before.canary.weight !== to) texts.push(`from ${before.canary.weight} to ${to}`);
  if (before !== undefined && !deepEqual(before.additional, next.additional)) {
    const each = (next.additional ?? []).map(
      ({ weight, serviceName = "", podTemplateHash = "" }) =>
        `{${weight} ${serviceName} ${podTemplateHash}}`,
    );
    texts.push(`additional: [${each.join(" ")}]`);
  }
  return texts.join(", ");
}
