/**
 * The ReplicaSet of a Rollout's template: found, kept up to date, or created with no pods.
 * Mirrors argo-rollouts rollout/sync.go (syncReplicaSetRevision, createDesiredReplicaSet) and
 * utils/annotations/annotations.go.
 *
 * Left out: anti-affinity rules put into templates.
 */
import type { ReplicaSet } from "../../api/apps.ts";
import type { PodTemplateSpec } from "../../api/core.ts";
import { newControllerRef, type ObjectMeta, type StringMap } from "../../api/meta.ts";
import type { PodTemplateMetadata, Rollout } from "../../api/rollout.ts";
import { templatesEqualIgnoringHash } from "../../apiserver/equality.ts";
import { byCreation } from "../deployment/view.ts";
import { write, type Steps } from "../reconcile.ts";
import { condition, newCondition, Reason, withCondition } from "./conditions.ts";
import { event, got, replaceSet, revisionOf, SyncFailed, type RolloutContext } from "./context.ts";
import { decide } from "../decisions.ts";
import {
  blueGreenOf,
  canaryOf,
  DESIRED_REPLICAS,
  EPHEMERAL_METADATA,
  HASH_LABEL,
  replicasOf,
  REVISION,
  REVISION_HISTORY,
  statusOf,
} from "./defaults.ts";
import { podTemplateHash } from "./hash.ts";

const NOT_COPIED = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  "notified.notifications.argoproj.io",
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
]);

/** FindNewReplicaSet: by the hash of the template; failing that, by the template itself. */
export function findNewReplicaSet(
  rollout: Rollout,
  sets: readonly ReplicaSet[],
): ReplicaSet | undefined {
  const { template } = rollout.spec;
  if (template === undefined) return undefined;
  const oldestFirst = sets.toSorted(byCreation);
  const hash = podTemplateHash(template, statusOf(rollout).collisionCount);
  return (
    oldestFirst.find((rs) => rs.metadata.labels?.[HASH_LABEL] === hash) ??
    oldestFirst.find((rs) => sameTemplate(rs.spec.template, template))
  );
}

function sameTemplate(live: PodTemplateSpec, desired: PodTemplateSpec): boolean {
  const { [HASH_LABEL]: _, ...labels } = live.metadata?.labels ?? {};
  return templatesEqualIgnoringHash({ ...live, metadata: { ...live.metadata, labels } }, desired);
}

/** syncReplicaSetRevision: its annotations follow the Rollout, and the Rollout its revision. */
export function* syncRevision(c: RolloutContext): Steps<void> {
  const { newRS } = c;
  if (newRS === undefined) return;
  const newest = maxRevision(c.allRSs.filter((rs) => rs !== newRS)) + 1;
  const annotations = annotationsFor(c.rollout, newRS, newest);
  const { minReadySeconds = 0 } = c.rollout.spec;
  if (annotations !== undefined || (newRS.spec.minReadySeconds ?? 0) !== minReadySeconds) {
    const metadata = { ...newRS.metadata, annotations: annotations ?? newRS.metadata.annotations };
    const object = { ...newRS, metadata, spec: { ...newRS.spec, minReadySeconds } } as ReplicaSet;
    replaceSet(c, got(yield* write({ do: "update", resource: "replicasets", object })));
    return;
  }
  yield* setRevision(c, String(revisionOf(newRS)));
  if (condition(statusOf(c.rollout), "Progressing") !== undefined) return;
  const message = `Found new replica set "${newRS.metadata.name}"`;
  yield* setProgressing(c, [Reason.foundNewReplicaSet, message]);
}

function* setRevision(c: RolloutContext, revision: string): Steps<void> {
  const { metadata } = c.rollout;
  if (metadata.annotations?.[REVISION] === revision) return;
  const annotations = { ...metadata.annotations, [REVISION]: revision };
  const object: Rollout = { ...c.rollout, metadata: { ...metadata, annotations } };
  const stored = got(yield* write<Rollout>({ do: "update", resource: "rollouts", object }));
  c.rollout = resolved(stored, c.rollout);
  yield event(c, Reason.updated, `Rollout updated to revision ${revision}`);
}

function* setProgressing(
  c: RolloutContext,
  text: readonly [reason: string, message: string],
): Steps<void> {
  const progressing = newCondition("Progressing", "True", text, c.view.now);
  const status = withCondition(statusOf(c.rollout), progressing);
  const object: Rollout = { ...c.rollout, status };
  const stored = got(yield* write<Rollout>({ do: "update/status", resource: "rollouts", object }));
  c.rollout = resolved(stored, c.rollout);
}

/** A template that came from workloadRef is not in what is stored. */
function resolved(stored: Rollout, before: Rollout): Rollout {
  if (before.spec.workloadRef === undefined) return stored;
  const { template, selector } = before.spec;
  return { ...stored, spec: { ...stored.spec, template, selector } as Rollout["spec"] };
}

/** Creates the ReplicaSet of the template, with 0 pods. */
export function* createReplicaSet(c: RolloutContext): Steps<void> {
  const { rollout } = c;
  const revision = maxRevision(c.allRSs) + 1;
  const object = desiredReplicaSet(c, revision);
  const { name } = object.metadata;
  yield decide("rollout/new/create", {
    rollout: rollout.metadata.name,
    replicaSet: name,
    revision,
  });
  const answer = yield* write<ReplicaSet>({ do: "create", resource: "replicasets", object });
  if (!answer.ok && answer.status.reason === "AlreadyExists") yield* bumpCollisionCount(c, name);
  if (!answer.ok) {
    const message = `Failed to create new replica set "${name}": ${answer.status.message}`;
    yield event(c, Reason.createError, message, "Warning");
    const failed = newCondition("Progressing", "False", [Reason.createError, message], c.view.now);
    const status = withCondition(statusOf(rollout), failed);
    yield* write({ do: "update/status", resource: "rollouts", object: { ...rollout, status } });
    throw new SyncFailed(answer.status.message);
  }
  c.newRS = answer.value;
  yield* setRevision(c, String(revision));
  yield event(c, Reason.newReplicaSet, `Created ReplicaSet ${name} (revision ${revision})`);
  yield* setProgressing(c, [Reason.newReplicaSet, `Created new replica set "${name}"`]);
}

function* bumpCollisionCount(c: RolloutContext, name: string): Steps<never> {
  const status = statusOf(c.rollout);
  const collisions = (status.collisionCount ?? 0) + 1;
  yield decide("rollout/new/hash-collision", { replicaSet: name, collisions });
  const object = { ...c.rollout, status: { ...status, collisionCount: collisions } };
  yield* write({ do: "update/status", resource: "rollouts", object });
  throw new SyncFailed(`replicasets.apps "${name}" already exists`);
}

function desiredReplicaSet(c: RolloutContext, revision: number): ReplicaSet {
  const { rollout } = c;
  const { template, selector, minReadySeconds } = rollout.spec;
  const hash = podTemplateHash(template, statusOf(rollout).collisionCount);
  const injected = injectedMetadata(c);
  const labels = { ...template?.metadata?.labels, [HASH_LABEL]: hash };
  const { name, namespace } = rollout.metadata;
  const metadata: ObjectMeta = {
    name: `${name}-${hash}`,
    ...(namespace === undefined ? {} : { namespace }),
    labels,
    annotations: {
      ...annotationsFor(rollout, undefined, revision),
      [DESIRED_REPLICAS]: String(replicasOf(rollout)),
      ...(injected === undefined ? {} : { [EPHEMERAL_METADATA]: JSON.stringify(injected) }),
    },
    ownerReferences: [newControllerRef(rollout)],
  };
  const podMetadata = {
    ...template?.metadata,
    labels: { ...labels, ...injected?.labels },
    ...withAnnotations({ ...template?.metadata?.annotations, ...injected?.annotations }),
  };
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata,
    spec: {
      replicas: 0,
      ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
      selector: {
        ...selector,
        matchLabels: { ...selector?.matchLabels, [HASH_LABEL]: hash },
      },
      template: { ...template, metadata: podMetadata } as PodTemplateSpec,
    },
    status: { replicas: 0 },
  };
}

function withAnnotations(annotations: StringMap): { readonly annotations?: StringMap } {
  return Object.keys(annotations).length === 0 ? {} : { annotations };
}

/** Labels and annotations that pods carry while they are canary or stable, preview or active. */
function injectedMetadata(c: RolloutContext): PodTemplateMetadata | undefined {
  const canary = canaryOf(c.rollout);
  const blueGreen = blueGreenOf(c.rollout);
  return c.stableRS === undefined
    ? (canary?.stableMetadata ?? blueGreen?.activeMetadata)
    : (canary?.canaryMetadata ?? blueGreen?.previewMetadata);
}

/** SetNewReplicaSetAnnotations: the annotations as they are to be; undefined where nothing changes. */
function annotationsFor(
  rollout: Rollout,
  rs: ReplicaSet | undefined,
  newest: number,
): StringMap | undefined {
  const old = rs?.metadata.annotations ?? {};
  const copied = Object.entries(rollout.metadata.annotations ?? {}).filter(
    ([key, value]) => !NOT_COPIED.has(key) && old[key] !== value,
  );
  const revision = Number(old[REVISION] ?? 0);
  if (copied.length === 0 && revision >= newest) return undefined;
  const next = { ...old, ...Object.fromEntries(copied) };
  if (revision < newest) next[REVISION] = String(newest);
  if (old[REVISION] !== undefined) {
    const before = old[REVISION_HISTORY] ?? "";
    next[REVISION_HISTORY] = before === "" ? old[REVISION] : `${before},${old[REVISION]}`;
  }
  return next;
}

/** MaxRevision. */
function maxRevision(sets: readonly ReplicaSet[]): number {
  return sets.reduce((most, rs) => Math.max(most, revisionOf(rs)), 0);
}
