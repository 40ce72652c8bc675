/**
 * The slow way to list the pods of a ReplicaSet: by their labels, one by one. It is needed where pods were
 * edited, orphaned or made by hand, where a ReplicaSet's template was changed under it, and where others
 * have pods that a related ReplicaSet selects. Mirrors replicaset/replica_set.go (claimPods,
 * getIndirectlyRelatedPods) and controller_utils.go (FilterPodsByOwner, FilterClaimedPods).
 */
import type { ReplicaSet } from "../../api/apps.ts";
import { matchesSelector } from "../../api/label-selector.ts";
import type { Millis, StringMap } from "../../api/meta.ts";
import { NO_OWNER } from "../../apiserver/pod-columns.ts";
import type { PodRegistry } from "../../apiserver/pod-registry.ts";
import type { PodTable } from "../../apiserver/pod-table.ts";
import { rowsInGoOrder } from "./deletion-exact.ts";
import { isAvailable, type OrphanPod, type PodListing, type PodsByLabels } from "./view.ts";

export interface LabelWorld {
  readonly pods: PodTable;
  readonly registry: PodRegistry;
  readonly replicaSet: ReplicaSet;
  readonly owner: number;
  /** All ReplicaSets with the same controller, itself among them. */
  readonly related: readonly ReplicaSet[];
  readonly now: Millis;
}

/** False where counting by owner comes to the same. */
export function needsLabels({ pods, registry, replicaSet, related }: LabelWorld): boolean {
  for (const row of registry.special) if (pods.isPresent(row)) return true;
  const { namespace } = replicaSet.metadata;
  const template = labelsOfTemplate(replicaSet);
  const makers = new Set(related.map((rs) => rs.metadata.uid));
  return registry.sources.some((source) => {
    if (source.namespace !== namespace) return false;
    const labels = source.template.metadata?.labels ?? {};
    if (source.maker === replicaSet.metadata.uid) return !includes(labels, template);
    if (makers.has(source.maker)) return false;
    return related.some((rs) => matchesSelector(rs.spec.selector, labels));
  });
}

export function listByLabels(world: LabelWorld): PodsByLabels {
  const { pods, registry, replicaSet, owner } = world;
  const { selector } = replicaSet.spec;
  const template = labelsOfTemplate(replicaSet);
  const own: number[] = [];
  const strays: number[] = [];
  let fullyLabeled = 0;
  let terminating = 0;
  for (const row of registry.inOrderOfMakers(pods.rowsOf(owner), pods.columns.source)) {
    if (pods.isTerminal(row)) continue;
    const labels = labelsOf(world, row);
    const matches = matchesSelector(selector, labels);
    if (pods.isDeleting(row)) {
      if (matches) terminating++;
    } else if (matches) {
      own.push(row);
      if (includes(labels, template)) fullyLabeled++;
    } else {
      strays.push(row);
    }
  }
  const orphans = findOrphans(world, template);
  const claimed = [...own, ...orphans.map(({ row }) => row)];
  return { orphans, strays, claimed, fullyLabeled, terminating, onNodes: onNodes(world) };
}

/** Rows that go first; with orphans all rows in order, as one of them may turn out to be gone. */
export function surplusByLabels(
  { pods }: PodListing,
  { claimed, orphans, onNodes: counts }: PodsByLabels,
  count: number,
  now: Millis,
): number[] {
  if (count >= claimed.length) return [...claimed];
  return rowsInGoOrder(pods, claimed, counts, now, orphans.length > 0 ? claimed.length : count);
}

function findOrphans(world: LabelWorld, template: StringMap): OrphanPod[] {
  const { pods, registry, replicaSet, now } = world;
  if (replicaSet.metadata.deletionTimestamp !== undefined) return [];
  const minReady = replicaSet.spec.minReadySeconds ?? 0;
  const rows = [...registry.special].filter(
    (row) =>
      pods.isPresent(row) &&
      pods.isActive(row) &&
      pods.columns.owner[row] === NO_OWNER &&
      registry.sources[pods.columns.source[row]!]!.namespace === replicaSet.metadata.namespace &&
      matchesSelector(replicaSet.spec.selector, labelsOf(world, row)),
  );
  rows.sort((a, b) => a - b);
  return registry.inOrderOfMakers(rows, pods.columns.source).map((row) => {
    const readyS = pods.isReady(row) ? pods.columns.readyS[row]! : undefined;
    return {
      row,
      fullyLabeled: includes(labelsOf(world, row), template),
      readyS,
      available: readyS !== undefined && isAvailable(readyS, minReady, now),
    };
  });
}

function onNodes(world: LabelWorld): number[] {
  const { pods, registry, related, replicaSet } = world;
  const counts: number[] = [];
  for (let row = 0; row < pods.length; row++) {
    if (!pods.isPresent(row) || !pods.isActive(row)) continue;
    const source = registry.sources[pods.columns.source[row]!]!;
    if (source.namespace !== replicaSet.metadata.namespace) continue;
    const labels = labelsOf(world, row);
    if (!related.some((rs) => matchesSelector(rs.spec.selector, labels))) continue;
    const index = pods.columns.node[row]! + 1;
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts;
}

function labelsOf({ pods, registry }: LabelWorld, row: number): StringMap {
  return registry.labelsOf(pods.columns.source[row]!, pods.columns.edits[row]!);
}

function labelsOfTemplate(rs: ReplicaSet): StringMap {
  return rs.spec.template.metadata?.labels ?? {};
}

function includes(labels: StringMap, wanted: StringMap): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}
