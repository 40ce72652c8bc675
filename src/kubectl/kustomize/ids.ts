/** How kustomize names objects. Mirrors kyaml/resid (v0.21.1). */
import { groupVersionOf } from "../../apiserver/kinds.ts";
import tables from "./tables.json" with { type: "json" };
import { textAt, type TreeMap } from "./tree.ts";

export interface Gvk {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export interface ResId extends Gvk {
  readonly name: string;
  readonly namespace: string;
}

/** The namespace of what has none. */
const nowhere = "_non_namespaceable_";

const clusterScoped: ReadonlySet<string> = new Set(tables.clusterScoped);

export function isClusterScoped(id: Gvk): boolean {
  return clusterScoped.has(`${apiVersionOf(id)}/${id.kind}`);
}

export function apiVersionOf({ group, version }: Gvk): string {
  return group === "" ? version : `${group}/${version}`;
}

export function gvkIn(object: TreeMap): Gvk {
  return { ...groupVersionOf(textAt(object, "apiVersion")), kind: textAt(object, "kind") };
}

export function idIn(object: TreeMap): ResId {
  const name = textAt(object, "metadata", "name");
  return { ...gvkIn(object), name, namespace: textAt(object, "metadata", "namespace") };
}

export function effectiveNamespace(id: ResId): string {
  if (isClusterScoped(id)) return nowhere;
  return id.namespace === "" ? "default" : id.namespace;
}

export function sameId(a: ResId, b: ResId): boolean {
  return sameGvk(a, b) && a.name === b.name && effectiveNamespace(a) === effectiveNamespace(b);
}

/** The same for ids that are the same. */
export function idKey(id: ResId): string {
  return [gvkText(id), effectiveNamespace(id), id.name].join("|");
}

export function sameGvk(a: Gvk, b: Gvk): boolean {
  return a.group === b.group && a.version === b.version && a.kind === b.kind;
}

/** What a selector leaves empty it does not ask for. */
export function isSelectedGvk(id: Gvk, selector: Gvk): boolean {
  return (
    (selector.group === "" || selector.group === id.group) &&
    (selector.version === "" || selector.version === id.version) &&
    (selector.kind === "" || selector.kind === id.kind)
  );
}

export function isSelectedId(id: ResId, selector: ResId): boolean {
  return (
    isSelectedGvk(id, selector) &&
    (selector.name === "" || selector.name === id.name) &&
    (selector.namespace === "" || effectiveNamespace(selector) === effectiveNamespace(id))
  );
}

/** `Deployment.v1.apps` */
export function gvkText({ group, version, kind }: Gvk): string {
  const or = (text: string, none: string): string => (text === "" ? none : text);
  return `${or(kind, "[noKind]")}.${or(version, "[noVer]")}.${or(group, "[noGrp]")}`;
}

/** `Deployment.v1.apps/web.[noNs]` */
export function idText(id: ResId): string {
  const name = id.name === "" ? "[noName]" : id.name;
  return `${gvkText(id)}/${name}.${id.namespace === "" ? "[noNs]" : id.namespace}`;
}

/** As Go's %#v prints it. */
export function goId(id: ResId): string {
  const quoted = (text: string): string => JSON.stringify(text);
  const gvk =
    `resid.Gvk{Group:${quoted(id.group)}, Version:${quoted(id.version)}, ` +
    `Kind:${quoted(id.kind)}, isClusterScoped:${isClusterScoped(id)}}`;
  return `resid.ResId{Gvk:${gvk}, Name:${quoted(id.name)}, Namespace:${quoted(id.namespace)}}`;
}
