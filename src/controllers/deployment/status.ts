/**
 * The status of a Deployment as the sums of its ReplicaSets' statuses, and its Available condition.
 * Mirrors deployment/sync.go calculateStatus.
 */
import type { DeploymentStatus, ReplicaSet } from "../../api/apps.ts";
import { compact, deepEqual, omitZero } from "../../api/json.ts";
import { decide } from "../decisions.ts";
import type { Steps } from "../reconcile.ts";
import { condition, newCondition, Reason, withCondition } from "./conditions.ts";
import { minAvailable } from "./fenceposts.ts";
import { writeStatus } from "./replica-set-writes.ts";
import { PASSED, refused, type Step } from "./step.ts";
import { allOf, sumOfSpecs, sumOfStatus, type DeploymentSync, type Revisions } from "./view.ts";

/** Specs are those before this sync's resizes. */
export function* calculateStatus(
  { d, view }: DeploymentSync,
  revisions: Revisions,
): Steps<DeploymentStatus> {
  const all = allOf(revisions);
  const available = sumOfStatus(all, "availableReplicas");
  const status: DeploymentStatus = compact({
    observedGeneration: d.metadata.generation,
    replicas: omitZero(sumOfStatus(all, "replicas")),
    updatedReplicas: omitZero(revisions.next?.status.replicas ?? 0),
    readyReplicas: omitZero(sumOfStatus(all, "readyReplicas")),
    availableReplicas: omitZero(available),
    unavailableReplicas: omitZero(Math.max(0, sumOfSpecs(all) - available)),
    terminatingReplicas: view.features.terminatingReplicas ? terminating(all) : undefined,
    collisionCount: d.status.collisionCount,
    conditions: d.status.conditions,
  }) as DeploymentStatus;
  const floor = minAvailable(d);
  const ok = available >= floor;
  const next = newCondition(
    "Available",
    ok ? "True" : "False",
    ok ? Reason.available : Reason.unavailable,
    ok ? "Deployment has minimum availability." : "Deployment does not have minimum availability.",
    view.now,
  );
  if (condition(d.status, "Available")?.reason !== next.reason) {
    const id = ok ? "deployment/status/available" : "deployment/status/unavailable";
    yield decide(id, { available, floor });
  }
  return withCondition(status, next);
}

/** Status alone, without the estimate of progress: what pausing and scaling end with. */
export function* syncStatus(sync: DeploymentSync, revisions: Revisions): Steps<Step> {
  const status = yield* calculateStatus(sync, revisions);
  if (deepEqual(sync.d.status, status)) return PASSED;
  sync.d = { ...sync.d, status };
  const error = yield* writeStatus(sync);
  return error === undefined ? PASSED : refused(error);
}

/** Unknown as soon as one observed ReplicaSet does not tell. */
function terminating(all: readonly ReplicaSet[]): number | undefined {
  let sum = 0;
  for (const { status } of all) {
    if (status.terminatingReplicas !== undefined) sum += status.terminatingReplicas;
    else if ((status.observedGeneration ?? 0) !== 0) return undefined;
  }
  return sum;
}
