/**
 * How objects that have been admitted get into the store, pods by their rows; a dry run only shows what would be
 * there. Mirrors apiserver pkg/registry/generic/registry/dryrun.go.
 */
import type { DeleteOptions, WriteOptions } from "../api/client.ts";
import type { Pod } from "../api/core.ts";
import { deepFreeze } from "../api/json.ts";
import type { KubeObject } from "../api/meta.ts";
import { timestamp } from "../api/time.ts";
import {
  deleteWithDependents,
  deletionOf,
  finalizersFor,
  replaceOrFinish,
} from "./garbage-collection.ts";
import { deleteNamespace, terminatingNamespace } from "./namespace-deletion.ts";
import { changePod, findPod } from "./pod-access.ts";
import { podObject } from "./pod-objects.ts";
import type { Store } from "./store.ts";
import { uidText } from "./uids.ts";

type DryRun = WriteOptions["dryRun"];

export function createIn(
  store: Store,
  resource: string,
  object: KubeObject,
  dryRun: DryRun,
): KubeObject {
  if (dryRun !== undefined) {
    const made = { uid: uidText(0), creationTimestamp: timestamp(store.wallClockMs) };
    return deepFreeze({ ...object, metadata: { ...object.metadata, ...made } });
  }
  if (resource !== "pods") return store.insert(resource, object);
  const { metadata, spec } = object as Pod;
  return podObject(store, store.insertBarePod(object, { metadata, spec }));
}

export function updateIn(
  store: Store,
  resource: string,
  current: KubeObject,
  next: KubeObject,
  dryRun: DryRun,
): KubeObject {
  if (dryRun !== undefined) return deepFreeze(next);
  if (resource !== "pods") return replaceOrFinish(store, resource, next);
  const row = rowOf(store, next);
  changePod(store, row, current, next);
  return podObject(store, row);
}

export function deleteIn(
  store: Store,
  resource: string,
  current: KubeObject,
  options: DeleteOptions,
): KubeObject {
  const { dryRun, gracePeriodSeconds } = options;
  if (dryRun !== undefined && resource === "namespaces")
    return terminatingNamespace(store, current);
  if (dryRun !== undefined) return deletionOf(store, current, options);
  if (resource === "namespaces") return deleteNamespace(store, current);
  if (resource !== "pods") return deleteWithDependents(store, resource, current, options);
  const row = rowOf(store, current);
  store.deletePod(row, gracePeriodSeconds);
  const pod = podObject(store, row);
  return pod.metadata.deletionTimestamp === undefined ? deletedAtOnce(store, pod, options) : pod;
}

/** It is marked before it goes, without any time to stop in. */
function deletedAtOnce(store: Store, pod: Pod, options: DeleteOptions): Pod {
  const { generation = 0 } = pod.metadata;
  const deletionTimestamp = timestamp(store.wallClockMs);
  const marks = { generation: generation + 1, deletionTimestamp, deletionGracePeriodSeconds: 0 };
  const finalizers = finalizersFor(pod, options);
  const kept = finalizers.length === 0 ? {} : { finalizers };
  return { ...pod, metadata: { ...pod.metadata, ...marks, ...kept } };
}

function rowOf(store: Store, { metadata: { namespace = "default", name } }: KubeObject): number {
  return findPod(store, namespace, name)!.row;
}
