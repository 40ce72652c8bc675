/** The order in which a build is printed and applied. Mirrors the SortOrderTransformer (v0.21.1). */
import { compareText } from "../../api/order.ts";
import { refuse } from "./failure.ts";
import { gvkText, sameGvk, type ResId } from "./ids.ts";
import type { SortOptions } from "./kustomization.ts";
import { currentId, type Resource } from "./resource.ts";

const first =
  "Namespace ResourceQuota StorageClass CustomResourceDefinition ServiceAccount PodSecurityPolicy Role " +
  "ClusterRole RoleBinding ClusterRoleBinding ConfigMap Secret Endpoints Service LimitRange PriorityClass " +
  "PersistentVolume PersistentVolumeClaim Deployment StatefulSet CronJob PodDisruptionBudget";
const last = "MutatingWebhookConfiguration ValidatingWebhookConfiguration";

export function sorted(
  resources: readonly Resource[],
  { order, legacySortOptions: lists }: Pick<SortOptions, "order"> & Partial<SortOptions>,
): readonly Resource[] {
  if (order !== "fifo" && order !== "legacy") {
    refuse("the field 'sortOptions.order' must be one of [fifo, legacy]");
  }
  if (order === "fifo") {
    if (lists === undefined) return resources;
    refuse(
      "the field 'sortOptions.legacySortOptions' is set but the selected sort order is 'fifo', not 'legacy'",
    );
  }
  const { orderFirst, orderLast } = lists ?? {
    orderFirst: first.split(" "),
    orderLast: last.split(" "),
  };
  const ranks = new Map([
    ...orderFirst.map((kind, index) => [kind, index - orderFirst.length] as const),
    ...orderLast.map((kind, index) => [kind, index + 1] as const),
  ]);
  return resources
    .map((resource) => ({ resource, id: currentId(resource) }))
    .toSorted((a, b) => compareIds(a.id, b.id, ranks))
    .map(({ resource }) => resource);
}

function compareIds(a: ResId, b: ResId, ranks: ReadonlyMap<string, number>): number {
  if (sameGvk(a, b)) return compareText(legacyKey(a), legacyKey(b));
  const ranked = (ranks.get(a.kind) ?? 0) - (ranks.get(b.kind) ?? 0);
  if (ranked !== 0) return ranked;
  const both = a.kind === "Namespace" && (a.group === "" || b.group === "");
  return compareText(gvkKey(a), gvkKey(b)) * (both ? -1 : 1);
}

function gvkKey({ group, version, kind }: ResId): string {
  const parts = [group === "" ? "~G" : group, version === "" ? "~V" : version];
  return [...parts, kind === "" ? "~K" : kind].join("_");
}

function legacyKey(id: ResId): string {
  const namespace = id.namespace === "" ? "~X" : id.namespace;
  return `${gvkText(id)}|${namespace}|${id.name === "" ? "~N" : id.name}`;
}
