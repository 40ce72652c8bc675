/** JSON merge patch (RFC 7386). */
import { compareText } from "../api/order.ts";
import { isRecord } from "./json.ts";

/**
 * The target with the patch merged in; null removes. Neither argument is changed, and nothing of the patch
 * is shared. Merged objects have their keys sorted, as the server's error messages show them.
 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return Array.isArray(patch) ? structuredClone(patch) : patch;
  const merged: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return Object.fromEntries(Object.entries(merged).toSorted(([a], [b]) => compareText(a, b)));
}
