/** Where a canary stands in its steps. Mirrors argo-rollouts utils/replicaset/canary.go. */
import type { ReplicaSet } from "../../api/apps.ts";
import type { CanaryStep, Rollout, SetCanaryScale } from "../../api/rollout.ts";
import { parseDuration } from "../../api/duration.ts";
import { available } from "../deployment/view.ts";
import {
  abortScaleDownDelaySeconds,
  canaryOf,
  hasExplicitAbortDelay,
  maxWeightOf,
  replicasOf,
  routesTraffic,
  statusOf,
} from "./defaults.ts";

export interface CurrentStep {
  /** Absent once all steps are done. */
  readonly step: CanaryStep | undefined;
  readonly index: number;
}

/** Undefined for a Rollout without steps. */
export function currentStep(rollout: Rollout): CurrentStep | undefined {
  const steps = canaryOf(rollout)?.steps ?? [];
  if (steps.length === 0) return undefined;
  const index = statusOf(rollout).currentStepIndex ?? 0;
  return { step: steps[index], index };
}

/** The last setWeight up to the current step; all of the traffic after the last step. */
export function currentSetWeight(rollout: Rollout): number {
  if (statusOf(rollout).abort === true) return 0;
  const current = currentStep(rollout);
  if (current?.step === undefined) return maxWeightOf(rollout);
  return lastStep(rollout, current.index, ({ setWeight }) => setWeight) ?? 0;
}

/** The value of the last step that has one, from `index` backwards. */
export function lastStep<T>(
  rollout: Rollout,
  index: number,
  valueOf: (step: CanaryStep) => T | undefined,
): T | undefined {
  const steps = canaryOf(rollout)?.steps ?? [];
  return steps
    .slice(0, index + 1)
    .map(valueOf)
    .findLast((value) => value !== undefined);
}

/** The setCanaryScale in force, if any: it needs a traffic router, and an abort ends it. */
function setCanaryScaleOf(rollout: Rollout): SetCanaryScale | undefined {
  if (!routesTraffic(rollout)) return undefined;
  if (statusOf(rollout).abort === true && abortScaleDownDelaySeconds(rollout) !== undefined) {
    return undefined;
  }
  const current = currentStep(rollout);
  if (current?.step === undefined) return undefined;
  const scale = lastStep(rollout, current.index, (step) => step.setCanaryScale);
  return scale?.matchTrafficWeight === true ? undefined : scale;
}

/** A number of pods that setCanaryScale asks for, or a weight. */
export function canaryReplicasOrWeight(
  rollout: Rollout,
  newRS: ReplicaSet | undefined,
  stableRS: ReplicaSet | undefined,
): { readonly replicas?: number; readonly weight: number } {
  const { promoteFull, stableRS: stable = "", currentPodHash } = statusOf(rollout);
  if (promoteFull === true || stable === "" || currentPodHash === stable) {
    return { weight: maxWeightOf(rollout) };
  }
  const scale = setCanaryScaleOf(rollout);
  if (scale?.replicas !== undefined) return { replicas: scale.replicas, weight: 0 };
  if (scale?.weight !== undefined) return { weight: scale.weight };
  return { weight: desiredCanaryWeight(rollout, newRS, stableRS) };
}

/**
 * The weight of the step; in an abort with dynamicStableScale the steps are walked backwards, as the stable
 * ReplicaSet grows again.
 */
export function desiredCanaryWeight(
  rollout: Rollout,
  newRS: ReplicaSet | undefined,
  stableRS: ReplicaSet | undefined,
): number {
  const canary = canaryOf(rollout);
  const walksBack = statusOf(rollout).abort === true && canary?.dynamicStableScale === true;
  if (!walksBack || newRS === undefined || stableRS === undefined) return currentSetWeight(rollout);
  const expected = replicasOf(rollout) - available(stableRS);
  const pods = hasExplicitAbortDelay(rollout) ? expected : Math.max(expected, available(newRS));
  const below = (canary?.steps ?? [])
    .map(({ setWeight }) => setWeight)
    .findLast((weight) => weight !== undefined && weightToReplicas(rollout, weight) < pods);
  return below ?? 0;
}

/** Rounded up. */
export function weightToReplicas(rollout: Rollout, weight: number): number {
  return Math.ceil((weight * replicasOf(rollout)) / maxWeightOf(rollout));
}

/** Seconds of a pause; undefined: until promoted. */
export function pauseSeconds(step: CanaryStep): number | undefined {
  const duration = step.pause?.duration;
  if (duration === undefined) return undefined;
  return typeof duration === "number" ? duration : secondsOf(duration);
}

/** `90`, `90s`, `1h30m`: whole seconds; -1 where it cannot be read (RolloutPause.DurationSeconds). */
function secondsOf(text: string): number {
  if (/^-?\d+$/.test(text)) return Number(text);
  const parsed = parseDuration(text);
  return parsed.ok ? Math.trunc(parsed.ms / 1000) : -1;
}

/** A step as events and messages write it (CanaryStepString of utils/rollout/rolloututil.go). */
export function stepText(step: CanaryStep): string {
  const { setWeight, pause, setCanaryScale: scale } = step;
  if (setWeight !== undefined) return `setWeight: ${setWeight}`;
  if (pause !== undefined) {
    return pause.duration === undefined ? "pause" : `pause: ${pause.duration}`;
  }
  if (step.experiment !== undefined) return "experiment";
  if (step.analysis !== undefined) return "analysis";
  if (scale?.weight !== undefined) return `setCanaryScale{weight: ${scale.weight}}`;
  if (scale?.matchTrafficWeight === true) return "setCanaryScale{matchTrafficWeight: true}";
  if (scale?.replicas !== undefined) return `setCanaryScale{replicas: ${scale.replicas}}`;
  if (step.plugin !== undefined) return `plugin: ${step.plugin.name}`;
  if (step.setHeaderRoute !== undefined) return `setHeaderRoute: ${step.setHeaderRoute.name}`;
  if (step.setMirrorRoute !== undefined) return `setMirrorRoute: ${step.setMirrorRoute.name}`;
  return "invalid";
}
