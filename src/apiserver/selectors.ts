/**
 * Label and field selectors: from objects and from text, matching and printing, with Kubernetes' errors
 * (apimachinery labels and meta/v1 helpers, v0.37.2). Field selectors are in field-selectors.ts.
 */
import type { StringMap } from "../api/meta.ts";
import { compareText } from "../api/order.ts";
import { asArray, asRecord, asString, isNil } from "./json.ts";
import { goQuote } from "./go-print.ts";
import { parseRequirements } from "./selector-parser.ts";
import {
  checkRequirement,
  matchesRequirement,
  printRequirement,
  type Operator,
  type Requirement,
} from "./selector-requirement.ts";

export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string };

/** A selector ready to match. */
export interface Matcher {
  /** False for the selector of nothing, which an absent LabelSelector is. */
  readonly selectable: boolean;
  /** All have to hold; sorted by key. */
  readonly requirements: readonly Requirement[];
  matches(labels: StringMap | undefined): boolean;
  /** `app=web,tier in (a,b)`; "" selects everything. */
  readonly text: string;
}

const OPERATORS: Readonly<Record<string, Operator>> = {
  In: "in",
  NotIn: "notin",
  Exists: "exists",
  DoesNotExist: "!",
};

/** A LabelSelector, or JSON that may be one. */
export interface SelectorLike {
  readonly matchLabels?: unknown;
  readonly matchExpressions?: unknown;
}

/** A LabelSelector as a matcher: an absent one selects nothing, an empty one everything. */
export function labelMatcher(selector: SelectorLike | undefined | null): Parsed<Matcher> {
  if (isNil(selector)) return { ok: true, value: NOTHING };
  const requirements: Requirement[] = Object.entries(asRecord(selector.matchLabels)).map(
    ([key, value]) => ({ key, operator: "=", values: [asString(value)] }),
  );
  for (const expression of asArray(selector.matchExpressions)) {
    const { key, operator, values } = asRecord(expression);
    const known = OPERATORS[asString(operator)];
    if (known === undefined) {
      const shown = goQuote(asString(operator));
      return { ok: false, error: `${shown} is not a valid label selector operator` };
    }
    requirements.push({
      key: asString(key),
      operator: known,
      values: asArray(values).map(asString),
    });
  }
  return checked(requirements);
}

/** A selector in kubectl's syntax: `app=web,tier in (a,b),!legacy`. */
export function parseLabelSelector(text: string): Parsed<Matcher> {
  const parsed = parseRequirements(text);
  return parsed.ok ? { ok: true, value: matcherOf(parsed.value) } : parsed;
}

/** A LabelSelector as kubectl prints it: `app=web,tier in (a,b)`, `<none>`, or `<error>`. */
export function formatLabelSelector(selector: unknown): string {
  const matcher = labelMatcher(asRecord(selector));
  if (!matcher.ok) return "<error>";
  return matcher.value.text === "" ? "<none>" : matcher.value.text;
}

/** A valid LabelSelector in the syntax that list requests take; "" where it is empty or absent. */
export function selectorText(selector: unknown): string {
  const text = formatLabelSelector(selector);
  return text === "<none>" ? "" : text;
}

/** A map of labels: `app=web,tier=a` in order of these pairs, or `<none>`. */
export function formatLabels(labels: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`);
  return pairs.length === 0 ? "<none>" : pairs.toSorted(compareText).join(",");
}

function checked(requirements: readonly Requirement[]): Parsed<Matcher> {
  for (const requirement of requirements) {
    const error = checkRequirement(requirement);
    if (error !== undefined) return { ok: false, error };
  }
  return { ok: true, value: matcherOf(requirements) };
}

/** Of an absent LabelSelector. */
export const NOTHING: Matcher = {
  selectable: false,
  requirements: [],
  matches: () => false,
  text: "",
};

function matcherOf(list: readonly Requirement[]): Matcher {
  const requirements = list.toSorted((a, b) => compareText(a.key, b.key));
  return {
    selectable: true,
    requirements,
    matches: (labels) =>
      requirements.every((requirement) => matchesRequirement(requirement, labels)),
    text: requirements.map(printRequirement).join(","),
  };
}
