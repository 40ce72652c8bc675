/** The status of a ReplicaSet. Mirrors replicaset/replica_set_utils.go. */
import type { ReplicaSet, ReplicaSetCondition, ReplicaSetStatus } from "../../api/apps.ts";
import { compact, deepEqual, omitZero } from "../../api/json.ts";
import { timestamp } from "../../api/time.ts";
import { decide } from "../decisions.ts";
import { write, type Steps } from "../reconcile.ts";
import type { Answer } from "../../api/status.ts";
import type { ReplicaSetView } from "./view.ts";

/** From the pods as they were listed, before this sync created or deleted any. */
export function calculateStatus(
  view: ReplicaSetView,
  rs: ReplicaSet,
  error: string | undefined,
): ReplicaSetStatus {
  const { counts } = view;
  return compact({
    ...rs.status,
    replicas: counts.active,
    fullyLabeledReplicas: omitZero(counts.fullyLabeled),
    readyReplicas: omitZero(counts.ready),
    availableReplicas: omitZero(counts.available),
    terminatingReplicas: view.features.terminatingReplicas ? counts.terminating : undefined,
    conditions: conditions(view, rs, counts.active, error),
  }) as ReplicaSetStatus;
}

/** ReplicaFailure appears with the first failure and goes with the first success. */
function conditions(
  view: ReplicaSetView,
  rs: ReplicaSet,
  active: number,
  error: string | undefined,
): readonly ReplicaSetCondition[] | undefined {
  const current = rs.status.conditions ?? [];
  const failed = current.some((c) => c.type === "ReplicaFailure");
  if (failed === (error !== undefined)) return rs.status.conditions;
  if (error === undefined) {
    const kept = current.filter((c) => c.type !== "ReplicaFailure");
    return kept.length === 0 ? undefined : kept;
  }
  const reason = active < rs.spec.replicas ? "FailedCreate" : "FailedDelete";
  return [
    ...current,
    {
      type: "ReplicaFailure",
      status: "True",
      lastTransitionTime: timestamp(view.now),
      reason,
      message: error,
    },
  ];
}

/**
 * Written where it differs; a refusal (mostly a Conflict) is met with one more try over a fresh read,
 * which is where a ReplicaSet differs from a Deployment.
 */
export function* writeStatus(rs: ReplicaSet, status: ReplicaSetStatus): Steps<Answer<ReplicaSet>> {
  const generation = rs.metadata.generation ?? 0;
  if (deepEqual(rs.status, status) && generation === (rs.status.observedGeneration ?? 0)) {
    return { ok: true, value: rs };
  }
  const next: ReplicaSetStatus = { ...status, observedGeneration: generation };
  const first = yield* write<ReplicaSet>({
    do: "update/status",
    resource: "replicasets",
    object: { ...rs, status: next },
  });
  if (first.ok) return first;
  const fresh = yield* write<ReplicaSet>({ do: "get", resource: "replicasets", object: rs });
  if (!fresh.ok) return fresh;
  yield decide("replicaset/status-conflict", { replicaSet: rs.metadata.name });
  return yield* write<ReplicaSet>({
    do: "update/status",
    resource: "replicasets",
    object: { ...fresh.value, status: next },
  });
}
