/**
 * Strategic merge as kustomize does it, which is not as the API server does it: what a patch adds to a list comes
 * first, and items of the patch come in its order. Changes the target in place and hands out parts of the patch.
 * Mirrors kyaml's yaml/merge2 and yaml/walk (v0.21.1), with their keys of lists (Kubernetes v1.21).
 */
import { compareText } from "../../api/order.ts";
import { refuse } from "./failure.ts";
import { mergeItems } from "./merge-lists.ts";
import tables from "./tables.json" with { type: "json" };
import {
  Bare,
  isNull,
  isTreeMap,
  kindOfNode,
  put,
  textAt,
  textOf,
  wrongKind,
  type Tree,
  type TreeMap,
} from "./tree.ts";

/** A type in the table; undefined: nothing in it is joined by keys. */
type TypeName = string | undefined;

const kinds: Readonly<Record<string, string>> = tables.kinds;
const types: Readonly<Record<string, Readonly<Record<string, string>>>> = tables.types;

/** The target with the patch in it; undefined when the patch deletes it. */
export function mergePatch(target: TreeMap, patch: TreeMap): TreeMap | undefined {
  const kind = (map: TreeMap): string => `${textAt(map, "apiVersion")}/${textAt(map, "kind")}`;
  const type = [target, patch].map(kind).find((one) => Object.hasOwn(kinds, one));
  const merged = mergeTrees(target, patch, type === undefined ? undefined : kinds[type]);
  return isTreeMap(merged) ? merged : undefined;
}

/** `type`: of the value, `Container`, or of a list with its keys, `[name] Container`. Undefined: nothing is left. */
function mergeTrees(
  target: Tree | undefined,
  patch: Tree | undefined,
  type: TypeName,
): Tree | undefined {
  const some = [target, patch].find((value) => !missing(value));
  const kind = some === undefined ? "MappingNode" : kindOfNode(some);
  for (const value of [target, patch]) {
    if (value !== undefined && !isNull(value) && kindOfNode(value) !== kind) wrongKind(kind, value);
  }
  if (kind === "MappingNode") return mergeMaps(target, patch, type);
  const [, keys, element] = /^\[(.*)\](?: (.*))?$/u.exec(type ?? "") ?? [];
  if (kind === "SequenceNode" && keys !== undefined) {
    return mergeLists(target, patch, keys, element);
  }
  if (patch === undefined) return target;
  return isNull(patch) ? undefined : patch;
}

function missing(value: Tree | undefined): boolean {
  return value === undefined || isNull(value);
}

function mergeMaps(
  target: Tree | undefined,
  patch: Tree | undefined,
  type: TypeName,
): Tree | undefined {
  const merged = startOf(target, patch);
  if (!isTreeMap(merged)) return merged;
  const other = isTreeMap(patch) ? patch : new Map<string, Tree>();
  const fields = types[type ?? ""] ?? {};
  for (const key of [...new Set([...merged.keys(), ...other.keys()])].toSorted(compareText)) {
    const inner = Object.hasOwn(fields, key) ? fields[key] : undefined;
    const value = mergeTrees(merged.get(key), other.get(key), inner);
    if (value === undefined) merged.delete(key);
    else put(merged, key, value);
  }
  return merged;
}

/** The map that goes on: the target's, or the patch's where it is new or replaces. */
function startOf(target: Tree | undefined, patch: Tree | undefined): Tree | undefined {
  if (missing(target)) {
    if (isTreeMap(patch) && directiveOf(patch) === "delete") return undefined;
    if (patch !== undefined) return isNull(patch) ? undefined : patch;
    // A null that is written out stays.
    return target instanceof Bare && target.text !== "" ? target : undefined;
  }
  if (isNull(patch)) return undefined;
  const directive = isTreeMap(patch) ? directiveOf(patch) : "merge";
  if (directive === "delete") return undefined;
  return directive === "replace" ? patch : target;
}

type Directive = "merge" | "replace" | "delete";

const mark = "$patch";

function directiveNamed(text: string): Directive {
  if (text === "delete" || text === "replace" || text === "merge") return text;
  return refuse(`unknown patch strategy '${text}'`);
}

/** What a map of a patch says of itself, which it then says no more. */
function directiveOf(patch: TreeMap): Directive {
  const said = patch.get(mark);
  if (said === undefined) return "merge";
  const directive = directiveNamed(textOf(said));
  patch.delete(mark);
  return directive;
}

function mergeLists(
  target: Tree | undefined,
  patch: Tree | undefined,
  keys: string,
  element: TypeName,
): Tree | undefined {
  const start = startOfList(target, patch);
  if (!Array.isArray(start)) return start;
  const names = keys.split(",");
  const merge = (a: Tree | undefined, b: Tree | undefined): Tree | undefined =>
    mergeTrees(a, b, element);
  return mergeItems(start, Array.isArray(patch) ? patch : undefined, names, merge);
}

function startOfList(target: Tree | undefined, patch: Tree | undefined): Tree | undefined {
  if (missing(target)) return patch === undefined || isNull(patch) ? undefined : patch;
  if (isNull(patch)) return undefined;
  const said = Array.isArray(patch) ? patch.find(isMark) : undefined;
  if (!isTreeMap(said) || !Array.isArray(patch)) return target;
  const text = textOf(said.get(mark));
  const directive = directiveNamed(text);
  const rest = patch.filter((item) => !isTreeMap(item) || textOf(item.get(mark)) !== text);
  patch.splice(0, patch.length, ...rest);
  if (directive === "delete") return undefined;
  return directive === "replace" ? patch : target;
}

function isMark(item: Tree): boolean {
  return isTreeMap(item) && item.size === 1 && item.has(mark);
}
