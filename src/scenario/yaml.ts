/**
 * YAML with places: each document becomes a tree of values that know where they stand in the text.
 * Aliases share one value; duplicate keys are noted and the last wins, as for kubectl; merge keys (`<<`)
 * are applied. Text that is built to exhaust the parser is refused before it is parsed.
 */
import { Composer, isAlias, isMap, isScalar, isSeq, Parser, visit } from "yaml";
import type { Alias, CST, Document, Pair, ParsedNode, Scalar, YAMLMap, YAMLSeq } from "yaml";
import { withDeeperQuotes } from "../kubectl/quoted-lines.ts";
import { lex } from "./hostile.ts";
import { problemAt, sourceOf, type Problem, type Source, type Span } from "./problem.ts";
import { resolvePlain } from "./scalars.ts";

/** A value and its place. Exactly one of `entries` (a map) and `items` (a list) is there, or none. */
export interface Located {
  /** The plain value, frozen. */
  readonly value: unknown;
  readonly span: Span;
  readonly entries?: ReadonlyMap<string, LocatedEntry>;
  readonly items?: readonly Located[];
}

export interface LocatedEntry {
  readonly key: Span;
  readonly node: Located;
}

export interface YamlDocument {
  readonly root: Located;
  /** Keys given twice in one map: the later one, and its name. */
  readonly duplicates: readonly { readonly name: string; readonly span: Span }[];
}

export interface YamlFile {
  readonly source: Source;
  readonly documents: readonly YamlDocument[];
  readonly problems: readonly Problem[];
}

const deepest = 64;
const mostValues = 1_000_000;
const mostProblems = 20;
/** Longer texts with mistakes are not read a second time. */
const longestRepaired = 2_000_000;

/** Reads all documents of a text. Empty ones (nothing but comments) are left out. */
export function readYaml(text: string, file: string): YamlFile {
  const clean = text.startsWith("\u{feff}") ? text.slice(1) : text;
  const read = readText(clean, file);
  if (read.problems.length === 0 || clean.length > longestRepaired) return read;
  const deeper = withDeeperQuotes(clean);
  const other = deeper === clean ? read : readText(deeper, file);
  return other.problems.length === 0 ? other : read;
}

function readText(text: string, file: string): YamlFile {
  const source = sourceOf(file, text);
  const lexed = lex(source);
  if (!lexed.ok) return { source, documents: [], problems: [lexed.problem] };
  const documents: YamlDocument[] = [];
  const problems: Problem[] = [];
  for (const document of parse(lexed.tokens)) {
    problems.push(...syntaxProblems(source, document));
    if (document.errors.length > 0 || document.contents === null) continue;
    const reader = new Reader(source);
    const root = reader.read(document.contents, 0);
    problems.push(...reader.problems);
    if (root.value !== null) documents.push({ root, duplicates: reader.duplicates });
  }
  return { source, documents, problems: problems.slice(0, mostProblems) };
}

/** The first of each line; after a tab the others are only what follows from it. */
function syntaxProblems(source: Source, document: Document.Parsed): readonly Problem[] {
  const { errors, warnings } = document;
  const tabs = errors.filter(({ code }) => code === "TAB_AS_INDENT");
  const lines = new Set<number>();
  return [...(tabs.length > 0 ? tabs : errors), ...warnings].flatMap(({ pos, message }) => {
    const isOpen = message.startsWith("Missing closing");
    const start = isOpen ? lastQuote(document, pos[0]) : pos[0];
    const span = { start, end: isOpen ? start + 1 : pos[1] };
    const hint = tabs.length > 0 ? { hint: "indent with blanks" } : {};
    const problem = problemAt(source, span, { code: "yaml-syntax", message, ...hint });
    if (lines.has(problem.line)) return [];
    lines.add(problem.line);
    return [problem];
  });
}

/** Where the text between quotes begins that goes on to an offset: a quote that is not closed is missed at the end of the file. */
function lastQuote(document: Document.Parsed, end: number): number {
  let start = end;
  visit(document, {
    Scalar: (_, { range, type }) => {
      if (type?.startsWith("QUOTE") && range != null && range[1] >= end) [start] = range;
    },
  });
  return start;
}

function parse(tokens: readonly string[]): Iterable<Document.Parsed> {
  return new Composer({ uniqueKeys: false, logLevel: "silent" }).compose(parsed(tokens));
}

function* parsed(tokens: readonly string[]): Iterable<CST.Token> {
  const parser = new Parser();
  for (const token of tokens) yield* parser.next(token);
  yield* parser.end();
}

type Node = ParsedNode | Alias.Parsed;

/** Turns the nodes of one document into located values. */
class Reader {
  readonly problems: Problem[] = [];
  readonly duplicates: { name: string; span: Span }[] = [];
  readonly #source: Source;
  /** What the last node with this anchor became; `undefined` while it is being read. */
  readonly #anchored = new Map<string, { node: Located; size: number } | undefined>();
  #values = 0;

  constructor(source: Source) {
    this.#source = source;
  }

  read(node: Node | null, depth: number): Located {
    if (node === null) return { value: null, span: { start: 0, end: 0 } };
    const span = spanOf(node);
    if (this.#values > mostValues) return this.#give(span, undefined);
    if (depth > deepest) return this.#give(span, `nested deeper than ${deepest} levels`);
    this.#values++;
    if (isAlias(node)) return this.#alias(node, span);
    const before = this.#values;
    const { anchor } = node;
    if (anchor !== undefined) this.#anchored.set(anchor, undefined);
    let located: Located;
    if (isMap(node)) located = this.#map(node, depth);
    else if (isSeq(node)) located = this.#list(node, depth);
    else located = { value: scalarValue(node), span };
    const size = this.#values - before + 1;
    if (anchor !== undefined) this.#anchored.set(anchor, { node: located, size });
    return located;
  }

  #alias(node: Alias.Parsed, span: Span): Located {
    if (!this.#anchored.has(node.source)) {
      const message = `no anchor "&${node.source}" comes before it in this document`;
      const written = `*${node.source}`;
      this.#give(span, message, `for the text ${written} write "${written}"`);
      return { value: written, span };
    }
    const known = this.#anchored.get(node.source);
    if (known === undefined) return this.#give(span, `"*${node.source}" would contain itself`);
    this.#values += known.size;
    if (this.#values > mostValues) {
      return this.#give(span, `the aliases expand to more than ${mostValues} values`);
    }
    return { ...known.node, span };
  }

  #list(list: YAMLSeq.Parsed, depth: number): Located {
    const items = list.items.map((item) => this.read(item as Node | null, depth + 1));
    return { value: Object.freeze(items.map((item) => item.value)), span: spanOf(list), items };
  }

  #map(map: YAMLMap.Parsed, depth: number): Located {
    const own = new Map<string, LocatedEntry>();
    const merged = new Map<string, LocatedEntry>();
    for (const pair of map.items as Pair<Node, Node | null>[]) {
      const span = spanOf(pair.key);
      const name = this.#keyName(pair.key, span);
      if (name === undefined) continue;
      const value = this.read(pair.value, depth + 1);
      const node = pair.value === null ? { ...value, span } : value;
      if (name === "<<" && !isQuoted(pair.key)) this.#merge(merged, node);
      else {
        if (own.has(name)) this.duplicates.push({ name, span });
        own.set(name, { key: span, node });
      }
    }
    const entries = new Map([...own, ...[...merged].filter(([name]) => !own.has(name))]);
    const values = [...entries].map(([name, entry]) => [name, entry.node.value] as const);
    return { value: Object.freeze(Object.fromEntries(values)), span: spanOf(map), entries };
  }

  #merge(into: Map<string, LocatedEntry>, from: Located): void {
    for (const part of from.items ?? [from]) {
      if (part.entries === undefined) {
        this.#give(part.span, "a merge key (<<) takes a map, or a list of maps");
        continue;
      }
      for (const [name, entry] of part.entries) if (!into.has(name)) into.set(name, entry);
    }
  }

  #keyName(key: Node, span: Span): string | undefined {
    const name = isScalar(key) ? (key.source ?? String(key.value)) : undefined;
    if (name === undefined) {
      this.#give(span, isAlias(key) ? "an alias as a key" : "a key that is not a plain word");
    } else if (name === "__proto__") {
      this.#give(span, 'the key "__proto__" is refused');
      return undefined;
    } else if (key.anchor !== undefined) {
      this.#anchored.set(key.anchor, { node: { value: name, span }, size: 1 });
    }
    return name;
  }

  #give(span: Span, message: string | undefined, hint?: string): Located {
    if (message !== undefined && this.problems.length < mostProblems) {
      const more = hint === undefined ? {} : { hint };
      this.problems.push(problemAt(this.#source, span, { code: "yaml", message, ...more }));
    }
    return { value: null, span };
  }
}

function scalarValue(node: Scalar): unknown {
  const plain = node.type === "PLAIN" && node.tag === undefined;
  const value = plain ? resolvePlain(node.source ?? "") : node.value;
  return value instanceof Date || value instanceof Uint8Array ? String(node.source) : value;
}

function isQuoted(key: Node): boolean {
  return isScalar(key) && key.type !== "PLAIN";
}

function spanOf(node: Node): Span {
  const [start, valueEnd] = node.range ?? [0, 0, 0];
  return { start, end: valueEnd };
}
