/**
 * The body of a JSON patch as the API server decodes it (endpoints/handlers/patch.go applyJSPatch, v1.37.2):
 * strictly where fields are validated, and then once more by the library that applies it.
 */
import { isNil, isRecord } from "./json.ts";

export type JsonPatchRead =
  | {
      readonly ok: true;
      readonly operations: readonly unknown[];
      /** `json patch unknown field "[0].foo"`, for Strict and Warn. */
      readonly strictErrors: readonly string[];
    }
  | { readonly ok: false; readonly error: string };

const TEXTS = ["op", "path", "from"];

export function readJsonPatch(body: unknown, fieldValidation: string): JsonPatchRead {
  if (body === null) return { ok: true, operations: [], strictErrors: [] };
  const checked = fieldValidation !== "Ignore";
  const [before, whole, one] = checked
    ? ["error decoding patch: ", "[]handlers.jsonPatchOp", "handlers.jsonPatchOp"]
    : ["", "jsonpatch.Patch", "jsonpatch.Operation"];
  const refuse = (value: unknown, into: string): JsonPatchRead => ({
    ok: false,
    error: `${before}json: cannot unmarshal ${jsonType(value)} into Go ${into}`,
  });
  if (!Array.isArray(body)) return refuse(body, `value of type ${whole}`);
  const strictErrors: string[] = [];
  for (const [index, operation] of (body as readonly unknown[]).entries()) {
    if (operation === null) continue;
    if (!isRecord(operation)) return refuse(operation, `value of type ${one}`);
    if (!checked) continue;
    for (const [field, value] of Object.entries(operation)) {
      if (TEXTS.includes(field)) {
        if (isNil(value) || typeof value === "string") continue;
        return refuse(value, `struct field jsonPatchOp.${field} of type string`);
      }
      if (field !== "value") strictErrors.push(`json patch unknown field "[${index}].${field}"`);
    }
  }
  return { ok: true, operations: body as readonly unknown[], strictErrors };
}

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value;
}
