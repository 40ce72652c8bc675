/**
 * Fields by their paths, as replacements name them: `spec.ports.0.port`, `containers.[name=web].image`, `*` for all
 * of a list. Mirrors kyaml's yaml/match.go (v0.21.1); paths into the text of a field are left out.
 */
import { readChunk } from "../manifest.ts";
import { leaveOut, refuse } from "./failure.ts";
import { goRegExp } from "./go-regexp.ts";
import { bareOf } from "./read-yaml.ts";
import {
  isNull,
  isTreeMap,
  nullNode,
  textOf,
  wrongKind,
  type NodeKind,
  type Tree,
} from "./tree.ts";

/** Where a value stands, so that another can be put there. */
export interface Place {
  readonly value: Tree;
  put(value: Tree): void;
}

/** At dots, but for those in brackets and after a backslash; brackets without `=` hold a key with dots. */
export function splitFieldPath(path: string): readonly string[] {
  const parts = path.split(/(?<!\\)\./u).map((part) => part.replaceAll("\\.", "."));
  const joined: string[] = [];
  let open: string | undefined;
  for (const part of parts) {
    const text = open === undefined ? part : `${open}.${part}`;
    open = text.startsWith("[") && !text.endsWith("]") ? text : undefined;
    if (open !== undefined) continue;
    const isKey = text.startsWith("[") && text.includes(".") && !text.includes("=");
    joined.push(isKey ? text.slice(1, -1) : text);
  }
  if (open !== undefined) joined.push(open);
  return joined.filter((part) => part.trim() !== "");
}

/** `made`: what is put where a path leads nowhere; absent: nothing. */
export function placesAt(place: Place, path: readonly string[], made?: NodeKind): readonly Place[] {
  const [part, ...rest] = path;
  if (part === undefined) return [place];
  const { value } = place;
  if (/^\d+$/u.test(part)) return inIndex(value, Number(part), rest, made);
  if (part.startsWith("[") && part.endsWith("]")) return inMatching(value, part, rest, made);
  if (part === "*") {
    return listOf(value).flatMap((_, index) => placesAt(itemOf(listOf(value), index), rest, made));
  }
  if (!isTreeMap(value)) {
    return isNull(value) ? [] : wrongKind("MappingNode", value);
  }
  if (!value.has(part)) {
    if (made === undefined) return [];
    value.set(part, madeFor(rest[0], made));
  }
  const member: Place = {
    value: value.get(part) ?? nullNode,
    put: (next) => void value.set(part, next),
  };
  if (rest.length > 0 && typeof member.value === "string") refuseInText(member.value, path);
  return placesAt(member, rest, made);
}

/** kustomize changes YAML and JSON inside a text, too. */
function refuseInText(text: string, path: readonly string[]): void {
  const read = readChunk(text);
  const [part = ""] = path;
  const structured = "value" in read && typeof read.value === "object" && read.value !== null;
  if (structured) leaveOut(`a path into the text of ${part} (${path.join(".")})`);
}

/** What one path leads to; undefined where it leads nowhere. */
export function lookUp(root: Tree, path: readonly string[]): Tree | undefined {
  let current: Tree | undefined = root;
  for (const part of path) {
    if (current === undefined || isNull(current)) return undefined;
    const brackets = /^\[([^=]*)=(.*)\]$/u.exec(part);
    if (/^\d+$/u.test(part)) current = listOf(current)[Number(part)];
    else if (part === "-") current = listOf(current).at(-1);
    else if (part === "*") return refuse("wildcard is not supported in PathGetter");
    else if (brackets !== null) current = matching(listOf(current), brackets);
    else current = isTreeMap(current) ? current.get(part) : wrongKind("MappingNode", current);
  }
  return current;
}

function matching(list: readonly Tree[], [, name = "", wanted]: RegExpExecArray): Tree | undefined {
  return list.find((item) =>
    name === ""
      ? textOf(item) === wanted
      : isTreeMap(item) && item.has(name) && textOf(item.get(name)) === wanted,
  );
}

function madeFor(next: string | undefined, made: NodeKind): Tree {
  const isIndex = next !== undefined && (/^\d+$/u.test(next) || /^\[.*\]$/u.test(next));
  const kind = next === undefined ? made : isIndex ? "SequenceNode" : "MappingNode";
  if (kind === "SequenceNode") return [];
  return kind === "MappingNode" ? new Map() : nullNode;
}

function itemOf(list: Tree[], index: number): Place {
  return {
    value: list[index] ?? nullNode,
    put(value) {
      list[index] = value;
    },
  };
}

function listOf(value: Tree): Tree[] {
  return Array.isArray(value) ? value : wrongKind("SequenceNode", value);
}

function inIndex(
  value: Tree,
  index: number,
  rest: readonly string[],
  made: NodeKind | undefined,
): readonly Place[] {
  const list = listOf(value);
  if (index === list.length && made !== undefined) list.push(madeFor(rest[0], made));
  if (index >= list.length) {
    refuse(`index ${index} specified but only ${list.length} elements found`);
  }
  return placesAt(itemOf(list, index), rest, made);
}

/** `[name=web]`: items by a member's value, `[=web]`: by their own; values are regular expressions. */
function inMatching(
  value: Tree,
  part: string,
  rest: readonly string[],
  made: NodeKind | undefined,
): readonly Place[] {
  const at = part.indexOf("=");
  if (at < 0) refuse("list path element must contain fieldName=fieldValue for element to match");
  const [name, wanted] = [part.slice(1, at), part.slice(at + 1, -1)];
  const pattern = goRegExp(wanted);
  if (typeof pattern === "string") return refuse(pattern);
  const list = listOf(value);
  const found = list.flatMap((item, index) => {
    const text = name === "" ? textOf(item) : isTreeMap(item) ? item.get(name) : undefined;
    if (text === undefined || !pattern.test(textOf(text))) return [];
    return placesAt(itemOf(list, index), name === "" ? [] : rest, made);
  });
  if (found.length > 0 || made === undefined) return found;
  list.push(name === "" ? bareOf(wanted) : new Map([[name, bareOf(wanted)]]));
  return placesAt(itemOf(list, list.length - 1), name === "" ? [] : rest, made);
}
