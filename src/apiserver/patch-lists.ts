/** Lists in strategic merge patches: element kinds, merge keys, order (strategicpatch, v0.37.2). */
import type { Draft } from "./draft.ts";
import { isDraft } from "./draft.ts";
import { goPrint } from "./go-print.ts";
import { isNil } from "./json.ts";
import { DIRECTIVE, PatchError } from "./patch-meta.ts";

export type List = unknown[];
export type ElementKind = "object" | "scalar";

/** Whether the lists hold objects or scalars. Throws for mixed, nested and empty ones. */
export function elementKind(...lists: readonly List[]): ElementKind {
  const kinds = new Set(lists.flat(1).map(goTypeOf));
  for (const list of lists) {
    for (const item of list) {
      if (Array.isArray(item)) {
        throw new PatchError("unprocessable", "lists of lists are not supported");
      }
    }
  }
  if (kinds.size > 1) {
    throw new PatchError("internal", `list element types are not identical: ${goPrint(lists)}`);
  }
  const [kind] = kinds;
  if (kind === undefined) {
    throw new PatchError("internal", "no elements in any of the given slices");
  }
  return kind === "map[string]interface {}" ? "object" : "scalar";
}

/** The Go type that a JSON value decodes to. */
export function goTypeOf(value: unknown): string {
  if (isNil(value)) return "%!s(<nil>)";
  if (Array.isArray(value)) return "[]interface {}";
  if (typeof value === "object") return "map[string]interface {}";
  if (typeof value === "number") return Number.isSafeInteger(value) ? "int64" : "float64";
  return typeof value === "boolean" ? "bool" : "string";
}

export function asObject(value: unknown): Draft {
  if (isDraft(value)) return value;
  throw badType("map[string]interface {}", value);
}

export function asList(value: unknown): List {
  if (Array.isArray(value)) return value;
  throw badType("[]interface {}", value);
}

function badType(expected: string, actual: unknown): PatchError {
  return new PatchError("internal", `expected a ${expected}, but received a ${goTypeOf(actual)}`);
}

/** The value of an element's merge key. */
export function mergeKeyOf(item: unknown, mergeKey: string): unknown {
  const object = asObject(item);
  if (Object.hasOwn(object, mergeKey)) return object[mergeKey];
  throw new PatchError(
    "internal",
    `map: ${goPrint(object)} does not contain declared merge key: ${mergeKey}`,
  );
}

/** The place of the element with this merge key; -1 if there is none. */
export function indexByKey(list: List, mergeKey: string, value: unknown): number {
  return list.findIndex((item, index) => {
    if (!isDraft(item)) throw new PatchError("internal", `value for key ${index} is not a map`);
    return Object.hasOwn(item, mergeKey) && item[mergeKey] === value;
  });
}

export function isDeletion(item: unknown): boolean {
  return asObject(item)[DIRECTIVE] === "delete";
}

/** Elements that `by` names, and the others. */
export function partition(list: List, by: List, mergeKey: string): readonly [List, List] {
  const named = (item: unknown): boolean =>
    mergeKey === ""
      ? by.includes(item)
      : indexByKey(by, mergeKey, mergeKeyOf(item, mergeKey)) !== -1;
  return [list.filter(named), list.filter((item) => !named(item))];
}

/** Elements of the patch in its order, those that only the server has in theirs, woven together. */
export function inElementOrder(
  patch: List,
  serverOnly: List,
  patchOrder: List,
  serverOrder: List,
  mergeKey: string,
  kind: ElementKind,
): List {
  const right = sortedBy(patch, patchOrder, mergeKey, kind);
  const left = sortedBy(serverOnly, serverOrder, mergeKey, kind);
  const all: List = [];
  for (let i = 0, j = 0; i < left.length || j < right.length;) {
    const l = indexOf(serverOrder, left[i], mergeKey, kind);
    const r = indexOf(serverOrder, right[j], mergeKey, kind);
    const bothKnown = i < left.length && j < right.length && l >= 0 && r >= 0;
    if (j >= right.length || (bothKnown && l < r)) all.push(left[i++]);
    else all.push(right[j++]);
  }
  return all;
}

/** Elements in the order of `order`, deletions last. */
export function sortedBy(list: List, order: List, mergeKey: string, kind: ElementKind): List {
  if (kind === "scalar") return insertionSorted(list, before);
  for (const item of [...list, ...order]) mergeKeyOf(item, mergeKey);
  const kept = list.filter((item) => !isDeletion(item));
  return [...insertionSorted(kept, before), ...list.filter(isDeletion)];

  // Unknown elements count as before everything, as in Go.
  function before(a: unknown, b: unknown): boolean {
    const i = indexOf(order, a, mergeKey, kind);
    const j = indexOf(order, b, mergeKey, kind);
    return i >= 0 && j >= 0 ? i < j : true;
  }
}

function indexOf(list: List, item: unknown, mergeKey: string, kind: ElementKind): number {
  if (kind === "scalar") return list.indexOf(item);
  const key = isDraft(item) ? item[mergeKey] : undefined;
  return list.findIndex((each) => (isDraft(each) ? each[mergeKey] : undefined) === key);
}

/** Go's sort of short lists; the result shows where `before` is not a strict order. */
function insertionSorted(list: List, before: (a: unknown, b: unknown) => boolean): List {
  const sorted = [...list];
  for (let i = 1; i < sorted.length; i++) {
    for (let j = i; j > 0 && before(sorted[j], sorted[j - 1]); j--) {
      [sorted[j], sorted[j - 1]] = [sorted[j - 1], sorted[j]];
    }
  }
  return sorted;
}

/** Sorted by how Go prints the elements, or their field `key`. */
export function sortedByPrint(list: List, key = ""): List {
  const print = (item: unknown): string => goPrint(key === "" ? item : asObject(item)[key]);
  return insertionSorted(list, (a, b) => print(a) <= print(b));
}

/** Without repetitions; a repeated element is replaced by the last one, as in Go. */
export function deduplicated(list: List): List {
  const kept = [...list];
  for (let i = 0; i < kept.length - 1; i++) {
    for (let j = i + 1; j < kept.length; j++) {
      if (kept[i] !== kept[j]) continue;
      const last = kept.pop();
      if (j < kept.length) kept[j--] = last;
    }
  }
  return kept;
}
