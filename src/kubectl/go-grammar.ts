/**
 * Whether a text begins with a YAML document, as go-yaml's parser has it, and where that ends. Mirrors
 * go.yaml.in/yaml/v2/parserc.go (v2.4.4), without what it makes of the document.
 */
import { YamlProblem } from "./go-cursor.ts";
import { Scanner, type Token, type TokenType } from "./go-scanner.ts";

export type Judged = { readonly end: number } | { readonly error: string };

/** `end`: characters of the first document; what follows is never looked at. */
export function judgeYaml(text: string): Judged {
  try {
    return { end: new Grammar(text).document() };
  } catch (thrown) {
    if (thrown instanceof YamlProblem) return { error: thrown.message };
    throw thrown;
  }
}

const isOneOf = (token: Token, ...types: readonly TokenType[]): boolean =>
  types.includes(token.type);

class Grammar {
  readonly #scanner: Scanner;
  readonly #anchors = new Set<string>();

  constructor(text: string) {
    this.#scanner = new Scanner(text);
  }

  document(): number {
    this.#next();
    while (isOneOf(this.#peek(), "document end")) this.#next();
    let explicit = false;
    while (isOneOf(this.#peek(), "directive")) {
      this.#next();
      explicit = true;
    }
    if (isOneOf(this.#peek(), "document start")) this.#next();
    else if (explicit) this.#fail(this.#peek(), "did not find expected <document start>");
    const empty = ["directive", "document start", "document end", "stream end"] as const;
    if (!isOneOf(this.#peek(), ...empty)) this.#node("block", "not indentless");
    return this.#peek().start.index;
  }

  #peek(): Token {
    return this.#scanner.peek();
  }

  /** Past the next token, to the one behind it. */
  #next(): Token {
    this.#scanner.peek();
    this.#scanner.skip();
    return this.#scanner.peek();
  }

  #fail({ start }: Token, why: string, context?: Token): never {
    const line = start.line === 0 ? (context?.start.line ?? 0) : start.line;
    throw new YamlProblem(line === 0 ? why : `line ${line}: ${why}`);
  }

  #node(style: "block" | "flow", lists: "indentless" | "not indentless"): void {
    const first = this.#peek();
    if (first.type === "alias") {
      if (!this.#anchors.has(first.name)) {
        throw new YamlProblem(`unknown anchor '${first.name}' referenced`);
      }
      this.#scanner.skip();
      return;
    }
    let token = first;
    for (const seen = new Set<TokenType>(); isOneOf(token, "anchor", "tag"); token = this.#next()) {
      if (seen.has(token.type)) break;
      seen.add(token.type);
      if (token.type === "anchor") this.#anchors.add(token.name);
    }
    const block = style === "block";
    if (lists === "indentless" && token.type === "block entry") return this.#indentless();
    if (token.type === "scalar") return this.#scanner.skip();
    if (token.type === "flow sequence start") return this.#flowSequence();
    if (token.type === "flow mapping start") return this.#flowMapping();
    if (block && token.type === "block sequence start") return this.#blockSequence();
    if (block && token.type === "block mapping start") return this.#blockMapping();
    if (token === first) this.#fail(token, "did not find expected node content", first);
  }

  #indentless(): void {
    while (isOneOf(this.#peek(), "block entry")) {
      const after = this.#next();
      if (!isOneOf(after, "block entry", "key", "value", "block end")) {
        this.#node("block", "not indentless");
      }
    }
  }

  #blockSequence(): void {
    const start = this.#peek();
    this.#next();
    while (isOneOf(this.#peek(), "block entry")) {
      const after = this.#next();
      if (!isOneOf(after, "block entry", "block end")) this.#node("block", "not indentless");
    }
    const token = this.#peek();
    if (token.type !== "block end") this.#fail(token, "did not find expected '-' indicator", start);
    this.#scanner.skip();
  }

  #blockMapping(): void {
    const start = this.#peek();
    this.#next();
    while (isOneOf(this.#peek(), "key")) {
      this.#part(["key", "value", "block end"]);
      if (isOneOf(this.#peek(), "value")) this.#part(["key", "value", "block end"]);
    }
    const token = this.#peek();
    if (token.type !== "block end") this.#fail(token, "did not find expected key", start);
    this.#scanner.skip();
  }

  /** A key or a value behind its mark, which may be empty. */
  #part(empty: readonly TokenType[]): void {
    if (!isOneOf(this.#next(), ...empty)) this.#node("block", "indentless");
  }

  #flowSequence(): void {
    const start = this.#peek();
    let token = this.#next();
    for (let first = true; token.type !== "flow sequence end"; first = false) {
      if (!first) {
        if (token.type !== "flow entry")
          this.#fail(token, "did not find expected ',' or ']'", start);
        token = this.#next();
      }
      if (token.type === "key") this.#flowPair("flow sequence end");
      else if (token.type !== "flow sequence end") this.#node("flow", "not indentless");
      token = this.#peek();
    }
    this.#scanner.skip();
  }

  #flowMapping(): void {
    const start = this.#peek();
    let token = this.#next();
    for (let first = true; token.type !== "flow mapping end"; first = false) {
      if (!first) {
        if (token.type !== "flow entry")
          this.#fail(token, "did not find expected ',' or '}'", start);
        token = this.#next();
      }
      if (token.type === "key") this.#flowPair("flow mapping end");
      else if (token.type !== "flow mapping end") this.#node("flow", "not indentless");
      token = this.#peek();
    }
    this.#scanner.skip();
  }

  #flowPair(end: TokenType): void {
    if (!isOneOf(this.#next(), "value", "flow entry", end)) this.#node("flow", "not indentless");
    if (!isOneOf(this.#peek(), "value")) return;
    if (!isOneOf(this.#next(), "flow entry", end)) this.#node("flow", "not indentless");
  }
}
