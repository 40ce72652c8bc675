/**
 * Tokens of a YAML document as go-yaml's scanner finds them, without their values. Mirrors
 * go.yaml.in/yaml/v2/scannerc.go (v2.4.4): where it stops, and at what.
 */

import { Cursor, type Mark } from "./go-cursor.ts";
import { passBlock, passPlain, passQuoted } from "./go-scalars.ts";

export type TokenType =
  | "stream start"
  | "stream end"
  | "directive"
  | "document start"
  | "document end"
  | "block sequence start"
  | "block mapping start"
  | "block end"
  | "flow sequence start"
  | "flow sequence end"
  | "flow mapping start"
  | "flow mapping end"
  | "block entry"
  | "flow entry"
  | "key"
  | "value"
  | "alias"
  | "anchor"
  | "tag"
  | "scalar";

export interface Token {
  readonly type: TokenType;
  readonly start: Mark;
  /** Of an anchor and an alias. */
  readonly name: string;
}

interface SimpleKey {
  possible: boolean;
  readonly required: boolean;
  readonly token: number;
  readonly mark: Mark;
}

const FLOW = { "[": "flow sequence start", "{": "flow mapping start" } as const;
const FLOW_END = { "]": "flow sequence end", "}": "flow mapping end" } as const;

export class Scanner {
  readonly #at: Cursor;
  #indent = -1;
  readonly #indents: number[] = [];
  #flow = 0;
  #keyAllowed = true;
  readonly #keys: (SimpleKey | undefined)[] = [undefined];
  readonly #tokens: Token[] = [];
  #parsed = 0;

  constructor(text: string) {
    this.#at = new Cursor(text);
    this.#add("stream start");
  }

  /** The next token, which stays. */
  peek(): Token {
    for (;;) {
      const [head] = this.#tokens;
      if (head !== undefined && !this.#mayBeKey()) return head;
      this.#fetch();
    }
  }

  skip(): void {
    this.#tokens.shift();
    this.#parsed += 1;
  }

  /** Whether the first token may still turn out to begin a key. */
  #mayBeKey(): boolean {
    const key = this.#keys.findLast(
      (each) => each?.possible === true && each.token === this.#parsed,
    );
    return key !== undefined && this.#isValid(key);
  }

  #add(type: TokenType, start = this.#at.mark, name = ""): void {
    this.#tokens.push({ type, start, name });
  }

  #insert(number: number, type: TokenType, start: Mark): void {
    this.#tokens.splice(number - this.#parsed, 0, { type, start, name: "" });
  }

  #isValid(key: SimpleKey): boolean {
    if (!key.possible) return false;
    const { line, index } = this.#at.mark;
    if (key.mark.line === line && key.mark.index + 1024 >= index) return true;
    if (key.required) this.#at.fail(key.mark, "could not find expected ':'");
    key.possible = false;
    return false;
  }

  #saveKey(): void {
    if (!this.#keyAllowed) return;
    const required = this.#flow === 0 && this.#indent === this.#at.column;
    const token = this.#parsed + this.#tokens.length;
    const key = { possible: true, required, token, mark: this.#at.mark };
    this.#removeKey();
    this.#keys[this.#keys.length - 1] = key;
  }

  #removeKey(): void {
    const key = this.#keys.at(-1);
    if (key?.possible !== true) return;
    if (key.required) this.#at.fail(key.mark, "could not find expected ':'");
    key.possible = false;
  }

  #roll(
    column: number,
    start: "block sequence start" | "block mapping start",
    key?: SimpleKey,
  ): void {
    if (this.#flow > 0 || this.#indent >= column) return;
    this.#indents.push(this.#indent);
    this.#indent = column;
    if (key === undefined) this.#add(start);
    else this.#insert(key.token, start, key.mark);
  }

  #unroll(column: number): void {
    if (this.#flow > 0) return;
    while (this.#indent > column) {
      this.#add("block end");
      this.#indent = this.#indents.pop() ?? -1;
    }
  }

  #fetch(): void {
    this.#toNextToken();
    this.#unroll(this.#at.column);
    const c = this.#at.at();
    if (c === "") return this.#fetchEnd();
    if (this.#at.column === 0 && c === "%") return this.#fetchMarker("directive");
    if (this.#at.isDocumentMark("-")) return this.#fetchMarker("document start");
    if (this.#at.isDocumentMark(".")) return this.#fetchMarker("document end");
    if (c === "[" || c === "{") return this.#fetchFlowStart(FLOW[c]);
    if (c === "]" || c === "}") return this.#fetchFlowEnd(FLOW_END[c]);
    if (c === ",") return this.#fetchEntry("flow entry");
    const alone = this.#at.isBlankOrEnd(1);
    if (c === "-" && alone) return this.#fetchBlockEntry();
    if (c === "?" && (this.#flow > 0 || alone)) return this.#fetchKey();
    if (c === ":" && (this.#flow > 0 || alone)) return this.#fetchValue();
    if (c === "*" || c === "&") return this.#fetchAnchor(c === "*" ? "alias" : "anchor");
    if (c === "!") return this.#fetchTag();
    if ((c === "|" || c === ">") && this.#flow === 0) return this.#fetchBlockScalar();
    if (c === "'" || c === '"') return this.#fetchQuoted(c);
    const plain =
      !(this.#at.isBlankOrEnd() || /^[-?:,[\]{}#&*!|>'"%@`]$/.test(c)) ||
      (c === "-" && !this.#at.isBlank(1)) ||
      (this.#flow === 0 && (c === "?" || c === ":") && !alone);
    if (plain) return this.#fetchPlain();
    return this.#at.fail(this.#at.mark, "found character that cannot start any token");
  }

  #toNextToken(): void {
    for (;;) {
      if (this.#at.column === 0 && this.#at.at() === "\uFEFF") this.#at.step();
      const tabs = this.#flow > 0 || !this.#keyAllowed;
      while (this.#at.at() === " " || (tabs && this.#at.at() === "\t")) this.#at.step();
      if (this.#at.at() === "#") this.#at.stepToBreak();
      if (!this.#at.isBreak()) return;
      this.#at.stepLine();
      if (this.#flow === 0) this.#keyAllowed = true;
    }
  }

  #fetchEnd(): void {
    this.#at.endLine();
    this.#unroll(-1);
    this.#removeKey();
    this.#keyAllowed = false;
    this.#add("stream end");
  }

  #fetchMarker(type: "directive" | "document start" | "document end"): void {
    this.#unroll(-1);
    this.#removeKey();
    this.#keyAllowed = false;
    const start = this.#at.mark;
    if (type !== "directive") for (let i = 0; i < 3; i += 1) this.#at.step();
    else {
      let name = "";
      for (this.#at.step(); !this.#at.isBlankOrEnd(); this.#at.step()) name += this.#at.at();
      if (name !== "YAML" && name !== "TAG") this.#at.fail(start, "found unknown directive name");
      this.#at.stepToBreak();
    }
    this.#add(type, start);
  }

  #fetchFlowStart(type: TokenType): void {
    this.#saveKey();
    this.#keys.push(undefined);
    this.#flow += 1;
    this.#keyAllowed = true;
    this.#add(type);
    this.#at.step();
  }

  #fetchFlowEnd(type: TokenType): void {
    this.#removeKey();
    if (this.#flow > 0) {
      this.#flow -= 1;
      this.#keys.pop();
    }
    this.#keyAllowed = false;
    this.#add(type);
    this.#at.step();
  }

  #fetchEntry(type: "flow entry" | "block entry"): void {
    this.#removeKey();
    this.#keyAllowed = true;
    this.#add(type);
    this.#at.step();
  }

  #fetchBlockEntry(): void {
    if (this.#flow === 0) {
      if (!this.#keyAllowed) {
        this.#at.fail(this.#at.mark, "block sequence entries are not allowed in this context");
      }
      this.#roll(this.#at.column, "block sequence start");
    }
    this.#fetchEntry("block entry");
  }

  #fetchKey(): void {
    if (this.#flow === 0) {
      if (!this.#keyAllowed)
        this.#at.fail(this.#at.mark, "mapping keys are not allowed in this context");
      this.#roll(this.#at.column, "block mapping start");
    }
    this.#removeKey();
    this.#keyAllowed = this.#flow === 0;
    this.#add("key");
    this.#at.step();
  }

  #fetchValue(): void {
    const key = this.#keys.at(-1);
    if (key !== undefined && this.#isValid(key)) {
      this.#insert(key.token, "key", key.mark);
      this.#roll(key.mark.column, "block mapping start", key);
      key.possible = false;
      this.#keyAllowed = false;
    } else {
      if (this.#flow === 0) {
        if (!this.#keyAllowed) {
          this.#at.fail(this.#at.mark, "mapping values are not allowed in this context");
        }
        this.#roll(this.#at.column, "block mapping start");
      }
      this.#keyAllowed = this.#flow === 0;
    }
    this.#add("value");
    this.#at.step();
  }

  #fetchAnchor(type: "alias" | "anchor"): void {
    this.#saveKey();
    this.#keyAllowed = false;
    const start = this.#at.mark;
    let name = "";
    for (this.#at.step(); /^[\w-]$/.test(this.#at.at()); this.#at.step()) name += this.#at.at();
    if (name === "" || !(this.#at.isBlankOrEnd() || /^[?:,\]}%@`]$/.test(this.#at.at()))) {
      this.#at.fail(start, "did not find expected alphabetic or numeric character");
    }
    this.#add(type, start, name);
  }

  #fetchTag(): void {
    this.#saveKey();
    this.#keyAllowed = false;
    const start = this.#at.mark;
    while (/^[\w;/?:@&=+$,.!~*'()[\]%<>-]$/.test(this.#at.at())) this.#at.step();
    if (!this.#at.isBlankOrEnd())
      this.#at.fail(start, "did not find expected whitespace or line break");
    this.#add("tag", start);
  }

  #fetchBlockScalar(): void {
    this.#removeKey();
    this.#keyAllowed = true;
    const start = this.#at.mark;
    passBlock(this.#at, this.#indent);
    this.#add("scalar", start);
  }

  #fetchQuoted(quote: string): void {
    this.#saveKey();
    this.#keyAllowed = false;
    const start = this.#at.mark;
    passQuoted(this.#at, quote);
    this.#add("scalar", start);
  }

  #fetchPlain(): void {
    this.#saveKey();
    this.#keyAllowed = false;
    const start = this.#at.mark;
    const newLine = passPlain(this.#at, this.#indent, this.#flow > 0 ? "in flow" : "in block");
    this.#add("scalar", start);
    if (newLine) this.#keyAllowed = true;
  }
}
