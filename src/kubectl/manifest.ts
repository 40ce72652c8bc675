/**
 * Reads manifests as kubectl does: YAML 1.1 in the dialect of go.yaml.in/yaml/v2 (`y` is true, `010`
 * is 8, the last of two equal keys wins), or JSON, one or several documents.
 */
import { Scalar, type ScalarTag } from "yaml";
import { goQuote } from "./errors.ts";
import { compactJson } from "./output/gojson.ts";
import { isMap as isRecord } from "./fields.ts";
import { goDocument } from "./go-yaml.ts";

export interface ParsedManifest {
  /** Those before the error, if there is one. Empty documents are left out. */
  readonly documents: readonly unknown[];
  readonly error?: string;
}

/** `source` is named in errors: `STDIN` or the path. */
export function parseManifest(text: string, source: string): ParsedManifest {
  const braces = /^\s*\{\s*(?=\{)/u.exec(text);
  if (braces !== null) {
    const why = `invalid character '{' looking for beginning of object key string`;
    const offset = braces[0].length + 1;
    return { documents: [], error: `error parsing ${source}: json: offset ${offset}: ${why}` };
  }
  if (/^\s*[{[]/.test(text) && looksLikeJson(text)) return parseJson(text, source);
  return parseYaml(text, source);
}

function parseYaml(text: string, source: string): ParsedManifest {
  const documents: unknown[] = [];
  for (const chunk of chunksOf(text)) {
    if (typeof chunk !== "string") {
      const why = `invalid Yaml document separator: ${chunk.separator}`;
      return { documents, error: `error parsing ${source}: ${why}` };
    }
    const read = readChunk(chunk);
    if ("error" in read) {
      const error = `error parsing ${source}: error converting YAML to JSON: yaml: ${read.error}`;
      return { documents, error };
    }
    if (read.value !== null && read.value !== undefined) documents.push(read.value);
  }
  return { documents };
}

/**
 * Documents end at lines that begin with `---`; each is read on its own, so lines count anew. Only a comment may
 * stand behind the dashes: else nothing is read of the document that they end, nor of those after it.
 */
function chunksOf(text: string): readonly (string | { readonly separator: string })[] {
  const chunks: string[] = [];
  let lines: string[] = [];
  for (const line of text.split("\n")) {
    const separator = line.startsWith("---") ? line.slice(3).trim() : "";
    if (separator !== "" && !separator.startsWith("#")) return [...chunks, { separator }];
    if (line.startsWith("---") && lines.length > 0) {
      chunks.push(`${lines.join("\n")}\n`);
      lines = [];
    } else lines.push(line);
  }
  return [...chunks, lines.join("\n")];
}

type ReadChunk = { readonly value: unknown } | { readonly error: string };

/** One document. */
export function readChunk(chunk: string): ReadChunk {
  const read = goDocument(chunk, goScalars);
  if ("error" in read) return read;
  return { value: read.document === undefined ? null : plain(read.document.toJS()) };
}

/** Bare words as go-yaml resolves them: YAML 1.1 without base-60 numbers and times. */
const goScalars: readonly ScalarTag[] = [
  {
    tag: "tag:yaml.org,2002:null",
    default: true,
    test: /^(?:~|null|Null|NULL)?$/,
    resolve: () => new Scalar(null),
  },
  {
    tag: "tag:yaml.org,2002:bool",
    default: true,
    test: /^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON|n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/,
    resolve: (text) => /^(?:[yYtT]|[oO][nN]$)/.test(text),
  },
  {
    tag: "tag:yaml.org,2002:int",
    default: true,
    test: /^[-+]?(?:0[xX][0-9a-fA-F_]+|0[oO]?[0-7_]+|0[bB][01_]+|[1-9][0-9_]*|0)$/,
    resolve: (text) => {
      const digits = text.replaceAll("_", "").replace(/^[-+]/, "");
      const value = Number(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits);
      return text.startsWith("-") ? -value : value;
    },
  },
  {
    tag: "tag:yaml.org,2002:float",
    default: true,
    test: /^[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?$/,
    resolve: (text) => Number(text.replaceAll("_", "")),
  },
];

function looksLikeJson(text: string): boolean {
  return /^\s*(\{\s*("|\}|$)|\[)/.test(text);
}

/** The library's objects as plain ones. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return plain(Object.fromEntries(value));
  if (!isRecord(value)) return typeof value === "bigint" ? Number(value) : value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
}

/** JSON, as long as it is JSON; what is not may be YAML all the same (YAMLOrJSONDecoder). */
function parseJson(text: string, source: string): ParsedManifest {
  const documents: unknown[] = [];
  let rest = text.trim();
  while (rest !== "") {
    const end = endOfValue(rest);
    const value = end === undefined ? undefined : jsonOf(rest.slice(0, end));
    if (end === undefined || value === undefined) {
      const why = end === undefined ? "unexpected EOF" : "invalid character in JSON";
      const failed = { documents, error: `error parsing ${source}: ${why}` };
      if (documents.length > 1) return failed;
      const yaml = parseYaml(`${rest}\n`, source);
      if (yaml.error !== undefined) return failed;
      return { documents: [...documents, ...yaml.documents] };
    }
    documents.push(value);
    rest = rest
      .slice(end)
      .replace(/^\s*(---\s*)?/, "")
      .trim();
  }
  return { documents: documents.filter((document) => document !== null) };
}

/** Undefined for what is no JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Where the first JSON value ends; undefined when it does not. */
function endOfValue(text: string): number | undefined {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i];
    if (inString) {
      if (c === "\\") i += 1;
      else if (c === '"') inString = false;
    } else if (c === '"') inString = true;
    else if (c === "{" || c === "[") depth += 1;
    else if (c === "}" || c === "]") {
      depth -= 1;
      if (depth === 0) return i + 1;
    }
  }
  return undefined;
}

/** What kubectl found without asking the server. */
export function invalidData(source: string, why: string): string {
  return (
    `error validating ${goQuote(source)}: error validating data: ${why}; ` +
    "if you choose to ignore these errors, turn validation off with --validate=false"
  );
}

/** Why a document is no object that kubectl can send; undefined when it is one. */
export function objectProblem(
  document: unknown,
  source: string,
  validation: "validated" | "not validated",
): string | undefined {
  const invalid = (why: string): string => invalidData(source, why);
  if (validation === "validated") {
    if (!isRecord(document)) return invalid("invalid object to validate");
    const missing = ["apiVersion", "kind"].filter(
      (key) => (document[key] ?? undefined) === undefined,
    );
    if (missing.length === 1) return invalid(`${missing[0]} not set`);
    if (missing.length > 1) return invalid(`[${missing.map((m) => `${m} not set`).join(", ")}]`);
    const untyped = ["apiVersion", "kind"].filter((key) => typeof document[key] !== "string");
    if (untyped.length === 1) return invalid(`${untyped[0]} isn't string type`);
    if (untyped.length > 1) {
      return invalid(`[${untyped.map((key) => `${key} isn't string type`).join(", ")}]`);
    }
    const version = document["apiVersion"];
    if (typeof version === "string" && version.split("/").length > 2) {
      return invalid(`unexpected GroupVersion string: ${version}`);
    }
  }
  if (!isRecord(document) && !Array.isArray(document)) {
    const what = `cannot unmarshal ${jsonType(document)} into Go value of type unstructured.detector`;
    return `unable to decode ${goQuote(source)}: json: ${what}`;
  }
  if (!isRecord(document) || typeof document["kind"] !== "string" || document["kind"] === "") {
    return `unable to decode ${goQuote(source)}: Object 'Kind' is missing in '${compactJson(document)}'`;
  }
  return metadataProblem(document["metadata"], source);
}

function metadataProblem(metadata: unknown, source: string): string | undefined {
  if (metadata === undefined || metadata === null) return undefined;
  const cannot = (what: string, field: string, type: string): string =>
    `unable to decode ${goQuote(source)}: json: cannot unmarshal ${what} into Go struct field ` +
    `${field} of type ${type}`;
  if (!isRecord(metadata))
    return cannot(jsonType(metadata), "metadataOnlyObject.metadata", "v1.ObjectMeta");
  for (const key of ["labels", "annotations"]) {
    const value = metadata[key];
    if (value === undefined || value === null) continue;
    const field = `ObjectMeta.metadata.${key}`;
    if (!isRecord(value)) return cannot(jsonType(value), field, "map[string]string");
    const wrong = Object.values(value).find((v) => typeof v !== "string" && v !== null);
    if (wrong !== undefined) return cannot(jsonType(wrong), field, "string");
  }
  for (const key of ["name", "namespace", "generateName", "uid"]) {
    const value = metadata[key];
    if (value !== undefined && value !== null && typeof value !== "string") {
      const type = key === "uid" ? "types.UID" : "string";
      return cannot(jsonType(value), `ObjectMeta.metadata.${key}`, type);
    }
  }
  return undefined;
}

/** As Go's JSON decoder names what it got. */
export function jsonType(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value;
}
