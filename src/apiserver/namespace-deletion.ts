/**
 * Deleting a namespace takes all that is in it, and refuses what is new; it goes itself when the last pod has
 * ended. Mirrors pkg/controller/namespace/deletion and the NamespaceLifecycle admission plugin (v1.37.2).
 */
import type { KubeObject } from "../api/meta.ts";
import { forbidden, type GroupResource, type Status } from "../api/status.ts";
import { timestamp } from "../api/time.ts";
import { deleteWithDependents, sweepForeground } from "./garbage-collection.ts";
import { keyOf, type Store } from "./store.ts";

const NAMESPACES = "namespaces";

/** Namespaces that the NamespaceLifecycle plugin keeps. */
const IMMORTAL: readonly string[] = ["default", "kube-system", "kube-public"];

export function refuseNamespaceDeletion(resource: string, name: string): Status | undefined {
  if (resource !== NAMESPACES || !IMMORTAL.includes(name)) return undefined;
  const of = { group: "", resource: NAMESPACES };
  return forbidden(of, name, "this namespace may not be deleted");
}

/** Answers the namespace as it is then: Terminating. */
export function deleteNamespace(store: Store, namespace: KubeObject): KubeObject {
  if (isTerminating(namespace)) return namespace;
  const { metadata } = namespace;
  const marked = store.replace(NAMESPACES, {
    ...namespace,
    metadata: { ...metadata, deletionTimestamp: timestamp(store.wallClockMs) },
    status: { phase: "Terminating" },
  });
  // Owners take what they own with them, so each object is looked up again.
  for (const { resource, key } of contentOf(store, metadata.name)) {
    const object = store.get(resource, key);
    if (object !== undefined) deleteWithDependents(store, resource, object);
  }
  for (const row of podsOf(store, metadata.name)) store.deletePod(row);
  sweepNamespaces(store);
  return marked;
}

/** A pod is gone: what was only waiting for it goes, too. */
export function sweep(store: Store): void {
  sweepForeground(store);
  sweepNamespaces(store);
}

/** Takes away terminating namespaces in which nothing is left. */
function sweepNamespaces(store: Store): void {
  for (const namespace of store.all(NAMESPACES)) {
    const { name } = namespace.metadata;
    if (!isTerminating(namespace)) continue;
    if (podsOf(store, name).length + contentOf(store, name).length > 0) continue;
    store.delete(NAMESPACES, namespace);
  }
}

/** Why nothing new may be made in a namespace; undefined: it may. */
export function refuseNewContent(
  namespace: KubeObject,
  of: GroupResource,
  name: string,
): Status | undefined {
  return isTerminating(namespace) ? terminating(namespace.metadata.name, of, name) : undefined;
}

/** Controllers take it for a reason to give up. */
export function terminating(namespace: string, of: GroupResource, name: string): Status {
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const status = forbidden(of, name, why);
  const message = `namespace ${namespace} is being terminated`;
  const cause = { reason: "NamespaceTerminating", message, field: "metadata.namespace" };
  return { ...status, details: { ...status.details, causes: [cause] } };
}

function isTerminating({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

function contentOf(
  store: Store,
  namespace: string,
): readonly { readonly resource: string; readonly key: string }[] {
  return [...store.resources()].flatMap((resource) =>
    [...store.all(resource)]
      .filter(({ metadata }) => metadata.namespace === namespace)
      .map((object) => ({ resource, key: keyOf(object) })),
  );
}

function podsOf({ pods, registry }: Store, namespace: string): readonly number[] {
  const rows: number[] = [];
  for (let row = 0; row < pods.length; row++) {
    if (!pods.isPresent(row)) continue;
    if (registry.sources[pods.columns.source[row]!]!.namespace === namespace) rows.push(row);
  }
  return rows;
}
