/**
 * Scaling without a rollout step: a changed `replicas`, or a paused Deployment. With several active
 * ReplicaSets each gets its share. Mirrors deployment/sync.go (isScalingEvent, sync, scale).
 */
import { parseInt64 } from "../../api/int64.ts";
import type { Deployment, ReplicaSet } from "../../api/apps.ts";
import { decide } from "../decisions.ts";
import { DONE, type Steps, type Verdict } from "../reconcile.ts";
import { ceiling, int32, isRollingUpdate, maxSurge } from "./fenceposts.ts";
import { trimHistory } from "./history.ts";
import { syncRevisions } from "./new-replica-set.ts";
import { resizeAndAnnotate, scaleReplicaSet } from "./replica-set-writes.ts";
import { DESIRED_REPLICAS, MAX_REPLICAS, sizeAnnotation } from "./revisions.ts";
import { rollbackTo } from "./rollback.ts";
import { syncStatus } from "./status.ts";
import { failed, PASSED, refused, type Step } from "./step.ts";
import {
  active,
  allOf,
  available,
  byCreation,
  sumOfSpecs,
  type DeploymentSync,
  type Revisions,
} from "./view.ts";

/** True where an active ReplicaSet was sized for another number of replicas than the one now wanted. */
export function* isScalingEvent(
  sync: DeploymentSync,
  owned: readonly ReplicaSet[],
): Steps<Step<boolean>> {
  const revisions = yield* syncRevisions(sync, owned, "leave");
  if (!revisions.ok) return revisions;
  const { replicas } = sync.d.spec;
  for (const rs of active(allOf(revisions.value))) {
    const desired = sizeAnnotation(rs, DESIRED_REPLICAS);
    if (desired === undefined || desired === replicas) continue;
    yield decide("deployment/scaling-event", { replicaSet: rs.metadata.name, desired, replicas });
    return { ok: true, value: true };
  }
  return { ok: true, value: false };
}

/** Sizes, history while paused, and a plain status: no new ReplicaSet, no estimate of progress. */
export function* scaleAndSync(sync: DeploymentSync, owned: readonly ReplicaSet[]): Steps<Verdict> {
  const revisions = yield* syncRevisions(sync, owned, "leave");
  if (!revisions.ok) return failed(revisions);
  const scaled = yield* scale(sync, revisions.value);
  if (!scaled.ok) return failed(scaled);
  if (sync.d.spec.paused === true && rollbackTo(sync.d) === undefined) {
    // As upstream's search for the latest ReplicaSet leaves them; an order that contradicts itself shows it.
    const newestFirst = revisions.value.old.toReversed();
    const trimmed = yield* trimHistory(sync, newestFirst);
    if (!trimmed.ok) return failed(trimmed);
  }
  const written = yield* syncStatus(sync, revisions.value);
  return written.ok ? DONE : failed(written);
}

function* scale(sync: DeploymentSync, revisions: Revisions): Steps<Step> {
  const { replicas } = sync.d.spec;
  const running = active(allOf({ next: revisions.next, old: revisions.old.toReversed() }));
  if (running.length <= 1) {
    const only = running[0] ?? revisions.next ?? revisions.old.at(-1);
    if (only !== undefined) return yield* scaleOnly(sync, only);
  }
  if (isSaturated(sync.d, revisions.next)) {
    for (const rs of active(revisions.old).toReversed()) {
      yield decide("deployment/scale/saturated", {
        replicaSet: revisions.next!.metadata.name,
        replicas,
        old: rs.metadata.name,
        from: rs.spec.replicas,
      });
      const scaling = yield* scaleReplicaSet(sync, rs, 0);
      if (!scaling.ok) return refused(scaling.status);
    }
    return PASSED;
  }
  return isRollingUpdate(sync.d) ? yield* scaleProportionally(sync, running) : PASSED;
}

function* scaleOnly(sync: DeploymentSync, rs: ReplicaSet): Steps<Step> {
  const { replicas } = sync.d.spec;
  const from = rs.spec.replicas;
  if (from === replicas) return PASSED;
  yield decide("deployment/scale/only-active", {
    replicaSet: rs.metadata.name,
    from,
    to: replicas,
  });
  const scaling = yield* scaleReplicaSet(sync, rs, replicas);
  return scaling.ok ? PASSED : refused(scaling.status);
}

/** All that were wanted are there and available, in the new ReplicaSet alone. */
function isSaturated(d: Deployment, next: ReplicaSet | undefined): boolean {
  const text = next?.metadata.annotations?.[DESIRED_REPLICAS] ?? "";
  const wanted = parseInt64(text);
  if (next === undefined || wanted === undefined) return false;
  const { replicas } = d.spec;
  return (
    next.spec.replicas === replicas && int32(wanted) === replicas && available(next) === replicas
  );
}

/**
 * 15 wanted, 10 before (at most 13): 8 of 13 become 8 * 19 / 13 = 11.7, 5 of 13 become 7.3; the largest
 * takes what rounding leaves over.
 */
function* scaleProportionally(sync: DeploymentSync, running: readonly ReplicaSet[]): Steps<Step> {
  const { d } = sync;
  const allowed = d.spec.replicas > 0 ? ceiling(d) : 0;
  const total = sumOfSpecs(running);
  const toAdd = int32(allowed - total);
  // Where nothing is to add, upstream leaves them as it found them: old ones newest first, then the new.
  const sorted = toAdd === 0 ? running : running.toSorted(bySize(toAdd));
  const sizes = shares(d, sorted, toAdd);
  for (const [i, rs] of sorted.entries()) {
    const to = sizes[i]!;
    yield decide("deployment/scale/proportional", {
      replicaSet: rs.metadata.name,
      replicas: d.spec.replicas,
      surge: maxSurge(d),
      total,
      allowed,
      from: rs.spec.replicas,
      to,
    });
    const scaling = yield* resizeAndAnnotate(sync, rs, to);
    if (!scaling.ok) return refused(scaling.status);
  }
  return PASSED;
}

/** The largest first; alike ones newer first when growing, older first when shrinking. */
function bySize(toAdd: number): (a: ReplicaSet, b: ReplicaSet) => number {
  return (a, b) => {
    if (a.spec.replicas !== b.spec.replicas) return b.spec.replicas - a.spec.replicas;
    return toAdd > 0 ? byCreation(b, a) : byCreation(a, b);
  };
}

function shares(d: Deployment, sorted: readonly ReplicaSet[], toAdd: number): number[] {
  let added = 0;
  const sizes = sorted.map((rs) => {
    const share = proportion(d, rs, toAdd, added);
    added += share;
    return rs.spec.replicas + share;
  });
  return sizes.map((size, i) => (i === 0 ? Math.max(0, size + toAdd - added) : size));
}

/** deployment/util GetReplicaSetProportion: clipped to what is left to add or take away. */
function proportion(d: Deployment, rs: ReplicaSet, toAdd: number, added: number): number {
  if (rs.spec.replicas === 0 || toAdd === 0 || toAdd === added) return 0;
  const share = fraction(d, rs);
  return toAdd > 0 ? Math.min(share, toAdd - added) : Math.max(share, toAdd - added);
}

function fraction(d: Deployment, rs: ReplicaSet): number {
  if (d.spec.replicas === 0) return -rs.spec.replicas;
  const annotated = sizeAnnotation(rs, MAX_REPLICAS) ?? 0;
  const before = annotated === 0 ? (d.status.replicas ?? 0) : annotated;
  if (before === 0) return 0;
  const size = Math.imul(rs.spec.replicas, ceiling(d)) / before; // the product is an int32 upstream
  const rounded = Math.sign(size) * Math.floor(Math.abs(size) + 0.5);
  return rounded - rs.spec.replicas;
}
