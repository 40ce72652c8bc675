/**
 * What goes with an object that is deleted: those that it owns and nobody else does, at the same instant (in a cluster
 * the garbage collector follows a moment later). Pods end gracefully. Deletion in the foreground marks an object and
 * what it owns; each goes when nothing is left that blocks it. Orphaning leaves what it owns without it. Mirrors
 * pkg/controller/garbagecollector attemptToDeleteItem and registry/generic/registry Store.Delete (v1.37.2).
 *
 * Left out: objects that are made with owners who are not there, or under deletion in the foreground (the real one
 * finds those when the next of the others has gone).
 */
import type { DeleteOptions } from "../api/client.ts";
import type { KubeObject, OwnerReference } from "../api/meta.ts";
import { timestamp } from "../api/time.ts";
import { isServed, kindIn } from "./custom-kinds.ts";
import { asArray, asRecord } from "./json.ts";
import { storeName } from "./kinds.ts";
import { FOREGROUND, isInForeground, type Place } from "./ownership.ts";
import { findPod, podEdits } from "./pod-access.ts";
import { podObject } from "./pod-objects.ts";
import { keyOf, type Store } from "./store.ts";

const ORPHAN = "orphan";

/** Whose controllers may hold the deletion back. */
type Asked = Pick<DeleteOptions, "propagationPolicy" | "orphanDependents">;

/** Answers the object as it was last, or as it is now, marked with a deletionTimestamp. */
export function deleteWithDependents(
  store: Store,
  resource: string,
  object: KubeObject,
  asked: Asked = {},
): KubeObject {
  const finalizers = finalizersFor(object, asked);
  if (finalizers.length === 0) {
    const gone = store.delete(resource, object);
    collect(store, object);
    sweepForeground(store);
    return gone;
  }
  const marked = store.replace(resource, asDeleting(store, object, finalizers));
  // Asked again: nothing changes, so the garbage collector hears of nothing.
  if (marked.metadata.resourceVersion === object.metadata.resourceVersion) return marked;
  if (finalizers.includes(ORPHAN)) {
    orphanDependents(store, marked);
    finish(store, resource, marked, ORPHAN);
  } else if (isInForeground(marked)) {
    collect(store, marked);
    sweepForeground(store);
  }
  return marked;
}

/** As a dry run shows it. */
export function deletionOf(store: Store, object: KubeObject, asked: Asked): KubeObject {
  const finalizers = finalizersFor(object, asked);
  return finalizers.length === 0 ? object : asDeleting(store, object, finalizers);
}

/** Stores an object; one that was only waiting for its last finalizer goes instead. */
export function replaceOrFinish(store: Store, resource: string, object: KubeObject): KubeObject {
  const { deletionTimestamp, finalizers = [] } = object.metadata;
  const stored = store.replace(resource, object);
  const waits = finalizers.length > 0 || asArray(asRecord(object["spec"])["finalizers"]).length > 0;
  if (deletionTimestamp === undefined || waits) return stored;
  return deleteWithDependents(store, resource, stored);
}

/** What holds volumes and claims is let go by controllers that rollsim has not, at once where no pod uses them. */
const PROTECTION = ["kubernetes.io/pv-protection", "kubernetes.io/pvc-protection"];

/** Those of controllers stay; the garbage collector's follow from what is asked, or else from those that are there. */
export function finalizersFor({ metadata }: KubeObject, asked: Asked): readonly string[] {
  const finalizers = (metadata.finalizers ?? []).filter((name) => !PROTECTION.includes(name));
  const { propagationPolicy: policy, orphanDependents: orphan } = asked;
  const isUnsaid = policy === undefined && orphan === undefined;
  const isOrphaned = policy === "Orphan" || orphan === true;
  const had = finalizers.find((name) => name === ORPHAN || name === FOREGROUND);
  const own = isOrphaned
    ? [ORPHAN]
    : policy === "Foreground"
      ? [FOREGROUND]
      : isUnsaid && had !== undefined
        ? [had]
        : [];
  return [...finalizers.filter((name) => name !== ORPHAN && name !== FOREGROUND), ...own];
}

function asDeleting(store: Store, object: KubeObject, finalizers: readonly string[]): KubeObject {
  const { metadata } = object;
  const isFirst = metadata.deletionTimestamp === undefined;
  // Kinds without generations, as ConfigMaps, begin none by that.
  const { generation = 0, deletionTimestamp = timestamp(store.wallClockMs) } = metadata;
  const marks = {
    ...(isFirst && generation > 0 ? { generation: generation + 1 } : {}),
    deletionTimestamp,
    deletionGracePeriodSeconds: 0,
    finalizers,
  };
  return { ...object, metadata: { ...metadata, ...marks } };
}

/** Takes away objects under foreground deletion that nothing blocks any more: ReplicaSets, then Deployments. */
export function sweepForeground(store: Store): void {
  for (const { resource, key } of store.ownership.inForeground()) {
    const object = store.get(resource, key);
    if (object === undefined || isBlocked(store, object)) continue;
    finish(store, resource, object, FOREGROUND);
    return sweepForeground(store);
  }
}

/** Whether something is left that says of this owner that it is to wait. */
function isBlocked(store: Store, { metadata: { uid = "" } }: KubeObject): boolean {
  const blocks = ({ metadata }: Pick<KubeObject, "metadata">): boolean =>
    metadata.ownerReferences?.some((ref) => ref.uid === uid && ref.blockOwnerDeletion === true) ===
    true;
  return (
    podsOf(store, uid).some((row) => blocks(podObject(store, row))) ||
    dependentsOf(store, uid).some(({ object }) => blocks(object))
  );
}

/** The object without a finalizer; without the last one it goes, and what it still owns is looked at. */
function finish(store: Store, resource: string, object: KubeObject, finalizer: string): void {
  const finalizers = object.metadata.finalizers?.filter((name) => name !== finalizer) ?? [];
  if (finalizers.length > 0) {
    store.replace(resource, { ...object, metadata: { ...object.metadata, finalizers } });
    return;
  }
  store.delete(resource, object);
  collect(store, object);
}

/** Looks at all that names an owner that is gone, or under deletion in the foreground. */
export function collect(store: Store, owner: Owner): void {
  const { uid = "" } = owner.metadata;
  for (const row of podsOf(store, uid)) attemptPod(store, row, owner);
  for (const { resource, object } of dependentsOf(store, uid)) {
    attempt(store, resource, object, owner);
  }
}

function attempt(store: Store, resource: string, object: KubeObject, owner: Owner): void {
  // Another dependent's end may have taken it along.
  const current = store.get(resource, keyOf(object));
  if (current === undefined || isOfUnservedKind(store, current, owner)) return;
  if (current.metadata.deletionTimestamp !== undefined) {
    // The pods that it has come to own since go as well (processDeletingDependentsItem).
    if (!isInForeground(current)) return;
    for (const row of podsOf(store, current.metadata.uid ?? "")) attemptPod(store, row, current);
    return;
  }
  const { solid, waiting } = ownersOf(store, current);
  if (solid.length > 0) {
    store.replace(resource, withOwners(current, solid));
    return;
  }
  const { uid = "" } = current.metadata;
  const dependents = dependentsOf(store, uid);
  const owns = podsOf(store, uid).length + dependents.length > 0;
  if (waiting.length === 0 || !owns) {
    deleteWithDependents(store, resource, current);
    return;
  }
  // In a ring each would wait for the other.
  const isRing = dependents.some(({ object: each }) => isInForeground(each));
  const freed = isRing
    ? store.replace(resource, withOwners(current, waiting.map(unblocking)))
    : current;
  deleteWithDependents(store, resource, freed, { propagationPolicy: "Foreground" });
}

function unblocking(reference: OwnerReference): OwnerReference {
  return { ...reference, blockOwnerDeletion: false };
}

function attemptPod(store: Store, row: number, owner: Owner): void {
  if (store.pods.isDeleting(row)) return;
  const pod = podObject(store, row);
  if (isOfUnservedKind(store, pod, owner)) return;
  const references = pod.metadata.ownerReferences ?? [];
  const { solid } = references.length > 1 ? ownersOf(store, pod) : { solid: [] };
  if (solid.length > 0) podEdits(store, row, withOwners(pod, solid));
  else store.deletePod(row);
}

/** Whether an owner cannot be looked up (the real one tries for ever): the kind of the one just gone was there. */
function isOfUnservedKind(store: Store, { metadata }: Owned, gone: Owner): boolean {
  return (metadata.ownerReferences ?? []).some((ref) => {
    const isHis = ref.kind === gone.kind && ref.apiVersion === gone.apiVersion;
    return !isHis && !isServed(store, ref);
  });
}

type Owner = Pick<KubeObject, "apiVersion" | "kind" | "metadata">;
type Owned = Pick<KubeObject, "metadata">;

interface Owners {
  /** There, and to stay. */
  readonly solid: readonly OwnerReference[];
  /** Under deletion in the foreground. */
  readonly waiting: readonly OwnerReference[];
}

function ownersOf(store: Store, object: KubeObject): Owners {
  const { ownerReferences: references = [], namespace = "default" } = object.metadata;
  const known = references.map((ref) => ({ ref, owner: ownerOf(store, ref, namespace) }));
  const present = known.filter(({ owner }) => owner !== undefined);
  const isWaiting = ({ owner }: (typeof known)[number]): boolean => isInForeground(owner!);
  return {
    solid: present.filter((each) => !isWaiting(each)).map(({ ref }) => ref),
    waiting: present.filter(isWaiting).map(({ ref }) => ref),
  };
}

function ownerOf(store: Store, ref: OwnerReference, namespace: string): KubeObject | undefined {
  const kind = kindIn(store, ref);
  const found =
    kind.kind === "Pod"
      ? findPod(store, namespace, ref.name)?.pod
      : store.get(storeName(kind), kind.namespaced ? `${namespace}/${ref.name}` : ref.name);
  return found?.metadata.uid === ref.uid ? found : undefined;
}

function orphanDependents(store: Store, { metadata: { uid = "" } }: KubeObject): void {
  const others = ({ metadata }: KubeObject): readonly OwnerReference[] =>
    (metadata.ownerReferences ?? []).filter((ref) => ref.uid !== uid);
  for (const row of podsOf(store, uid)) {
    const pod = podObject(store, row);
    podEdits(store, row, withOwners(pod, others(pod)));
  }
  for (const { resource, object } of dependentsOf(store, uid)) {
    store.replace(resource, withOwners(object, others(object)));
  }
}

interface Dependent extends Place {
  readonly object: KubeObject;
}

function dependentsOf(store: Store, uid: string): readonly Dependent[] {
  return store.ownership.dependentsOf(uid).flatMap((place) => {
    const object = store.get(place.resource, place.key);
    return object === undefined ? [] : [{ ...place, object }];
  });
}

/** By their controller, or by what somebody said of one pod alone. */
function podsOf(store: Store, uid: string): readonly number[] {
  const { registry, pods } = store;
  const owners = registry.ownersWithUid(uid);
  const controlled = owners.flatMap((owner) => pods.rowsOf(owner));
  const named = registry.rowsNaming(uid, pods).filter((row) => !controlled.includes(row));
  const rows = [...controlled, ...named];
  if (owners.length > 1 || named.length > 0) rows.sort((a, b) => a - b);
  return registry.inOrderOfMakers(rows, pods.columns.source);
}

function withOwners(object: KubeObject, owners: readonly OwnerReference[]): KubeObject {
  const { ownerReferences: _, ...metadata } = object.metadata;
  return {
    ...object,
    metadata: owners.length === 0 ? metadata : { ...metadata, ownerReferences: owners },
  };
}
