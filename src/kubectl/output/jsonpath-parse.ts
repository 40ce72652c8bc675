/** Parser of kubectl's JSONPath templates. Mirrors client-go/util/jsonpath/parser.go (v0.37.2). */
import { unquoted } from "../go-template/literals.ts";

export type PathNode =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "field"; readonly name: string }
  | { readonly type: "identifier"; readonly name: string }
  | { readonly type: "wildcard" }
  | { readonly type: "recursive" }
  | { readonly type: "literal"; readonly value: string | number | boolean }
  | {
      readonly type: "slice";
      readonly bounds: readonly (number | undefined)[];
      readonly single: boolean;
    }
  | { readonly type: "union"; readonly branches: readonly (readonly PathNode[])[] }
  | {
      readonly type: "filter";
      readonly left: readonly PathNode[];
      readonly operator: string;
      readonly right: readonly PathNode[];
    }
  | { readonly type: "list"; readonly nodes: readonly PathNode[] };

/** Why a template is not valid, in kubectl's words. */
export interface PathError {
  readonly error: string;
}

class Refusal extends Error {}

function refuse(text: string): never {
  throw new Refusal(text);
}

/** Text and `{actions}`; each action becomes one `list` node. */
export function parseTemplate(template: string): readonly PathNode[] | PathError {
  try {
    return templateNodes(template);
  } catch (thrown) {
    if (thrown instanceof Refusal) return { error: thrown.message };
    throw thrown;
  }
}

function templateNodes(template: string): PathNode[] {
  const nodes: PathNode[] = [];
  let at = 0;
  while (at < template.length) {
    const open = template.indexOf("{", at);
    if (open < 0) {
      nodes.push({ type: "text", text: template.slice(at) });
      break;
    }
    if (open > at) nodes.push({ type: "text", text: template.slice(at, open) });
    const scanner: Scanner = { text: template, at: open + 1 };
    nodes.push({ type: "list", nodes: actionNodes(scanner) });
    at = scanner.at;
  }
  return nodes;
}

interface Scanner {
  readonly text: string;
  at: number;
}

/** What a text means inside of braces. */
function action(text: string): PathNode[] {
  return actionNodes({ text: `${text}}`, at: 0 });
}

/** Reads up to and over the closing brace. */
function actionNodes(scanner: Scanner): PathNode[] {
  const nodes: PathNode[] = [];
  for (;;) {
    const c = scanner.text[scanner.at];
    if (c === undefined || c === "\n" || c === "\r") return refuse("unclosed action");
    if (c === "}") {
      scanner.at += 1;
      return nodes;
    }
    if (c === " " || c === "@" || c === "$") scanner.at += 1;
    else if (scanner.text.startsWith("..", scanner.at)) {
      if (nodes.at(-1)?.type === "recursive") refuse("invalid multiple recursive descent");
      scanner.at += 2;
      nodes.push({ type: "recursive" });
      if (/\w/.test(scanner.text[scanner.at] ?? "")) nodes.push(...fieldName(scanner));
    } else nodes.push(...actionNode(scanner, c));
  }
}

function actionNode(scanner: Scanner, c: string): PathNode[] {
  if (c === "[") return bracket(scanner);
  if (c === '"' || c === "'") return [{ type: "literal", value: quoted(scanner, c) }];
  if (c === ".") {
    scanner.at += 1;
    return fieldName(scanner);
  }
  if (/[+\-\d]/.test(c)) {
    const digits = take(scanner, /[+\-.\deE]/);
    const value = Number(digits);
    if (Number.isNaN(value)) refuse(`cannot parse number ${digits}`);
    return [{ type: "literal", value }];
  }
  if (/\w/.test(c)) {
    const name = take(scanner, inName);
    if (name === "true" || name === "false") return [{ type: "literal", value: name === "true" }];
    return [{ type: "identifier", name }];
  }
  const code = (c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return refuse(`unrecognized character in action: U+${code} '${c}'`);
}

function take(scanner: Scanner, allowed: RegExp): string {
  const start = scanner.at;
  while (scanner.at < scanner.text.length && allowed.test(scanner.text[scanner.at] ?? "")) {
    scanner.at += 1;
  }
  return scanner.text.slice(start, scanner.at);
}

/** A quote behind a backslash does not end the text, even where that backslash is escaped itself. */
function quoted(scanner: Scanner, quote: string): string {
  const { text } = scanner;
  const start = scanner.at;
  let end = start;
  do {
    end = text.indexOf(quote, end + 1);
    if (end < 0) refuse("unterminated quoted string");
  } while (text[end - 1] === "\\");
  scanner.at = end + 1;
  const literal = text.slice(start, end + 1);
  const isOne = /^(["'])(?:\\.|(?!\1)[^\\])*\1$/su.test(literal);
  const inner = isOne ? unquoted(literal) : undefined;
  return inner ?? refuse(`unquote string ${literal} error invalid syntax`);
}

/** Names end at these, unless a backslash stands before. */
const inName = /[^\s.,[\]$@{}]/;

function fieldName(scanner: Scanner): PathNode[] {
  let name = "";
  while (scanner.at < scanner.text.length) {
    const c = scanner.text[scanner.at] ?? "";
    if (c === "\\") {
      name += scanner.text[scanner.at + 1] ?? "";
      scanner.at += 2;
      continue;
    }
    if (!inName.test(c)) break;
    name += c;
    scanner.at += 1;
  }
  if (name === "*") return [{ type: "wildcard" }];
  // A dot alone asks for a field without a name, which nothing has.
  return [{ type: "field", name }];
}

/** `[...]`: an index, a slice, a quoted key, a union or a filter. */
function bracket(scanner: Scanner): PathNode[] {
  if (scanner.text.startsWith("[?(", scanner.at)) return filter(scanner);
  const [start, end] = [scanner.at + 1, scanner.text.indexOf("]", scanner.at)];
  const content = scanner.text.slice(start, end);
  if (end < 0 || content.includes("\n")) refuse("unterminated array");
  scanner.at = end + 1;
  // Commas separate, in quotes, too.
  const parts = content.split(",");
  if (parts.length > 1) {
    const branches = parts.map((part) => action(`[${part.replace(/^ +| +$/g, "")}]`));
    return [{ type: "union", branches }];
  }
  if (content === "*") return [{ type: "slice", bounds: [], single: false }];
  // A quoted key is read as a path: its dots are dots unless they are escaped.
  const key = /^'([^']*)'$/.exec(content);
  if (key !== null) return action(`.${key[1] ?? ""}`);
  const slice = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/.exec(content);
  // Nothing between the brackets is the first item.
  if (slice === null) refuse(`invalid array index ${content}`);
  const bounds = [slice[1], slice[2]?.slice(1), slice[3]?.slice(1)].map((bound) =>
    bound === undefined || bound === "" ? undefined : Number(bound),
  );
  return [{ type: "slice", bounds, single: slice[2] === undefined }];
}

/** `[?(...)]`: up to a parenthesis outside of the one quoted text that it may have. */
function filter(scanner: Scanner): PathNode[] {
  const { text } = scanner;
  const start = scanner.at + 3;
  let quote = "";
  let closed = true;
  for (let i = start; i < text.length && text[i] !== "\n"; i += 1) {
    const c = text[i] ?? "";
    if (c === '"' || c === "'") {
      if (quote === "") [quote, closed] = [c, false];
      else if (text[i - 1] !== "\\" && c === quote) closed = true;
    }
    if (c !== ")" || !closed) continue;
    if (text[i + 1] !== "]") refuse("unclosed array expect ]");
    scanner.at = i + 2;
    return [filterNode(text.slice(start, i))];
  }
  return refuse("unterminated filter");
}

function filterNode(condition: string): PathNode {
  const match = /^([^!<>=]+)([!<>=]+)(.+)$/s.exec(condition);
  if (match === null) {
    return { type: "filter", left: action(condition), operator: "exists", right: [] };
  }
  const [, left = "", operator = "", right = ""] = match;
  return { type: "filter", left: action(left), operator, right: action(right) };
}
