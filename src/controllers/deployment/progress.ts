/**
 * Whether a rollout goes on: the Progressing and ReplicaFailure conditions, and the timer behind the
 * deadline. Mirrors deployment/progress.go.
 */
import type { DeploymentCondition, DeploymentStatus } from "../../api/apps.ts";
import { deepEqual } from "../../api/json.ts";
import type { ConditionStatus } from "../../api/meta.ts";
import { parseTimestamp } from "../../api/time.ts";
import { decide } from "../decisions.ts";
import { DONE, type Steps, type Verdict } from "../reconcile.ts";
import {
  condition,
  fromReplicaSet,
  hasDeadline,
  newCondition,
  Reason,
  withCondition,
  withoutCondition,
} from "./conditions.ts";
import { writeStatus } from "./replica-set-writes.ts";
import { calculateStatus } from "./status.ts";
import { failed, refused } from "./step.ts";
import { allOf, type DeploymentSync, type Revisions } from "./view.ts";

/** Ends every sync of a rollout. */
export function* syncRolloutStatus(sync: DeploymentSync, revisions: Revisions): Steps<Verdict> {
  let status = yield* calculateStatus(sync, revisions);
  if (hasDeadline(sync.d)) status = yield* withProgress(sync, revisions, status);
  else status = withoutCondition(status, "Progressing");
  const failure = replicaFailure(revisions);
  status =
    failure === undefined
      ? withoutCondition(status, "ReplicaFailure")
      : withCondition(status, failure);
  if (deepEqual(sync.d.status, status)) return yield* requeueStuck(sync, status);
  sync.d = { ...sync.d, status };
  const error = yield* writeStatus(sync);
  return error === undefined ? DONE : failed(refused(error));
}

function* withProgress(
  sync: DeploymentSync,
  revisions: Revisions,
  status: DeploymentStatus,
): Steps<DeploymentStatus> {
  const { d, view } = sync;
  const current = condition(d.status, "Progressing");
  const settled =
    (status.replicas ?? 0) === (status.updatedReplicas ?? 0) &&
    current?.reason === Reason.newReplicaSetAvailable;
  if (settled) return status;
  const subject =
    revisions.next === undefined
      ? `Deployment "${d.metadata.name}"`
      : `ReplicaSet "${revisions.next.metadata.name}"`;
  const progressing = (value: ConditionStatus, reason: string, text: string): DeploymentCondition =>
    newCondition("Progressing", value, reason, `${subject} ${text}`, view.now);

  if (isComplete(sync, status)) {
    yield decide("progress/complete", { replicas: d.spec.replicas });
    const next = progressing("True", Reason.newReplicaSetAvailable, "has successfully progressed.");
    return withCondition(status, next);
  }
  if (hasProgressed(d.status, status)) {
    yield decide("progress/progressing", {});
    const next = progressing("True", Reason.replicaSetUpdated, "is progressing.");
    // Replaced even where it is equal, so that lastUpdateTime moves and the deadline starts anew.
    const kept = current?.status === "True" ? current.lastTransitionTime : next.lastTransitionTime;
    return withCondition(withoutCondition(status, "Progressing"), {
      ...next,
      lastTransitionTime: kept,
    });
  }
  if (isTimedOut(sync, status)) {
    const deadline = d.spec.progressDeadlineSeconds!;
    if (current?.reason !== Reason.deadlineExceeded) {
      yield decide("progress/deadline-passed", { deadline });
    }
    const next = progressing("False", Reason.deadlineExceeded, "has timed out progressing.");
    return withCondition(status, next);
  }
  return status;
}

/** Every replica is updated and available, no old pod is left, and the controller has seen the spec. */
export function isComplete({ d }: DeploymentSync, status: DeploymentStatus): boolean {
  const { replicas } = d.spec;
  return (
    (status.updatedReplicas ?? 0) === replicas &&
    (status.replicas ?? 0) === replicas &&
    (status.availableReplicas ?? 0) === replicas &&
    (status.observedGeneration ?? 0) >= (d.metadata.generation ?? 0)
  );
}

function hasProgressed(before: DeploymentStatus, now: DeploymentStatus): boolean {
  const old = (status: DeploymentStatus): number =>
    (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (now.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(now) < old(before) ||
    (now.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (now.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

/** A completed rollout never times out; one that has timed out keeps its condition either way. */
function isTimedOut(sync: DeploymentSync, status: DeploymentStatus): boolean {
  const { view } = sync;
  const current = condition(status, "Progressing");
  if (current === undefined || current.reason === Reason.newReplicaSetAvailable) return false;
  return deadlineMs(sync, current) < view.now;
}

function deadlineMs(sync: DeploymentSync, current: DeploymentCondition): number {
  const since = sync.progressingSince ?? parseTimestamp(current.lastUpdateTime);
  return since + sync.d.spec.progressDeadlineSeconds! * 1000;
}

/** The new ReplicaSet's failure, else the first of the others'. */
function replicaFailure(revisions: Revisions): DeploymentCondition | undefined {
  const sets = revisions.next === undefined ? [] : [revisions.next];
  for (const rs of [...sets, ...allOf(revisions)]) {
    const failure = rs.status.conditions?.find((c) => c.type === "ReplicaFailure");
    if (failure !== undefined) return fromReplicaSet(failure);
  }
  return undefined;
}

/** Nothing was written, so no event will wake this Deployment when its deadline passes: a timer must. */
function* requeueStuck(sync: DeploymentSync, status: DeploymentStatus): Steps<Verdict> {
  const { d, view } = sync;
  const current = condition(d.status, "Progressing");
  if (current === undefined) return DONE;
  if (isComplete(sync, status) || current.reason === Reason.deadlineExceeded) return DONE;
  const deadline = d.spec.progressDeadlineSeconds!;
  const afterMs = deadlineMs(sync, current) - view.now;
  if (afterMs < 1000) {
    yield decide("progress/hot-loop", { deadline });
    // A completed Deployment never times out: this goes on until pods or users change something.
    const settled = current.reason === Reason.newReplicaSetAvailable;
    return { requeueRateLimited: true, ...(settled ? { sameUntilEvent: true } : {}) };
  }
  yield decide("progress/waiting", { deadline, seconds: afterMs / 1000 + 1 });
  return { requeueAfterMs: afterMs + 1000 };
}
