/** Pods by name, as objects, and what a user may change about one of them. */
import type { Pod, PodSpec } from "../api/core.ts";
import { deletionCostOf } from "../api/deletion-cost.ts";
import { deepEqual } from "../api/json.ts";
import type { KubeObject } from "../api/meta.ts";
import { podObject } from "./pod-objects.ts";
import type { Store } from "./store.ts";

export function findPod(
  store: Store,
  namespace: string,
  name: string,
): { readonly row: number; readonly pod: Pod } | undefined {
  const row = store.registry.rowNamed(namespace, name);
  if (row === undefined || !store.pods.isPresent(row)) return undefined;
  return { row, pod: podObject(store, row) };
}

export function* listPods(store: Store, namespace: string | undefined): Generator<Pod> {
  const { pods, registry } = store;
  for (let row = 0; row < pods.length; row++) {
    if (!pods.isPresent(row)) continue;
    const source = registry.sources[pods.columns.source[row]!]!;
    if (namespace === undefined || source.namespace === namespace) yield podObject(store, row);
  }
}

/** Stores what may be changed of one pod: its metadata, and of its spec what validation/pods.ts lets through. */
export function changePod(store: Store, row: number, current: KubeObject, next: KubeObject): void {
  const { nodeName: _, ...spec } = next["spec"] as PodSpec;
  const { nodeName: __, ...before } = current["spec"] as PodSpec;
  if (!deepEqual(before, spec)) {
    const { managedFields } = next.metadata;
    const source = store.registry.changedSource(store.pods.columns.source[row]!, spec);
    store.editPodSpec(row, source, managedFields === undefined ? {} : { managedFields });
  }
  if (!deepEqual(current.metadata, next.metadata)) podEdits(store, row, next);
}

/** Stores changed metadata of one pod: labels, annotations and who owns it. */
export function podEdits(store: Store, row: number, next: Pick<KubeObject, "metadata">): void {
  const { labels = {}, annotations = {} } = next.metadata;
  const before = podObject(store, row).metadata;
  const { owner, ownerReferences } = store.registry.ownership(next.metadata);
  const same =
    deepEqual(before.labels ?? {}, labels) && deepEqual(before.annotations ?? {}, annotations);
  const sameOwners = deepEqual(before.ownerReferences ?? [], next.metadata.ownerReferences ?? []);
  const { managedFields } = next.metadata;
  const sameManagers = deepEqual(before.managedFields ?? [], managedFields ?? []);
  if (same && sameOwners && sameManagers) return;
  const { edits: known } = store.pods.columns;
  const {
    ownerReferences: others,
    managedFields: _,
    ...unmanaged
  } = store.registry.edits[known[row]!]!;
  const kept = same && sameManagers && others === undefined && ownerReferences === undefined;
  const rest = managedFields === undefined ? unmanaged : { ...unmanaged, managedFields };
  const edit = {
    ...(same ? rest : { ...rest, labels, annotations }),
    ...(ownerReferences === undefined ? {} : { ownerReferences }),
  };
  const edits = kept ? known[row]! : store.registry.edits.push(edit) - 1;
  store.editPodMetadata(row, { owner, edits, deletionCost: deletionCostOf(annotations) });
}
