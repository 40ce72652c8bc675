/**
 * Reads manifests as kubectl does: YAML 1.1 in the dialect of go.yaml.in/yaml/v2 (`y` is true, `010`
 * is 8, the last of two equal keys wins), or JSON, one or several documents.
 */
import { parseAllDocuments, Scalar, type Document, type ScalarTag } from "yaml";
import { goQuote } from "./errors.ts";
import { compactJson } from "./output/gojson.ts";
import { isMap } from "./fields.ts";

export type ParsedManifest =
  | { readonly ok: true; readonly documents: readonly unknown[] }
  | { readonly ok: false; readonly error: string };

/** `source` is named in errors: `STDIN` or the path. Empty documents are left out. */
export function parseManifest(text: string, source: string): ParsedManifest {
  if (/^\s*[{[]/.test(text) && looksLikeJson(text)) return parseJson(text, source);
  const documents = parseAllDocuments(text, {
    version: "1.1",
    schema: "failsafe",
    uniqueKeys: false,
    merge: true,
    customTags: (tags) => [...tags, ...goScalars],
  });
  const values: unknown[] = [];
  for (const document of documents as readonly Document[]) {
    const [problem] = document.errors;
    if (problem !== undefined) {
      const line = problem.linePos?.[0].line ?? 1;
      const why = yamlProblem(problem.code, line);
      return {
        ok: false,
        error: `error parsing ${source}: error converting YAML to JSON: yaml: ${why}`,
      };
    }
    const value: unknown = document.toJS();
    if (value !== null && value !== undefined) values.push(lastKeysWin(value));
  }
  return { ok: true, documents: values };
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

/** The library's objects as plain ones; nothing else to do for duplicate keys. */
function lastKeysWin(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lastKeysWin);
  if (value instanceof Map) return lastKeysWin(Object.fromEntries(value));
  if (!isMap(value)) return typeof value === "bigint" ? Number(value) : value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, lastKeysWin(member)]),
  );
}

/** go-yaml's words for the library's error codes, as far as they can be told apart. */
function yamlProblem(code: string, line: number): string {
  switch (code) {
    case "TAB_AS_INDENT":
      return `line ${line}: found character that cannot start any token`;
    case "BAD_INDENT":
    case "MULTILINE_IMPLICIT_KEY":
    case "UNEXPECTED_TOKEN":
      return `line ${line}: did not find expected key`;
    case "BLOCK_AS_IMPLICIT_KEY":
      return `line ${line}: mapping values are not allowed in this context`;
    case "MISSING_CHAR":
      return `line ${line}: found unexpected end of stream`;
    case "BAD_ALIAS":
      return "unknown anchor referenced";
    default:
      return `line ${line}: could not find expected ':'`;
  }
}

function parseJson(text: string, source: string): ParsedManifest {
  const documents: unknown[] = [];
  let rest = text.trim();
  while (rest !== "") {
    const end = endOfValue(rest);
    if (end === undefined) return { ok: false, error: `error parsing ${source}: unexpected EOF` };
    try {
      documents.push(JSON.parse(withoutTrailingCommas(rest.slice(0, end))));
    } catch {
      return { ok: false, error: `error parsing ${source}: invalid character in JSON` };
    }
    rest = rest
      .slice(end)
      .replace(/^\s*(---\s*)?/, "")
      .trim();
  }
  return { ok: true, documents: documents.filter((document) => document !== null) };
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

function withoutTrailingCommas(text: string): string {
  return text.replaceAll(
    /("(?:[^"\\]|\\.)*")|,(\s*[}\]])/g,
    (_, quoted?: string, close?: string) => (quoted === undefined ? (close ?? "") : quoted),
  );
}

/** Why a document is no object that kubectl can send; undefined when it is one. */
export function objectProblem(
  document: unknown,
  source: string,
  validation: "validated" | "not validated",
): string | undefined {
  const invalid = (why: string): string =>
    `error validating ${goQuote(source)}: error validating data: ${why}; ` +
    "if you choose to ignore these errors, turn validation off with --validate=false";
  if (validation === "validated") {
    if (!isMap(document)) return invalid("invalid object to validate");
    const missing = ["apiVersion", "kind"].filter((key) => document[key] === undefined);
    if (missing.length === 1) return invalid(`${missing[0]} not set`);
    if (missing.length > 1) return invalid(`[${missing.map((m) => `${m} not set`).join(", ")}]`);
    const version = document["apiVersion"];
    if (typeof version === "string" && version.split("/").length > 2) {
      return invalid(`unexpected GroupVersion string: ${version}`);
    }
  }
  if (!isMap(document) || typeof document["kind"] !== "string" || document["kind"] === "") {
    return `unable to decode ${goQuote(source)}: Object 'Kind' is missing in '${compactJson(document)}'`;
  }
  return metadataProblem(document["metadata"], source);
}

function metadataProblem(metadata: unknown, source: string): string | undefined {
  if (metadata === undefined || metadata === null) return undefined;
  const cannot = (what: string, field: string, type: string): string =>
    `unable to decode ${goQuote(source)}: json: cannot unmarshal ${what} into Go struct field ` +
    `${field} of type ${type}`;
  if (!isMap(metadata)) return cannot(jsonType(metadata), ".metadata", "v1.ObjectMeta");
  for (const key of ["labels", "annotations"]) {
    const value = metadata[key];
    if (value === undefined || value === null) continue;
    const field = `ObjectMeta.metadata.${key}`;
    if (!isMap(value)) return cannot(jsonType(value), field, "map[string]string");
    const wrong = Object.values(value).find((v) => typeof v !== "string" && v !== null);
    if (wrong !== undefined) return cannot(jsonType(wrong), field, "string");
  }
  for (const key of ["name", "namespace", "generateName"]) {
    const value = metadata[key];
    if (value !== undefined && value !== null && typeof value !== "string") {
      return cannot(jsonType(value), `ObjectMeta.metadata.${key}`, "string");
    }
  }
  return undefined;
}

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value;
}
