/** Old ReplicaSets beyond revisionHistoryLimit go. Mirrors deployment/sync.go cleanupDeployment. */
import type { ReplicaSet } from "../../api/apps.ts";
import { decide } from "../decisions.ts";
import { goSort } from "../go-sort.ts";
import { write, type Steps } from "../reconcile.ts";
import { revisionOf } from "./revisions.ts";
import { PASSED, refused, type Step } from "./step.ts";
import { byCreation, type DeploymentSync } from "./view.ts";

export function* trimHistory({ d }: DeploymentSync, old: readonly ReplicaSet[]): Steps<Step> {
  const { revisionHistoryLimit: limit = Infinity } = d.spec;
  const alive = old.filter((rs) => rs.metadata.deletionTimestamp === undefined);
  const surplus = byRevision(alive).slice(0, Math.max(0, alive.length - limit));
  for (const rs of surplus) {
    const weighed = {
      replicaSet: rs.metadata.name,
      old: alive.length,
      limit,
      revision: revisionOf(rs) ?? "?",
    };
    // One that is skipped is not replaced by the next.
    if (isBusy(rs)) {
      yield decide("deployment/history/keep-busy", weighed);
      continue;
    }
    yield decide("deployment/history/trim", weighed);
    const answer = yield* write({ do: "delete", resource: "replicasets", object: rs });
    if (!answer.ok && answer.status.reason !== "NotFound") return refused(answer.status);
  }
  return PASSED;
}

function isBusy(rs: ReplicaSet): boolean {
  return (
    rs.status.replicas !== 0 ||
    rs.spec.replicas !== 0 ||
    (rs.metadata.generation ?? 0) > (rs.status.observedGeneration ?? 0)
  );
}

/** A revision that is no number makes this order contradict itself: the steps of Go's sort decide then. */
function byRevision(sets: readonly ReplicaSet[]): ReplicaSet[] {
  const order = sets.map((_, index) => index);
  goSort(order, (a, b) => precedes(sets[a]!, sets[b]!));
  return order.map((index) => sets[index]!);
}

function precedes(a: ReplicaSet, b: ReplicaSet): boolean {
  const left = revisionOf(a);
  const right = revisionOf(b);
  if (left === undefined || right === undefined || left === right) return byCreation(a, b) < 0;
  return left < right;
}
