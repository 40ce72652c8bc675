/** JSON merge patch (RFC 7386), as the library has it that the API server uses (evanphx/json-patch v4). */
import { compareText } from "../api/order.ts";
import { isRecord, type Json } from "./json.ts";

/**
 * The target with the patch merged in; null removes. Neither argument is changed, and nothing of the patch
 * is shared. Merged objects have their keys sorted, as the server's error messages show them.
 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return isRecord(target) ? structuredClone(patch) : pruned(patch);
  if (!isRecord(target)) return pruned(patch);
  const merged: Record<string, unknown> = { ...target };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return sorted(merged);
}

/** A copy without members that are null; null in a list stays. */
function pruned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pruned);
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(([, member]) => member !== null);
  return sorted(Object.fromEntries(kept.map(([key, member]) => [key, pruned(member)])));
}

function sorted(object: Json): Json {
  return Object.fromEntries(Object.entries(object).toSorted(([a], [b]) => compareText(a, b)));
}
