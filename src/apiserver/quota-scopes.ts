/** Which pods a ResourceQuota is about. Mirrors quota/v1/evaluator/core/pods.go podMatchesScopeFunc (v1.37.2). */
import type { PodSpec } from "../api/core.ts";
import type { KubeObject } from "../api/meta.ts";
import { asArray, asRecord, asString, isNil, type Json } from "./json.ts";
import { specOf } from "./strategy-parts.ts";
import { qosClassOf } from "./strategy-pod.ts";

/** Its scopes, in either way to write them; none: it is about all pods. */
export function scopesOf(quota: KubeObject): readonly Json[] {
  const { scopes, scopeSelector } = specOf(quota);
  return [
    ...asArray(scopes).map((scopeName) => ({ scopeName, operator: "Exists" })),
    ...asArray(asRecord(scopeSelector)["matchExpressions"]).map(asRecord),
  ];
}

/** Whether a pod is in all of the scopes. */
export function isInScopes(spec: PodSpec, scopes: readonly Json[]): boolean {
  return scopes.every((scope) => isInScope(spec, scope));
}

function isInScope(spec: PodSpec, { scopeName, operator, values }: Json): boolean {
  switch (scopeName) {
    case "Terminating":
      return !isNil(spec["activeDeadlineSeconds"]);
    case "NotTerminating":
      return isNil(spec["activeDeadlineSeconds"]);
    case "BestEffort":
      return isBestEffort(spec);
    case "NotBestEffort":
      return !isBestEffort(spec);
    case "PriorityClass":
      return isOfClass(asString(spec["priorityClassName"]), asString(operator), asArray(values));
    case "CrossNamespacePodAffinity":
      return looksElsewhere(spec);
    default:
      return false;
  }
}

function isBestEffort(spec: PodSpec): boolean {
  return (
    qosClassOf({ apiVersion: "v1", kind: "Pod", metadata: { name: "" }, spec }) === "BestEffort"
  );
}

function isOfClass(name: string, operator: string, values: readonly unknown[]): boolean {
  switch (operator) {
    case "In":
      return name !== "" && values.includes(name);
    case "NotIn":
      return !values.includes(name);
    case "DoesNotExist":
      return name === "";
    default:
      return name !== "";
  }
}

/** Its affinity is about pods of other namespaces. */
function looksElsewhere(spec: PodSpec): boolean {
  const affinity = asRecord(spec["affinity"]);
  return ["podAffinity", "podAntiAffinity"].some((kind) => {
    const terms = asRecord(affinity[kind]);
    const required = asArray(terms["requiredDuringSchedulingIgnoredDuringExecution"]).map(asRecord);
    const preferred = asArray(terms["preferredDuringSchedulingIgnoredDuringExecution"]).map(
      (term) => asRecord(asRecord(term)["podAffinityTerm"]),
    );
    return [...required, ...preferred].some(
      ({ namespaces, namespaceSelector }) =>
        asArray(namespaces).length > 0 || !isNil(namespaceSelector),
    );
  });
}
