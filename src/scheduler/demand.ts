/** What a pod asks of a node, from its spec: resources, labels of nodes, other pods near it or far from it. */
import { parseInt64 } from "../api/int64.ts";
import type { PodSpec } from "../api/core.ts";
import type { StringMap } from "../api/meta.ts";
import { asArray, asRecord, asString, type Json } from "../apiserver/json.ts";
import { podAmounts, type Amounts } from "../apiserver/pod-resources.ts";
import { labelMatcher, NOTHING, type Matcher } from "../apiserver/selectors.ts";

/** Pods of some namespaces and labels, in the same domain: nodes that share the value of a label. */
export interface PodTerm {
  readonly topologyKey: string;
  readonly namespaces: readonly string[];
  readonly matcher: Matcher;
}

export interface SpreadRule extends PodTerm {
  readonly maxSkew: number;
  readonly minDomains: number;
  /** `ignore`: nodes that the pod may not go to count as well. */
  readonly nodeAffinity: "honor" | "ignore";
}

export interface Demand {
  /** Milli-units. */
  readonly amounts: Amounts;
  /** Undefined: any node. */
  readonly nodes: ((name: string, labels: StringMap) => boolean) | undefined;
  readonly near: readonly PodTerm[];
  readonly far: readonly PodTerm[];
  readonly spread: readonly SpreadRule[];
}

/** Why a node is none for a pod. `helpless`: it would not help to take other pods away. */
export interface Refusal {
  readonly reasons: readonly string[];
  readonly helpless: boolean;
}

/** Undefined: any node with room for one more pod will do. */
export function demandOf(spec: PodSpec, namespace: string, labels: StringMap): Demand | undefined {
  const asked = Object.entries(podAmounts(spec, "requests")).filter(([, milli]) => milli > 0);
  const affinity = asRecord(spec["affinity"]);
  const terms = (kind: string): readonly PodTerm[] =>
    asArray(asRecord(affinity[kind])["requiredDuringSchedulingIgnoredDuringExecution"]).map(
      (term) => podTerm(asRecord(term), namespace, labels),
    );
  const spread = asArray(spec["topologySpreadConstraints"])
    .map(asRecord)
    .filter((rule) => rule["whenUnsatisfiable"] !== "ScheduleAnyway")
    .map((rule) => spreadRule(rule, namespace, labels));
  const nodes = nodeRule(spec, affinity);
  const demand = {
    amounts: Object.fromEntries(asked),
    nodes,
    near: terms("podAffinity"),
    far: terms("podAntiAffinity"),
    spread,
  };
  const { near, far } = demand;
  const some = asked.length + near.length + far.length + spread.length > 0 || nodes !== undefined;
  return some ? demand : undefined;
}

function podTerm(term: Json, own: string, labels: StringMap): PodTerm {
  const namespaces = asArray(term["namespaces"]).map(asString);
  return {
    topologyKey: asString(term["topologyKey"]),
    namespaces: namespaces.length === 0 ? [own] : namespaces,
    matcher: matcherOf(term, labels),
  };
}

function spreadRule(rule: Json, own: string, labels: StringMap): SpreadRule {
  const { maxSkew, minDomains, nodeAffinityPolicy } = rule;
  return {
    ...podTerm(rule, own, labels),
    maxSkew: Number(maxSkew),
    minDomains: Number(minDomains ?? 0),
    nodeAffinity: nodeAffinityPolicy === "Ignore" ? "ignore" : "honor",
  };
}

/** `matchLabelKeys`: with the values that the pod itself has there. */
function matcherOf(term: Json, labels: StringMap): Matcher {
  const { matchExpressions, ...selector } = asRecord(term["labelSelector"]);
  const own = asArray(term["matchLabelKeys"])
    .map(asString)
    .filter((key) => labels[key] !== undefined)
    .map((key) => ({ key, operator: "In", values: [labels[key]] }));
  const parsed = labelMatcher({
    ...selector,
    matchExpressions: [...asArray(matchExpressions), ...own],
  });
  return parsed.ok && term["labelSelector"] !== undefined ? parsed.value : NOTHING;
}

/** nodeSelector and required node affinity: of the terms one must hold, of a term everything. */
function nodeRule(spec: PodSpec, affinity: Json): Demand["nodes"] {
  const selector = Object.entries(asRecord(spec["nodeSelector"]));
  const required = asRecord(
    asRecord(affinity["nodeAffinity"])["requiredDuringSchedulingIgnoredDuringExecution"],
  );
  const terms = asArray(required["nodeSelectorTerms"]).map(asRecord);
  if (selector.length === 0 && terms.length === 0) return undefined;
  return (name, labels) =>
    selector.every(([key, value]) => labels[key] === value) &&
    (terms.length === 0 || terms.some((term) => holds(term, name, labels)));
}

function holds(term: Json, name: string, labels: StringMap): boolean {
  const expressions = asArray(term["matchExpressions"]).map(asRecord);
  const fields = asArray(term["matchFields"]).map(asRecord);
  if (expressions.length + fields.length === 0) return false;
  return (
    expressions.every((each) => isMet(each, labels[asString(each["key"])])) &&
    fields.every((each) => isMet(each, name))
  );
}

function isMet({ operator, values }: Json, value: string | undefined): boolean {
  const list = asArray(values).map(asString);
  switch (operator) {
    case "In":
      return value !== undefined && list.includes(value);
    case "NotIn":
      return value === undefined || !list.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
      return integer(value) > integer(list[0]);
    case "Lt":
      return integer(value) < integer(list[0]);
    default:
      return false;
  }
}

/** NaN, which is neither more nor less than anything, for what Go's ParseInt refuses. */
function integer(text: string | undefined): number {
  return parseInt64(text ?? "") ?? Number.NaN;
}
