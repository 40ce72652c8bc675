/**
 * Strategic merge patch: JSON merge patch that knows from the schema which lists are merged by a key, and
 * obeys `$patch`, `$retainKeys`, `$setElementOrder/x` and `$deleteFromPrimitiveList/x`
 * (apimachinery strategicpatch, v0.37.2).
 */
import { isDraft, type Draft } from "./draft.ts";
import { jsonEqual } from "./equality.ts";
import { goPrint } from "./go-print.ts";
import { isNil } from "./json.ts";
import {
  asList,
  asObject,
  deduplicated,
  elementKind,
  goTypeOf,
  indexByKey,
  inElementOrder,
  isDeletion,
  mergeKeyOf,
  partition,
  type List,
} from "./patch-lists.ts";
import {
  DELETE_FROM_LIST,
  DIRECTIVE,
  metaOfList,
  metaOfObject,
  PatchError,
  RETAIN_KEYS,
  SET_ELEMENT_ORDER,
  type PatchMeta,
} from "./patch-meta.ts";
import type { TypeInfo } from "./schema.ts";

/** `apply` onto an object, or `combine` two patches into one (as three-way patches are made). */
export type MergeMode = "apply" | "combine";

/**
 * Merges `patch` into `original`, both of which it consumes; what is left of `patch` shows in error
 * messages. Throws PatchError.
 */
export function mergeObject(
  original: Draft,
  patch: Draft,
  type: TypeInfo | undefined,
  mode: MergeMode,
): Draft {
  if (Object.hasOwn(patch, DIRECTIVE)) return obeyDirective(patch);
  obeyRetainKeys(original, patch, mode);
  obeyElementOrder(original, patch, type, mode);
  for (const [key, value] of Object.entries(patch)) {
    if (!key.startsWith(DELETE_FROM_LIST)) mergeField(original, key, value, type, mode);
    else if (mode === "combine") original[key] = value;
    else deleteFromList(original, afterSlash(key, "primitive list"), value, type);
  }
  return original;
}

function mergeField(
  original: Draft,
  key: string,
  value: unknown,
  type: TypeInfo | undefined,
  mode: MergeMode,
): void {
  if (value === null) {
    delete original[key];
    if (mode === "apply") return;
  }
  const current = original[key];
  if (!Object.hasOwn(original, key) || goTypeOf(current) !== goTypeOf(value)) {
    if (mode === "apply") discardNulls(value);
    setWithoutDirectives(original, key, value);
    return;
  }
  if (isDraft(value)) {
    const meta = metaOfObject(type, key);
    original[key] =
      meta.strategy === "replace" ? value : mergeObject(asObject(current), value, meta.type, mode);
  } else if (Array.isArray(value)) {
    const meta = metaOfList(type, key);
    original[key] =
      meta.strategy === "merge" ? mergeLists(asList(current), value, meta, mode) : value;
  } else setWithoutDirectives(original, key, value);
}

function setWithoutDirectives(original: Draft, key: string, value: unknown): void {
  const cleaned = withoutDirectives(value);
  if (cleaned === undefined) delete original[key];
  else original[key] = cleaned;
}

function obeyDirective(patch: Draft): Draft {
  const directive = patch[DIRECTIVE];
  if (directive === "delete") return {};
  if (directive !== "replace") {
    const shown = goPrint(directive);
    throw new PatchError("internal", `unknown patch type: ${shown} in map: ${goPrint(patch)}`);
  }
  delete patch[DIRECTIVE];
  return patch;
}

/** `$retainKeys`: fields that it does not name go. */
function obeyRetainKeys(original: Draft, patch: Draft, mode: MergeMode): void {
  if (!Object.hasOwn(patch, RETAIN_KEYS)) return;
  const retained = patch[RETAIN_KEYS];
  delete patch[RETAIN_KEYS];
  if (mode === "combine") {
    const known = original[RETAIN_KEYS];
    if (known === undefined) original[RETAIN_KEYS] = retained;
    else if (!jsonEqual(known, retained)) {
      const lists = `${goPrint(known)} and ${goPrint(retained)}`;
      const why = "this may happen when calculating the 3-way diff patch";
      throw new PatchError("internal", `${lists} are not deep equal: ${why}`);
    }
    return;
  }
  const malformed = new PatchError("malformed", "invalid patch format of retainKeys");
  if (!Array.isArray(retained)) throw malformed;
  for (const [key, value] of Object.entries(patch)) {
    const isList = key.startsWith(DELETE_FROM_LIST) || key.startsWith(SET_ELEMENT_ORDER);
    if (value !== null && !isList && !retained.includes(key)) throw malformed;
  }
  for (const key of Object.keys(original)) if (!retained.includes(key)) delete original[key];
}

/** `$setElementOrder/x`: merges the list x right away, and orders it. */
function obeyElementOrder(
  original: Draft,
  patch: Draft,
  type: TypeInfo | undefined,
  mode: MergeMode,
): void {
  for (const [key, value] of Object.entries(patch)) {
    if (!key.startsWith(SET_ELEMENT_ORDER)) continue;
    if (mode === "combine") {
      if (!Object.hasOwn(original, key)) original[key] = value;
      else if (!jsonEqual(original[key], value)) throw badElementOrder();
    }
    delete patch[key];
    const order = asList(value);
    const field = afterSlash(key, "setElementOrder list");
    const current = Object.hasOwn(original, field) ? asList(original[field]) : undefined;
    const given = Object.hasOwn(patch, field) ? asList(patch[field]) : undefined;
    const meta = metaOfList(type, field);
    checkOrder(given ?? [], order, meta.mergeKey);
    const merged = mergeOrdered(current, given, meta, mode);
    if (merged === undefined) continue;
    const [named, serverOnly] = partition(merged, order, meta.mergeKey);
    const kind = elementKind(current ?? [], given ?? []);
    const server = current ?? [];
    original[field] = inElementOrder(named, serverOnly, order, server, meta.mergeKey, kind);
    delete patch[field];
  }
}

function mergeOrdered(
  current: List | undefined,
  given: List | undefined,
  meta: PatchMeta,
  mode: MergeMode,
): List | undefined {
  if (given === undefined) return current;
  if (current === undefined) return asList(withoutDirectives(given));
  return meta.strategy === "merge" ? mergeLists(current, given, meta, mode) : given;
}

/** The patch's elements have to stand in the order that it asks for. */
function checkOrder(given: List, order: List, mergeKey: string): void {
  if (given.length === 0 || order.length === 0) return;
  const kept = mergeKey === "" ? given : given.filter((item) => !isDeletion(item));
  let next = 0;
  for (const item of order) {
    while (next < kept.length && hasDirective(kept[next])) next++;
    if (next >= kept.length) return;
    const same =
      mergeKey === ""
        ? kept[next] === item
        : mergeKeyOf(kept[next], mergeKey) === mergeKeyOf(item, mergeKey);
    if (same) next++;
  }
  if (next >= kept.length) return;
  const lists = `${goPrint(given)}\n doesn't match ${SET_ELEMENT_ORDER} list:\n${goPrint(order)}\n`;
  throw new PatchError("internal", `The order in patch list:\n${lists}`);
}

function mergeLists(original: List, patch: List, meta: PatchMeta, mode: MergeMode): List {
  if (original.length === 0 && patch.length === 0) return original;
  const kind = elementKind(original, patch);
  const { mergeKey } = meta;
  if (kind === "scalar") {
    const merged = deduplicated([...original, ...patch]);
    const [given, serverOnly] = partition(merged, patch, mergeKey);
    return inElementOrder(given, serverOnly, patch, original, mergeKey, kind);
  }
  if (mergeKey === "") {
    const name = meta.type?.kind ?? "struct";
    throw new PatchError("internal", `cannot merge lists without merge key for ${name}`);
  }
  const [left, right] = obeyElementDirectives(original, patch, mergeKey);
  const merged = mergeElements([...left], right, meta, mode);
  const [given, serverOnly] = partition(merged, right, mergeKey);
  return inElementOrder(given, serverOnly, right, left, mergeKey, kind);
}

/** Elements marked `$patch: delete` delete, one marked `$patch: replace` replaces the whole list. */
function obeyElementDirectives(
  original: List,
  patch: List,
  mergeKey: string,
): readonly [List, List] {
  const plain: List = [];
  let left = original;
  let replaces = false;
  for (const item of patch) {
    const element = asObject(item);
    if (!Object.hasOwn(element, DIRECTIVE)) {
      plain.push(item);
      continue;
    }
    const directive = element[DIRECTIVE];
    if (directive === "delete") {
      const key = mergeKeyOf(element, mergeKey);
      left = left.filter((each) => asObject(each)[mergeKey] !== key);
    } else if (directive === "replace") replaces = true;
    else if (directive === "merge") {
      throw new PatchError("internal", "merging lists cannot yet be specified in the patch");
    } else {
      const shown = goPrint(directive);
      throw new PatchError("internal", `unknown patch type: ${shown} in map: ${goPrint(element)}`);
    }
  }
  return replaces ? [plain, []] : [left, plain];
}

function mergeElements(original: List, patch: List, meta: PatchMeta, mode: MergeMode): List {
  for (const item of patch) {
    const element = asObject(item);
    const index = indexByKey(original, meta.mergeKey, mergeKeyOf(element, meta.mergeKey));
    if (index === -1) original.push(element);
    else original[index] = mergeObject(asObject(original[index]), element, meta.type, mode);
  }
  return original;
}

/** Scalars go; lists of objects are merged, for all that the directive says. */
function deleteFromList(
  original: Draft,
  key: string,
  value: unknown,
  type: TypeInfo | undefined,
): void {
  if (value === null) delete original[key];
  const current = original[key];
  if (!Array.isArray(current) || !Array.isArray(value)) return;
  const meta = metaOfList(type, key);
  if (current.length + value.length === 0) return;
  original[key] =
    elementKind(current, value) === "object"
      ? mergeLists(current, value, meta, "apply")
      : current.filter((item) => !value.includes(item));
}

function hasDirective(item: unknown): boolean {
  return isDraft(item) && Object.hasOwn(item, DIRECTIVE);
}

/** A value without directives inside; undefined if it is itself only a directive. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutDirectives).filter((item) => item !== undefined);
  }
  if (!isDraft(value)) return value;
  if (hasDirective(value)) return undefined;
  for (const [key, item] of Object.entries(value)) setWithoutDirectives(value, key, item);
  return value;
}

function discardNulls(value: unknown): void {
  if (Array.isArray(value)) value.forEach(discardNulls);
  if (!isDraft(value)) return;
  for (const [key, item] of Object.entries(value)) {
    if (isNil(item)) delete value[key];
    else discardNulls(item);
  }
}

function afterSlash(key: string, what: string): string {
  const slash = key.indexOf("/");
  if (slash === -1) throw new PatchError("malformed", `invalid patch format of ${what}`);
  return key.slice(slash + 1);
}

function badElementOrder(): PatchError {
  return new PatchError("malformed", "invalid patch format of setElementOrder list");
}
