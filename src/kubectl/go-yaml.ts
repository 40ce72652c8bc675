/** YAML documents as go-yaml reads them: what is wrong in them, in its words. */
import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  parseAllDocuments,
  visit,
  type Document,
  type ScalarTag,
} from "yaml";
import { goQuote } from "./errors.ts";
import { isMap as isRecord } from "./fields.ts";
import { judgeYaml } from "./go-grammar.ts";
import { withDeeperQuotes } from "./quoted-lines.ts";

/** Without `document`: nothing is in the text. */
export type GoDocument = { readonly document?: Document.Parsed } | { readonly error: string };

/** What go-yaml's reader lets pass. */
const READABLE = /^[\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;

/** The first document of a text; `tags` says what bare words mean, all are texts without. */
export function goDocument(written: string, tags: readonly ScalarTag[]): GoDocument {
  const chunk = written.replace(/^\uFEFF/u, "");
  if (!READABLE.test(chunk)) return { error: "control characters are not allowed" };
  if (/^%YAML (?!1\.1)/.test(chunk)) return { error: "found incompatible YAML document" };
  // The last line is ended before it is read.
  const judged = judgeYaml(chunk.endsWith("\n") ? chunk : `${chunk}\n`);
  if ("error" in judged) return judged;
  const document = parseChunk([...chunk].slice(0, judged.end).join(""), tags);
  if (document === undefined) return {};
  let wrong: string | undefined;
  visit(document, {
    Node(_, node, path) {
      if (isAlias(node)) {
        const inside = path.some((outer) => isCollection(outer) && outer.anchor === node.source);
        if (inside) wrong ??= `anchor '${node.source}' value contains itself`;
      }
    },
    Pair(_, { key, value }) {
      if (isCollection(key)) wrong ??= `invalid map key: ${goValue(key.toJSON())}`;
      if (isMergeKey(key) && !merges(document, value)) wrong ??= NO_MERGE;
    },
  });
  return wrong === undefined ? { document } : { error: wrong };
}

const NO_MERGE = "map merge requires map or sequence of maps as the value";

/** `<<` without quotes. */
function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.type === "PLAIN" && key.source === "<<";
}

/** A map, its alias, or a list of these (decode.go, merge). */
function merges(document: Document, value: unknown): boolean {
  const isOne = (one: unknown): boolean => isMap(isAlias(one) ? one.resolve(document) : one);
  return isSeq(value) ? value.items.every(isOne) : isOne(value);
}

function parseChunk(chunk: string, goTags: readonly ScalarTag[]): Document.Parsed | undefined {
  const parse = (text: string): Document.Parsed | undefined =>
    parseAllDocuments(text, {
      version: "1.1",
      schema: "failsafe",
      uniqueKeys: false,
      merge: true,
      customTags: (tags) => [...tags, ...goTags],
    })[0];
  const document = parse(chunk);
  if (document === undefined || document.errors.length === 0) return document;
  const other = parse(withDeeperQuotes(chunk));
  return other?.errors.length === 0 ? other : document;
}

/** Go's %#v of a key that is a map or a list; templates in braces parse as maps with empty values. */
function goValue(value: unknown): string {
  if (Array.isArray(value)) return `[]interface {}{${value.map(goValue).join(", ")}}`;
  if (typeof value === "string" && value !== "") return goQuote(value);
  if (!isRecord(value)) return "interface {}(nil)";
  const members = Object.entries(value).map(([key, member]) => {
    return `${goQuote(key)}:${isRecord(member) ? goValue(member) : "interface {}(nil)"}`;
  });
  return `map[interface {}]interface {}{${members.join(", ")}}`;
}
