/** Does a LabelSelector (meta/v1) select these labels? An empty selector selects everything. */
import type { LabelSelector, LabelSelectorRequirement, StringMap } from "./meta.ts";

export function matchesSelector(selector: LabelSelector, labels: StringMap): boolean {
  const { matchLabels = {} } = selector;
  for (const key in matchLabels) if (labels[key] !== matchLabels[key]) return false;
  return (selector.matchExpressions ?? []).every((requirement) => matches(requirement, labels));
}

export function isEmptySelector({ matchLabels, matchExpressions }: LabelSelector): boolean {
  return Object.keys(matchLabels ?? {}).length === 0 && (matchExpressions ?? []).length === 0;
}

function matches({ key, operator, values }: LabelSelectorRequirement, labels: StringMap): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case "In":
      return value !== undefined && (values ?? []).includes(value);
    case "NotIn":
      return value === undefined || !(values ?? []).includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
  }
}
