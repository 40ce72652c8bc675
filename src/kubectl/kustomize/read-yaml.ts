/** YAML texts as trees. Mirrors kyaml's ByteReader (v0.21.1) on go.yaml.in/yaml/v3. */
import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar } from "yaml";
import { goDocument } from "../go-yaml.ts";
import { refuse, refuseOutright } from "./failure.ts";
import { Bare, copyOf, isNull, isTreeMap, nullNode, type Tree, type TreeMap } from "./tree.ts";

/** What one file may become, aliases followed. */
const mostNodes = 500_000;

/** The documents of a text that hold something. */
export function readDocuments(text: string): readonly Tree[] {
  return documentsOf(text.replaceAll("\r\n", "\n")).flatMap((chunk) => {
    const read = goDocument(chunk, []);
    if ("error" in read) return refuse(`MalformedYAMLError: yaml: ${read.error}`);
    if (read.document?.contents == null) return [];
    const tree = new Reading(chunk).tree(read.document.contents);
    return isNull(tree) ? [] : [tree];
  });
}

/** A line of three dashes ends a document; what follows them on the line may be a comment only. */
function documentsOf(text: string): readonly string[] {
  for (const [line] of text.matchAll(/(?<=\n)---.*(?=\n)/gu)) {
    const rest = line.slice(3).trim();
    if (rest !== "" && !rest.startsWith("#")) {
      refuse(`invalid document separator: ${line.trim()}`);
    }
  }
  const chunks = text.split(/\n---.*\n/u);
  return chunks.map((chunk, index) => (index < chunks.length - 1 ? `${chunk}\n` : chunk));
}

class Reading {
  readonly #anchors = new Map<string, Tree>();
  readonly #text: string;
  #nodes = 0;

  constructor(text: string) {
    this.#text = text;
  }

  tree(node: Node): Tree {
    this.#count(1);
    if (isAlias(node)) return this.#copied(this.#anchors.get(node.source) ?? nullNode);
    const tree = this.#inner(node);
    if ("anchor" in node && typeof node.anchor === "string") this.#anchors.set(node.anchor, tree);
    return tree;
  }

  #inner(node: Node): Tree {
    if (isMap(node)) return this.#map(node.items as readonly Pair<Node, Node | null>[]);
    if (isSeq(node)) {
      return node.items.map((item) => (item === null ? nullNode : this.tree(item as Node)));
    }
    return isScalar(node) ? scalarOf(node) : nullNode;
  }

  #map(pairs: readonly Pair<Node, Node | null>[]): TreeMap {
    const own: TreeMap = new Map();
    const merged: TreeMap[] = [];
    const lines = new Map<string, number>();
    for (const { key, value } of pairs) {
      const name = isScalar(key) ? nameOf(key) : "";
      const tree = value === null ? nullNode : this.tree(value);
      if (name === "<<" && isScalar(key) && key.type === "PLAIN") {
        merged.push(...(Array.isArray(tree) ? tree : [tree]).filter(isTreeMap));
        continue;
      }
      const line = this.#text.slice(0, key.range?.[0] ?? 0).split("\n").length;
      if (own.has(name)) refuseTwice(name, line, lines.get(name) ?? line);
      own.set(name, tree);
      lines.set(name, line);
    }
    const all: TreeMap = new Map();
    for (const each of [...merged.toReversed(), own]) {
      for (const [name, tree] of each) all.set(name, tree);
    }
    return all;
  }

  #copied(tree: Tree): Tree {
    this.#count(sizeOf(tree));
    return copyOf(tree);
  }

  #count(nodes: number): void {
    this.#nodes += nodes;
    if (this.#nodes > mostNodes) refuse("yaml: document contains excessive aliasing");
  }
}

function sizeOf(tree: Tree): number {
  if (Array.isArray(tree)) return tree.reduce((sum, item) => sum + sizeOf(item), 1);
  if (!isTreeMap(tree)) return 1;
  return Array.from(tree.values()).reduce((sum, item) => sum + sizeOf(item), 1);
}

function nameOf(key: Scalar): string {
  return typeof key.value === "string" ? key.value : (key.source ?? "");
}

/** kustomize says so when it prints the object. */
function refuseTwice(name: string, line: number, first: number): never {
  return refuseOutright(
    "map[string]interface {}(nil): yaml: unmarshal errors:\n" +
      `  line ${line}: mapping key "${name}" already defined at line ${first}`,
  );
}

function scalarOf(node: Scalar): Tree {
  const text = nameOf(node);
  const written = node.type !== "PLAIN" || node.tag?.endsWith(":str") === true;
  return written ? text : bareOf(text);
}

/** What a word without quotes means to go-yaml v3. */
export function bareOf(text: string): Tree {
  if (/^(?:~|null|Null|NULL|)$/u.test(text)) return new Bare(text, null);
  if (/^(?:true|True|TRUE|false|False|FALSE)$/u.test(text)) {
    return new Bare(text, text.toLowerCase() === "true");
  }
  const time = /^\d{4}-\d\d?-\d\d?(?:[Tt ].*)?$/u.test(text) ? timeOf(text) : undefined;
  if (time !== undefined) return new Bare(text, time);
  const plain = text.replaceAll("_", "");
  if (/^[-+]?(?:0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|[1-9]\d*|0)$/u.test(plain)) {
    const digits = plain.replace(/^[-+]/u, "");
    const value = Number(/^0[0-7]/u.test(digits) ? `0o${digits.slice(1)}` : digits);
    return new Bare(text, plain.startsWith("-") ? -value : value);
  }
  if (/^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/u.test(plain)) {
    return new Bare(text, Number(plain));
  }
  return text;
}

/** A time as Go's JSON prints it. */
function timeOf(text: string): string | undefined {
  const pattern =
    /^(\d{4})-(\d\d?)-(\d\d?)(?:(?:[Tt]| +)(\d\d?):(\d\d):(\d\d)(?:\.(\d+))?(?: *(Z|[-+]\d\d?(?::\d\d)?))?)?$/u;
  const [, year, month, day, hour = "00", minute = "00", second = "00", part, zone = "Z"] =
    pattern.exec(text) ?? [];
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const two = (digits: string): string => digits.padStart(2, "0");
  const fraction = part === undefined ? "" : `.${part.replace(/0+$/u, "")}`;
  const date = `${year}-${two(month)}-${two(day)}`;
  if (Number.isNaN(Date.parse(`${date}T00:00:00Z`))) return undefined;
  return `${date}T${two(hour)}:${minute}:${second}${fraction === "." ? "" : fraction}${zone}`;
}
