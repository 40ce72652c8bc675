/** One term of a label selector (apimachinery labels.Requirement, v0.37.2). */
import type { StringMap } from "../api/meta.ts";
import { compareText } from "../api/order.ts";
import { goQuote } from "./go-print.ts";
import { goJson } from "./validation/errors.ts";
import { labelValue, qualifiedName } from "./validation/names.ts";

export type Operator = "=" | "==" | "!=" | "in" | "notin" | "exists" | "!" | "gt" | "lt";

export interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

export function matchesRequirement(
  { key, operator, values }: Requirement,
  labels: StringMap | undefined,
): boolean {
  const has = labels !== undefined && Object.hasOwn(labels, key);
  const value = has ? (labels[key] ?? "") : "";
  switch (operator) {
    case "in":
    case "=":
    case "==":
      return has && values.includes(value);
    case "notin":
    case "!=":
      return !has || !values.includes(value);
    case "exists":
      return has;
    case "!":
      return !has;
    default: {
      const left = integerOf(value);
      const right = integerOf(values[0] ?? "");
      if (!has || left === undefined || right === undefined) return false;
      return operator === "gt" ? left > right : left < right;
    }
  }
}

/** The term in selector syntax; values sorted. */
export function printRequirement({ key, operator, values }: Requirement): string {
  const list = values.toSorted(compareText).join(",");
  switch (operator) {
    case "in":
    case "notin":
      return `${key} ${operator} (${list})`;
    case "exists":
      return key;
    case "!":
      return `!${key}`;
    case "gt":
      return `${key}>${list}`;
    case "lt":
      return `${key}<${list}`;
    default:
      return `${key}${operator}${list}`;
  }
}

/** What is wrong with a term, as Go's NewRequirement says it; undefined if nothing is. */
export function checkRequirement({ key, operator, values }: Requirement): string | undefined {
  const badKey = checkKey(key, "key");
  if (badKey !== undefined) return badKey;
  const errors = [
    ...checkCount(operator, values),
    ...values.flatMap((value, index) => {
      const messages = labelValue(value);
      if (messages.length === 0) return [];
      const what = `values[${index}][${key}]: Invalid value: ${goQuote(value)}`;
      return [`${what}: ${messages.join("; ")}`];
    }),
  ];
  const unique = [...new Set(errors)];
  if (unique.length === 0) return undefined;
  return unique.length === 1 ? unique[0] : `[${unique.join(", ")}]`;
}

/** What is wrong with a label's key; `field` is `<nil>` where Go has no path. */
export function checkKey(key: string, field: string): string | undefined {
  const messages = qualifiedName(key);
  if (messages.length === 0) return undefined;
  return `${field}: Invalid value: ${goQuote(key)}: ${messages.join("; ")}`;
}

function checkCount(operator: Operator, values: readonly string[]): readonly string[] {
  const rule = countRule(operator, values.length);
  const shown = goJson(values);
  const count = rule === undefined ? [] : [`values: Invalid value: ${shown}: ${rule}`];
  if (operator !== "gt" && operator !== "lt") return count;
  const integers = values.flatMap((value, index) => {
    if (integerOf(value) !== undefined) return [];
    const what = `values[${index}]: Invalid value: ${goQuote(value)}`;
    return [`${what}: for 'Gt', 'Lt' operators, the value must be an integer`];
  });
  return [...count, ...integers];
}

function countRule(operator: Operator, count: number): string | undefined {
  switch (operator) {
    case "in":
    case "notin":
      return count === 0 ? "for 'in', 'notin' operators, values set can't be empty" : undefined;
    case "exists":
    case "!":
      return count === 0 ? undefined : "values set must be empty for exists and does not exist";
    case "gt":
    case "lt":
      return count === 1 ? undefined : "for 'Gt', 'Lt' operators, exactly one value is required";
    default:
      return count === 1 ? undefined : "exact-match compatibility requires one single value";
  }
}

function integerOf(text: string): bigint | undefined {
  return /^[+-]?\d+$/.test(text) ? BigInt(text.replace(/^\+/, "")) : undefined;
}
