/** One sync of a ReplicaSet, from the top. Mirrors replicaset/replica_set.go syncReplicaSet. */
import type { ReplicaSet } from "../../api/apps.ts";
import { decide } from "../decisions.ts";
import { DONE, writePods, type Plan, type Steps } from "../reconcile.ts";
import { calculateStatus, writeStatus } from "./status.ts";
import { BURST, type ReplicaSetView } from "./view.ts";

export function* reconcileReplicaSet(view: ReplicaSetView): Plan {
  if (view.stale) {
    yield decide("replicaset/stale-cache", { replicaSet: view.key });
    return { error: `the caches are not as new as the last writes for ${view.key}` };
  }
  const rs = view.replicaSet;
  if (rs === undefined) {
    yield decide("replicaset/gone", { replicaSet: view.key });
    return DONE;
  }
  const claimError = yield* claimPods(view, rs);
  if (claimError !== undefined) return { error: claimError };
  const error = yield* manageReplicas(view, rs);
  const answer = yield* writeStatus(rs, calculateStatus(view, rs, error));
  if (!answer.ok) return { error: answer.status.message };
  if (error !== undefined) return { error };
  return yield* checkAgain(view, answer.value);
}

/** Takes pods without an owner, lets go of own ones that no longer match. */
function* claimPods(view: ReplicaSetView, rs: ReplicaSet): Steps<string | undefined> {
  const replicaSet = rs.metadata.name;
  let refused: string | undefined;
  if (view.orphans.length > 0) {
    yield decide("replicaset/adopt-pod", { replicaSet, count: view.orphans.length });
    const adopted = yield* writePods({ do: "adopt-pods", replicaSet: rs, rows: view.orphans });
    refused ??= adopted.refused?.message;
  }
  if (view.strays.length > 0) {
    yield decide("replicaset/release-pod", { replicaSet, count: view.strays.length });
    const released = yield* writePods({ do: "release-pods", replicaSet: rs, rows: view.strays });
    refused ??= released.refused?.message;
  }
  return refused;
}

/** Creates or deletes what is missing or too much; returns the first refusal. */
function* manageReplicas(view: ReplicaSetView, rs: ReplicaSet): Steps<string | undefined> {
  if (view.awaited !== undefined) {
    yield decide("replicaset/await-expectations", {
      replicaSet: rs.metadata.name,
      ...view.awaited,
    });
    return undefined;
  }
  const { active } = view.counts;
  const difference = active - rs.spec.replicas;
  if (rs.metadata.deletionTimestamp !== undefined || difference === 0) return undefined;
  return difference < 0
    ? yield* createPods(rs, active, Math.min(-difference, BURST))
    : yield* deletePods(view, rs);
}

/** Slow start: 1, 2, 4... at a time, and no further batch once one pod was refused. */
function* createPods(rs: ReplicaSet, active: number, count: number): Steps<string | undefined> {
  const { replicas } = rs.spec;
  yield decide("replicaset/create-pods", { active, replicas, count });
  yield { do: "expect-creations", count };
  let done = 0;
  for (let batch = 1; done < count; batch *= 2) {
    const size = Math.min(batch, count - done);
    const outcome = yield* writePods({ do: "create-pods", replicaSet: rs, count: size });
    done += outcome.done;
    if (outcome.refused === undefined) continue;
    const error = outcome.refused.message;
    yield decide("replicaset/create-refused", { error, done, count });
    yield { do: "forgo-creations", count: count - done };
    return error;
  }
  return undefined;
}

function* deletePods(view: ReplicaSetView, rs: ReplicaSet): Steps<string | undefined> {
  const { counts, surplus: rows } = view;
  const { replicas } = rs.spec;
  yield decide("replicaset/delete-pods", { active: counts.active, replicas, count: rows.length });
  yield { do: "expect-deletions", rows };
  const outcome = yield* writePods({ do: "delete-pods", replicaSet: rs, rows });
  if (outcome.refused === undefined) return undefined;
  const error = `unable to delete pods: ${outcome.refused.message}`;
  yield decide("replicaset/delete-refused", { error });
  return error;
}

/** With minReadySeconds, no event says when a ready pod becomes available: a timer must. */
function* checkAgain({ counts }: ReplicaSetView, rs: ReplicaSet): Plan {
  const minReady = rs.spec.minReadySeconds ?? 0;
  const ready = rs.status.readyReplicas ?? 0;
  const available = rs.status.availableReplicas ?? 0;
  if (minReady === 0 || ready === available) return DONE;
  const requeueAfterMs = counts.untilNextAvailable ?? minReady * 1000;
  yield decide("replicaset/check-availability-later", {
    ready,
    available,
    minReady,
    seconds: requeueAfterMs / 1000,
  });
  return { requeueAfterMs };
}
