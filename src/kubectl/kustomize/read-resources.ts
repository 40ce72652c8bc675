/** Resources from the text of a file or a patch. Mirrors api/resource/factory.go (v0.21.1). */
import { compareText } from "../../api/order.ts";
import { refuse } from "./failure.ts";
import { readDocuments } from "./read-yaml.ts";
import { resourceOf, type Resource } from "./resource.ts";
import {
  isNothing,
  isNull,
  isTreeMap,
  textAt,
  textsIn,
  treeAt,
  type Tree,
  type TreeMap,
} from "./tree.ts";

export function readResources(text: string): readonly Resource[] {
  const documents = readDocuments(text);
  const [only] = documents;
  const opened = documents.length === 1 && only !== undefined ? openedList(only) : documents;
  return withoutLists(goodObjects(opened)).map(resourceOf);
}

/** A List alone in its file is what it holds. */
function openedList(document: Tree): readonly Tree[] {
  const kind = textAt(document, "kind");
  const items = treeAt(document, "items");
  if ((kind !== "List" && kind !== "ResourceList") || items === undefined) return [document];
  return Array.isArray(items) ? items : [];
}

function goodObjects(documents: readonly Tree[]): readonly TreeMap[] {
  return documents.flatMap((document) => {
    if (isNothing(document)) return [];
    const problem = metadataProblem(document);
    if (problem !== undefined) refuse(problem);
    return isTreeMap(document) ? [document] : [];
  });
}

/** Why kustomize cannot name the object. */
export function metadataProblem(object: Tree): string | undefined {
  const has = (...path: readonly string[]): boolean => !isNothing(treeAt(object, ...path));
  const metadata = ["name", "namespace", "labels", "annotations"];
  const some = has("apiVersion") || has("kind") || metadata.some((key) => has("metadata", key));
  if (!some) return "missing Resource metadata";
  const kind = has("kind") ? textAt(object, "kind") : "";
  if (kind === "") return `missing kind in object ${goMeta(object)}`;
  if (kind.endsWith("List") || textAt(object, "metadata", "name") !== "") return undefined;
  return `missing metadata.name in object ${goMeta(object)}`;
}

/** As Go's %v prints what is known of an object. */
function goMeta(object: Tree): string {
  const at = (...path: readonly string[]): string => textAt(object, ...path);
  const texts = (field: string): string => {
    const found = [...textsIn(treeAt(object, "metadata", field))];
    const sorted = found.toSorted(([a], [b]) => compareText(a, b));
    return `map[${sorted.map(([key, text]) => `${key}:${text}`).join(" ")}]`;
  };
  const names = `{${at("metadata", "name")} ${at("metadata", "namespace")}}`;
  return `{{${at("apiVersion")} ${at("kind")}} {${names} ${texts("labels")} ${texts("annotations")}}}`;
}

/** What a FooList holds comes after all else. */
function withoutLists(objects: readonly TreeMap[]): readonly TreeMap[] {
  const queue = [...objects];
  const plain: TreeMap[] = [];
  for (let object = queue.shift(); object !== undefined; object = queue.shift()) {
    const items = object.get("items");
    const kind = textAt(object, "kind");
    if (!kind.endsWith("List") || items === undefined) plain.push(object);
    else if (Array.isArray(items)) queue.push(...goodObjects(items));
    else if (!isNull(items)) {
      const type = isTreeMap(items) ? "map[string]interface {}" : "string";
      refuse(`expected array in ${kind}/items, but found ${type}`);
    }
  }
  return plain;
}
