/**
 * What goes with an object that is deleted: its dependents, at the same instant (in a cluster the garbage
 * collector follows a moment later). Pods end gracefully. Deletion in the foreground marks an object and
 * all that it owns; each goes when nothing that it owns is left. Orphaning leaves what it owns without it.
 * Mirrors pkg/controller/garbagecollector and registry/rest BeforeDelete.
 */
import type { DeleteOptions } from "../api/client.ts";
import { controllerOf, type KubeObject } from "../api/meta.ts";
import { compareText } from "../api/order.ts";
import { timestamp } from "../api/time.ts";
import { podEdits } from "./pod-access.ts";
import { podObject } from "./pod-objects.ts";
import { keyOf, type Store } from "./store.ts";

/** Resources whose objects own objects of others; ReplicaSets own pods. From the outermost inwards. */
const DEPENDENTS: Readonly<Record<string, readonly string[]>> = {
  canaries: [
    "deployments",
    "destinationrules",
    "horizontalpodautoscalers",
    "httproutes",
    "ingresses",
    "services",
    "trafficsplits",
    "virtualservices",
  ],
  deployments: ["replicasets"],
  replicasets: [],
};

const INWARDS = Object.keys(DEPENDENTS);

const FOREGROUND = "foregroundDeletion";
const ORPHAN = "orphan";

/** Answers the object as it was last, or as it is now, marked with a deletionTimestamp. */
export function deleteWithDependents(
  store: Store,
  resource: string,
  object: KubeObject,
  propagation: DeleteOptions["propagationPolicy"] = "Background",
): KubeObject {
  if (isHeld(object)) return hold(store, resource, object);
  if (DEPENDENTS[resource] === undefined) return store.delete(resource, object);
  switch (propagation) {
    case "Orphan":
      return orphanDependents(store, resource, object);
    case "Foreground":
      return deleteInForeground(store, resource, object);
    default:
      return deleteInBackground(store, resource, object);
  }
}

/** Stores an object; one that was only waiting for its last finalizer goes instead. */
export function replaceOrFinish(store: Store, resource: string, object: KubeObject): KubeObject {
  const { deletionTimestamp, finalizers = [] } = object.metadata;
  const stored = store.replace(resource, object);
  if (deletionTimestamp === undefined || finalizers.length > 0) return stored;
  return deleteWithDependents(store, resource, stored);
}

/** A controller has to do something before the object may go: only finalizers of controllers count here. */
function isHeld({ metadata: { finalizers = [] } }: KubeObject): boolean {
  return finalizers.some((name) => name !== FOREGROUND && name !== ORPHAN);
}

function hold(store: Store, resource: string, object: KubeObject): KubeObject {
  const { metadata } = object;
  if (metadata.deletionTimestamp !== undefined) return object;
  // Kinds without generations, as ConfigMaps, begin none by that.
  const { generation = 0 } = metadata;
  const marks = {
    ...(generation > 0 ? { generation: generation + 1 } : {}),
    deletionTimestamp: timestamp(store.wallClockMs),
    deletionGracePeriodSeconds: 0,
  };
  return store.replace(resource, { ...object, metadata: { ...metadata, ...marks } });
}

/** Takes away objects under foreground deletion that own nothing any more: ReplicaSets, then Deployments. */
export function sweepForeground(store: Store): void {
  for (const resource of INWARDS.toReversed()) {
    const marked: KubeObject[] = [];
    for (const object of store.all(resource)) if (isInForeground(object)) marked.push(object);
    if (marked.length === 0) continue;
    for (const object of inOrderOfName(marked)) {
      if (ownsNothing(store, resource, object.metadata.uid ?? "")) store.delete(resource, object);
    }
  }
}

function isInForeground({ metadata }: KubeObject): boolean {
  return (
    metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(FOREGROUND) === true
  );
}

function deleteInBackground(store: Store, resource: string, object: KubeObject): KubeObject {
  const gone = store.delete(resource, object);
  const uid = object.metadata.uid ?? "";
  for (const row of podsOf(store, resource, uid)) store.deletePod(row);
  for (const child of ownedBy(store, resource, uid)) {
    deleteInBackground(store, child.resource, child.object);
  }
  sweepForeground(store);
  return gone;
}

function deleteInForeground(store: Store, resource: string, object: KubeObject): KubeObject {
  const marked = mark(store, resource, object, FOREGROUND);
  const uid = object.metadata.uid ?? "";
  for (const row of podsOf(store, resource, uid)) store.deletePod(row);
  for (const child of ownedBy(store, resource, uid)) {
    deleteInForeground(store, child.resource, child.object);
  }
  sweepForeground(store);
  return marked;
}

function orphanDependents(store: Store, resource: string, object: KubeObject): KubeObject {
  const marked = mark(store, resource, object, ORPHAN);
  const uid = object.metadata.uid ?? "";
  for (const row of podsOf(store, resource, uid)) {
    podEdits(store, row, withoutOwner(podObject(store, row), uid));
  }
  for (const child of ownedBy(store, resource, uid)) {
    store.replace(child.resource, withoutOwner(child.object, uid));
  }
  return store.delete(resource, marked);
}

function mark(store: Store, resource: string, object: KubeObject, finalizer: string): KubeObject {
  return store.replace(resource, {
    ...object,
    metadata: {
      ...object.metadata,
      generation: (object.metadata.generation ?? 0) + 1,
      deletionTimestamp: timestamp(store.wallClockMs),
      deletionGracePeriodSeconds: 0,
      finalizers: [finalizer],
    },
  });
}

interface Dependent {
  readonly resource: string;
  readonly object: KubeObject;
}

function ownedBy(store: Store, resource: string, uid: string): readonly Dependent[] {
  return (DEPENDENTS[resource] ?? []).flatMap((each) =>
    inOrderOfName(store.all(each))
      .filter((object) => controllerOf(object.metadata)?.uid === uid)
      .map((object) => ({ resource: each, object })),
  );
}

function ownsNothing(store: Store, resource: string, uid: string): boolean {
  return podsOf(store, resource, uid).length + ownedBy(store, resource, uid).length === 0;
}

function podsOf(store: Store, resource: string, uid: string): readonly number[] {
  if (resource !== "replicasets") return [];
  const owners = store.registry.ownersWithUid(uid);
  const rows = owners.flatMap((owner) => store.pods.rowsOf(owner));
  if (owners.length > 1) rows.sort((a, b) => a - b);
  return store.registry.inOrderOfMakers(rows, store.pods.columns.source);
}

function inOrderOfName(objects: Iterable<KubeObject>): KubeObject[] {
  return [...objects].toSorted((a, b) => compareText(keyOf(a), keyOf(b)));
}

function withoutOwner(object: KubeObject, uid: string): KubeObject {
  const { ownerReferences: references = [], ...metadata } = object.metadata;
  const kept = references.filter((ref) => ref.uid !== uid);
  return {
    ...object,
    metadata: kept.length === 0 ? metadata : { ...metadata, ownerReferences: kept },
  };
}
