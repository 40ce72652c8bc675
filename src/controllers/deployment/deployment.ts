/**
 * One sync of a Deployment, from the top. Mirrors deployment/deployment_controller.go syncDeployment;
 * what it leaves out: finding Deployments whose selectors overlap (upstream only logs).
 */
import type { Deployment, ReplicaSet } from "../../api/apps.ts";
import { controllerOf } from "../../api/meta.ts";
import { isEmptySelector, matchesSelector } from "../../api/label-selector.ts";
import { decide } from "../decisions.ts";
import { DONE, write, type Plan, type Steps, type Verdict } from "../reconcile.ts";
import { condition, hasDeadline, Reason, setProgressing } from "./conditions.ts";
import { syncRevisions } from "./new-replica-set.ts";
import { rolloutRecreate } from "./recreate.ts";
import { writeStatus } from "./replica-set-writes.ts";
import { rollback, rollbackTo } from "./rollback.ts";
import { rolloutRolling } from "./rolling.ts";
import { isScalingEvent, scaleAndSync } from "./scale.ts";
import { syncStatus } from "./status.ts";
import { failed, PASSED, refused, type Step } from "./step.ts";
import type { DeploymentSync, DeploymentView } from "./view.ts";

export function* reconcileDeployment(view: DeploymentView): Plan {
  if (view.deployment === undefined) {
    yield decide("deployment/gone", { deployment: view.key });
    return DONE;
  }
  const sync: DeploymentSync = { view, d: view.deployment };
  if (isEmptySelector(sync.d.spec.selector)) return yield* refuseSelector(sync);
  const owned = yield* claimReplicaSets(sync);
  if (!owned.ok) return failed(owned);
  return yield* syncOwned(sync, owned.value);
}

function* syncOwned(sync: DeploymentSync, owned: readonly ReplicaSet[]): Steps<Verdict> {
  const deployment = sync.d.metadata.name;
  if (sync.d.metadata.deletionTimestamp !== undefined) {
    yield decide("deployment/being-deleted", { deployment });
    return yield* syncStatusOnly(sync, owned);
  }
  const checked = yield* checkPausedCondition(sync);
  if (!checked.ok) return failed(checked);
  if (sync.d.spec.paused === true) {
    yield decide("deployment/paused", { deployment });
    return yield* scaleAndSync(sync, owned);
  }
  if (rollbackTo(sync.d) !== undefined) return yield* rollback(sync, owned);
  const scaling = yield* isScalingEvent(sync, owned);
  if (!scaling.ok) return failed(scaling);
  if (scaling.value) return yield* scaleAndSync(sync, owned);
  return sync.d.spec.strategy.type === "Recreate"
    ? yield* rolloutRecreate(sync, owned)
    : yield* rolloutRolling(sync, owned);
}

function* refuseSelector(sync: DeploymentSync): Steps<Verdict> {
  const { d } = sync;
  yield decide("deployment/selects-everything", { deployment: d.metadata.name });
  yield {
    do: "event",
    about: d,
    type: "Warning",
    reason: "SelectingAll",
    message: "This deployment is selecting all pods. A non-empty selector is required.",
  };
  const generation = d.metadata.generation ?? 0;
  if ((d.status.observedGeneration ?? 0) < generation) {
    sync.d = { ...d, status: { ...d.status, observedGeneration: generation } };
    yield* writeStatus(sync); // upstream does not look at the answer
  }
  return DONE;
}

/**
 * Those it owns and that match, orphans that match (adopted); its own that no longer match are let go. All are
 * tried, and what was refused is tried again whatever the reasons, as upstream's list of errors hides them.
 */
function* claimReplicaSets(sync: DeploymentSync): Steps<Step<readonly ReplicaSet[]>> {
  const { d, view } = sync;
  const claimed: ReplicaSet[] = [];
  let error: string | undefined;
  for (const rs of view.replicaSets) {
    const owner = controllerOf(rs.metadata);
    const matches = matchesSelector(d.spec.selector, rs.metadata.labels ?? {});
    if (owner !== undefined && owner.uid !== d.metadata.uid) continue;
    if (owner !== undefined && matches) {
      claimed.push(rs);
      continue;
    }
    if (d.metadata.deletionTimestamp !== undefined) continue;
    if (owner === undefined && (!matches || rs.metadata.deletionTimestamp !== undefined)) continue;
    const claim = yield* owner === undefined ? adopt(sync, rs) : release(sync, rs);
    if (!claim.ok) error ??= claim.error;
    else if (claim.value) claimed.push(rs);
  }
  return error === undefined ? { ok: true, value: claimed } : { ok: false, error };
}

/** True where the orphan is now ours. The Deployment is read afresh first: one that is gone adopts nothing. */
function* adopt({ d }: DeploymentSync, rs: ReplicaSet): Steps<Step<boolean>> {
  const fresh = yield* write<Deployment>({ do: "get", resource: "deployments", object: d });
  if (!fresh.ok) return refused(fresh.status);
  if (fresh.value.metadata.uid !== d.metadata.uid) {
    return { ok: false, error: `original Deployment ${d.metadata.name} is gone` };
  }
  if (fresh.value.metadata.deletionTimestamp !== undefined) {
    return { ok: false, error: `${d.metadata.name} has just been deleted` };
  }
  yield decide("deployment/adopt", { replicaSet: rs.metadata.name });
  const answer = yield* write({ do: "adopt", resource: "replicasets", object: rs, owner: d });
  if (answer.ok) return { ok: true, value: true };
  return answer.status.reason === "NotFound" ? { ok: true, value: false } : refused(answer.status);
}

function* release({ d }: DeploymentSync, rs: ReplicaSet): Steps<Step<boolean>> {
  yield decide("deployment/release", { replicaSet: rs.metadata.name });
  const answer = yield* write({ do: "release", resource: "replicasets", object: rs, owner: d });
  if (answer.ok || answer.status.reason === "NotFound" || answer.status.reason === "Invalid") {
    return { ok: true, value: false };
  }
  return refused(answer.status);
}

/**
 * Pausing stops the clock of the deadline, resuming starts it anew; a deadline that has passed stays.
 * Mirrors deployment/sync.go checkPausedConditions.
 */
function* checkPausedCondition(sync: DeploymentSync): Steps<Step> {
  const { d } = sync;
  const current = condition(d.status, "Progressing");
  if (!hasDeadline(d) || current?.reason === Reason.deadlineExceeded) return PASSED;
  const paused = d.spec.paused === true;
  if (paused === (current?.reason === Reason.paused)) return PASSED;
  yield decide(paused ? "deployment/pause-condition" : "deployment/resume-condition", {});
  if (paused) setProgressing(sync, "Unknown", Reason.paused, "Deployment is paused");
  else setProgressing(sync, "Unknown", Reason.resumed, "Deployment is resumed");
  const error = yield* writeStatus(sync);
  return error === undefined ? PASSED : refused(error);
}

function* syncStatusOnly(sync: DeploymentSync, owned: readonly ReplicaSet[]): Steps<Verdict> {
  const revisions = yield* syncRevisions(sync, owned, "leave");
  if (!revisions.ok) return failed(revisions);
  const written = yield* syncStatus(sync, revisions.value);
  return written.ok ? DONE : failed(written);
}
