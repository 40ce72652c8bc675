/**
 * Kinds of custom resources that a cluster has: what CustomResourceDefinitions say, and what objects of
 * unknown kinds let one guess. Any object of a custom group is taken, as if its definition were installed.
 */
import type { KindInfo } from "../api/client.ts";
import type { KubeObject } from "../api/meta.ts";
import { asArray, asRecord, asString } from "./json.ts";
import { kindOfObject, KINDS, storeName } from "./kinds.ts";
import type { Store } from "./store.ts";

const DEFINITIONS = "customresourcedefinitions";

export function customKinds(store: Store): readonly KindInfo[] {
  const defined = [...store.all(DEFINITIONS)].map(definedKind);
  const kinds = defined.filter((kind) => find(KINDS, kind) === undefined);
  for (const resource of store.resources()) {
    const [object] = resource.includes(".") ? store.all(resource) : [];
    if (object === undefined) continue;
    const kind = kindOfObject(object);
    if (find(kinds, kind) === undefined) kinds.push(kind);
  }
  return kinds;
}

/** The kind of an object in this cluster. */
export function kindIn(store: Store, object: Pick<KubeObject, "apiVersion" | "kind">): KindInfo {
  const kind = kindOfObject(object);
  return kind.custom === true ? (find(customKinds(store), kind) ?? kind) : kind;
}

/** Whether this cluster knows the kind: a built-in one, or one that it has a definition or an object of. */
export function isServed(store: Store, named: Pick<KubeObject, "apiVersion" | "kind">): boolean {
  const kind = kindOfObject(named);
  return kind.custom !== true || find(customKinds(store), kind) !== undefined;
}

/** The kind of a resource such as `servicemonitors.monitoring.coreos.com`. */
export function customKindOf(store: Store, resource: string): KindInfo | undefined {
  if (!resource.includes(".")) return undefined;
  return customKinds(store).find((kind) => storeName(kind) === resource);
}

function find(kinds: readonly KindInfo[], { kind, group }: KindInfo): KindInfo | undefined {
  return kinds.find((each) => each.kind === kind && each.group === group);
}

function definedKind(definition: KubeObject): KindInfo {
  const spec = asRecord(definition["spec"]);
  const names = asRecord(spec["names"]);
  const versions = asArray(spec["versions"]).map(asRecord);
  const { name: version } = versions.find((each) => each["storage"] === true) ?? {};
  const kind = asString(names["kind"]);
  return {
    group: asString(spec["group"]),
    version: asString(version),
    kind,
    resource: asString(names["plural"]),
    singular: asString(names["singular"]) || kind.toLowerCase(),
    shortNames: asArray(names["shortNames"]).map(asString),
    namespaced: spec["scope"] !== "Cluster",
    categories: asArray(names["categories"]).map(asString),
    simulated: false,
    custom: true,
  };
}
