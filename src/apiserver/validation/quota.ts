/** Rules for ResourceQuotas (pkg/apis/core/validation ValidateResourceQuota, v1.37.2); a selector of scopes is not looked at. */
import { deepEqual } from "../../api/json.ts";
import type { KubeObject } from "../../api/meta.ts";
import { compareText } from "../../api/order.ts";
import { asArray, asRecord } from "../json.ts";
import { specOf } from "../strategy-parts.ts";
import { asJson, immutable, invalid, type Causes } from "./errors.ts";
import { validateMetadata, validateMetadataUpdate } from "./metadata.ts";
import { dnsSubdomain } from "./names.ts";
import { validateHard } from "./resources.ts";

const SCOPES = [
  "Terminating",
  "NotTerminating",
  "BestEffort",
  "NotBestEffort",
  "PriorityClass",
  "CrossNamespacePodAffinity",
  "VolumeAttributesClass",
];
/** No pod is of both. */
const OPPOSITES = [
  ["BestEffort", "NotBestEffort"],
  ["Terminating", "NotTerminating"],
] as const;

export function validateQuota(quota: KubeObject): Causes {
  return [
    ...validateMetadata(quota, { nameRule: dnsSubdomain, namespaced: true }),
    ...validateQuotaSpec(quota),
  ];
}

export function validateQuotaUpdate(next: KubeObject, prev: KubeObject): Causes {
  const [scopes, before] = [next, prev].map((quota) =>
    asArray(specOf(quota)["scopes"]).map(String).toSorted(compareText),
  );
  return [
    ...validateMetadataUpdate(next, prev),
    ...validateQuotaSpec(next),
    ...immutable(deepEqual(scopes, before), specOf(next)["scopes"], "spec.scopes"),
  ];
}

function validateQuotaSpec(quota: KubeObject): Causes {
  const { hard, scopes } = specOf(quota);
  const given = asArray(scopes);
  const refused = (rule: string): Causes => [invalid("spec.scopes", asJson(scopes), rule)];
  const isConflict = OPPOSITES.some((pair) => pair.every((scope) => given.includes(scope)));
  return [
    ...validateHard(asRecord(hard), "spec.hard"),
    ...(given.every((scope) => SCOPES.includes(String(scope))) ? [] : refused("unsupported scope")),
    ...(isConflict ? refused("conflicting scopes") : []),
  ];
}
