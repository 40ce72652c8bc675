/** Rules for affinity, tolerations and topology spread (pkg/apis/core/validation, v1.37.2). */
import { asArray, asRecord, asString, isNil, type Json } from "../json.ts";
import {
  asJson,
  duplicate,
  forbidden,
  invalid,
  invalidEach,
  notSupported,
  positive,
  required,
  type Causes,
} from "./errors.ts";
import { validateLabelSelector } from "./label-selector.ts";
import { dnsLabel, dnsSubdomain, labelValue, qualifiedName } from "./names.ts";

const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";
const EFFECTS = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

export function validateAffinity(given: unknown, field: string): Causes {
  const affinity = asRecord(given);
  return [
    ...validateNodeAffinity(asRecord(affinity["nodeAffinity"]), `${field}.nodeAffinity`),
    ...validatePodAffinity(asRecord(affinity["podAffinity"]), `${field}.podAffinity`),
    ...validatePodAffinity(asRecord(affinity["podAntiAffinity"]), `${field}.podAntiAffinity`),
  ];
}

function validateNodeAffinity(affinity: Json, field: string): Causes {
  const terms = asArray(asRecord(affinity[REQUIRED])["nodeSelectorTerms"]);
  const path = `${field}.${REQUIRED}.nodeSelectorTerms`;
  const none = !isNil(affinity[REQUIRED]) && terms.length === 0;
  return [
    ...(none ? [required(path, "must have at least one node selector term")] : []),
    ...terms.flatMap((term, i) => validateNodeTerm(asRecord(term), `${path}[${i}]`, "judged")),
    ...asArray(affinity[PREFERRED]).flatMap((item, i) => {
      const place = `${field}.${PREFERRED}[${i}]`;
      const { weight, preference } = asRecord(item);
      return [
        ...validateWeight(weight, `${place}.weight`),
        ...validateNodeTerm(asRecord(preference), `${place}.preference`, "free"),
      ];
    }),
  ];
}

function validateWeight(weight: unknown, field: string): Causes {
  const number = typeof weight === "number" ? weight : 0;
  const fits = number > 0 && number <= 100;
  return fits ? [] : [invalid(field, number, "must be in the range 1-100")];
}

/** Values of preferred terms are free in their spelling. */
function validateNodeTerm(term: Json, field: string, values: "judged" | "free"): Causes {
  return [
    ...asArray(term["matchExpressions"]).flatMap((each, i) =>
      validateNodeRequirement(asRecord(each), `${field}.matchExpressions[${i}]`, values),
    ),
    ...asArray(term["matchFields"]).flatMap((each, i) =>
      validateNodeField(asRecord(each), `${field}.matchFields[${i}]`),
    ),
  ];
}

function validateNodeRequirement(
  requirement: Json,
  field: string,
  spelling: "judged" | "free",
): Causes {
  const values = asArray(requirement["values"]).map(asString);
  const key = asString(requirement["key"]);
  return [
    ...validateNodeOperator(asString(requirement["operator"]), values.length, field),
    ...invalidEach(`${field}.key`, key, qualifiedName(key)),
    ...(spelling === "free"
      ? []
      : values.flatMap((value, i) =>
          invalidEach(`${field}.values[${i}]`, value, labelValue(value)),
        )),
  ];
}

function validateNodeOperator(operator: string, count: number, field: string): Causes {
  const path = `${field}.values`;
  switch (operator) {
    case "In":
    case "NotIn":
      return count > 0
        ? []
        : [required(path, "must be specified when `operator` is 'In' or 'NotIn'")];
    case "Exists":
    case "DoesNotExist": {
      const rule = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
      return count > 0 ? [forbidden(path, rule)] : [];
    }
    case "Gt":
    case "Lt":
      return count === 1
        ? []
        : [required(path, "must be specified single value when `operator` is 'Lt' or 'Gt'")];
    default:
      return [invalid(`${field}.operator`, asJson(operator), "not a valid selector operator")];
  }
}

function validateNodeField(requirement: Json, field: string): Causes {
  const operator = asString(requirement["operator"]);
  const values = asArray(requirement["values"]).map(asString);
  const key = asString(requirement["key"]);
  const one = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
  const known = operator === "In" || operator === "NotIn";
  return [
    ...(known
      ? values.length === 1
        ? []
        : [required(`${field}.values`, one)]
      : [invalid(`${field}.operator`, asJson(operator), "not a valid selector operator")]),
    ...(key === "metadata.name"
      ? values.flatMap((value, i) =>
          invalidEach(`${field}.values[${i}]`, value, dnsSubdomain(value)),
        )
      : [invalid(`${field}.key`, key, "not a valid field selector key")]),
  ];
}

function validatePodAffinity(affinity: Json, field: string): Causes {
  return [
    ...asArray(affinity[REQUIRED]).flatMap((term, i) =>
      validatePodTerm(asRecord(term), `${field}.${REQUIRED}[${i}]`),
    ),
    ...asArray(affinity[PREFERRED]).flatMap((item, i) => {
      const place = `${field}.${PREFERRED}[${i}]`;
      const { weight, podAffinityTerm } = asRecord(item);
      return [
        ...validateWeight(weight, `${place}.weight`),
        ...validatePodTerm(asRecord(podAffinityTerm), `${place}.podAffinityTerm`),
      ];
    }),
  ];
}

function validatePodTerm(term: Json, field: string): Causes {
  const topologyKey = asString(term["topologyKey"]);
  return [
    ...validateLabelSelector(term["labelSelector"], `${field}.labelSelector`),
    ...validateLabelSelector(term["namespaceSelector"], `${field}.namespaceSelector`),
    ...asArray(term["namespaces"]).flatMap((name) =>
      invalidEach(`${field}.namespace`, name, dnsLabel(asString(name))),
    ),
    ...validateLabelKeys(term, field),
    ...(topologyKey === "" ? [required(`${field}.topologyKey`, "can not be empty")] : []),
    ...invalidEach(`${field}.topologyKey`, topologyKey, qualifiedName(topologyKey)),
  ];
}

/** matchLabelKeys and mismatchLabelKeys: label names, in one list only. */
function validateLabelKeys(term: Json, field: string): Causes {
  const lists = ["matchLabelKeys", "mismatchLabelKeys"];
  const selector = asRecord(term["labelSelector"]);
  const names = lists.flatMap((list) => {
    const keys = asArray(term[list]).map(asString);
    const rule = "must not be specified when labelSelector is not set";
    if (keys.length > 0 && isNil(term["labelSelector"])) {
      return [forbidden(`${field}.${list}`, rule)];
    }
    return keys.flatMap((key, i) => invalidEach(`${field}.${list}[${i}]`, key, qualifiedName(key)));
  });
  const match = asArray(term["matchLabelKeys"]).map(asString);
  const seen = new Set(Object.keys(asRecord(selector["matchLabels"])));
  const repeated = asArray(selector["matchExpressions"]).flatMap((each) => {
    const key = asString(asRecord(each)["key"]);
    const index = match.lastIndexOf(key);
    const clash = index !== -1 && seen.has(key);
    seen.add(key);
    const rule = "exists in both matchLabelKeys and labelSelector";
    return clash ? [invalid(`${field}[${index}]`, key, rule)] : [];
  });
  const mismatch = asArray(term["mismatchLabelKeys"]);
  const both = match.flatMap((key, i) => {
    const rule = "exists in both matchLabelKeys and mismatchLabelKeys";
    return mismatch.includes(key) ? [invalid(`${field}.matchLabelKeys[${i}]`, key, rule)] : [];
  });
  return [...names, ...repeated, ...both];
}

export function validateTolerations(tolerations: readonly unknown[], field: string): Causes {
  return tolerations.flatMap((item, index) => {
    const toleration = asRecord(item);
    const path = `${field}[${index}]`;
    const key = asString(toleration["key"]);
    const operator = asString(toleration["operator"]);
    const effect = asString(toleration["effect"]);
    const keyless =
      'operator must be Exists when `key` is empty, which means "match all values and all keys"';
    const timed = "effect must be 'NoExecute' when `tolerationSeconds` is set";
    return [
      ...(key === "" ? [] : invalidEach(`${path}.key`, key, qualifiedName(key))),
      ...(key === "" && operator !== "Exists"
        ? [invalid(`${path}.operator`, asJson(operator), keyless)]
        : []),
      ...(!isNil(toleration["tolerationSeconds"]) && effect !== "NoExecute"
        ? [invalid(`${path}.effect`, asJson(effect), timed)]
        : []),
      ...validateTolerationValue(operator, asString(toleration["value"]), `${path}.operator`),
      ...(effect === "" || EFFECTS.includes(effect)
        ? []
        : [notSupported(`${path}.effect`, effect, EFFECTS)]),
    ];
  });
}

function validateTolerationValue(operator: string, value: string, field: string): Causes {
  switch (operator) {
    case "":
    case "Equal": {
      const errors = labelValue(value);
      return errors.length === 0 ? [] : [invalid(field, value, errors.join(";"))];
    }
    case "Exists":
      return value === ""
        ? []
        : [invalid(field, value, "value must be empty when `operator` is 'Exists'")];
    case "Lt":
    case "Gt":
      return [notSupported(field, operator, ["Equal", "Exists", "Lt", "Gt"])];
    default:
      return [notSupported(field, operator, ["Equal", "Exists"])];
  }
}

export function validateSpreadConstraints(constraints: readonly unknown[], field: string): Causes {
  return constraints.flatMap((item, index) => {
    const constraint = asRecord(item);
    const path = `${field}[${index}]`;
    const action = asString(constraint["whenUnsatisfiable"]);
    const actions = ["DoNotSchedule", "ScheduleAnyway"];
    return [
      ...positive(constraint["maxSkew"], `${path}.maxSkew`),
      ...(asString(constraint["topologyKey"]) === ""
        ? [required(`${path}.topologyKey`, "can not be empty")]
        : []),
      ...(actions.includes(action)
        ? []
        : [notSupported(`${path}.whenUnsatisfiable`, action, actions)]),
      ...validateNotRepeated(constraint, constraints.slice(index + 1), path),
      ...validateMinDomains(constraint, action, `${path}.minDomains`),
      ...["nodeAffinityPolicy", "nodeTaintsPolicy"].flatMap((policy) =>
        validateInclusion(constraint[policy], `${path}.${policy}`),
      ),
      ...validateLabelKeys(constraint, path),
      ...validateLabelSelector(constraint["labelSelector"], `${path}.labelSelector`),
    ];
  });
}

function validateNotRepeated(constraint: Json, others: readonly unknown[], field: string): Causes {
  const { topologyKey, whenUnsatisfiable } = constraint;
  const repeated = others
    .map(asRecord)
    .some(
      (each) =>
        each["topologyKey"] === topologyKey && each["whenUnsatisfiable"] === whenUnsatisfiable,
    );
  const shown = `{${asString(topologyKey)}, ${asString(whenUnsatisfiable)}}`;
  return repeated ? [duplicate(`${field}.{topologyKey, whenUnsatisfiable}`, shown)] : [];
}

function validateMinDomains(constraint: Json, action: string, field: string): Causes {
  const { minDomains } = constraint;
  if (isNil(minDomains)) return [];
  const rule = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`;
  return [
    ...positive(minDomains, field),
    ...(action === "DoNotSchedule" ? [] : [invalid(field, minDomains, rule)]),
  ];
}

function validateInclusion(policy: unknown, field: string): Causes {
  const supported = ["Honor", "Ignore"];
  const known = isNil(policy) || supported.includes(asString(policy));
  return known ? [] : [notSupported(field, policy, supported)];
}
