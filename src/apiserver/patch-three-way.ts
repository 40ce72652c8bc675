/**
 * The patches that kubectl computes: from what was applied last, what is to be, and what there is
 * (apimachinery strategicpatch CreateThreeWayMergePatch and CreateTwoWayMergePatch, v0.37.2).
 */
import { compareText } from "../api/order.ts";
import { isDraft, type Draft } from "./draft.ts";
import { jsonEqual } from "./equality.ts";
import { goPrint } from "./go-print.ts";
import {
  asObject,
  deduplicated,
  elementKind,
  goTypeOf,
  mergeKeyOf,
  sortedBy,
  sortedByPrint,
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
import { mapsConflict } from "./patch-conflicts.ts";
import { mergeObject } from "./patch-strategic.ts";
import { schemaOf, type TypeInfo } from "./schema.ts";

/** A patch, or why there is none (a list without merge keys, say). */
export type CreatedPatch =
  { readonly ok: true; readonly patch: Draft } | { readonly ok: false; readonly error: string };

export interface GroupVersionKind {
  /** `apps/v1`, `v1`. */
  readonly apiVersion: string;
  readonly kind: string;
}

/**
 * The strategic patch that `kubectl apply` sends: adds and changes what `modified` has and `current` has
 * not, deletes what `original` (last applied) has and `modified` has not.
 */
export function createThreeWayPatch(
  kind: GroupVersionKind,
  original: unknown,
  modified: unknown,
  current: unknown,
): CreatedPatch {
  const type = schemaOf(kind.apiVersion, kind.kind);
  return caught(() => {
    const delta = diffObjects(asObject(current), asObject(modified), type, ADDITIONS);
    const deletions = diffObjects(asObject(original), asObject(modified), type, DELETIONS);
    return mergeObject(structuredClone(deletions), structuredClone(delta), type, "combine");
  });
}

/**
 * What others have changed since `original` was applied, if the patch would change some of it, too; undefined where it
 * would not.
 */
export function changesOverwritten(
  kind: GroupVersionKind,
  original: unknown,
  current: unknown,
  patch: Draft,
): unknown {
  const type = schemaOf(kind.apiVersion, kind.kind);
  const changed = withoutOrders(
    diffObjects(asObject(original), asObject(current), type, ALL_CHANGES),
  );
  return mapsConflict(patch, asObject(changed), type) ? changed : undefined;
}

function withoutOrders(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutOrders);
  if (!isDraft(value)) return value;
  const kept = Object.entries(value).filter(([key]) => !key.startsWith(SET_ELEMENT_ORDER));
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutOrders(item)]));
}

/** The strategic patch from `original` to `modified` (`kubectl set`, `edit`, `rollout pause`). */
export function createTwoWayPatch(
  kind: GroupVersionKind,
  original: unknown,
  modified: unknown,
): CreatedPatch {
  const type = schemaOf(kind.apiVersion, kind.kind);
  return caught(() =>
    structuredClone(diffObjects(asObject(original), asObject(modified), type, ALL_CHANGES)),
  );
}

function caught(make: () => Draft): CreatedPatch {
  try {
    return { ok: true, patch: make() };
  } catch (error) {
    if (error instanceof PatchError) return { ok: false, error: error.message };
    throw error;
  }
}

interface DiffOptions {
  readonly additions: "take" | "ignore";
  readonly deletions: "take" | "ignore";
  readonly retainKeys: "build" | "none";
}

const ALL_CHANGES: DiffOptions = { additions: "take", deletions: "take", retainKeys: "none" };
const ADDITIONS: DiffOptions = { ...ALL_CHANGES, deletions: "ignore" };
const DELETIONS: DiffOptions = { ...ALL_CHANGES, additions: "ignore" };

function diffObjects(
  original: Draft,
  modified: Draft,
  type: TypeInfo | undefined,
  options: DiffOptions,
): Draft {
  const patch: Draft = {};
  const takes = options.additions === "take";
  for (const [key, value] of Object.entries(modified)) {
    const before = original[key];
    if (!Object.hasOwn(original, key)) {
      if (takes) patch[key] = value;
    } else if (key === DIRECTIVE) {
      if (before !== value) patch[key] = value;
    } else if (goTypeOf(before) !== goTypeOf(value)) {
      if (takes) patch[key] = value;
    } else if (isDraft(before) && isDraft(value)) {
      diffObjectField(patch, key, before, value, type, options);
    } else if (Array.isArray(before) && Array.isArray(value)) {
      diffListField(patch, key, before, value, type, options);
    } else if (takes && before !== value) patch[key] = value;
  }
  if (options.deletions === "take") {
    for (const key of Object.keys(original)) {
      if (!Object.hasOwn(modified, key)) patch[key] = null;
    }
  }
  addRetainKeys(patch, original, modified, options);
  return patch;
}

/** A union such as `strategy` says which of its members stay. */
function addRetainKeys(patch: Draft, original: Draft, modified: Draft, options: DiffOptions): void {
  if (options.retainKeys === "none") return;
  const retained = Object.keys(modified).filter((key) => modified[key] !== null);
  const dropsField = Object.keys(original).some(
    (key) => original[key] !== null && !Object.hasOwn(modified, key),
  );
  if (retained.length > 0 && (Object.keys(patch).length > 0 || dropsField)) {
    patch[RETAIN_KEYS] = sortedByPrint(retained);
  }
}

function diffObjectField(
  patch: Draft,
  key: string,
  before: Draft,
  value: Draft,
  type: TypeInfo | undefined,
  options: DiffOptions,
): void {
  const meta = lookup(() => metaOfObject(type, key), before, value);
  if (meta === undefined) return;
  if (meta.strategy === "replace") {
    if (options.additions === "take") patch[key] = value;
    return;
  }
  const retainKeys = meta.retainKeys ? "build" : "none";
  const inner = diffObjects(before, value, meta.type, { ...options, retainKeys });
  if (Object.keys(inner).length > 0) patch[key] = inner;
}

function diffListField(
  patch: Draft,
  key: string,
  before: List,
  value: List,
  type: TypeInfo | undefined,
  options: DiffOptions,
): void {
  const meta = lookup(() => metaOfList(type, key), before, value);
  if (meta === undefined) return;
  if (meta.strategy !== "merge") {
    if (options.additions === "take" && !jsonEqual(before, value)) patch[key] = value;
    return;
  }
  const retainKeys = meta.retainKeys ? "build" : "none";
  const diff = diffLists(before, value, meta, { ...options, retainKeys });
  if (diff.changes.length > 0) patch[key] = diff.changes;
  if (diff.deletions.length > 0) patch[`${DELETE_FROM_LIST}/${key}`] = diff.deletions;
  if (diff.order.length > 0) patch[`${SET_ELEMENT_ORDER}/${key}`] = diff.order;
}

/** Fields that the schema lacks are fine as long as they do not change. */
function lookup(find: () => PatchMeta, before: unknown, value: unknown): PatchMeta | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof PatchError && jsonEqual(before, value)) return undefined;
    throw error;
  }
}

interface ListDiff {
  readonly changes: List;
  readonly deletions: List;
  readonly order: List;
}

const NO_CHANGE: ListDiff = { changes: [], deletions: [], order: [] };

function diffLists(
  original: List,
  modified: List,
  meta: PatchMeta,
  options: DiffOptions,
): ListDiff {
  const takes = options.additions === "take";
  const deletes = options.deletions === "take";
  if (original.length === 0) {
    return modified.length === 0 || !takes ? NO_CHANGE : { ...NO_CHANGE, changes: modified };
  }
  const { mergeKey } = meta;
  if (elementKind(original, modified) === "scalar") {
    const { added, removed } = diffScalars(original, modified);
    const changes = takes ? sortedBy(added, modified, mergeKey, "scalar") : [];
    const deletions = deletes ? deduplicated(removed) : [];
    // Go has sorted the original by then, in place.
    const sameOrder = jsonEqual(sortedByPrint(original), modified);
    const ordered = deletions.length > 0 || (takes && !sameOrder);
    return { changes, deletions, order: ordered ? modified : [] };
  }
  const { changed, removed } = diffElements(original, modified, meta, options);
  const changes = [...sortedBy(changed, modified, mergeKey, "object"), ...removed];
  const sameOrder =
    original.length === modified.length &&
    original.every((item, i) => mergeKeyOf(item, mergeKey) === mergeKeyOf(modified[i], mergeKey));
  const ordered = takes ? changes.length > 0 || !sameOrder : deletes && changes.length > 0;
  const order = modified.map((item) => ({ [mergeKey]: asObject(item)[mergeKey] }));
  return { changes, deletions: [], order: ordered ? order : [] };
}

function diffScalars(
  original: List,
  modified: List,
): { readonly added: List; readonly removed: List } {
  const left = sortedByPrint(original);
  const right = sortedByPrint(modified);
  const added: List = [];
  const removed: List = [];
  for (let i = 0, j = 0; i < left.length || j < right.length;) {
    const order = compared(left, i, right, j, goPrint);
    if (order <= 0) {
      if (order < 0) removed.push(left[i]);
      i++;
    }
    if (order >= 0) {
      if (order > 0) added.push(right[j]);
      j++;
    }
  }
  return { added, removed };
}

function diffElements(
  original: List,
  modified: List,
  meta: PatchMeta,
  options: DiffOptions,
): { readonly changed: List; readonly removed: List } {
  const { mergeKey } = meta;
  const left = sortedByPrint(original, mergeKey);
  const right = sortedByPrint(modified, mergeKey);
  const print = (item: unknown): string => goPrint(mergeKeyOf(item, mergeKey));
  const changed: List = [];
  const removed: List = [];
  for (let i = 0, j = 0; i < left.length || j < right.length;) {
    const order = compared(left, i, right, j, print);
    if (order === 0) {
      const inner = diffObjects(asObject(left[i++]), asObject(right[j]), meta.type, options);
      const key = mergeKeyOf(right[j++], mergeKey);
      if (Object.keys(inner).length > 0) changed.push({ ...inner, [mergeKey]: key });
    } else if (order > 0) {
      if (options.additions === "take") changed.push(right[j]);
      j++;
    } else {
      const key = mergeKeyOf(left[i++], mergeKey);
      if (options.deletions === "take") removed.push({ [mergeKey]: key, [DIRECTIVE]: "delete" });
    }
  }
  return { changed, removed };
}

/** Negative: left[i] is next; positive: right[j] is; zero: both, as they are alike. */
function compared(
  left: List,
  i: number,
  right: List,
  j: number,
  print: (item: unknown) => string,
): number {
  if (i >= left.length) return 1;
  if (j >= right.length) return -1;
  return compareText(print(left[i]), print(right[j]));
}
