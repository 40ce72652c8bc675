/** Patches that no server sees: `patch --local` and --dry-run=client (kubectl/pkg/cmd/patch getPatchedJSON, v0.37.2). */
import type { KubeObject } from "../api/meta.ts";
import { isDraft } from "../apiserver/draft.ts";
import { readJsonPatch } from "../apiserver/patch-json-decode.ts";
import { jsonPatch } from "../apiserver/patch-json.ts";
import { mergePatch } from "../apiserver/patch-merge.ts";
import { PatchError } from "../apiserver/patch-meta.ts";
import { mergeObject } from "../apiserver/patch-strategic.ts";
import { schemaOf } from "../apiserver/schema.ts";
import type { Problem } from "./errors.ts";
import { isKubeObject } from "./fields.ts";
import { compactJson } from "./output/gojson.ts";

/** The object as it would be, without defaults; or why not. */
export function patchedHere(
  object: KubeObject,
  body: unknown,
  type: "json" | "merge" | "strategic",
): KubeObject | Problem {
  const result =
    type === "json"
      ? byOperations(object, body)
      : type === "merge"
        ? mergedByJson(object, body)
        : merged(object, body ?? {});
  if (!result.ok) return { text: result.error };
  return isOfKind(result.value) ? result.value : { text: kindless(result.value) };
}

/** What is said here of a patch that is no JSON; by operations the server's words stand for it. */
export const unreadable = {
  strategic: "invalid JSON document",
  merge: "Invalid JSON Patch",
  json: undefined,
} as const;

/** Without an apiVersion it is an object all the same. */
function isOfKind(value: unknown): value is KubeObject {
  return isDraft(value) && isKubeObject({ apiVersion: "", ...value });
}

function kindless(value: unknown): string {
  return `Object 'Kind' is missing in '${compactJson(value)}'`;
}

type Patched =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: string };

function byOperations(object: KubeObject, body: unknown): Patched {
  const read = readJsonPatch(body, "Ignore");
  return read.ok ? jsonPatch(object, read.operations) : read;
}

/** The library cannot read a list into an object, and takes nothing else that is none. */
function mergedByJson(object: KubeObject, body: unknown): Patched {
  if (isDraft(body)) return { ok: true, value: mergePatch(object, body) };
  const list = "json: cannot unmarshal array into Go value of type unstructured.detector";
  return { ok: false, error: Array.isArray(body) ? list : unreadable.merge };
}

function merged(object: KubeObject, body: unknown): Patched {
  const type = schemaOf(object.apiVersion, object.kind);
  const [original, patch]: readonly unknown[] = structuredClone([object, body]);
  if (!isDraft(original) || !isDraft(patch)) {
    return { ok: false, error: unreadable.strategic };
  }
  try {
    return { ok: true, value: mergeObject(original, patch, type, "apply") };
  } catch (error) {
    if (error instanceof PatchError) return { ok: false, error: error.message };
    throw error;
  }
}
