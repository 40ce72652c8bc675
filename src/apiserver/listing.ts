/** Lists as the API gives them: filtered by selectors, in order of namespace, then name. */
import type { ListOptions } from "../api/client.ts";
import type { KubeObject } from "../api/meta.ts";

export function selects(options: ListOptions): (object: KubeObject) => boolean {
  const { namespace } = options;
  return (object) => namespace === undefined || object.metadata.namespace === namespace;
}

export function selectObjects(
  objects: Iterable<KubeObject>,
  options: ListOptions,
): readonly KubeObject[] {
  const matches = selects(options);
  return [...objects].filter(matches).toSorted(byNamespaceAndName);
}

function byNamespaceAndName(a: KubeObject, b: KubeObject): number {
  const left = a.metadata.namespace ?? "";
  const right = b.metadata.namespace ?? "";
  if (left !== right) return left < right ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : a.metadata.name > b.metadata.name ? 1 : 0;
}
