/** One sync of a ReplicaSet, from the top. Mirrors replicaset/replica_set.go syncReplicaSet. */
import type { ReplicaSet } from "../../api/apps.ts";
import { decide } from "../decisions.ts";
import { DONE, write, writePods, type Plan, type PodsOutcome, type Steps } from "../reconcile.ts";
import { calculateStatus, writeStatus } from "./status.ts";
import { BURST, untilNextAvailable, withAdopted, type ReplicaSetView } from "./view.ts";

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
  const claims = yield* claimPods(view, rs);
  if (!claims.ok) return { error: claims.error };
  const claimed: ReplicaSetView = { ...view, ...claims.value };
  const error = yield* manageReplicas(claimed, rs);
  const answer = yield* writeStatus(rs, calculateStatus(claimed, rs, error));
  if (!answer.ok) return { error: answer.status.message };
  if (error !== undefined) return { error };
  return yield* checkAgain(claimed, answer.value);
}

type Claims =
  | { readonly ok: true; readonly value: Pick<ReplicaSetView, "counts" | "surplus"> }
  | { readonly ok: false; readonly error: string };

/** Lets go of own pods that no longer match, takes those without an owner. All are tried. */
function* claimPods(view: ReplicaSetView, rs: ReplicaSet): Steps<Claims> {
  const { orphans, strays } = view;
  const deleting = rs.metadata.deletionTimestamp !== undefined;
  const released = strays.length === 0 || deleting ? undefined : yield* release(rs, strays);
  if (orphans.length === 0) {
    if (released !== undefined) return { ok: false, error: released };
    return { ok: true, value: view };
  }
  const rows = orphans.map(({ row }) => row);
  const adopted = yield* adopt(rs, rows);
  const error = released ?? (typeof adopted === "string" ? adopted : adopted.refused?.message);
  if (typeof adopted === "string" || error !== undefined) return { ok: false, error: error ?? "" };
  const gone = new Set(adopted.missing);
  const taken = orphans.filter(({ row }) => !gone.has(row));
  return {
    ok: true,
    value: {
      counts: withAdopted(view.counts, taken),
      surplus: view.surplus.filter((row) => !gone.has(row)),
    },
  };
}

/** Why it failed, if it did. */
function* release(rs: ReplicaSet, rows: readonly number[]): Steps<string | undefined> {
  yield decide("replicaset/release-pod", { replicaSet: rs.metadata.name, count: rows.length });
  const outcome = yield* writePods({ do: "release-pods", replicaSet: rs, rows });
  return outcome.refused?.message;
}

/** The ReplicaSet is read afresh first: one that is gone adopts nothing. */
function* adopt(rs: ReplicaSet, rows: readonly number[]): Steps<string | PodsOutcome> {
  const { name } = rs.metadata;
  const fresh = yield* write<ReplicaSet>({ do: "get", resource: "replicasets", object: rs });
  if (!fresh.ok) return fresh.status.message;
  if (fresh.value.metadata.uid !== rs.metadata.uid) return `original ReplicaSet ${name} is gone`;
  if (fresh.value.metadata.deletionTimestamp !== undefined) return `${name} has just been deleted`;
  yield decide("replicaset/adopt-pod", { replicaSet: name, count: rows.length });
  return yield* writePods({ do: "adopt-pods", replicaSet: rs, rows });
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
    : yield* deletePods(view, rs, Math.min(difference, BURST));
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

function* deletePods(
  { counts: { active }, surplus }: ReplicaSetView,
  rs: ReplicaSet,
  count: number,
): Steps<string | undefined> {
  const { replicas } = rs.spec;
  yield decide("replicaset/delete-pods", { active, replicas, count });
  const rows = surplus.slice(0, count);
  yield { do: "expect-deletions", rows };
  const outcome = yield* writePods({ do: "delete-pods", replicaSet: rs, rows });
  if (outcome.refused === undefined) return undefined;
  const error = `unable to delete pods: ${outcome.refused.message}`;
  yield decide("replicaset/delete-refused", { error });
  return error;
}

/**
 * With minReadySeconds, no event says when a ready pod becomes available: a timer must. `rs` is what the
 * status write gave back: after a Conflict its minReadySeconds can be newer than the cache's.
 */
function* checkAgain({ counts, now }: ReplicaSetView, rs: ReplicaSet): Plan {
  const minReady = rs.spec.minReadySeconds ?? 0;
  const ready = rs.status.readyReplicas ?? 0;
  const available = rs.status.availableReplicas ?? 0;
  if (minReady === 0 || ready === available) return DONE;
  const requeueAfterMs = untilNextAvailable(counts, minReady, now) ?? minReady * 1000;
  yield decide("replicaset/check-availability-later", {
    ready,
    available,
    minReady,
    seconds: requeueAfterMs / 1000,
  });
  return { requeueAfterMs };
}
