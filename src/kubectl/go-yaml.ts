/** YAML documents as go-yaml reads them: what is wrong in them, in its words. */
import {
  isAlias,
  isCollection,
  parseAllDocuments,
  visit,
  type Alias,
  type Document,
  type ScalarTag,
  type YAMLParseError,
} from "yaml";
import { goQuote } from "./errors.ts";
import { isMap as isRecord } from "./fields.ts";
import { withDeeperQuotes } from "./quoted-lines.ts";

/** Without `document`: nothing is in the text. */
export type GoDocument = { readonly document?: Document.Parsed } | { readonly error: string };

/** What go-yaml's reader lets pass. */
const READABLE = /^[\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;

/** The first document of a text; `tags` says what bare words mean, all are texts without. */
export function goDocument(chunk: string, tags: readonly ScalarTag[]): GoDocument {
  if (!READABLE.test(chunk)) return { error: "control characters are not allowed" };
  if (/^%YAML (?!1\.1)/.test(chunk)) return { error: "found incompatible YAML document" };
  const document = parseChunk(chunk, tags);
  if (document === undefined) return {};
  if (document.errors.length > 0) {
    // go-yaml ends the last line first.
    const whole = chunk.endsWith("\n") ? document : (parseChunk(`${chunk}\n`, tags) ?? document);
    return { error: yamlProblem(whole.errors.length > 0 ? whole.errors : document.errors, chunk) };
  }
  const anchors = new Set<string>();
  let wrong: string | undefined;
  visit(document, {
    Node(_, node, path) {
      if (isAlias(node)) {
        wrong ??= aliasProblem(node, chunk);
        if (!anchors.has(node.source)) wrong ??= `unknown anchor '${node.source}' referenced`;
        const inside = path.some((outer) => isCollection(outer) && outer.anchor === node.source);
        if (inside) wrong ??= `anchor '${node.source}' value contains itself`;
      } else if (node.anchor !== undefined) anchors.add(node.anchor);
    },
    Pair(_, { key }) {
      if (isCollection(key)) wrong ??= `invalid map key: ${goValue(key.toJSON())}`;
    },
  });
  return wrong === undefined ? { document } : { error: wrong };
}

/** What go-yaml's scanner finds in `*.example.com`, written without quotes. */
function aliasProblem({ source, range }: Alias, chunk: string): string | undefined {
  if (/^[\w-]+([?:,\]}%@`]|$)/.test(source)) return undefined;
  const line = chunk.slice(0, range?.[0] ?? 0).split("\n").length;
  const why = "did not find expected alphabetic or numeric character";
  return line > 1 ? `line ${line}: ${why}` : why;
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

/**
 * The library's first error in go-yaml's words. go-yaml counts lines from 0 where its parser fails, from
 * 1 where its scanner does, and leaves line 0 out.
 */
function yamlProblem(errors: readonly YAMLParseError[], chunk: string): string {
  const [first, second] = errors;
  const start = first?.linePos?.[0].line ?? 1;
  const scanner = (line: number, why: string): string => (line > 1 ? `line ${line}: ${why}` : why);
  const parser = (line: number, why: string): string =>
    line > 1 ? `line ${line - 1}: ${why}` : why;
  switch (first?.code) {
    case "TAB_AS_INDENT":
    case "BAD_SCALAR_START":
      return scanner(start, "found character that cannot start any token");
    case "BLOCK_AS_IMPLICIT_KEY":
    case "MULTILINE_IMPLICIT_KEY": {
      const key =
        second?.code === "MULTILINE_IMPLICIT_KEY" && first.code !== second.code ? second : first;
      const line = key.linePos?.[1]?.line ?? start;
      return scanner(line, "mapping values are not allowed in this context");
    }
    case "MISSING_CHAR":
      return first.message.startsWith("Missing closing")
        ? scanner(start, "found unexpected end of stream")
        : scanner(start + 1, "could not find expected ':'");
    default: {
      const flow = /^Flow (\w+) in block collection/.exec(first?.message ?? "")?.[1];
      if (flow === undefined) return parser(start, "did not find expected key");
      const last = chunk.trimEnd();
      if (/[[{,]$/.test(last)) {
        return parser(last.split("\n").length + 1, "did not find expected node content");
      }
      return parser(start, `did not find expected ',' or '${flow === "map" ? "}" : "]"}'`);
    }
  }
}
