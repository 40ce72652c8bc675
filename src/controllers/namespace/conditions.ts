/** The five conditions of a namespace that is on its way (namespace/deletion/status_condition_utils.go, v1.37.2). */
import type { KubeObject, Millis } from "../../api/meta.ts";
import { compareText } from "../../api/order.ts";
import { timestamp } from "../../api/time.ts";
import { asArray, asRecord } from "../../apiserver/json.ts";

/** One entry for each object, and one for each finalizer of each object. */
export interface Remains {
  /** As in `configmaps.`, `deployments.apps`. */
  readonly content: readonly string[];
  readonly finalizers: readonly string[];
}

interface Condition {
  readonly type: string;
  readonly status: "True" | "False";
  readonly reason: string;
  readonly message: string;
}

const FINE: readonly (readonly [string, string, string])[] = [
  [
    "NamespaceDeletionDiscoveryFailure",
    "ResourcesDiscovered",
    "All resources successfully discovered",
  ],
  [
    "NamespaceDeletionGroupVersionParsingFailure",
    "ParsedGroupVersions",
    "All legacy kube types successfully parsed",
  ],
  [
    "NamespaceDeletionContentFailure",
    "ContentDeleted",
    "All content successfully deleted, may be waiting on finalization",
  ],
  ["NamespaceContentRemaining", "ContentRemoved", "All content successfully removed"],
  [
    "NamespaceFinalizersRemaining",
    "ContentHasNoFinalizers",
    "All content-preserving finalizers finished",
  ],
];

/** The namespace itself where nothing has changed. */
export function withConditions(namespace: KubeObject, remains: Remains, now: Millis): KubeObject {
  const status = asRecord(namespace["status"]);
  const old = asArray(status["conditions"]).map(asRecord);
  let changed = false;
  const conditions = FINE.map(([type, reason, message]): unknown => {
    const next = told(type, remains) ?? { type, status: "False", reason, message };
    const before = old.find((each) => each["type"] === type);
    if (before?.["status"] === next.status && before["message"] === next.message) return before;
    changed = true;
    const since =
      before?.["status"] === next.status ? before["lastTransitionTime"] : timestamp(now);
    return { lastTransitionTime: since, ...next };
  });
  return changed ? { ...namespace, status: { ...status, conditions } } : namespace;
}

function told(type: string, { content, finalizers }: Remains): Condition | undefined {
  if (type === "NamespaceContentRemaining" && content.length > 0) {
    const list = counted(content).map(([name, count]) => `${name} has ${count} resource instances`);
    const message = `Some resources are remaining: ${list.join(", ")}`;
    return { type, status: "True", reason: "SomeResourcesRemain", message };
  }
  if (type !== "NamespaceFinalizersRemaining" || finalizers.length === 0) return undefined;
  const list = counted(finalizers).map(([name, count]) => `${name} in ${count} resource instances`);
  const message = `Some content in the namespace has finalizers remaining: ${list.join(", ")}`;
  return { type, status: "True", reason: "SomeFinalizersRemain", message };
}

function counted(names: readonly string[]): readonly (readonly [string, number])[] {
  const sorted = [...new Set(names)].toSorted(compareText);
  return sorted.map((name) => [name, names.filter((each) => each === name).length]);
}
