/**
 * A namespace that is being deleted refuses what is new; which are never deleted, and what is in one. Mirrors the
 * NamespaceLifecycle admission plugin and registry/core/namespace (v1.37.2).
 */
import type { KubeObject } from "../api/meta.ts";
import { forbidden, type GroupResource, type Status } from "../api/status.ts";
import { timestamp } from "../api/time.ts";
import { keyOf, type Store } from "./store.ts";

const NAMESPACES = "namespaces";

/** Namespaces that the NamespaceLifecycle plugin keeps. */
const IMMORTAL: readonly string[] = ["default", "kube-system", "kube-public"];

export function refuseNamespaceDeletion(resource: string, name: string): Status | undefined {
  if (resource !== NAMESPACES || !IMMORTAL.includes(name)) return undefined;
  const of = { group: "", resource: NAMESPACES };
  return forbidden(of, name, "this namespace may not be deleted");
}

/** Answers the namespace as it is then: Terminating. The namespace controller does the rest. */
export function deleteNamespace(store: Store, namespace: KubeObject): KubeObject {
  if (isTerminating(namespace)) return namespace;
  return store.replace(NAMESPACES, terminatingNamespace(store, namespace));
}

/** The namespace as its deletion leaves it. */
export function terminatingNamespace(store: Store, namespace: KubeObject): KubeObject {
  const { metadata } = namespace;
  return {
    ...namespace,
    metadata: { ...metadata, deletionTimestamp: timestamp(store.wallClockMs) },
    status: { phase: "Terminating" },
  };
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

export function isTerminating({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** All but pods. */
export function contentOf(
  store: Store,
  namespace: string,
): readonly { readonly resource: string; readonly key: string }[] {
  return [...store.resources()].flatMap((resource) =>
    [...store.all(resource)]
      .filter(({ metadata }) => metadata.namespace === namespace)
      .map((object) => ({ resource, key: keyOf(object) })),
  );
}

/** Rows of the pods that are there. */
export function podsOf({ pods, registry }: Store, namespace: string): readonly number[] {
  const rows: number[] = [];
  for (let row = 0; row < pods.length; row++) {
    if (!pods.isPresent(row)) continue;
    if (registry.sources[pods.columns.source[row]!]!.namespace === namespace) rows.push(row);
  }
  return rows;
}
