/** Rules for label selectors inside objects (apimachinery meta/v1/validation, v0.37.2). */
import { asArray, asRecord, asString, isNil } from "../json.ts";
import { asJson, forbidden, invalid, invalidEach, required, type Causes } from "./errors.ts";
import { validateLabels } from "./metadata.ts";
import { labelValue, qualifiedName } from "./names.ts";

export function validateLabelSelector(selector: unknown, field: string): Causes {
  if (isNil(selector)) return [];
  const { matchLabels, matchExpressions } = asRecord(selector);
  return [
    ...validateLabels(matchLabels, `${field}.matchLabels`),
    ...asArray(matchExpressions).flatMap((each, index) =>
      validateRequirement(asRecord(each), `${field}.matchExpressions[${index}]`),
    ),
  ];
}

function validateRequirement(
  requirement: Readonly<Record<string, unknown>>,
  field: string,
): Causes {
  const values = asArray(requirement["values"]);
  const key = asString(requirement["key"]);
  return [
    ...validateOperator(asString(requirement["operator"]), values, field),
    ...invalidEach(`${field}.key`, key, qualifiedName(key)),
    ...values.flatMap((value, index) =>
      invalidEach(`${field}.values[${index}]`, value, labelValue(asString(value))),
    ),
  ];
}

function validateOperator(operator: string, values: readonly unknown[], field: string): Causes {
  switch (operator) {
    case "In":
    case "NotIn": {
      const rule = "must be specified when `operator` is 'In' or 'NotIn'";
      return values.length === 0 ? [required(`${field}.values`, rule)] : [];
    }
    case "Exists":
    case "DoesNotExist": {
      const rule = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
      return values.length > 0 ? [forbidden(`${field}.values`, rule)] : [];
    }
    default:
      return [invalid(`${field}.operator`, asJson(operator), "not a valid selector operator")];
  }
}

/** Whether a selector selects everything: it has no terms. */
export function isEmptySelector(selector: unknown): boolean {
  const { matchLabels, matchExpressions } = asRecord(selector);
  return Object.keys(asRecord(matchLabels)).length === 0 && asArray(matchExpressions).length === 0;
}
