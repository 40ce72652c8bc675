/** What a Rollout means where it says nothing. Mirrors argo-rollouts utils/defaults/defaults.go. */
import type { IntOrString } from "../../api/meta.ts";
import type {
  BlueGreenStrategy,
  CanaryStrategy,
  Rollout,
  RolloutStatus,
} from "../../api/rollout.ts";

/** The label that tells the pods of one template apart, in ReplicaSets, pods and Services' selectors. */
export const HASH_LABEL = "rollouts-pod-template-hash";
export const REVISION = "rollout.argoproj.io/revision";
export const REVISION_HISTORY = "rollout.argoproj.io/revision-history";
export const DESIRED_REPLICAS = "rollout.argoproj.io/desired-replicas";
export const WORKLOAD_GENERATION = "rollout.argoproj.io/workload-generation";
export const MANAGED_BY = "argo-rollouts.argoproj.io/managed-by-rollouts";
export const SCALE_DOWN_DEADLINE = "scale-down-deadline";
export const EPHEMERAL_METADATA = "rollout.argoproj.io/ephemeral-metadata";

export const PROGRESS_DEADLINE_SECONDS = 600;
export const REVISION_HISTORY_LIMIT = 10;
export const ANALYSIS_HISTORY_LIMIT = 5;
const DELAY_SECONDS = 30;

const NOTHING: RolloutStatus = Object.freeze({});

export function statusOf(rollout: Rollout): RolloutStatus {
  return rollout.status ?? NOTHING;
}

export function canaryOf(rollout: Rollout): CanaryStrategy | undefined {
  return rollout.spec.strategy?.canary;
}

export function blueGreenOf(rollout: Rollout): BlueGreenStrategy | undefined {
  return rollout.spec.strategy?.blueGreen;
}

export function replicasOf(rollout: Rollout): number {
  return rollout.spec.replicas ?? 1;
}

export function maxWeightOf(rollout: Rollout): number {
  return canaryOf(rollout)?.trafficRouting?.maxTrafficWeight ?? 100;
}

export function routesTraffic(rollout: Rollout): boolean {
  return canaryOf(rollout)?.trafficRouting !== undefined;
}

export function progressDeadlineSeconds(rollout: Rollout): number {
  return rollout.spec.progressDeadlineSeconds ?? PROGRESS_DEADLINE_SECONDS;
}

/** Seconds that an old ReplicaSet stays after traffic has left it. */
export function scaleDownDelaySeconds(rollout: Rollout): number {
  const blueGreen = blueGreenOf(rollout);
  if (blueGreen !== undefined) return blueGreen.scaleDownDelaySeconds ?? DELAY_SECONDS;
  if (!routesTraffic(rollout)) return 0;
  return canaryOf(rollout)?.scaleDownDelaySeconds ?? DELAY_SECONDS;
}

/** Seconds that the new ReplicaSet stays after an abort; undefined (the field is 0): for good. */
export function abortScaleDownDelaySeconds(rollout: Rollout): number | undefined {
  const given = (blueGreenOf(rollout) ?? canaryOf(rollout))?.abortScaleDownDelaySeconds;
  if (blueGreenOf(rollout) === undefined && !routesTraffic(rollout)) return 0;
  return given === 0 ? undefined : (given ?? DELAY_SECONDS);
}

export function hasExplicitAbortDelay(rollout: Rollout): boolean {
  const given = (blueGreenOf(rollout) ?? canaryOf(rollout))?.abortScaleDownDelaySeconds;
  return given !== undefined && given !== 0;
}

/** Old ReplicaSets that may stay up for the delay. */
export function scaleDownRevisionLimit(rollout: Rollout): number {
  const { scaleDownDelayRevisionLimit } = blueGreenOf(rollout) ?? canaryOf(rollout) ?? {};
  return scaleDownDelayRevisionLimit ?? 2147483647;
}

/** 25% of 10 is 3 rounded up; a text without a sign is a percentage too (intstr GetValueFromIntOrPercent). */
function scaled(value: IntOrString, total: number, round: "up" | "down"): number {
  if (typeof value === "number") return value;
  const percent = Number.parseInt(value.replaceAll("%", ""), 10);
  if (Number.isNaN(percent)) return 0;
  return round === "up" ? Math.ceil((percent * total) / 100) : Math.floor((percent * total) / 100);
}

/** Both can come to 0 by rounding; then one pod may be unavailable, or nothing could ever move. */
function fenceposts(rollout: Rollout): { surge: number; unavailable: number } {
  const replicas = replicasOf(rollout);
  const canary = canaryOf(rollout);
  const surge = scaled(canary?.maxSurge ?? "25%", replicas, "up");
  const given = (blueGreenOf(rollout) ?? canary)?.maxUnavailable ?? "25%";
  const unavailable = scaled(given, replicas, "down");
  if (canary === undefined) return { surge: 0, unavailable };
  if (surge === 0 && unavailable === 0) return { surge, unavailable: 1 };
  return { surge, unavailable };
}

/** Mirrors MaxUnavailable of utils/replicaset/replicaset.go. */
export function maxUnavailable(rollout: Rollout): number {
  const replicas = replicasOf(rollout);
  return replicas === 0 ? 0 : Math.min(fenceposts(rollout).unavailable, replicas);
}

/** Mirrors MaxSurge of utils/replicaset/replicaset.go. */
export function maxSurge(rollout: Rollout): number {
  return fenceposts(rollout).surge;
}
