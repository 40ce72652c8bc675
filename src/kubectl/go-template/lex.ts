/** Tokens of Go templates. Mirrors text/template/parse/lex.go (Go 1.26). */

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** Where it begins, as an index into the template. */
  readonly at: number;
  /** Counted from 1. */
  readonly line: number;
}

const keywords = [
  "block",
  "break",
  "continue",
  "define",
  "else",
  "end",
  "if",
  "nil",
  "range",
  "template",
  "with",
] as const;
type Keyword = (typeof keywords)[number];

export type TokenKind =
  | Keyword
  | "assign"
  | "bool"
  | "char"
  | "character"
  | "declare"
  | "dot"
  | "eof"
  | "error"
  | "field"
  | "identifier"
  | "left delimiter"
  | "left parenthesis"
  | "number"
  | "pipe"
  | "raw string"
  | "right delimiter"
  | "right parenthesis"
  | "space"
  | "string"
  | "text"
  | "variable";

/** The token in an error's words. */
export function tokenText({ kind, text }: Token): string {
  if (kind === "eof") return "EOF";
  if (kind === "error") return text;
  if (kind === "dot" || keywords.some((word) => word === kind)) return `<${text}>`;
  return text.length > 10 ? `${JSON.stringify(text.slice(0, 10))}...` : JSON.stringify(text);
}

interface Scan {
  readonly input: string;
  readonly tokens: Token[];
  at: number;
  line: number;
  /** Up to here newlines are counted. */
  counted: number;
}

/** All tokens; the last one is the end or an error. */
export function tokensOf(input: string): readonly Token[] {
  const scan: Scan = { input, tokens: [], at: 0, line: 1, counted: 0 };
  while (scan.tokens.at(-1)?.kind !== "error") {
    const open = input.indexOf("{{", scan.at);
    const end = open < 0 ? input.length : open;
    const trims = open >= 0 && /^-[ \t\r\n]/.test(input.slice(open + 2, open + 4));
    const text = input.slice(scan.at, end);
    const kept = trims ? text.replace(/[ \t\r\n]+$/, "") : text;
    if (kept !== "") push(scan, "text", kept);
    scan.at = end;
    if (open < 0) {
      push(scan, "eof", "");
      break;
    }
    scanDelimited(scan, open + 2 + (trims ? 2 : 0));
  }
  return scan.tokens;
}

function push(scan: Scan, kind: TokenKind, text: string, at: number = scan.at): void {
  scan.line += scan.input.slice(scan.counted, at).split("\n").length - 1;
  scan.counted = Math.max(scan.counted, at);
  scan.tokens.push({ kind, text, at, line: scan.line });
}

/** A comment or an action, up to the start of the next text. */
function scanDelimited(scan: Scan, inside: number): void {
  if (!scan.input.startsWith("/*", inside)) {
    push(scan, "left delimiter", "{{");
    scan.at = inside;
    scanAction(scan);
    return;
  }
  const close = scan.input.indexOf("*/", inside + 2);
  if (close < 0) return push(scan, "error", "unclosed comment", inside);
  const end = /^(?:[ \t\r\n]-\}\}[ \t\r\n]*|\}\})/.exec(scan.input.slice(close + 2));
  if (end === null) return push(scan, "error", "comment ends before closing delimiter", inside);
  scan.at = close + 2 + end[0].length;
}

type Scanned = readonly [kind: TokenKind, text: string];

function scanAction(scan: Scan): void {
  let depth = 0;
  for (;;) {
    const rest = scan.input.slice(scan.at);
    const close = /^(?:([ \t\r\n]-)\}\}[ \t\r\n]*|\}\})/.exec(rest);
    if (close !== null && depth > 0) return push(scan, "error", "unclosed left paren");
    if (close !== null) {
      push(scan, "right delimiter", "}}", scan.at + (close[1]?.length ?? 0));
      scan.at += close[0].length;
      return;
    }
    const [kind, text] = actionToken(rest);
    if (kind === "left parenthesis") depth += 1;
    if (kind === "right parenthesis") depth -= 1;
    if (depth < 0) return push(scan, "error", "unexpected right paren");
    push(scan, kind, text);
    if (kind === "error") return;
    scan.at += text.length;
  }
}

const single: Readonly<Record<string, TokenKind>> = {
  "=": "assign",
  "|": "pipe",
  "(": "left parenthesis",
  ")": "right parenthesis",
};

function wordAt(rest: string): string {
  return /^[\p{L}\p{Nd}_]*/u.exec(rest)?.[0] ?? "";
}

function actionToken(rest: string): Scanned {
  const [c = ""] = rest;
  if (c === "") return ["error", "unclosed action"];
  // A blank before a trimming delimiter belongs to the delimiter.
  const space = /^[ \t\r\n]+?(?=[ \t\r\n]-\}\}|[^ \t\r\n]|$)/.exec(rest);
  if (space !== null) return ["space", space[0]];
  const symbol = single[c];
  if (symbol !== undefined) return [symbol, c];
  if (c === ":") return rest[1] === "=" ? ["declare", ":="] : ["error", "expected :="];
  if (c === '"' || c === "`" || c === "'") return quoted(rest, c);
  if (c === "$" || (c === "." && /^\.\D/su.test(rest))) return fieldOrVariable(rest, c);
  if (/[-+.\d]/.test(c)) return numberToken(rest);
  const word = wordAt(rest);
  if (word !== "") return wordToken(rest, word);
  const code = c.codePointAt(0) ?? 0;
  if (code > 0x20 && code < 0x7f) return ["char", c];
  return ["error", `unrecognized character in action: ${named(c)}`];
}

function quoted(rest: string, quote: string): Scanned {
  const kinds = {
    '"': [/^"(?:\\[^\n]|[^"\\\n])*"/, "string", "quoted string"],
    "`": [/^`[^`]*`/, "raw string", "raw quoted string"],
    "'": [/^'(?:\\[^\n]|[^'\\\n])*'/, "character", "character constant"],
  } as const;
  const [pattern, kind, what] = kinds[quote === '"' || quote === "`" ? quote : "'"];
  const found = pattern.exec(rest);
  return found === null ? ["error", `unterminated ${what}`] : [kind, found[0]];
}

function fieldOrVariable(rest: string, sign: string): Scanned {
  const word = wordAt(rest.slice(1));
  const wrong = badCharacter(rest.slice(1 + word.length));
  if (wrong !== undefined) return wrong;
  if (sign === "$") return ["variable", sign + word];
  return word === "" ? ["dot", "."] : ["field", sign + word];
}

function wordToken(rest: string, word: string): Scanned {
  const wrong = badCharacter(rest.slice(word.length));
  if (wrong !== undefined) return wrong;
  const keyword = keywords.find((known) => known === word);
  if (keyword !== undefined) return [keyword, word];
  return word === "true" || word === "false" ? ["bool", word] : ["identifier", word];
}

/** What may follow a word; anything else is an error. */
function badCharacter(after: string): Scanned | undefined {
  if (after === "" || /^(?:[ \t\r\n.,|:()]|\}\})/.test(after)) return undefined;
  return ["error", `bad character ${named(String.fromCodePoint(after.codePointAt(0) ?? 0))}`];
}

const numberPattern =
  /^[+-]?(?:0[xX][0-9a-fA-F_]*\.?[0-9a-fA-F_]*(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*\.?[0-7_]*|0[bB][01_]*\.?[01_]*|[0-9_]*\.?[0-9_]*(?:[eE][+-]?[0-9_]*)?)i?/;

function numberToken(rest: string): Scanned {
  const first = numberPattern.exec(rest)?.[0] ?? "";
  const signed = /^[+-]/.test(rest.slice(first.length));
  const second = signed ? (numberPattern.exec(rest.slice(first.length))?.[0] ?? "") : "";
  const next = /^[\p{L}\p{Nd}_]/u.exec(rest.slice(first.length + second.length))?.[0] ?? "";
  if (second + next === "") return ["number", first];
  return ["error", `bad number syntax: ${JSON.stringify(first + second + next)}`];
}

/** A character as `U+00E9 'é'`. */
function named(c: string): string {
  const code = (c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return `U+${code} '${c}'`;
}
