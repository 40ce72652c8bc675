/**
 * The old way to roll back, by an annotation on the Deployment: the controller itself restores a revision.
 * (kubectl rollout undo patches the template instead.) Mirrors deployment/rollback.go.
 */
import { HASH_LABEL, ROLLBACK_TO, type Deployment, type ReplicaSet } from "../../api/apps.ts";
import { parseInt64 } from "../../api/int64.ts";
import { templatesEqualIgnoringHash } from "../../apiserver/equality.ts";
import { decide } from "../decisions.ts";
import { DONE, write, type Steps, type Verdict } from "../reconcile.ts";
import { syncRevisions } from "./new-replica-set.ts";
import { annotationsOfRollback, lastRevision, revisionOf } from "./revisions.ts";
import { failed, refused } from "./step.ts";
import { allOf, type DeploymentSync } from "./view.ts";

/** The revision asked for, 0 for the last one; undefined where nothing (or no number) is asked for. */
export function rollbackTo(d: Deployment): number | undefined {
  return parseInt64(d.metadata.annotations?.[ROLLBACK_TO] ?? "");
}

export function* rollback(sync: DeploymentSync, owned: readonly ReplicaSet[]): Steps<Verdict> {
  const revisions = yield* syncRevisions(sync, owned, "create");
  if (!revisions.ok) return failed(revisions);
  const all = allOf(revisions.value);
  const asked = rollbackTo(sync.d) ?? 0;
  const revision = asked === 0 ? lastRevision(all) : asked;
  const target = revision === 0 ? undefined : all.find((rs) => revisionOf(rs) === revision);
  if (target === undefined) {
    yield decide("deployment/rollback/not-found", {});
    yield* warn(
      sync,
      "DeploymentRollbackRevisionNotFound",
      revision === 0
        ? "Unable to find last revision."
        : "Unable to find the revision to rollback to.",
    );
    return yield* clearAnnotation(sync);
  }
  return yield* restore(sync, target, revision);
}

function* restore(sync: DeploymentSync, target: ReplicaSet, revision: number): Steps<Verdict> {
  const { name } = sync.d.metadata;
  if (templatesEqualIgnoringHash(sync.d.spec.template, target.spec.template)) {
    yield decide("deployment/rollback/same-template", { revision });
    yield* warn(
      sync,
      "DeploymentRollbackTemplateUnchanged",
      `The rollback revision contains the same template as current deployment "${name}"`,
    );
    return yield* clearAnnotation(sync);
  }
  yield decide("deployment/rollback/done", { revision });
  const { [HASH_LABEL]: _, ...labels } = target.spec.template.metadata?.labels ?? {};
  sync.d = {
    ...sync.d,
    metadata: { ...sync.d.metadata, annotations: annotationsOfRollback(sync.d, target) },
    spec: {
      ...sync.d.spec,
      template: { ...target.spec.template, metadata: { ...target.spec.template.metadata, labels } },
    },
  };
  const verdict = yield* clearAnnotation(sync);
  if (verdict.error === undefined) {
    yield {
      do: "event",
      about: sync.d,
      type: "Normal",
      reason: "DeploymentRollback",
      message: `Rolled back deployment "${name}" to revision ${revision}`,
    };
  }
  return verdict;
}

function* warn({ d }: DeploymentSync, reason: string, message: string): Steps<void> {
  yield { do: "event", about: d, type: "Warning", reason, message };
}

function* clearAnnotation(sync: DeploymentSync): Steps<Verdict> {
  const { [ROLLBACK_TO]: _, ...annotations } = sync.d.metadata.annotations ?? {};
  sync.d = { ...sync.d, metadata: { ...sync.d.metadata, annotations } };
  const answer = yield* write({ do: "update", resource: "deployments", object: sync.d });
  return answer.ok ? DONE : failed(refused(answer.status));
}
