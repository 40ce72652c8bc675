/** One namespace for all objects that may have one. Mirrors the NamespaceTransformer (v0.21.1). */
import { refuse } from "./failure.ts";
import { parseFieldSpec, setField } from "./field-specs.ts";
import { isClusterScoped, sameId } from "./ids.ts";
import { currentId, gvkOf, rememberId, resourceText, type Resource } from "./resource.ts";
import tables from "./tables.json" with { type: "json" };
import { isTreeMap, mapIn, textAt, textOf, treeAt } from "./tree.ts";

const specs = tables.namespace.map(parseFieldSpec);

export function setNamespaces(resources: readonly Resource[], namespace: string): void {
  for (const resource of resources) {
    rememberId(resource);
    place(resource, namespace);
    const id = currentId(resource);
    const same = resources.filter((other) => sameId(currentId(other), id));
    if (same.length !== 1) {
      const texts = same.map(resourceText).join(" ");
      refuse(`namespace transformation produces ID conflict: [${texts}]`);
    }
  }
}

function place(resource: Resource, namespace: string): void {
  const { object } = resource;
  const gvk = gvkOf(resource);
  if (!isClusterScoped(gvk)) mapIn(object, "metadata").set("namespace", namespace);
  const isBinding = gvk.kind === "RoleBinding" || gvk.kind === "ClusterRoleBinding";
  if (isBinding) placeSubjects(resource, namespace);
  for (const spec of specs) {
    // Other groups have kinds called Namespace, too.
    if (spec.path === "metadata/name" && textAt(object, "apiVersion") !== "v1") continue;
    setField(object, spec, () => namespace, "text");
  }
}

/** Of accounts, `default` is the one that every namespace has. */
function placeSubjects({ object }: Resource, namespace: string): void {
  const subjects = treeAt(object, "subjects");
  for (const subject of Array.isArray(subjects) ? subjects : []) {
    if (isTreeMap(subject) && textOf(subject.get("name")) === "default") {
      subject.set("namespace", namespace);
    }
  }
}
