/**
 * Patching an object as the API server does for the PATCH verb, server-side apply aside: what comes out
 * is decoded but neither defaulted nor validated (apiserver endpoints/handlers patch.go, v1.37.2).
 */
import type { KubeObject } from "../api/meta.ts";
import { failure, type Answer, type Status } from "../api/status.ts";
import { converted } from "./conversion.ts";
import { groupVersionOf } from "./kinds.ts";
import {
  asKubeObject,
  decodeJson,
  wrongKind,
  type Decoded,
  type FieldValidation,
} from "./decode.ts";
import { fromUnstructured } from "./decode-unstructured.ts";
import { cloned, isDraft } from "./draft.ts";
import { canonicalObject } from "./encode.ts";
import { goPrint, goQuote } from "./go-print.ts";
import { jsonPatch } from "./patch-json.ts";
import { readJsonPatch } from "./patch-json-decode.ts";
import { mergePatch } from "./patch-merge.ts";
import { PatchError } from "./patch-meta.ts";
import { mergeObject } from "./patch-strategic.ts";
import { schemaOf, type StructInfo } from "./schema.ts";

/** Most operations that one JSON patch may have. */
const MAX_JSON_PATCH_OPERATIONS = 10_000;

/**
 * The object with the patch applied. Answers the server's 400 (malformed patch), 422 (the result is not an
 * object of this kind, or an operation failed) or 500 (a merge key is missing; the server does not tell
 * such mistakes from its own, and gives them no reason).
 */
export function applyPatch(
  original: KubeObject,
  patch: unknown,
  patchType: "strategic" | "merge" | "json",
  fieldValidation: FieldValidation = "Warn",
): Answer<KubeObject> {
  const current = canonicalObject(original);
  const type = schemaOf(original.apiVersion, original.kind);
  if (patchType === "strategic") {
    const answer = strategic(current, patch, type, fieldValidation);
    // Decoded into a Go type that knows what it is: another kind in the patch is of no account.
    const { apiVersion, kind } = original;
    return answer.ok ? { ...answer, value: { ...answer.value, apiVersion, kind } } : answer;
  }
  const patched =
    patchType === "json" ? byOperations(current, patch, fieldValidation) : merged(current, patch);
  if (!patched.ok) return patched;
  nameKind(patched.value, original);
  const named = asKubeObject(patched.value);
  const isSame = named.apiVersion === original.apiVersion && named.kind === original.kind;
  if (isSame && type === undefined) return { ok: true, value: named };
  const { group } = groupVersionOf(original.apiVersion);
  const decoded: Decoded =
    isSame && type !== undefined
      ? converted(decodeJson(type, patched.value))
      : { value: named, error: wrongKind(named, { group, kind: original.kind }), strictErrors: [] };
  const strictErrors = [...(patched.warnings ?? []), ...decoded.strictErrors];
  return answered({ ...decoded, strictErrors }, () => JSON.stringify(patched.value), {
    fieldValidation,
  });
}

/** The same as a client does it, who does not decode what comes out. */
export function applyHere(
  original: KubeObject,
  patch: unknown,
  patchType: "strategic" | "merge",
): Answer<KubeObject> {
  const current: unknown = cloned(canonicalObject(original));
  const type = schemaOf(original.apiVersion, original.kind);
  if (patchType === "merge" || type === undefined) {
    const patched = merged(asKubeObject(current), patch);
    return patched.ok ? { ok: true, value: asKubeObject(patched.value) } : patched;
  }
  try {
    const [draft, rest]: readonly unknown[] = [current, structuredClone(patch)];
    const result = mergeObject(
      isDraft(draft) ? draft : {},
      isDraft(rest) ? rest : {},
      type,
      "apply",
    );
    return { ok: true, value: asKubeObject(result) };
  } catch (error) {
    if (error instanceof PatchError) return { ok: false, status: patchFailure(error) };
    throw error;
  }
}

/** Decoded into an object of the same kind, what names no kind is of that one (Serializer.Decode). */
function nameKind(value: unknown, { apiVersion, kind }: KubeObject): void {
  if (!isDraft(value)) return;
  const isUnnamed = (name: unknown): boolean => name === undefined || name === null || name === "";
  if (isUnnamed(value["apiVersion"])) value["apiVersion"] = apiVersion;
  if (isUnnamed(value["kind"])) value["kind"] = kind;
}

function strategic(
  current: KubeObject,
  patch: unknown,
  type: StructInfo | undefined,
  fieldValidation: FieldValidation,
): Answer<KubeObject> {
  if (type === undefined) {
    const message =
      "the body of the request was in an unknown format - accepted media types include: " +
      "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";
    return { ok: false, status: failure(415, "UnsupportedMediaType", message) };
  }
  const rest: unknown = structuredClone(patch ?? {}); // null is a map without members in Go
  if (!isDraft(rest)) {
    const what = Array.isArray(rest) ? "array" : typeof rest;
    const message = `json: cannot unmarshal ${what} into Go value of type map[string]interface {}`;
    return { ok: false, status: failure(400, "BadRequest", message) };
  }
  const draft: unknown = cloned(current);
  try {
    const result = mergeObject(isDraft(draft) ? draft : {}, rest, type, "apply");
    nameKind(result, current);
    const decoded = fromUnstructured(type, result);
    const { value, error } = converted(decoded);
    if (decoded.error === undefined && error !== undefined) {
      return { ok: false, status: failure(500, "none", error) };
    }
    return answered({ ...decoded, value }, () => goPrint(rest), { fieldValidation });
  } catch (error) {
    if (error instanceof PatchError) return { ok: false, status: patchFailure(error) };
    throw error;
  }
}

function patchFailure({ kind, message }: PatchError): Status {
  switch (kind) {
    case "malformed":
      return failure(400, "BadRequest", message);
    case "unprocessable":
      return unprocessable();
    default:
      return failure(500, "none", message);
  }
}

/** The server keeps the reason of a failed patch to itself. */
function unprocessable(): Status {
  const message = "the server rejected our request due to an error in our request";
  return failure(422, "Invalid", message, {});
}

/** Unknown members of operations come back as warnings. */
function byOperations(
  current: KubeObject,
  patch: unknown,
  fieldValidation: FieldValidation,
): Answer<unknown> {
  const read = readJsonPatch(patch, fieldValidation);
  if (!read.ok) return { ok: false, status: failure(400, "BadRequest", read.error) };
  const { operations, strictErrors } = read;
  if (operations.length > MAX_JSON_PATCH_OPERATIONS) {
    const limits = `${MAX_JSON_PATCH_OPERATIONS}, got ${operations.length}`;
    const message = `The allowed maximum operations in a JSON patch is ${limits}`;
    return { ok: false, status: failure(413, "Invalid", message) };
  }
  const result = jsonPatch(current, operations);
  return result.ok ? { ...result, warnings: strictErrors } : { ok: false, status: unprocessable() };
}

function merged(current: KubeObject, patch: unknown): Answer<unknown> {
  if (isDraft(patch)) return { ok: true, value: mergePatch(current, patch) };
  if (patch === null)
    return { ok: false, status: failure(400, "BadRequest", "Invalid JSON Patch") };
  const what = Array.isArray(patch) ? "array" : typeof patch;
  const into = "into Go value of type map[string]interface {}";
  const message = `error decoding patch: json: cannot unmarshal ${what} ${into}`;
  return { ok: false, status: failure(400, "BadRequest", message) };
}

function answered(
  decoded: Decoded,
  shown: () => string,
  options: { readonly fieldValidation: FieldValidation },
): Answer<KubeObject> {
  const { value, error, strictErrors } = decoded;
  const strict = strictErrors.length > 0 ? `strict decoding error: ${strictErrors.join(", ")}` : "";
  const fatal =
    error ?? (options.fieldValidation === "Strict" && strict !== "" ? strict : undefined);
  if (fatal === undefined) {
    const warnings = options.fieldValidation === "Warn" ? strictErrors : [];
    return { ok: true, value: asKubeObject(value), warnings };
  }
  const message = `Invalid value: ${goQuote(shown())}: ${fatal}`;
  // The server names neither kind nor object here.
  return {
    ok: false,
    status: failure(422, "Invalid", ` "" is invalid: patch: ${message}`, {
      causes: [{ reason: "FieldValueInvalid", message, field: "patch" }],
    }),
  };
}
