/** Rules for PriorityClasses (pkg/apis/scheduling/validation, v1.37.2). */
import type { KubeObject } from "../../api/meta.ts";
import { isNil } from "../json.ts";
import { systemPriority } from "../pod-classes.ts";
import { forbidden, immutable, notSupported, type Causes } from "./errors.ts";
import { validateMetadata, validateMetadataUpdate } from "./metadata.ts";
import { dnsSubdomain } from "./names.ts";

const HIGHEST = 1_000_000_000;
const POLICIES = ["PreemptLowerPriority", "Never"];

export function validatePriorityClass(object: KubeObject): Causes {
  const { value, preemptionPolicy: policy } = object;
  return [
    ...validateMetadata(object, { nameRule: dnsSubdomain, namespaced: false }),
    ...validateValue(object.metadata.name, typeof value === "number" ? value : 0),
    ...(isNil(policy) || POLICIES.some((each) => each === policy)
      ? []
      : [notSupported("preemptionPolicy", policy, POLICIES)]),
  ];
}

export function validatePriorityClassUpdate(next: KubeObject, prev: KubeObject): Causes {
  const [now, old] = [next["preemptionPolicy"] ?? null, prev["preemptionPolicy"] ?? null];
  const moved = (next["value"] ?? 0) !== (prev["value"] ?? 0);
  return [
    ...validateMetadataUpdate(next, prev),
    ...(moved ? [forbidden("value", "may not be changed in an update.")] : []),
    ...immutable(now === old, now, "preemptionPolicy"),
  ];
}

function validateValue(name: string, value: number): Causes {
  if (!name.startsWith("system-")) {
    const rule = `maximum allowed value of a user defined priority is ${HIGHEST}`;
    return value > HIGHEST ? [forbidden("value", rule)] : [];
  }
  const known = systemPriority(name);
  if (known === value) return [];
  const why =
    known === undefined
      ? `${name} is not a known system priority class`
      : `value of ${name} PriorityClass must be ${known}`;
  const rule = "priority class names with 'system-' prefix are reserved for system use only";
  return [forbidden("metadata.name", `${rule}. error: ${why}`)];
}
