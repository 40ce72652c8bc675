/**
 * Whether a patch changes what somebody else has changed (apimachinery strategicpatch MergingMapsHaveConflicts, v0.37.2):
 * what `kubectl apply --overwrite=false` asks.
 */
import { isDraft, type Draft } from "./draft.ts";
import { jsonEqual } from "./equality.ts";
import { DIRECTIVE, metaOfList, metaOfObject, RETAIN_KEYS } from "./patch-meta.ts";
import type { TypeInfo } from "./schema.ts";

export function mapsConflict(left: Draft, right: Draft, type: TypeInfo | undefined): boolean {
  return Object.entries(left).some(([key, value]) => {
    if (key === DIRECTIVE || key === RETAIN_KEYS || !Object.hasOwn(right, key)) return false;
    const other = right[key];
    if (Array.isArray(value)) {
      if (!Array.isArray(other)) return true;
      const meta = metaOfList(type, key);
      return listsConflict(value, other, meta);
    }
    if (!isDraft(value)) return !jsonEqual(value, other);
    const meta = metaOfObject(type, key);
    return objectsConflict(value, other, meta.type, meta.strategy);
  });
}

function objectsConflict(
  left: Draft,
  right: unknown,
  type: TypeInfo | undefined,
  strategy = "",
): boolean {
  if (!isDraft(right)) return true;
  if (left[DIRECTIVE] !== right[DIRECTIVE]) return true;
  return strategy !== "replace" && mapsConflict(left, right, type);
}

function listsConflict(
  left: readonly unknown[],
  right: readonly unknown[],
  { type, strategy, mergeKey }: ReturnType<typeof metaOfList>,
): boolean {
  if (strategy === "merge") {
    const others = right.filter(isDraft);
    return left
      .filter(isDraft)
      .some((item) =>
        others.some(
          (other) => other[mergeKey] === item[mergeKey] && objectsConflict(item, other, type),
        ),
      );
  }
  if (left.length !== right.length) return true;
  return left.some((item, i) =>
    isDraft(item) ? objectsConflict(item, right[i], type) : !jsonEqual(item, right[i]),
  );
}
