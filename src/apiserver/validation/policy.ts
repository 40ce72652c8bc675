/** Rules for PodDisruptionBudgets (pkg/apis/policy/validation, v1.37.2). */
import type { KubeObject } from "../../api/meta.ts";
import { encodeValue } from "../encode.ts";
import { asRecord, asString, isNil, type Json } from "../json.ts";
import { structType } from "../schema.ts";
import { specOf } from "../strategy-parts.ts";
import { isPercent, validateIntOrPercent } from "./apps.ts";
import { invalid, nonNegative, notSupported, type Causes } from "./errors.ts";
import { validateLabelSelector } from "./label-selector.ts";

/** The server has no rule for the name but that it fits into a path. */
export function validateDisruptionBudget(budget: KubeObject): Causes {
  const spec = specOf(budget);
  const { minAvailable, maxUnavailable, unhealthyPodEvictionPolicy: eviction } = spec;
  const both = !isNil(minAvailable) && !isNil(maxUnavailable);
  const rule = "minAvailable and maxUnavailable cannot be both set";
  const policies = ["AlwaysAllow", "IfHealthyBudget"];
  const field = "spec.unhealthyPodEvictionPolicy";
  return [
    ...(both ? [invalid("spec", internalForm(spec), rule)] : []),
    ...validateShare(minAvailable, "spec.minAvailable"),
    ...validateShare(maxUnavailable, "spec.maxUnavailable"),
    ...validateLabelSelector(spec["selector"], "spec.selector"),
    ...(isNil(eviction) || policies.includes(asString(eviction))
      ? []
      : [notSupported(field, eviction, policies)]),
  ];
}

export function validateDisruptionBudgetStatus(budget: KubeObject): Causes {
  const status = asRecord(budget["status"]);
  const counters = ["disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"];
  return counters.flatMap((name) => nonNegative(status[name], `status.${name}`));
}

function validateShare(value: unknown, field: string): Causes {
  if (isNil(value)) return [];
  const above = typeof value === "string" && isPercent(value) && Number(value.slice(0, -1)) > 100;
  return [
    ...validateIntOrPercent(value, field),
    ...(above ? [invalid(field, value, "must not be greater than 100%")] : []),
  ];
}

function internalForm(spec: Json): unknown {
  const { selector } = spec;
  return {
    MinAvailable: spec["minAvailable"] ?? null,
    Selector: isNil(selector) ? null : encodeValue(structType("v1.LabelSelector"), selector),
    MaxUnavailable: spec["maxUnavailable"] ?? null,
    UnhealthyPodEvictionPolicy: spec["unhealthyPodEvictionPolicy"] ?? null,
  };
}
