/**
 * What controllers, kubelets and the API server own of an object, added when it is shown. Their writes are not tracked
 * one by one: who made an object, and who keeps its status, is plain.
 */
import { controllerOf, type KubeObject, type Timestamp } from "../../api/meta.ts";
import { asArray, asRecord, asString, isRecord } from "../json.ts";
import { schemaOf, type StructInfo } from "../schema.ts";
import { compareFields, elementsOf, minus, ownable, union, type FieldSet } from "./field-set.ts";
import { emptyObject, ownersOf, withOwners, type Owned } from "./managers.ts";

const MANAGER = "kube-controller-manager";

export function withControllers(object: KubeObject): KubeObject {
  const type = schemaOf(object.apiVersion, object.kind);
  if (type === undefined) return object;
  const owners = ownersOf(object);
  const taken = owners.map(({ fields }) => fields).reduce(union, new Set());
  const { creationTimestamp = "" } = object.metadata;
  const maker = makerOf(object, owners);
  const keeper = keeperOf(object, owners);
  const made: FieldSet = maker === undefined ? new Set() : fieldsMade(type, object);
  const kept: FieldSet = keeper === undefined ? new Set() : fieldsKept(type, object, owners);
  const entry = (name: string, subresource: string, fields: FieldSet, time: Timestamp): Owned => ({
    manager: { name, operation: "Update", apiVersion: object.apiVersion, subresource },
    fields: minus(fields, taken),
    time,
  });
  const added = [
    entry(maker ?? "", "", made, creationTimestamp),
    entry(keeper ?? "", "status", kept, lastStatusTime(object)),
  ].filter(({ fields }) => fields.size > 0);
  return added.length === 0 ? object : withOwners(object, [...owners, ...added]);
}

/** Namespaces that the API server makes for itself. */
const OWN = /^(default|kube-(node-lease|public|system))$/u;

/** Who made an object that no user made. */
function makerOf({ kind, metadata }: KubeObject, owners: readonly Owned[]): string | undefined {
  switch (kind) {
    case "ReplicaSet":
    case "Pod":
      return controllerOf(metadata) === undefined || isMadeBy(owners) ? undefined : MANAGER;
    case "Namespace":
      return owners.length === 0 && OWN.test(metadata.name) ? "kube-apiserver" : undefined;
    default:
      return undefined;
  }
}

/** Whoever makes a workload owns its containers. */
function isMadeBy(owners: readonly Owned[]): boolean {
  return owners.some(({ fields }) =>
    [...fields].some((path) => path.endsWith("f:containers") || path.endsWith("\nf:name")),
  );
}

/** Who keeps the status of an object. */
function keeperOf({ kind, status }: KubeObject, owners: readonly Owned[]): string | undefined {
  switch (kind) {
    case "ReplicaSet":
      return MANAGER;
    case "Deployment":
    case "HorizontalPodAutoscaler":
    case "PodDisruptionBudget":
      return owners.length === 0 ? undefined : MANAGER;
    case "Pod":
      return asRecord(status)["hostIP"] === undefined ? undefined : "kubelet";
    default:
      return undefined;
  }
}

function fieldsMade(type: StructInfo, object: KubeObject): FieldSet {
  const { status: _, spec: given, ...rest } = object;
  const spec = asRecord(given);
  // What the API server adds to pods is nobody's.
  const { tolerations: _1, priority: _2, preemptionPolicy: _3, nodeName: _4, ...sent } = spec;
  const made = object.kind === "Namespace" ? rest : { ...rest, spec: sent };
  return ownable(compareFields(type, emptyObject(object), made).changed);
}

const annotations = "f:metadata\nf:annotations";
const scheduled = 'k:{"type":"PodScheduled"}';

const isAnnotation = (path: string): boolean => path.startsWith(`${annotations}\n`);

/** Client-side apply's own comes later, where there is server-side apply. */
const isOwnAnnotation = (path: string): boolean =>
  isAnnotation(path) && !path.endsWith("/last-applied-configuration");

/**
 * Whether an object was made with annotations by server-side apply, which owns each of them, but not that there are
 * some. Those that it was given later are taken to have been there.
 */
function hadAnnotations(owners: readonly Owned[]): boolean {
  const appliers = owners.filter(({ manager }) => manager.operation === "Apply");
  const isApplied = !isMadeBy(owners.filter((owner) => !appliers.includes(owner)));
  return isApplied && appliers.some(({ fields }) => [...fields].some(isOwnAnnotation));
}

function fieldsKept(type: StructInfo, object: KubeObject, owners: readonly Owned[]): FieldSet {
  const { qosClass } = asRecord(object["status"]);
  const begun = object.kind === "Pod" ? { status: { phase: "Pending", qosClass } } : {};
  const before = { ...emptyObject(object), ...begun };
  const changed = [...compareFields(type, before, object).changed];
  const own = changed.filter((path) => {
    const [first, second, third = ""] = elementsOf(path);
    if (first === "f:metadata") {
      return object.kind === "Deployment" && third.startsWith("f:deployment.kubernetes.io/");
    }
    if (first !== "f:status" || second === undefined) return false;
    // That it was scheduled is said by whoever binds a pod, in nobody's name; so are the conditions as a list.
    const isUnowned = object.kind === "Pod" && second === "f:conditions";
    return !isUnowned || !["", scheduled].includes(third);
  });
  const begins = own.some(isAnnotation) && !hadAnnotations(owners);
  return new Set(begins ? [annotations, ...own] : own);
}

/** When a condition was last written; the creation before there is one. */
function lastStatusTime({ metadata, status }: KubeObject): Timestamp {
  const times = asArray(asRecord(status)["conditions"]).map((condition) =>
    isRecord(condition)
      ? asString(condition["lastUpdateTime"] ?? condition["lastTransitionTime"])
      : "",
  );
  return times.reduce(
    (latest, time) => (time > latest ? time : latest),
    metadata.creationTimestamp ?? "",
  );
}
