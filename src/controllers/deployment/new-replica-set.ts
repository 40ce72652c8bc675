/**
 * The ReplicaSet with the Deployment's template: found and kept up to date, or created.
 * Mirrors deployment/sync.go getNewReplicaSet.
 */
import { HASH_LABEL, type ReplicaSet } from "../../api/apps.ts";
import { isControlledBy, newControllerRef, type LabelSelector } from "../../api/meta.ts";
import { isNamespaceTerminating, type Status } from "../../api/status.ts";
import { templatesEqualIgnoringHash } from "../../apiserver/equality.ts";
import { podTemplateHash } from "../../apiserver/template-hash.ts";
import { decide } from "../decisions.ts";
import { write, type Steps } from "../reconcile.ts";
import { condition, hasDeadline, Reason, setProgressing } from "./conditions.ts";
import { int32, isRollingUpdate, scaled } from "./fenceposts.ts";
import { writeStatus } from "./replica-set-writes.ts";
import {
  findRevisions,
  maxRevision,
  REVISION,
  revisionAnnotations,
  withSizeAnnotations,
} from "./revisions.ts";
import { refused, type Step } from "./step.ts";
import { sumOfSpecs, type DeploymentSync, type Revisions } from "./view.ts";

const MAX_NAME = 253;

/** The new and the old ReplicaSets; the revision annotations are brought up to date on the way. */
export function* syncRevisions(
  sync: DeploymentSync,
  owned: readonly ReplicaSet[],
  missing: "create" | "leave",
): Steps<Step<Revisions>> {
  const { next, old } = (sync.found ??= findRevisions(sync.d, owned));
  const revision = maxRevision(old) + 1;
  if (next !== undefined) {
    const found = yield* keepUpToDate(sync, next, revision);
    return found.ok ? { ok: true, value: { next: found.value, old } } : found;
  }
  if (missing === "leave") return { ok: true, value: { next: undefined, old } };
  const created = yield* create(sync, old, revision);
  return created.ok ? { ok: true, value: { next: created.value, old } } : created;
}

function* keepUpToDate(
  sync: DeploymentSync,
  rs: ReplicaSet,
  revision: number,
): Steps<Step<ReplicaSet>> {
  const { annotations, changed } = revisionAnnotations(sync.d, rs.metadata.annotations, revision);
  const copy =
    annotations === rs.metadata.annotations
      ? rs
      : { ...rs, metadata: { ...rs.metadata, annotations } };
  const minReady = sync.d.spec.minReadySeconds ?? 0;
  if (changed || (rs.spec.minReadySeconds ?? 0) !== minReady) {
    yield decide("deployment/new/adjust", {
      replicaSet: rs.metadata.name,
      revision: annotations[REVISION] ?? "",
    });
    // As JSON has it: absent when zero.
    const { minReadySeconds: _, ...spec } = copy.spec;
    const answer = yield* write<ReplicaSet>({
      do: "update",
      resource: "replicasets",
      object: { ...copy, spec: minReady === 0 ? spec : { ...spec, minReadySeconds: minReady } },
    });
    return answer.ok ? answer : refused(answer.status);
  }
  const error = yield* takeOverRevision(sync, copy);
  return error === undefined ? { ok: true, value: copy } : refused(error);
}

/** The Deployment follows the revision of its new ReplicaSet, and says so if it says nothing yet. */
function* takeOverRevision(sync: DeploymentSync, rs: ReplicaSet): Steps<Status | undefined> {
  const revision = rs.metadata.annotations?.[REVISION] ?? "";
  let dirty = setRevision(sync, revision);
  if (dirty) {
    yield decide("deployment/new/copy-revision", { replicaSet: rs.metadata.name, revision });
  }
  if (hasDeadline(sync.d) && condition(sync.d.status, "Progressing") === undefined) {
    yield decide("deployment/new/found", { replicaSet: rs.metadata.name });
    const message = `Found new replica set "${rs.metadata.name}"`;
    setProgressing(sync, "True", Reason.foundNewReplicaSet, message);
    dirty = true;
  }
  return dirty ? yield* writeStatus(sync) : undefined;
}

function* create(
  sync: DeploymentSync,
  old: readonly ReplicaSet[],
  revision: number,
): Steps<Step<ReplicaSet>> {
  const size = initialSize(sync, old);
  const wanted = newReplicaSet(sync, size, revision);
  const { name } = wanted.metadata;
  yield decide("deployment/new/create", {
    deployment: sync.d.metadata.name,
    replicaSet: name,
    revision,
    size,
    replicas: sync.d.spec.replicas,
  });
  const answer = yield* write<ReplicaSet>({
    do: "create",
    resource: "replicasets",
    object: wanted,
  });
  if (answer.ok) {
    if (size > 0) {
      yield {
        do: "event",
        about: sync.d,
        type: "Normal",
        reason: "ScalingReplicaSet",
        message: `Scaled up replica set ${name} from 0 to ${size}`,
      };
    }
    let dirty = setRevision(sync, String(revision));
    if (hasDeadline(sync.d)) {
      const message = `Created new replica set "${name}"`;
      setProgressing(sync, "True", Reason.newReplicaSetCreated, message);
      dirty = true;
    }
    const error = dirty ? yield* writeStatus(sync) : undefined;
    return error === undefined ? answer : refused(error);
  }
  if (answer.status.reason === "AlreadyExists") {
    return yield* afterCollision(sync, wanted, answer.status, revision);
  }
  if (isNamespaceTerminating(answer.status)) {
    yield decide("deployment/new/namespace-terminating", { replicaSet: name });
    return refused(answer.status);
  }
  return yield* afterRefusal(sync, name, answer.status);
}

/** The name is taken: by our own ReplicaSet that the cache has not shown yet, or by somebody else's. */
function* afterCollision(
  sync: DeploymentSync,
  wanted: ReplicaSet,
  status: Status,
  revision: number,
): Steps<Step<ReplicaSet>> {
  const { name } = wanted.metadata;
  const cached = sync.view.replicaSets.find((rs) => rs.metadata.name === name);
  if (cached === undefined) return { ok: false, error: `replicaset.apps "${name}" not found` };
  const same = templatesEqualIgnoringHash(sync.d.spec.template, cached.spec.template);
  if (isControlledBy(cached, sync.d) && same) {
    yield decide("deployment/new/exists-already", { replicaSet: name });
    const error = setRevision(sync, String(revision)) ? yield* writeStatus(sync) : undefined;
    return error === undefined ? { ok: true, value: cached } : refused(error);
  }
  const collisions = (sync.d.status.collisionCount ?? 0) + 1;
  yield decide("deployment/new/hash-collision", { replicaSet: name, collisions });
  sync.d = { ...sync.d, status: { ...sync.d.status, collisionCount: collisions } };
  yield* writeStatus(sync); // its own refusal changes nothing: the next sync tries again
  return refused(status);
}

function* afterRefusal(
  sync: DeploymentSync,
  name: string,
  status: Status,
): Steps<Step<ReplicaSet>> {
  const message = `Failed to create new replica set "${name}": ${status.message}`;
  yield decide("deployment/new/create-refused", { replicaSet: name, error: status.message });
  if (hasDeadline(sync.d)) {
    setProgressing(sync, "False", Reason.createError, message);
    yield* writeStatus(sync); // refused or not, the sync fails with the first error
  }
  yield { do: "event", about: sync.d, type: "Warning", reason: Reason.createError, message };
  return refused(status);
}

/**
 * NewRSNewReplicas for a ReplicaSet that does not exist yet. Unlike the fenceposts it takes maxSurge as
 * it stands.
 */
function initialSize({ d }: DeploymentSync, old: readonly ReplicaSet[]): number {
  if (!isRollingUpdate(d)) return d.spec.replicas;
  return grownTo(d.spec.replicas, surgeCeiling(d), sumOfSpecs(old), 0);
}

function surgeCeiling(d: DeploymentSync["d"]): number {
  const surge = scaled(d.spec.strategy.rollingUpdate?.maxSurge, d.spec.replicas, "up");
  return int32(d.spec.replicas + int32(surge));
}

/** 10 replicas, surge 3, old 8, new 3: 13 - 11 = 2 more, so 5. */
function grownTo(replicas: number, ceilingPods: number, total: number, from: number): number {
  if (total >= ceilingPods) return from;
  return from + Math.min(ceilingPods - total, replicas - from);
}

/** What the new ReplicaSet may grow to now (deployment/util NewRSNewReplicas, RollingUpdate). */
export function nextSize(
  { d }: DeploymentSync,
  all: readonly ReplicaSet[],
  next: ReplicaSet,
): number {
  return grownTo(d.spec.replicas, surgeCeiling(d), sumOfSpecs(all), next.spec.replicas);
}

function newReplicaSet({ d, view }: DeploymentSync, size: number, revision: number): ReplicaSet {
  const hash = podTemplateHash(d.spec.template, d.status.collisionCount, view.features.minor);
  const labels = { ...d.spec.template.metadata?.labels, [HASH_LABEL]: hash };
  const { annotations } = revisionAnnotations(d, undefined, revision);
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: `${d.metadata.name.slice(0, MAX_NAME - 1 - hash.length)}-${hash}`,
      namespace: d.metadata.namespace ?? "default",
      labels,
      annotations: withSizeAnnotations(annotations, d),
      ownerReferences: [newControllerRef(d)],
    },
    spec: {
      replicas: size,
      ...(d.spec.minReadySeconds === undefined ? {} : { minReadySeconds: d.spec.minReadySeconds }),
      selector: selectorWithHash(d.spec.selector, hash),
      template: { ...d.spec.template, metadata: { ...d.spec.template.metadata, labels } },
    },
    status: { replicas: 0 },
  };
}

function selectorWithHash(selector: LabelSelector, hash: string): LabelSelector {
  return { ...selector, matchLabels: { ...selector.matchLabels, [HASH_LABEL]: hash } };
}

/** True where this changes the Deployment. */
function setRevision(sync: DeploymentSync, revision: string): boolean {
  const { d } = sync;
  if (d.metadata.annotations?.[REVISION] === revision) return false;
  const annotations = { ...d.metadata.annotations, [REVISION]: revision };
  sync.d = { ...d, metadata: { ...d.metadata, annotations } };
  return true;
}
