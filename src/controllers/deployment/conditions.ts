/**
 * Conditions of a Deployment. Mirrors deployment/util/deployment_util.go.
 * A condition with equal status and reason stays as it is, message and times too; a replaced one moves to
 * the end of the list.
 */
import type {
  Deployment,
  DeploymentCondition,
  DeploymentStatus,
  ReplicaSetCondition,
} from "../../api/apps.ts";
import type { ConditionStatus, Millis } from "../../api/meta.ts";
import { timestamp } from "../../api/time.ts";
import type { DeploymentSync } from "./view.ts";

/** `progressDeadlineSeconds` with this value (the largest int32) means: none. */
const NO_DEADLINE = 2147483647;

export const Reason = {
  newReplicaSetCreated: "NewReplicaSetCreated",
  foundNewReplicaSet: "FoundNewReplicaSet",
  replicaSetUpdated: "ReplicaSetUpdated",
  newReplicaSetAvailable: "NewReplicaSetAvailable",
  deadlineExceeded: "ProgressDeadlineExceeded",
  createError: "ReplicaSetCreateError",
  paused: "DeploymentPaused",
  resumed: "DeploymentResumed",
  available: "MinimumReplicasAvailable",
  unavailable: "MinimumReplicasUnavailable",
} as const;

type ConditionType = DeploymentCondition["type"];

export function hasDeadline(deployment: Deployment): boolean {
  const seconds = deployment.spec.progressDeadlineSeconds;
  return seconds !== undefined && seconds !== NO_DEADLINE;
}

export function condition(
  status: DeploymentStatus,
  type: ConditionType,
): DeploymentCondition | undefined {
  return status.conditions?.find((c) => c.type === type);
}

export function newCondition(
  type: ConditionType,
  status: ConditionStatus,
  reason: string,
  message: string,
  now: Millis,
): DeploymentCondition {
  const time = timestamp(now);
  return { type, status, lastUpdateTime: time, lastTransitionTime: time, reason, message };
}

export function withoutCondition(status: DeploymentStatus, type: ConditionType): DeploymentStatus {
  if (condition(status, type) === undefined) return status;
  return { ...status, conditions: others(status, type) };
}

export function withCondition(
  status: DeploymentStatus,
  next: DeploymentCondition,
): DeploymentStatus {
  const current = condition(status, next.type);
  if (current?.status === next.status && current.reason === next.reason) return status;
  const kept = current?.status === next.status ? current.lastTransitionTime : undefined;
  const added = kept === undefined ? next : { ...next, lastTransitionTime: kept };
  return { ...status, conditions: [...others(status, next.type), added] };
}

/** Sets the Progressing condition, from which the deadline counts. */
export function setProgressing(
  sync: DeploymentSync,
  status: ConditionStatus,
  reason: string,
  message: string,
): void {
  const next = newCondition("Progressing", status, reason, message, sync.view.now);
  const updated = withCondition(sync.d.status, next);
  if (updated !== sync.d.status) sync.progressingSince = sync.view.now;
  sync.d = { ...sync.d, status: updated };
}

/** A failure of a ReplicaSet as the Deployment shows it: the transition time stands in both times. */
export function fromReplicaSet(failure: ReplicaSetCondition): DeploymentCondition {
  return { ...failure, lastUpdateTime: failure.lastTransitionTime };
}

function others(status: DeploymentStatus, type: ConditionType): readonly DeploymentCondition[] {
  return (status.conditions ?? []).filter((c) => c.type !== type);
}
