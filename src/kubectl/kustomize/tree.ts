/**
 * Values as kustomize holds them: maps and lists that change in place, texts, and bare words (numbers, true,
 * null, times), which are compared as they are written. Mirrors RNode of kyaml (v0.21.1), without comments and
 * styles, which kustomize does not print.
 */
import { toYaml } from "../output/yaml.ts";
import { refuse, refuseOutright } from "./failure.ts";

export type Tree = string | Bare | Shared | Tree[] | TreeMap;
export type TreeMap = Map<string, Tree>;

export class Bare {
  /** As written, "" for nothing after a colon. */
  readonly text: string;
  readonly value: number | boolean | string | null;

  /** Why it cannot be printed. */
  readonly problem: string | undefined;

  constructor(text: string, value: number | boolean | string | null, problem?: string) {
    this.text = text;
    this.value = value;
    this.problem = problem;
  }
}

/** A null that is not written out. */
export const nullNode = new Bare("", null);

/**
 * One value in several places of an object: what kustomize labels, it labels by one node, and who changes that
 * label in one place later has changed it in all.
 */
export class Shared {
  value: string | Bare;

  constructor(value: string | Bare) {
    this.value = value;
  }
}

/** Puts a value in the place of another, as kyaml does: into the node that is there. */
export function put(map: TreeMap, key: string, value: Tree): void {
  const old = map.get(key);
  const next = value instanceof Shared ? value.value : value;
  if (old instanceof Shared && (typeof next === "string" || next instanceof Bare)) old.value = next;
  else map.set(key, old === undefined ? value : next);
}

export function isTreeMap(value: Tree | undefined): value is TreeMap {
  return value instanceof Map;
}

export function isNull(value: Tree | undefined): boolean {
  const own = value instanceof Shared ? value.value : value;
  return own instanceof Bare && own.value === null;
}

/** Missing, null, or a map or list with nothing in it. */
export function isNothing(value: Tree | undefined): boolean {
  if (value === undefined || isNull(value)) return true;
  return (isTreeMap(value) && value.size === 0) || (Array.isArray(value) && value.length === 0);
}

/** The text of a scalar as written, "" for anything else. */
export function textOf(value: Tree | undefined): string {
  if (typeof value === "string") return value;
  if (value instanceof Shared) return textOf(value.value);
  return value instanceof Bare ? value.text : "";
}

/** The text at a path of keys; "" where there is none. */
export function textAt(root: Tree, ...path: readonly string[]): string {
  return textOf(treeAt(root, ...path));
}

export function treeAt(root: Tree | undefined, ...path: readonly string[]): Tree | undefined {
  let current = root;
  for (const key of path) current = isTreeMap(current) ? current.get(key) : undefined;
  return current;
}

/** The map in a member, made where there is none. */
export function mapIn(parent: TreeMap, key: string): TreeMap {
  const found = parent.get(key);
  if (isTreeMap(found)) return found;
  const made: TreeMap = new Map();
  parent.set(key, made);
  return made;
}

export function copyOf<T extends Tree>(value: T): T;
export function copyOf(value: Tree): Tree {
  if (Array.isArray(value)) return value.map((item) => copyOf(item));
  if (value instanceof Shared) return value.value;
  if (!isTreeMap(value)) return value;
  return new Map(Array.from(value, ([key, member]) => [key, copyOf(member)]));
}

export function jsonOf(value: Tree): unknown {
  if (value instanceof Shared) return jsonOf(value.value);
  if (value instanceof Bare) {
    return value.problem === undefined ? value.value : refuseOutright(value.problem);
  }
  if (Array.isArray(value)) return value.map(jsonOf);
  if (!isTreeMap(value)) return value;
  return Object.fromEntries(Array.from(value, ([key, member]) => [key, jsonOf(member)]));
}

export function treeOfJson(value: unknown): Tree {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(treeOfJson);
  if (typeof value === "object" && value !== null) {
    return new Map(Object.entries(value).map(([key, member]) => [key, treeOfJson(member)]));
  }
  const scalar = typeof value === "number" || typeof value === "boolean" ? value : null;
  return new Bare(JSON.stringify(scalar), scalar);
}

export function yamlOf(value: Tree): string {
  return toYaml(jsonOf(value));
}

/** Texts by their keys, as labels and annotations are read and written. */
export function textsIn(value: Tree | undefined): Map<string, string> {
  if (!isTreeMap(value)) return new Map();
  return new Map(Array.from(value, ([key, member]) => [key, textOf(member)]));
}

/** The kind of a node as kyaml's errors name it. */
export type NodeKind = "ScalarNode" | "MappingNode" | "SequenceNode";

export function kindOfNode(value: Tree): NodeKind {
  if (Array.isArray(value)) return "SequenceNode";
  return isTreeMap(value) ? "MappingNode" : "ScalarNode";
}

export function wrongKind(expected: NodeKind, value: Tree): never {
  const kinds = `expected ${expected} but got ${kindOfNode(value)}`;
  return refuse(`wrong node kind: ${kinds}: node contents:\n${yamlOf(value)}`);
}
