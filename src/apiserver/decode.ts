/**
 * Decoding JSON into a kind of the schema, as the API server does: unknown fields, wrong types and
 * malformed quantities are found here, with Go's messages (sigs.k8s.io/json and runtime serializers,
 * v0.37.2). What comes out holds known fields only, and no null.
 *
 * Left out: duplicate fields, which a parsed value no longer shows; whole numbers written with a fraction
 * (`3.0`), which Go refuses and kubectl never sends.
 */
import type { KubeObject } from "../api/meta.ts";
import { compareText } from "../api/order.ts";
import { failure, type Answer, type Status } from "../api/status.ts";
import { converted } from "./conversion.ts";
import { asRecord, asString, isNil, isRecord, type Json } from "./json.ts";
import { kindOfObject } from "./kinds.ts";
import { decodeScalar, DecodeAbort, type FieldContext } from "./decode-scalar.ts";
import { schemaOf, type FieldInfo, type StructInfo, type TypeInfo } from "./schema.ts";

/** What to do about fields that the schema lacks; Warn is what requests get that do not say. */
export type FieldValidation = "Strict" | "Warn" | "Ignore";

/** What decoding found. `error` is fatal; strict errors are up to the field validation. */
export interface Decoded {
  readonly value: unknown;
  readonly error?: string;
  /** `unknown field "spec.replicaz"`, in the order of the keys. */
  readonly strictErrors: readonly string[];
}

/**
 * The body of a POST or PUT as an object of its kind; kinds outside the schema table come back as they
 * are. Answers 400 BadRequest with the server's text.
 */
export function decodeObject(
  json: unknown,
  fieldValidation: FieldValidation = "Warn",
): Answer<KubeObject> {
  const body = asRecord(json);
  const apiVersion = asString(body["apiVersion"]);
  const kind = asString(body["kind"]);
  const served = kindOfObject({ apiVersion, kind }).kind;
  if (served !== kind) {
    const error = `no kind "${kind}" is registered for version "${apiVersion}" in scheme "${SCHEME}"`;
    return { ok: false, status: unhandled(apiVersion, kind, error, served) };
  }
  const type = schemaOf(apiVersion, kind);
  if (type === undefined) {
    // The store freezes what it holds, and that is not the caller's.
    const copy = structuredClone(body);
    const metadata = isRecord(copy["metadata"]) ? copy["metadata"] : {};
    const name = asString(metadata["name"]);
    return { ok: true, value: { ...copy, apiVersion, kind, metadata: { ...metadata, name } } };
  }
  const { value, error, strictErrors } = converted(decodeJson(type, json, "as written"));
  if (error !== undefined) return { ok: false, status: unhandled(apiVersion, kind, error) };
  if (strictErrors.length > 0 && fieldValidation === "Strict") {
    const list = `strict decoding error: ${strictErrors.join(", ")}`;
    return { ok: false, status: unhandled(apiVersion, kind, list) };
  }
  const warnings = fieldValidation === "Warn" ? strictErrors : [];
  return { ok: true, value: asKubeObject(value), warnings };
}

/** A decoded value as an object; metadata and name are always there, as in Go. */
export function asKubeObject(value: unknown): KubeObject {
  const object = asRecord(value);
  const metadata = asRecord(object["metadata"]);
  return {
    ...object,
    apiVersion: asString(object["apiVersion"]),
    kind: asString(object["kind"]),
    metadata: { ...metadata, name: asString(metadata["name"]) },
  };
}

/** Where the API server's table of kinds was made, as it says itself. */
const SCHEME = "pkg/runtime/scheme.go:111";

/** Why what says to be of one kind cannot be read as one of another; `expected`: a kind and its group. */
export function wrongKind(
  { apiVersion, kind }: Pick<KubeObject, "apiVersion" | "kind">,
  expected: { readonly group: string; readonly kind: string },
): string {
  const known = kindOfObject({ apiVersion, kind });
  const version = apiVersion.slice(apiVersion.indexOf("/") + 1);
  if (known.kind !== kind || known.version !== version || known.custom === true) {
    return `no kind "${kind}" is registered for version "${apiVersion}" in scheme "${SCHEME}"`;
  }
  const [group = ""] = (expected.group || "core").split(".");
  return `converting (${version}.${kind}) to (${group}.${expected.kind}): unknown conversion`;
}

function unhandled(apiVersion: string, kind: string, error: string, served = kind): Status {
  const version = apiVersion.slice(apiVersion.indexOf("/") + 1);
  const where = `${kind} in version "${version}" cannot be handled as a ${served}`;
  return failure(400, "BadRequest", `${where}: ${error}`);
}

/**
 * Decodes JSON as Go's decoder does: the first type error counts, in the order of the document. Keys are sorted in
 * what the server, or kubectl, has written itself.
 */
export function decodeJson(
  type: TypeInfo,
  json: unknown,
  order: "sorted" | "as written" = "sorted",
): Decoded {
  const run: Run = { order, error: undefined, strictErrors: [] };
  try {
    const value = decode(type, json, run, { struct: "", path: [] }, "");
    return run.error === undefined
      ? { value, strictErrors: run.strictErrors }
      : { value, error: run.error, strictErrors: run.strictErrors };
  } catch (abort) {
    if (!(abort instanceof DecodeAbort)) throw abort;
    return { value: undefined, error: abort.message, strictErrors: run.strictErrors };
  }
}

interface Run {
  readonly order: "sorted" | "as written";
  error: string | undefined;
  readonly strictErrors: string[];
}

function decode(
  type: TypeInfo,
  json: unknown,
  run: Run,
  context: FieldContext,
  strictPath: string,
): unknown {
  switch (type.kind) {
    case "pointer":
      return isNil(json) ? undefined : decode(type.element, json, run, context, strictPath);
    case "struct":
      if (isNil(json)) return {};
      if (isRecord(json)) return decodeStruct(type, json, run, context, strictPath);
      return mismatch(run, json, type, context);
    case "slice":
      if (isNil(json)) return undefined;
      if (!Array.isArray(json)) return mismatch(run, json, type, context);
      return json.map((item, index) =>
        decode(type.element, item, run, context, `${strictPath}[${index}]`),
      );
    case "map":
      if (isNil(json)) return undefined;
      if (!isRecord(json)) return mismatch(run, json, type, context);
      return Object.fromEntries(
        entriesOf(json, run).map(([key, item]) => [
          key,
          decode(type.element, item, run, context, joined(strictPath, key)),
        ]),
      );
    default: {
      const { value, error } = decodeScalar(type, json, context);
      if (error !== undefined) run.error ??= error;
      return value;
    }
  }
}

function decodeStruct(
  type: StructInfo,
  json: Json,
  run: Run,
  context: FieldContext,
  strictPath: string,
): unknown {
  const value: Record<string, unknown> = {};
  for (const [key, item] of entriesOf(json, run)) {
    const found = findField(type, key);
    if (found === undefined) {
      const error = `unknown field ${JSON.stringify(joined(strictPath, key))}`;
      if (!run.strictErrors.includes(error)) run.strictErrors.push(error);
      continue;
    }
    const struct = type.name.slice(type.name.indexOf(".") + 1);
    const path = [...context.path, ...found.embedded, key];
    const inner = decode(found.field.type, item, run, { struct, path }, joined(strictPath, key));
    if (inner !== undefined) value[key] = inner;
  }
  return value;
}

/** A field with the Go names of the structs that it is inlined from. */
function findField(
  type: StructInfo,
  jsonName: string,
): { readonly field: FieldInfo; readonly embedded: readonly string[] } | undefined {
  for (const field of type.fields) {
    if (!field.inline) {
      if (field.jsonName === jsonName) return { field, embedded: [] };
    } else if (field.type.kind === "struct") {
      const inner = findField(field.type, jsonName);
      if (inner !== undefined) return { ...inner, embedded: [field.goName, ...inner.embedded] };
    }
  }
  return undefined;
}

function mismatch(run: Run, json: unknown, type: TypeInfo, context: FieldContext): undefined {
  run.error ??= decodeScalar(type, json, context).error;
  return undefined;
}

function entriesOf(json: Json, { order }: Run): readonly (readonly [string, unknown])[] {
  const entries = Object.entries(json);
  return order === "sorted" ? entries.toSorted(([a], [b]) => compareText(a, b)) : entries;
}

function joined(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}
