/**
 * An object on its way through a build, with what kustomize notes of it on the way. kustomize keeps these notes in
 * annotations, which can be seen in its errors and by JSON patches. Mirrors api/resource (v0.21.1).
 */
import { compactJson } from "../output/gojson.ts";
import { apiVersionOf, effectiveNamespace, gvkIn, type Gvk, type ResId } from "./ids.ts";
import {
  copyOf,
  isNull,
  isTreeMap,
  jsonOf,
  mapIn,
  textAt,
  textsIn,
  treeAt,
  type TreeMap,
} from "./tree.ts";

export type Behavior = "" | "unspecified" | "create" | "replace" | "merge";

export interface Resource {
  /** With nothing in it: deleted. */
  object: TreeMap;
  /** Oldest first. */
  previous: readonly Pick<ResId, "name" | "namespace" | "kind">[];
  prefixes: readonly string[];
  suffixes: readonly string[];
  /** "" for what no generator made. */
  behavior: Behavior;
  needsHash: boolean;
}

export function resourceOf(object: TreeMap): Resource {
  return {
    object,
    previous: [],
    prefixes: [],
    suffixes: [],
    behavior: "",
    needsHash: false,
  };
}

export function copyOfResource(resource: Resource): Resource {
  return { ...resource, object: copyOf(resource.object) };
}

export function gvkOf({ object }: Resource): Gvk {
  return gvkIn(object);
}

export function nameOf({ object }: Resource): string {
  return textAt(object, "metadata", "name");
}

export function namespaceOf({ object }: Resource): string {
  return textAt(object, "metadata", "namespace");
}

export function currentId(resource: Resource): ResId {
  return { ...gvkOf(resource), name: nameOf(resource), namespace: namespaceOf(resource) };
}

export function previousIds(resource: Resource): readonly ResId[] {
  const gvk = gvkOf(resource);
  return resource.previous.map((id) => ({ ...gvk, ...id }));
}

export function originalId(resource: Resource): ResId {
  return previousIds(resource)[0] ?? currentId(resource);
}

export function allIds(resource: Resource): readonly ResId[] {
  return [...previousIds(resource), currentId(resource)];
}

export function rememberId(resource: Resource): void {
  const { name, kind } = currentId(resource);
  const namespace = effectiveNamespace(currentId(resource));
  resource.previous = [...resource.previous, { name, namespace, kind }];
  // Where notes stand, annotations are a map.
  const metadata = mapIn(resource.object, "metadata");
  if (isNull(metadata.get("annotations"))) metadata.delete("annotations");
}

export function setName(resource: Resource, name: string): void {
  mapIn(resource.object, "metadata").set("name", name);
}

export function setNamespace(resource: Resource, namespace: string): void {
  const metadata = mapIn(resource.object, "metadata");
  if (namespace === "") metadata.delete("namespace");
  else metadata.set("namespace", namespace);
}

export function setGvk(resource: Resource, gvk: Gvk): void {
  resource.object.set("kind", gvk.kind);
  resource.object.set("apiVersion", apiVersionOf(gvk));
}

/** Labels or annotations as texts. */
export function metaTexts(
  resource: Resource,
  field: "labels" | "annotations",
): Map<string, string> {
  return textsIn(treeAt(resource.object, "metadata", field));
}

/** None at all where there are none. */
export function setMetaTexts(
  resource: Resource,
  field: "labels" | "annotations",
  texts: ReadonlyMap<string, string>,
): void {
  const metadata = mapIn(resource.object, "metadata");
  if (texts.size === 0) metadata.delete(field);
  else metadata.set(field, new Map(texts));
}

const domain = "internal.config.kubernetes.io";

function notesOf(resource: Resource): Map<string, string> {
  const { previous, prefixes, suffixes, behavior, needsHash } = resource;
  const notes: Readonly<Record<string, readonly string[]>> = {
    previousKinds: previous.map(({ kind }) => kind),
    previousNames: previous.map(({ name }) => name),
    previousNamespaces: previous.map(({ namespace }) => namespace),
    prefixes,
    suffixes,
    generatorBehavior: behavior === "" ? [] : [behavior],
    needsHashSuffix: needsHash ? ["enabled"] : [],
  };
  const noted = Object.entries(notes).filter(([, texts]) => texts.length > 0);
  return new Map(noted.map(([key, texts]) => [`${domain}/${key}`, texts.join(",")]));
}

/** The object with its notes among its annotations. */
export function withNotes(resource: Resource): TreeMap {
  const object = copyOf(resource.object);
  const notes = notesOf(resource);
  const annotations = treeAt(object, "metadata", "annotations");
  if (notes.size === 0 || (annotations !== undefined && !isTreeMap(annotations))) return object;
  const into = mapIn(mapIn(object, "metadata"), "annotations");
  for (const [key, text] of notes) into.set(key, text);
  return object;
}

/** Takes the notes away again; annotations end as texts. */
export function withoutNotes(resource: Resource): void {
  const annotations = metaTexts(resource, "annotations");
  for (const key of annotations.keys()) if (key.startsWith(`${domain}/`)) annotations.delete(key);
  setMetaTexts(resource, "annotations", annotations);
}

/** As errors show it. */
export function resourceText(resource: Resource): string {
  return compactJson(jsonOf(withNotes(resource)));
}
