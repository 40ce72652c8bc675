/** Label maps and selectors as text. Mirrors apimachinery meta/v1 FormatLabelSelector and labels. */
import { compareText, isMap, list, map, text, type JsonMap } from "./fields.ts";

/** `a=1,b=2` in order of these pairs; `<none>` without labels. */
export function formatLabels(labels: JsonMap): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`);
  return pairs.length === 0 ? "<none>" : pairs.toSorted(compareText).join(",");
}

/** A LabelSelector in selector syntax; `<none>` when it is empty or absent. */
export function formatLabelSelector(selector: unknown): string {
  const found = selectorText(selector);
  return found === "" ? "<none>" : found;
}

/** A LabelSelector in the syntax that list requests take; "" matches everything. */
export function selectorText(selector: unknown): string {
  if (!isMap(selector)) return "";
  const terms = Object.entries(map(selector, "matchLabels")).map(
    ([key, value]) => [key, `${key}=${String(value)}`] as const,
  );
  const expressions = list(selector, "matchExpressions").map((expression) => {
    const key = text(expression, "key");
    const values = list(expression, "values").map(String).toSorted(compareText).join(",");
    switch (text(expression, "operator")) {
      case "In":
        return [key, `${key} in (${values})`] as const;
      case "NotIn":
        return [key, `${key} notin (${values})`] as const;
      case "Exists":
        return [key, key] as const;
      default:
        return [key, `!${key}`] as const;
    }
  });
  return [...terms, ...expressions]
    .toSorted((a, b) => compareText(a[0], b[0]))
    .map(([, term]) => term)
    .join(",");
}
