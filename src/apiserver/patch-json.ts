/** JSON Patch (RFC 6902), all or nothing. */
import { applyPatch as applyOperations, type Operation } from "rfc6902";
import { deepEqual } from "../api/json.ts";
import { isRecord } from "./json.ts";

export type JsonPatched =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: string };

/** The target after all operations, or why one of them failed; the target is not changed. */
export function jsonPatch(target: unknown, operations: readonly unknown[]): JsonPatched {
  const value: unknown = structuredClone(target);
  for (const operation of operations) {
    if (!isOperation(operation)) return { ok: false, error: "unexpected kind of operation" };
    const missing = missingIn(value, operation);
    if (missing !== undefined) return { ok: false, error: `missing path: ${missing}` };
    if (operation.op === "test") {
      // rfc6902 puts both values into its message, which not every object lets happen.
      if (deepEqual(memberAt(value, operation.path)?.value, operation.value)) continue;
      return { ok: false, error: `test failed: ${operation.path}` };
    }
    const [error] = applyOperations(value, [structuredClone(operation)]);
    if (error !== null && error !== undefined) return { ok: false, error: error.message };
  }
  return { ok: true, value };
}

const OPERATIONS: readonly unknown[] = ["add", "remove", "replace", "move", "copy", "test"];

function isOperation(value: unknown): value is Operation {
  return isRecord(value) && OPERATIONS.includes(value["op"]) && typeof value["path"] === "string";
}

/** Names that rfc6902 does not follow. */
const SKIPPED: readonly string[] = ["__proto__", "constructor", "prototype"];

/** The path of an operation that leads nowhere; rfc6902 would follow what all objects inherit. */
function missingIn(root: unknown, operation: Operation): string | undefined {
  const { op, path } = operation;
  if (path !== "" && !path.startsWith("/")) return path;
  if ((op === "move" || op === "copy") && memberAt(root, operation.from) === undefined)
    return operation.from;
  const parent = path.slice(0, Math.max(0, path.lastIndexOf("/")));
  if (op === "add" || op === "move" || op === "copy") {
    const isSkipped = SKIPPED.includes(path.slice(parent.length + 1));
    const into = memberAt(root, parent)?.value;
    return typeof into !== "object" || into === null || isSkipped ? path : undefined;
  }
  return memberAt(root, path) === undefined ? path : undefined;
}

/** What a JSON pointer (RFC 6901) leads to, through members of their own alone. */
function memberAt(root: unknown, pointer: unknown): { readonly value: unknown } | undefined {
  if (typeof pointer !== "string" || (pointer !== "" && !pointer.startsWith("/"))) return undefined;
  let at: unknown = root;
  for (const token of pointer.split("/").slice(1)) {
    const key = token.replaceAll("~1", "/").replaceAll("~0", "~");
    if (SKIPPED.includes(key) || typeof at !== "object" || at === null) return undefined;
    if (!Object.hasOwn(at, key) || (Array.isArray(at) && key === "length")) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[key];
  }
  return { value: at };
}
