/** JSON Patch (RFC 6902), all or nothing. */
import { applyPatch as applyOperations, type Operation } from "rfc6902";
import { isRecord } from "./json.ts";

export type JsonPatched =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: string };

/** The target after all operations, or why one of them failed; the target is not changed. */
export function jsonPatch(target: unknown, operations: readonly unknown[]): JsonPatched {
  const value: unknown = structuredClone(target);
  for (const operation of operations) {
    if (!isOperation(operation)) return { ok: false, error: "unexpected kind of operation" };
    const [error] = applyOperations(value, [structuredClone(operation)]);
    if (error !== null && error !== undefined) return { ok: false, error: error.message };
  }
  return { ok: true, value };
}

const OPERATIONS: readonly unknown[] = ["add", "remove", "replace", "move", "copy", "test"];

function isOperation(value: unknown): value is Operation {
  return isRecord(value) && OPERATIONS.includes(value["op"]) && typeof value["path"] === "string";
}
