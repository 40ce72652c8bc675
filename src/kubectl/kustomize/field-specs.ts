/**
 * Fields that a transformer changes, in whichever objects have them. A path leads through lists to all that is in
 * them. Mirrors api/filters/fieldspec (v0.21.1).
 */
import { refuse, within } from "./failure.ts";
import { idIn, idText, isSelectedGvk, type Gvk } from "./ids.ts";
import { isNull, isTreeMap, nullNode, type Tree, type TreeMap } from "./tree.ts";

export interface FieldSpec extends Gvk {
  readonly path: string;
  /** Make the field where it is missing. */
  readonly create: boolean;
}

/** What a missing field is made as; absent: none is made. */
export type Made = "map" | "text";

/** Gives a field's new value; what it gives back may be the value itself, changed. */
type Change = (value: Tree) => Tree;

/** From `group/version/kind path`, with ` +` where the field is made. */
export function parseFieldSpec(text: string): FieldSpec {
  const [gvk = "", path = "", plus] = text.split(" ");
  const parts = gvk.split("/");
  const [version = "", kind = ""] = parts.slice(-2);
  const group = parts.slice(0, -2).join("/");
  return { group, version, kind, path, create: plus === "+" };
}

/** Sets the field in an object, if the object is of the spec's kind. */
export function setField(object: TreeMap, spec: FieldSpec, set: Change, made?: Made): void {
  const id = idIn(object);
  if (!isSelectedGvk(id, spec)) return;
  const makes = spec.create ? made : undefined;
  within(`considering field '${spec.path}' of object ${idText(id)}`, () => {
    walk(object, splitPath(spec.path), set, makes);
  });
}

/** At slashes, but for those after a backslash. */
function splitPath(path: string): readonly string[] {
  return path.split(/(?<!\\)\//u).map((part) => part.replaceAll("\\/", "/"));
}

function walk(value: Tree, path: readonly string[], set: Change, made?: Made): Tree {
  const [name, ...rest] = path;
  if (name === undefined) return set(value);
  if (isNull(value)) return value;
  if (Array.isArray(value)) {
    within(`visit traversal on path: [${path.join(" ")}]`, () => {
      for (const [index, item] of value.entries()) value[index] = walk(item, path, set, made);
    });
    return value;
  }
  if (!isTreeMap(value)) return refuse("expected sequence or mapping node");
  const key = name.endsWith("[]") ? name.slice(0, -2) : name;
  const makes = name.endsWith("[]") ? undefined : made;
  const found = value.get(key);
  if (found === undefined && makes === undefined) return value;
  const fresh = (): Tree => (rest.length > 0 || makes === "map" ? new Map() : nullNode);
  const missing = found === undefined || (isNull(found) && makes !== undefined);
  value.set(key, walk(missing ? fresh() : found, rest, set, made));
  return value;
}
