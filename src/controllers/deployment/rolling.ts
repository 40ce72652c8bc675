/**
 * RollingUpdate: the new ReplicaSet grows as far as maxSurge allows, the old ones shrink as far as
 * maxUnavailable allows; never both in one sync. Mirrors deployment/rolling.go.
 */
import type { ReplicaSet } from "../../api/apps.ts";
import { decide } from "../decisions.ts";
import type { Steps, Verdict } from "../reconcile.ts";
import { ceiling, int32, maxSurge, maxUnavailable, minAvailable } from "./fenceposts.ts";
import { trimHistory } from "./history.ts";
import { nextSize, syncRevisions } from "./new-replica-set.ts";
import { isComplete, syncRolloutStatus } from "./progress.ts";
import { scaleReplicaSet } from "./replica-set-writes.ts";
import { failed, refused, type Step } from "./step.ts";
import {
  active,
  allOf,
  available,
  sumOfSpecs,
  type DeploymentSync,
  type Revisions,
} from "./view.ts";

export function* rolloutRolling(
  sync: DeploymentSync,
  owned: readonly ReplicaSet[],
): Steps<Verdict> {
  const revisions = yield* syncRevisions(sync, owned, "create");
  if (!revisions.ok) return failed(revisions);
  const { next, old } = revisions.value;

  const grown = yield* scaleNew(sync, allOf(revisions.value), next!);
  if (!grown.ok) return failed(grown);
  if (!grown.value && !(yield* scaleDownOld(sync, revisions.value))) {
    if (isComplete(sync, sync.d.status)) {
      const trimmed = yield* trimHistory(sync, old);
      if (!trimmed.ok) return failed(trimmed);
    }
  }
  return yield* syncRolloutStatus(sync, revisions.value);
}

/** True where the new ReplicaSet was resized. 10 replicas, surge 3, old 10, new 0: 13 - 10 = 3. */
function* scaleNew(
  sync: DeploymentSync,
  all: readonly ReplicaSet[],
  next: ReplicaSet,
): Steps<Step<boolean>> {
  const { replicas } = sync.d.spec;
  const from = next.spec.replicas;
  if (from === replicas) return { ok: true, value: false };
  const to = from > replicas ? replicas : nextSize(sync, all, next);
  yield decide(
    from > replicas
      ? "deployment/rolling/scale-down-new"
      : to === from
        ? "deployment/rolling/no-room-to-surge"
        : "deployment/rolling/scale-up-new",
    {
      replicaSet: next.metadata.name,
      replicas,
      surge: maxSurge(sync.d),
      ceiling: ceiling(sync.d),
      total: sumOfSpecs(all),
      from,
      to,
      by: to - from,
    },
  );
  const scaling = yield* scaleReplicaSet(sync, next, to);
  return scaling.ok ? { ok: true, value: scaling.scaled } : refused(scaling.status);
}

/**
 * True where an old ReplicaSet was resized. What may go at all is bounded by the pods asked for, those
 * that must stay, and the new ones that are not available yet:
 * 13 asked for - 8 to keep - 3 new ones not yet available = 2.
 */
function* scaleDownOld(sync: DeploymentSync, revisions: Revisions): Steps<boolean> {
  const next = revisions.next!;
  const old = active(revisions.old);
  if (old.length === 0) {
    yield decide("deployment/rolling/no-old-pods", {});
    return false;
  }
  const total = sumOfSpecs(allOf(revisions));
  const newUnavailable = next.spec.replicas - available(next);
  const budget = int32(total - minAvailable(sync.d) - newUnavailable);
  if (budget <= 0) {
    yield decide("deployment/rolling/floor-reached", {
      ...bounds(sync),
      total,
      newUnavailable,
      budget,
    });
    return false;
  }
  const cleaned = yield* cleanUpUnhealthy(sync, old, budget);
  if (cleaned === undefined) return false;
  const went = yield* scaleDownHealthy(sync, cleaned.sets, next);
  return went !== undefined && cleaned.count + went > 0;
}

/** Old pods that are not available cost no availability: they go first, up to the budget. */
function* cleanUpUnhealthy(
  sync: DeploymentSync,
  old: readonly ReplicaSet[],
  budget: number,
): Steps<{ readonly sets: readonly ReplicaSet[]; readonly count: number } | undefined> {
  const sets = [...old];
  let count = 0;
  for (const [i, rs] of old.entries()) {
    if (count >= budget) break;
    const from = rs.spec.replicas;
    if (from === available(rs)) continue;
    const by = Math.min(budget - count, from - available(rs));
    const to = from - by;
    const weighed = {
      replicaSet: rs.metadata.name,
      from,
      to,
      by,
      budget,
      available: available(rs),
    };
    if (to > from) {
      yield decide("deployment/rolling/status-ahead", weighed);
      return undefined;
    }
    yield decide("deployment/rolling/unhealthy-first", weighed);
    const scaling = yield* scaleReplicaSet(sync, rs, to);
    if (!scaling.ok) return yield* swallow(rs, scaling.status.message);
    count += by;
    sets[i] = scaling.replicaSet;
  }
  return { sets, count };
}

/** Then available pods above the floor; specs as just reduced, availability of all old ones as reported. */
function* scaleDownHealthy(
  sync: DeploymentSync,
  old: readonly ReplicaSet[],
  next: ReplicaSet,
): Steps<number | undefined> {
  const ready = [...old, next].reduce((sum, rs) => sum + available(rs), 0);
  const spare = ready - minAvailable(sync.d);
  if (spare <= 0) {
    yield decide("deployment/rolling/none-to-spare", { ...bounds(sync), available: ready });
    return 0;
  }
  let count = 0;
  for (const rs of old) {
    if (count >= spare) break;
    const from = rs.spec.replicas;
    if (from === 0) continue;
    const by = Math.min(from, spare - count);
    yield decide("deployment/rolling/scale-down-old", {
      ...bounds(sync),
      replicaSet: rs.metadata.name,
      available: ready,
      spare,
      from,
      to: from - by,
      by,
    });
    const scaling = yield* scaleReplicaSet(sync, rs, from - by);
    if (!scaling.ok) return yield* swallow(rs, scaling.status.message);
    count += by;
  }
  return count;
}

/** Any error here, a Conflict too, counts as "not scaled": what was written before it stays. */
function* swallow(rs: ReplicaSet, error: string): Steps<undefined> {
  yield decide("deployment/rolling/write-refused", { replicaSet: rs.metadata.name, error });
  return undefined;
}

function bounds({ d }: DeploymentSync): Record<"replicas" | "unavailable" | "floor", number> {
  return {
    replicas: d.spec.replicas,
    unavailable: maxUnavailable(d),
    floor: minAvailable(d),
  };
}
