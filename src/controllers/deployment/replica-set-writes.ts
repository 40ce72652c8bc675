/**
 * How the Deployment controller writes: scaling one ReplicaSet, and its own status.
 * Mirrors deployment/sync.go (scaleReplicaSet) and the UpdateStatus calls around it.
 */
import type { Deployment, ReplicaSet } from "../../api/apps.ts";
import type { Status } from "../../api/status.ts";
import { write, type Steps } from "../reconcile.ts";
import { sizeAnnotationsDiffer, withSizeAnnotations } from "./revisions.ts";
import type { DeploymentSync } from "./view.ts";

/** What came of a scaling: the ReplicaSet as it is now, or why it was refused. */
export type Scaling =
  | { readonly ok: true; readonly scaled: boolean; readonly replicaSet: ReplicaSet }
  | { readonly ok: false; readonly status: Status };

/** Sets the size, and both size annotations with it. The right size already: nothing is written. */
export function* scaleReplicaSet(sync: DeploymentSync, rs: ReplicaSet, to: number): Steps<Scaling> {
  if (rs.spec.replicas === to) return { ok: true, scaled: false, replicaSet: rs };
  return yield* resizeAndAnnotate(sync, rs, to);
}

/** As `scaleReplicaSet`, but the annotations are refreshed even where the size stays. */
export function* resizeAndAnnotate(
  { d }: DeploymentSync,
  rs: ReplicaSet,
  to: number,
): Steps<Scaling> {
  const from = rs.spec.replicas;
  if (from === to && !sizeAnnotationsDiffer(rs, d))
    return { ok: true, scaled: false, replicaSet: rs };
  const answer = yield* write<ReplicaSet>({
    do: "update",
    resource: "replicasets",
    object: {
      ...rs,
      metadata: { ...rs.metadata, annotations: withSizeAnnotations(rs.metadata.annotations, d) },
      spec: { ...rs.spec, replicas: to },
    },
  });
  if (!answer.ok) return answer;
  if (from === to) return { ok: true, scaled: false, replicaSet: answer.value };
  yield {
    do: "event",
    about: d,
    type: "Normal",
    reason: "ScalingReplicaSet",
    message: `Scaled ${from < to ? "up" : "down"} replica set ${rs.metadata.name} from ${from} to ${to}`,
  };
  return { ok: true, scaled: true, replicaSet: answer.value };
}

/**
 * Writes the Deployment's status, and with it its annotations. What comes back is thrown away, so a second
 * write in the same sync meets a Conflict: as upstream.
 */
export function* writeStatus({ d }: DeploymentSync): Steps<Status | undefined> {
  const answer = yield* write<Deployment>({
    do: "update/status",
    resource: "deployments",
    object: d,
  });
  return answer.ok ? undefined : answer.status;
}
