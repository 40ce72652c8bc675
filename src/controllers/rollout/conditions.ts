/**
 * Conditions of a Rollout, and when it is healthy, completed, progressing or timed out.
 * Mirrors argo-rollouts utils/conditions/conditions.go.
 */
import type { ConditionStatus, Millis } from "../../api/meta.ts";
import type {
  Rollout,
  RolloutCondition,
  RolloutConditionType,
  RolloutStatus,
} from "../../api/rollout.ts";
import { parseTimestamp, timestamp } from "../../api/time.ts";
import {
  blueGreenOf,
  canaryOf,
  progressDeadlineSeconds,
  replicasOf,
  statusOf,
} from "./defaults.ts";

export const Reason = {
  invalidSpec: "InvalidSpec",
  available: "AvailableReason",
  replicaSetUpdated: "ReplicaSetUpdated",
  createError: "ReplicaSetCreateError",
  newReplicaSet: "NewReplicaSetCreated",
  foundNewReplicaSet: "FoundNewReplicaSet",
  updated: "RolloutUpdated",
  completed: "RolloutCompleted",
  notCompleted: "RolloutNotCompleted",
  healthy: "RolloutHealthy",
  aborted: "RolloutAborted",
  retry: "RolloutRetry",
  paused: "RolloutPaused",
  resumed: "RolloutResumed",
  notAvailable: "ReplicaSetNotAvailable",
  stepCompleted: "RolloutStepCompleted",
  weightUpdated: "TrafficWeightUpdated",
  newReplicaSetAvailable: "NewReplicaSetAvailable",
  timedOut: "ProgressDeadlineExceeded",
  scaling: "ScalingReplicaSet",
} as const;

export function condition(
  status: RolloutStatus,
  type: RolloutConditionType,
): RolloutCondition | undefined {
  return status.conditions?.find((each) => each.type === type);
}

export function newCondition(
  type: RolloutConditionType,
  status: ConditionStatus,
  [reason, message]: readonly [reason: string, message: string],
  now: Millis,
): RolloutCondition {
  const time = timestamp(now);
  return { type, status, lastUpdateTime: time, lastTransitionTime: time, reason, message };
}

/** A condition with equal status and reason stays as it is; a replaced one moves to the end. */
export function withCondition(status: RolloutStatus, next: RolloutCondition): RolloutStatus {
  const current = condition(status, next.type);
  if (current?.status === next.status && current.reason === next.reason) return status;
  const same = current?.status === next.status ? current.lastTransitionTime : undefined;
  const added = same === undefined ? next : { ...next, lastTransitionTime: same };
  const { conditions } = withoutCondition(status, next.type);
  return { ...status, conditions: [...(conditions ?? []), added] };
}

export function withoutCondition(status: RolloutStatus, type: RolloutConditionType): RolloutStatus {
  const { conditions, ...rest } = status;
  const kept = (conditions ?? []).filter((each) => each.type !== type);
  return kept.length === 0 ? rest : { ...rest, conditions: kept };
}

/** RolloutProgressing: more pods or fewer old ones than before, a switched Service, another step. */
export function isProgressing(rollout: Rollout, next: RolloutStatus): boolean {
  const before = statusOf(rollout);
  const old = (s: RolloutStatus): number => (s.replicas ?? 0) - (s.updatedReplicas ?? 0);
  const strategic =
    blueGreenOf(rollout) === undefined
      ? next.stableRS !== before.stableRS ||
        movedOn(before.currentStepIndex, next.currentStepIndex) ||
        (next.currentStepHash ?? "") !== (before.currentStepHash ?? "")
      : (before.blueGreen?.activeSelector ?? "") !== (next.blueGreen?.activeSelector ?? "") ||
        (before.blueGreen?.previewSelector ?? "") !== (next.blueGreen?.previewSelector ?? "");
  return (
    (next.updatedReplicas ?? 0) !== (before.updatedReplicas ?? 0) ||
    old(next) < old(before) ||
    (next.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (next.availableReplicas ?? 0) > (before.availableReplicas ?? 0) ||
    strategic
  );
}

function movedOn(before: number | undefined, after: number | undefined): boolean {
  return before !== undefined && after !== undefined && before !== after;
}

/** RolloutHealthy: all pods updated and available, the strategy at its end, this generation seen before. */
export function isHealthy(rollout: Rollout, next: RolloutStatus): boolean {
  const replicas = replicasOf(rollout);
  const seen = statusOf(rollout).observedGeneration === String(rollout.metadata.generation ?? 0);
  return (
    (next.updatedReplicas ?? 0) === replicas &&
    (next.availableReplicas ?? 0) === replicas &&
    seen &&
    strategyIsComplete(rollout, next, replicas)
  );
}

function strategyIsComplete(rollout: Rollout, next: RolloutStatus, replicas: number): boolean {
  const blueGreen = blueGreenOf(rollout);
  if (blueGreen !== undefined) {
    const { activeSelector = "", previewSelector = "" } = next.blueGreen ?? {};
    const preview =
      (blueGreen.previewService ?? "") === "" || previewSelector === next.currentPodHash;
    return activeSelector === next.currentPodHash && preview;
  }
  const steps = canaryOf(rollout)?.steps ?? [];
  const { currentStepIndex } = next;
  const allSteps =
    steps.length === 0 || currentStepIndex === undefined || currentStepIndex === steps.length;
  return allSteps && isCompleted(next) && (next.replicas ?? 0) === replicas;
}

/** RolloutCompleted: the current pods are the stable ones. */
export function isCompleted({ stableRS = "", currentPodHash }: RolloutStatus): boolean {
  return stableRS !== "" && stableRS === currentPodHash;
}

/** RolloutTimedOut. */
export function isTimedOut(rollout: Rollout, next: RolloutStatus, now: Millis): boolean {
  const progressing = condition(next, "Progressing");
  if (progressing === undefined) return false;
  const { reason, lastUpdateTime } = progressing;
  if (reason === Reason.aborted || reason === Reason.paused) return false;
  if (reason === Reason.timedOut) return true;
  return parseTimestamp(lastUpdateTime) + progressDeadlineSeconds(rollout) * 1000 < now;
}
