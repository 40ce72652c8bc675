/**
 * Lists and watches as the API gives them: filtered by selectors, lists in order of namespace, then name.
 * A selector that cannot be read selects nothing; those who type selectors check them first.
 */
import type { ListOptions } from "../api/client.ts";
import type { KubeObject } from "../api/meta.ts";
import { byName, compareText } from "../api/order.ts";
import { matchesFields, parseFieldSelector } from "./field-selectors.ts";
import { parseLabelSelector } from "./selectors.ts";

export function selects(options: ListOptions): (object: KubeObject) => boolean {
  const { namespace, labelSelector, fieldSelector } = options;
  const labels = labelSelector === undefined ? undefined : parseLabelSelector(labelSelector);
  const fields = fieldSelector === undefined ? undefined : parseFieldSelector(fieldSelector);
  return (object) => {
    if (namespace !== undefined && object.metadata.namespace !== namespace) return false;
    if (labels !== undefined) {
      if (!labels.ok || !labels.value.matches(object.metadata.labels ?? {})) return false;
    }
    if (fields === undefined) return true;
    if (!fields.ok) return false;
    const matched = matchesFields(object, fields.value);
    return matched.ok && matched.value;
  };
}

export function selectObjects(
  objects: Iterable<KubeObject>,
  options: ListOptions,
): readonly KubeObject[] {
  const matches = selects(options);
  return [...objects].filter(matches).toSorted(byNamespaceAndName);
}

function byNamespaceAndName(a: KubeObject, b: KubeObject): number {
  return compareText(a.metadata.namespace ?? "", b.metadata.namespace ?? "") || byName(a, b);
}
