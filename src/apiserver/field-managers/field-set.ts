/** Sets of fields, as paths, and their form in managedFields (fieldsV1). */
import { compareText } from "../../api/order.ts";
import { isRecord } from "../json.ts";
import { fieldsByJsonName, pointedTo, type TypeInfo } from "../schema.ts";
import { jsonEqual } from "../equality.ts";
import { childrenOf, elementText, ownerName, type Child, type Element } from "./structure.ts";

/** Elements of a path joined by line breaks, which no element contains. */
export type Path = string;
export type FieldSet = ReadonlySet<Path>;

const separator = "\n";

export function elementsOf(path: Path): readonly Element[] {
  return path.split(separator);
}

export function pathText(path: Path): string {
  return elementsOf(path).map(elementText).join("");
}

/** What an applied configuration names: its leaves, and the items of its keyed lists, of which an empty one has none. */
export function configuredFields(type: TypeInfo, value: unknown): FieldSet {
  const set = new Set<Path>();
  visit(type, value, "", (path, child, isLeaf) => {
    const hasItems = !isLeaf || !Array.isArray(child.value) || !isKeyedList(child);
    if ((isLeaf && hasItems) || child.element.startsWith("k:")) set.add(path);
  });
  return set;
}

/** Of an empty one: whether items of it would be told apart. */
function isKeyedList({ type, value, field }: Child): boolean {
  return childrenOf(type, value, field) !== undefined;
}

type Visitor = (path: Path, child: Child, isLeaf: boolean) => void;

function visit(type: TypeInfo, value: unknown, path: Path, visitor: Visitor, field?: Child): void {
  const children = childrenOf(type, value, field?.field, "");
  for (const child of children ?? []) {
    const at = path === "" ? child.element : path + separator + child.element;
    const inner = childrenOf(child.type, child.value, child.field, ownerName(type));
    const isLeaf = inner === undefined || inner.length === 0;
    visitor(at, child, isLeaf);
    if (!isLeaf) visit(child.type, child.value, at, visitor, child);
  }
}

export interface Comparison {
  /** Added or modified. */
  readonly changed: FieldSet;
  readonly removed: FieldSet;
}

/** What differs between two objects of a type, leaf by leaf; parts that are new as a whole count, too. */
export function compareFields(type: TypeInfo, before: unknown, after: unknown): Comparison {
  const changed = new Set<Path>();
  const removed = new Set<Path>();
  const old = flatten(type, before);
  const now = flatten(type, after);
  for (const [path, node] of now) {
    const known = old.get(path);
    if (known === undefined) changed.add(path);
    else if (node.isLeaf && !jsonEqual(known.value ?? null, node.value ?? null)) {
      // An empty map or list that got members is no change of its own.
      if (known.isLeaf) changed.add(path);
    }
  }
  // What was null was not there in Go.
  for (const [path, { value }] of old) if (!now.has(path) && value !== null) removed.add(path);
  return { changed, removed };
}

interface Node {
  readonly value: unknown;
  readonly isLeaf: boolean;
}

function flatten(type: TypeInfo, value: unknown): ReadonlyMap<Path, Node> {
  const nodes = new Map<Path, Node>();
  visit(type, value, "", (path, child, isLeaf) => {
    nodes.set(path, { value: child.value, isLeaf });
  });
  return nodes;
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  return new Set([...a, ...b]);
}

export function minus(a: FieldSet, b: FieldSet): FieldSet {
  return new Set([...a].filter((path) => !b.has(path)));
}

export function both(a: FieldSet, b: FieldSet): FieldSet {
  return new Set([...a].filter((path) => b.has(path)));
}

/** With the fields of structs on the way to each path (fieldpath.Set.EnsureNamedFieldsAreMembers). */
export function withStructFields(type: TypeInfo, set: FieldSet): FieldSet {
  const all = new Set(set);
  for (const path of set) {
    let at: TypeInfo | undefined = type;
    let end = -1;
    for (const element of elementsOf(path)) {
      end = path.indexOf(separator, end + 1);
      const holder: TypeInfo | undefined = at === undefined ? undefined : pointedTo(at);
      const isField = holder?.kind === "struct";
      if (isField && end > 0) all.add(path.slice(0, end));
      if (isField) at = fieldsByJsonName(holder).get(element.slice(2))?.type;
      else at = holder !== undefined && "element" in holder ? holder.element : undefined;
    }
  }
  return all;
}

export type FieldsV1 = { readonly [element: string]: FieldsV1 };

/** `{}` at a leaf; `"."` marks a part that is owned itself. */
export function toFieldsV1(set: FieldSet): FieldsV1 {
  const root: MutableFields = {};
  for (const path of set) {
    let node = root;
    for (const element of elementsOf(path)) node = node[element] ??= {};
    node["."] = {};
  }
  return tidy(root);
}

interface MutableFields {
  [element: string]: MutableFields;
}

function tidy(node: MutableFields): FieldsV1 {
  const keys = Object.keys(node).toSorted(compareText);
  if (keys.length === 1 && keys[0] === ".") return {};
  return Object.fromEntries(
    keys.map((key) => [key, key === "." ? {} : tidy(node[key] ?? {})] as const),
  );
}

export function fromFieldsV1(fields: unknown): FieldSet {
  const set = new Set<Path>();
  const walk = (node: unknown, path: Path): void => {
    const keys = isRecord(node) ? Object.keys(node) : [];
    if (path !== "" && (keys.length === 0 || keys.includes("."))) set.add(path);
    for (const key of keys) {
      if (key === "." || !isRecord(node)) continue;
      walk(node[key], path === "" ? key : path + separator + key);
    }
  };
  walk(fields, "");
  return set;
}

const system = new Set([
  "name",
  "namespace",
  "creationTimestamp",
  "selfLink",
  "uid",
  "generation",
  "managedFields",
  "resourceVersion",
]);

/** Without the fields that nobody owns: kind, names, uid, versions. */
export function ownable(set: FieldSet): FieldSet {
  return new Set(
    [...set].filter((path) => {
      const [first = "", second] = elementsOf(path).map((element) => element.slice(2));
      if (first !== "metadata") return first !== "apiVersion" && first !== "kind";
      return second !== undefined && !system.has(second);
    }),
  );
}

/** Without the parts of one top-level field, `status` say. */
export function withoutTop(set: FieldSet, name: string): FieldSet {
  return new Set([...set].filter((path) => elementsOf(path)[0] !== `f:${name}`));
}
