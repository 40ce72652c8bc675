/** Rules for ResourceQuotas (pkg/apis/core/validation ValidateResourceQuota, v1.37.2). */
import { deepEqual } from "../../api/json.ts";
import type { KubeObject } from "../../api/meta.ts";
import { compareText } from "../../api/order.ts";
import { asArray, asRecord, asString, type Json } from "../json.ts";
import { specOf } from "../strategy-parts.ts";
import { asJson, immutable, invalid, required, type Causes } from "./errors.ts";
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
/** What quotas know by name (helper.IsStandardQuotaResourceName). */
const STANDARD =
  /^(((requests|limits)\.)?(cpu|memory|ephemeral-storage)|requests\.storage|pods|services(\.nodeports|\.loadbalancers)?|resourcequotas|replicationcontrollers|secrets|configmaps|persistentvolumeclaims|requests\.hugepages-.+)$/u;
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
  const { hard, scopes, scopeSelector } = specOf(quota);
  const limited = Object.keys(asRecord(hard)).toSorted(compareText);
  const given = asArray(scopes).map(asString);
  const refused = (rule: string): Causes => [invalid("spec.scopes", asJson(scopes), rule)];
  return [
    ...validateHard(asRecord(hard), "spec.hard"),
    ...given.flatMap((scope) => [
      ...(SCOPES.includes(scope) ? [] : refused("unsupported scope")),
      ...strangersTo(scope, limited).flatMap(() =>
        refused("unsupported scope applied to resource"),
      ),
    ]),
    ...conflictsIn(given).flatMap(() => refused("conflicting scopes")),
    ...validateSelector(asRecord(scopeSelector), limited, scopes),
  ];
}

function conflictsIn(scopes: readonly string[]): readonly unknown[] {
  return OPPOSITES.filter((pair) => pair.every((scope) => scopes.includes(scope)));
}

function validateSelector(selector: Json, limited: readonly string[], scopes: unknown): Causes {
  const field = "spec.scopeSelector.matchExpressions";
  const requirements = asArray(selector["matchExpressions"]).map(asRecord);
  // As Go's own struct prints, whose fields have no names in JSON.
  const shown = {
    MatchExpressions: requirements.map(({ scopeName, operator, values }) => ({
      ScopeName: scopeName,
      Operator: operator,
      Values: values ?? null,
    })),
  };
  const named = requirements.map(({ scopeName }) => asString(scopeName));
  return [
    ...requirements.flatMap((requirement) => {
      const scope = asString(requirement["scopeName"]);
      const isKnown = SCOPES.includes(scope);
      const unfit = strangersTo(scope, limited);
      return [
        ...(isKnown ? [] : [invalid(`${field}.scopeName`, asJson(scope), "unsupported scope")]),
        ...unfit.map(() => invalid(field, asJson(shown), "unsupported scope applied to resource")),
        ...validateRequirement(requirement, field),
      ];
    }),
    ...conflictsIn(named).map(() => invalid(field, asJson(scopes), "conflicting scopes")),
  ];
}

function validateRequirement({ scopeName, operator, values }: Json, field: string): Causes {
  const scope = asString(scopeName);
  const count = asArray(values).length;
  const onlyThere =
    "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, " +
    "ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, " +
    "ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
  const isBare = scope !== "PriorityClass" && scope !== "VolumeAttributesClass";
  const wrong =
    SCOPES.includes(scope) && isBare && operator !== "Exists"
      ? [invalid(`${field}.operator`, asJson(operator), onlyThere)]
      : [];
  const rule = "when `operator` is";
  switch (operator) {
    case "In":
    case "NotIn": {
      const missing = `must be at least one value ${rule} 'In' or 'NotIn' for scope selector`;
      return count > 0 ? wrong : [...wrong, required(`${field}.values`, missing)];
    }
    case "Exists":
    case "DoesNotExist": {
      const many = `must be no value ${rule} 'Exist' or 'DoesNotExist' for scope selector`;
      return count === 0 ? wrong : [...wrong, invalid(`${field}.values`, asJson(values), many)];
    }
    default:
      return [
        ...wrong,
        invalid(`${field}.operator`, asJson(operator), "not a valid selector operator"),
      ];
  }
}

/** What is limited that no pod of this scope could use up. */
function strangersTo(scope: string, limited: readonly string[]): readonly string[] {
  const standard = limited.filter((name) => STANDARD.test(name));
  switch (scope) {
    case "BestEffort":
      return standard.filter((name) => name !== "pods");
    case "VolumeAttributesClass":
      return standard.filter((name) => !/^(persistentvolumeclaims|requests\.storage)$/u.test(name));
    default:
      return SCOPES.includes(scope)
        ? standard.filter((name) => !/^(pods|((requests|limits)\.)?(cpu|memory))$/u.test(name))
        : [];
  }
}
