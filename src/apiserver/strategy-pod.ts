/**
 * How Pods are prepared (pkg/registry/core/pod strategy, v1.37.2): phase and QoS class on creation, spec
 * kept by status updates. Creation includes what two admission plugins of every cluster add: tolerations
 * of ailing nodes (DefaultTolerationSeconds) and the priority (Priority; pod-classes.ts has the classes).
 *
 * Left out: pod-level resource defaults, merging of matchLabelKeys into affinity and spread selectors,
 * the service account's token.
 */
import type { KubeObject } from "../api/meta.ts";
import { asArray, asRecord, isNil, type Json } from "./json.ts";
import { compareQuantities, quantityOf } from "./quantity.ts";
import {
  sameSpec,
  specOf,
  withField,
  withMetadata,
  withNextGeneration,
  type Preparation,
} from "./strategy-parts.ts";
import { withoutDisabledFields } from "./strategy-drop.ts";

export const POD: Preparation = { create, update, status };

export type QosClass = "Guaranteed" | "Burstable" | "BestEffort";

function create(pod: KubeObject): KubeObject {
  const gated = asArray(specOf(pod)["schedulingGates"]).length > 0;
  const spec = admitted(withoutDisabledFields(specOf(pod)));
  const condition = {
    type: "PodScheduled",
    status: "False",
    reason: "SchedulingGated",
    message: "Scheduling is blocked due to non-empty scheduling gates",
  };
  const conditions = gated ? { conditions: [condition] } : {};
  const fresh = {
    ...pod,
    spec,
    status: { phase: "Pending", ...conditions, qosClass: qosClassOf(pod) },
  };
  return withMetadata(fresh, { generation: 1 });
}

const AILING_NODES = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

/** The spec of a new pod after the admission plugins. */
export function admitted(spec: Json): Json {
  return {
    ...spec,
    tolerations: tolerationsOf(spec),
    priority: spec["priority"] ?? 0,
    preemptionPolicy: spec["preemptionPolicy"] ?? "PreemptLowerPriority",
  };
}

/** The spec of a pod that is written anew: what the plugins gave it stays. */
export function readmitted(spec: Json, old: Json): Json {
  const kept = ["priority", "preemptionPolicy"].filter((key) => isNil(spec[key]));
  return {
    ...spec,
    tolerations: tolerationsOf(spec),
    ...Object.fromEntries(kept.map((key) => [key, old[key]])),
  };
}

function tolerationsOf(spec: Json): readonly Json[] {
  const tolerations = asArray(spec["tolerations"]).map(asRecord);
  const added = AILING_NODES.filter(
    (taint) => !tolerations.some((each) => tolerates(each, taint)),
  ).map((key) => ({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 }));
  return [...tolerations, ...added];
}

/** Whether a toleration speaks of a taint with effect NoExecute; its value does not matter. */
function tolerates(toleration: Json, taint: string): boolean {
  const { key = "", effect = "" } = toleration;
  return (key === "" || key === taint) && (effect === "" || effect === "NoExecute");
}

function update(next: KubeObject, prev: KubeObject): KubeObject {
  const spec = withoutDisabledFields(specOf(next));
  const kept = withField({ ...next, spec }, "status", prev["status"]);
  return sameSpec(kept, prev) ? kept : withNextGeneration(kept, prev);
}

function status(next: KubeObject, prev: KubeObject): KubeObject {
  const old = asRecord(prev["status"]);
  const given = asRecord(next["status"]);
  const kept: Json = {
    qosClass: given["qosClass"] ?? old["qosClass"],
    observedGeneration: given["observedGeneration"] ?? old["observedGeneration"],
    conditions: withOldGenerations(asArray(given["conditions"]), asArray(old["conditions"])),
  };
  const filled = Object.entries(kept).filter(([, value]) => value !== undefined);
  return withMetadata(
    { ...next, spec: prev["spec"], status: { ...given, ...Object.fromEntries(filled) } },
    { deletionTimestamp: undefined, ownerReferences: prev.metadata.ownerReferences },
  );
}

/** Conditions written without an observedGeneration keep the one they had. */
function withOldGenerations(
  conditions: readonly unknown[],
  old: readonly unknown[],
): readonly unknown[] | undefined {
  if (conditions.length === 0) return undefined;
  const left = old.map(asRecord);
  return conditions.map((item) => {
    const condition = asRecord(item);
    const index = left.findIndex((each) => each["type"] === condition["type"]);
    const [match] = index === -1 ? [] : left.splice(index, 1);
    const generation = match?.["observedGeneration"];
    if ((condition["observedGeneration"] ?? 0) !== 0 || isNil(generation)) return item;
    return { ...condition, observedGeneration: generation };
  });
}

/** The quality of service that requests and limits of a pod give it (core/helper/qos). */
export function qosClassOf(pod: KubeObject): QosClass {
  const spec = specOf(pod);
  const resources = asRecord(spec["resources"]);
  if (!isNil(resources["limits"]) || !isNil(resources["requests"])) return qosOf(resources);
  const containers = [...asArray(spec["initContainers"]), ...asArray(spec["containers"])];
  const classes = containers.map((each) => qosOf(asRecord(asRecord(each)["resources"])));
  const [first = "BestEffort"] = classes;
  return classes.every((each) => each === first) ? first : "Burstable";
}

function qosOf(resources: Json): QosClass {
  const requests = asRecord(resources["requests"]);
  const limits = asRecord(resources["limits"]);
  const [cpu, memory] = ["cpu", "memory"].map((name): QosClass => {
    const request = quantityOf(requests[name]);
    const limit = quantityOf(limits[name]);
    const zero = quantityOf(undefined);
    if (request === undefined || limit === undefined || zero === undefined) return "Burstable";
    if (compareQuantities(request, limit) !== 0) return "Burstable";
    return compareQuantities(request, zero) === 0 ? "BestEffort" : "Guaranteed";
  });
  return cpu !== undefined && cpu === memory ? cpu : "Burstable";
}
