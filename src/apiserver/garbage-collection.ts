/**
 * What goes with an object that is deleted: its dependents, at the same instant (in a cluster the garbage
 * collector follows a moment later). Pods end gracefully.
 */
import type { DeleteOptions } from "../api/client.ts";
import type { KubeObject } from "../api/meta.ts";
import { NO_OWNER } from "./pod-columns.ts";
import { isOwnedBy } from "./pod-registry.ts";
import type { Store } from "./store.ts";

/** Resources whose objects own others, in that order. */
const DEPENDENTS: Readonly<Record<string, string>> = { deployments: "replicasets" };

export function deleteWithDependents(
  store: Store,
  resource: string,
  object: KubeObject,
  propagation: DeleteOptions["propagationPolicy"] = "Background",
): KubeObject {
  const gone = store.delete(resource, object);
  const uid = object.metadata.uid ?? "";
  const dependents = DEPENDENTS[resource];
  if (dependents !== undefined) {
    for (const child of ownedBy(store, dependents, uid)) {
      if (propagation === "Orphan") orphan(store, dependents, child, uid);
      else deleteWithDependents(store, dependents, child, propagation);
    }
  }
  if (resource === "replicasets") releasePods(store, uid, propagation);
  return gone;
}

function ownedBy(store: Store, resource: string, uid: string): KubeObject[] {
  return [...store.all(resource)]
    .filter((object) => isOwnedBy(object, uid))
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

function orphan(store: Store, resource: string, object: KubeObject, uid: string): void {
  const kept = object.metadata.ownerReferences?.filter((ref) => ref.uid !== uid) ?? [];
  const { ownerReferences: _, ...metadata } = object.metadata;
  store.replace(resource, {
    ...object,
    metadata: kept.length === 0 ? metadata : { ...metadata, ownerReferences: kept },
  });
}

function releasePods(
  store: Store,
  uid: string,
  propagation: DeleteOptions["propagationPolicy"],
): void {
  const owner = store.registry.findOwner(uid);
  if (owner === undefined) return;
  for (const row of store.pods.rowsOf(owner)) {
    if (propagation === "Orphan") store.setPodOwner(row, NO_OWNER);
    else store.deletePod(row);
  }
}
