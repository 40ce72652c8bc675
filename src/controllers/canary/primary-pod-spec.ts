/**
 * The target's pod spec as the primary runs it: where pods of the target are to be spread or kept apart by
 * name, pods of the primary are (deployment_controller.go appendPrimarySuffixToValuesIfNeeded).
 */
import type { PodSpec } from "../../api/core.ts";
import { asArray, asRecord, isNil, type Json } from "../../apiserver/json.ts";
import { SELECTOR_LABELS } from "./metadata.ts";

export function primaryPodSpec(spec: PodSpec, target: string): PodSpec {
  const { topologySpreadConstraints: constraints, affinity } = spec;
  const podAntiAffinity = asRecord(asRecord(affinity)["podAntiAffinity"]);
  const { preferredDuringSchedulingIgnoredDuringExecution: preferred } = podAntiAffinity;
  const { requiredDuringSchedulingIgnoredDuringExecution: required } = podAntiAffinity;
  const apart = {
    ...podAntiAffinity,
    ...withList("preferredDuringSchedulingIgnoredDuringExecution", preferred, (term) => ({
      ...term,
      podAffinityTerm: withSelector(asRecord(term["podAffinityTerm"]), target),
    })),
    ...withList("requiredDuringSchedulingIgnoredDuringExecution", required, (term) =>
      withSelector(term, target),
    ),
  };
  const constrained = withList("topologySpreadConstraints", constraints, (constraint) =>
    withSelector(constraint, target),
  );
  const kept = isNil(asRecord(affinity)["podAntiAffinity"])
    ? {}
    : { affinity: { ...asRecord(affinity), podAntiAffinity: apart } };
  return { ...spec, ...constrained, ...kept };
}

function withList(name: string, list: unknown, change: (item: Json) => Json): Json {
  return isNil(list) ? {} : { [name]: asArray(list).map((item) => change(asRecord(item))) };
}

function withSelector(term: Json, target: string): Json {
  if (isNil(term["labelSelector"])) return term;
  const selector = asRecord(term["labelSelector"]);
  const renamed = (value: unknown): unknown => (value === target ? `${target}-primary` : value);
  const labels = Object.entries(asRecord(selector["matchLabels"])).map(([key, value]) => [
    key,
    SELECTOR_LABELS.includes(key) ? renamed(value) : value,
  ]);
  const expressions = asArray(selector["matchExpressions"]).map((item) => {
    const expression = asRecord(item);
    if (!SELECTOR_LABELS.some((label) => label === expression["key"])) return expression;
    return { ...expression, values: asArray(expression["values"]).map(renamed) };
  });
  return {
    ...term,
    labelSelector: {
      ...selector,
      ...(isNil(selector["matchLabels"]) ? {} : { matchLabels: Object.fromEntries(labels) }),
      ...(isNil(selector["matchExpressions"]) ? {} : { matchExpressions: expressions }),
    },
  };
}
