/** Recreate: all old pods go before anything new starts. Mirrors deployment/recreate.go. */
import type { ReplicaSet } from "../../api/apps.ts";
import { decide } from "../decisions.ts";
import type { Steps, Verdict } from "../reconcile.ts";
import { trimHistory } from "./history.ts";
import { syncRevisions } from "./new-replica-set.ts";
import { isComplete, syncRolloutStatus } from "./progress.ts";
import { scaleReplicaSet } from "./replica-set-writes.ts";
import { failed, refused, type Step } from "./step.ts";
import { active, sumOfStatus, type DeploymentSync, type Revisions } from "./view.ts";

export function* rolloutRecreate(
  sync: DeploymentSync,
  owned: readonly ReplicaSet[],
): Steps<Verdict> {
  let revisions = yield* syncRevisions(sync, owned, "leave");
  if (!revisions.ok) return failed(revisions);

  const stopped = yield* scaleDownOld(sync, revisions.value);
  if (!stopped.ok) return failed(stopped);
  if (stopped.value) return yield* syncRolloutStatus(sync, revisions.value);

  const old = oldPods(sync, owned, revisions.value);
  if (old > 0) {
    yield decide("deployment/recreate/old-pods-running", { old });
    return yield* syncRolloutStatus(sync, revisions.value);
  }
  if (revisions.value.next === undefined) {
    revisions = yield* syncRevisions(sync, owned, "create");
    if (!revisions.ok) return failed(revisions);
  }
  const started = yield* scaleUpNew(sync, revisions.value.next!);
  if (!started.ok) return failed(started);
  if (isComplete(sync, sync.d.status)) {
    const trimmed = yield* trimHistory(sync, revisions.value.old);
    if (!trimmed.ok) return failed(trimmed);
  }
  return yield* syncRolloutStatus(sync, revisions.value);
}

function* scaleDownOld(sync: DeploymentSync, { old }: Revisions): Steps<Step<boolean>> {
  let scaled = false;
  for (const rs of active(old)) {
    yield decide("deployment/recreate/scale-down-old", {
      replicaSet: rs.metadata.name,
      from: rs.spec.replicas,
    });
    const scaling = yield* scaleReplicaSet(sync, rs, 0);
    if (!scaling.ok) return refused(scaling.status);
    scaled ||= scaling.scaled;
  }
  return { ok: true, value: scaled };
}

/** As reported by the old ReplicaSets, else counted: a pod that terminates still runs. */
function oldPods(
  { view }: DeploymentSync,
  owned: readonly ReplicaSet[],
  { next, old }: Revisions,
): number {
  const reported = sumOfStatus(old, "replicas");
  if (reported > 0) return reported;
  return owned
    .filter((rs) => rs.metadata.uid !== next?.metadata.uid)
    .reduce((sum, rs) => sum + (view.nonTerminalPods[rs.metadata.uid ?? ""] ?? 0), 0);
}

function* scaleUpNew(sync: DeploymentSync, next: ReplicaSet): Steps<Step<boolean>> {
  const to = sync.d.spec.replicas;
  const from = next.spec.replicas;
  if (from !== to) {
    yield decide("deployment/recreate/scale-up-new", { replicaSet: next.metadata.name, from, to });
  }
  const scaling = yield* scaleReplicaSet(sync, next, to);
  return scaling.ok ? { ok: true, value: scaling.scaled } : refused(scaling.status);
}
