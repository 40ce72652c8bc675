/** Pods by name, as objects, and what a user may change about one of them. */
import type { Pod } from "../api/core.ts";
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

/** Stores changed metadata of one pod: labels, annotations and who owns it. */
export function podEdits(store: Store, row: number, next: Pick<KubeObject, "metadata">): void {
  const { labels = {}, annotations = {} } = next.metadata;
  const before = podObject(store, row).metadata;
  const { owner, ownerReferences } = store.registry.ownership(next.metadata);
  const same =
    deepEqual(before.labels ?? {}, labels) && deepEqual(before.annotations ?? {}, annotations);
  const sameOwners = deepEqual(before.ownerReferences ?? [], next.metadata.ownerReferences ?? []);
  if (same && sameOwners) return;
  const { edits: known } = store.pods.columns;
  const { ownerReferences: others, ...rest } = store.registry.edits[known[row]!]!;
  const kept = same && others === undefined && ownerReferences === undefined;
  const edit = {
    ...(same ? rest : { labels, annotations }),
    ...(ownerReferences === undefined ? {} : { ownerReferences }),
  };
  const edits = kept ? known[row]! : store.registry.edits.push(edit) - 1;
  store.editPodMetadata(row, { owner, edits, deletionCost: deletionCostOf(annotations) });
}
