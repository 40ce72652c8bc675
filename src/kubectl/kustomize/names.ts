/** Prefixes and suffixes of names. Mirrors the PrefixTransformer and SuffixTransformer (v0.21.1). */
import { isSelectedGvk } from "./ids.ts";
import { nameOf, originalId, rememberId, setName, type Resource } from "./resource.ts";

/** Whose names are not theirs to choose. */
const kept = [
  { group: "", version: "", kind: "CustomResourceDefinition" },
  { group: "apiregistration.k8s.io", version: "", kind: "APIService" },
  { group: "", version: "", kind: "Namespace" },
];

export function addPrefix(resources: readonly Resource[], prefix: string): void {
  for (const resource of renamed(resources)) {
    resource.prefixes = [...resource.prefixes, prefix];
    rememberId(resource);
    setName(resource, prefix + nameOf(resource));
  }
}

export function addSuffix(resources: readonly Resource[], suffix: string): void {
  for (const resource of renamed(resources)) {
    resource.suffixes = [...resource.suffixes, suffix];
    rememberId(resource);
    setName(resource, nameOf(resource) + suffix);
  }
}

function renamed(resources: readonly Resource[]): readonly Resource[] {
  return resources.filter((resource) => {
    const id = originalId(resource);
    return !kept.some((gvk) => isSelectedGvk(id, gvk));
  });
}
