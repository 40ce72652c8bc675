/** What a write sends, before anything is known of it. */
import type { KubeObject } from "../api/meta.ts";
import { failure, type Answer } from "../api/status.ts";
import { isRecord } from "./json.ts";

/**
 * The body of a write as an object: metadata is always there, as in Go. Answers 400 BadRequest for what has no
 * kind or no apiVersion (apimachinery runtime/error.go, v0.37.2).
 */
export function readBody(body: unknown): Answer<KubeObject> {
  const object = isRecord(body) ? body : {};
  const missing = isText(object["kind"]) ? "apiVersion" : "Kind";
  if (missing === "Kind" || !isText(object["apiVersion"])) {
    const message = `Object '${missing}' is missing in '${JSON.stringify(body)}'`;
    return { ok: false, status: failure(400, "BadRequest", message) };
  }
  const read = object["metadata"] == null ? { ...object, metadata: {} } : object;
  return { ok: true, value: read as unknown as KubeObject };
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}
