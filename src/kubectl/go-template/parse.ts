/** Parser of Go templates. Mirrors text/template/parse/parse.go (Go 1.26); without complex numbers. */
import { tokensOf, tokenText, type Token, type TokenKind } from "./lex.ts";
import { numberLiteral, unquoted } from "./literals.ts";
import type { Branch, Call, Command, Node, Operand, Pipe } from "./nodes.ts";
import type { Float } from "./values.ts";

export interface Template {
  readonly text: string;
  readonly nodes: readonly Node[];
  /** What `define` and `block` define. */
  readonly defined: ReadonlyMap<string, readonly Node[]>;
}

class Refusal extends Error {}

interface Parser {
  readonly tokens: readonly Token[];
  readonly known: (name: string) => boolean;
  readonly defined: Map<string, readonly Node[]>;
  next: number;
  /** The last token that was looked at: errors tell its line. */
  furthest: number;
  names: string[];
  ranges: number;
  depth: number;
  /** Line at which the present action began; 0 outside. */
  actionLine: number;
}

/** The template, or why it is none. `known` tells which functions there are. */
export function parseGoTemplate(
  text: string,
  known: (name: string) => boolean,
): Template | { readonly error: string } {
  const parser: Parser = {
    tokens: tokensOf(text),
    known,
    defined: new Map(),
    next: 0,
    furthest: 0,
    names: ["$"],
    ranges: 0,
    depth: 0,
    actionLine: 0,
  };
  try {
    return { text, nodes: topLevel(parser), defined: parser.defined };
  } catch (thrown) {
    if (thrown instanceof Refusal) return { error: thrown.message };
    throw thrown;
  }
}

function refuse(parser: Parser, text: string): never {
  throw new Refusal(`template: output:${parser.tokens[parser.furthest]?.line ?? 1}: ${text}`);
}

/** Past the end stands the last token, which is the end or an error. */
function peek(parser: Parser): Token {
  const at = Math.min(parser.next, parser.tokens.length - 1);
  parser.furthest = Math.max(parser.furthest, at);
  return parser.tokens[at] ?? { kind: "eof", text: "", at: 0, line: 1 };
}

function take(parser: Parser): Token {
  const token = peek(parser);
  parser.next += 1;
  return token;
}

function peekNonSpace(parser: Parser): Token {
  while (peek(parser).kind === "space") parser.next += 1;
  return peek(parser);
}

function takeNonSpace(parser: Parser): Token {
  peekNonSpace(parser);
  return take(parser);
}

function unexpected(parser: Parser, token: Token, context: string): never {
  if (token.kind !== "error") {
    return refuse(parser, `unexpected ${tokenText(token)} in ${context}`);
  }
  if (parser.actionLine === 0 || parser.actionLine === token.line) {
    return refuse(parser, token.text);
  }
  const action = token.text.endsWith(" action") ? "" : " in action";
  return refuse(parser, `${token.text}${action} started at output:${parser.actionLine}`);
}

function expectRightDelimiter(parser: Parser, context: string): void {
  const token = takeNonSpace(parser);
  if (token.kind !== "right delimiter") unexpected(parser, token, context);
}

function topLevel(parser: Parser): readonly Node[] {
  const nodes: Node[] = [];
  while (peek(parser).kind !== "eof") {
    const before = parser.next;
    if (take(parser).kind === "left delimiter" && takeNonSpace(parser).kind === "define") {
      definition(parser);
      continue;
    }
    parser.next = before;
    const node = textOrAction(parser);
    if (typeof node === "string") refuse(parser, `unexpected {{${node}}}`);
    nodes.push(node);
  }
  return nodes;
}

function definition(parser: Parser): void {
  const name = templateName(parser, takeNonSpace(parser), "define clause");
  expectRightDelimiter(parser, "define clause");
  define(parser, name, "define clause");
}

/** The body of a definition, which sees no variables from outside. */
function define(parser: Parser, name: string, context: string): void {
  const { names, ranges } = parser;
  Object.assign(parser, { names: ["$"], ranges: 0 });
  const [body, end] = nodeList(parser);
  if (end !== "end") refuse(parser, `unexpected {{${end}}} in ${context}`);
  Object.assign(parser, { names, ranges });
  const earlier = parser.defined.get(name);
  if (earlier === undefined || isEmpty(earlier)) parser.defined.set(name, body);
  else if (!isEmpty(body)) {
    refuse(parser, `template: multiple definition of template ${JSON.stringify(name)}`);
  }
}

function isEmpty(nodes: readonly Node[]): boolean {
  return nodes.every((node) => node.type === "text" && node.text.trim() === "");
}

type Ending = "end" | "else";

/** Up to `end` or `else`. */
function nodeList(parser: Parser): [nodes: readonly Node[], ending: Ending] {
  parser.depth += 1;
  if (parser.depth > deepest) refuse(parser, "max expression depth exceeded");
  const nodes: Node[] = [];
  while (peekNonSpace(parser).kind !== "eof") {
    const node = textOrAction(parser);
    if (typeof node === "string") {
      parser.depth -= 1;
      return [nodes, node];
    }
    nodes.push(node);
  }
  return refuse(parser, "unexpected EOF");
}
/** Go takes parentheses 10,000 deep, lists without end. */
const deepest = 500;

function textOrAction(parser: Parser): Node | Ending {
  const token = takeNonSpace(parser);
  if (token.kind === "text") return { type: "text", text: token.text, at: token.at };
  if (token.kind !== "left delimiter") return unexpected(parser, token, "input");
  parser.actionLine = token.line;
  const node = action(parser);
  parser.actionLine = 0;
  return node;
}

function action(parser: Parser): Node | Ending {
  const token = takeNonSpace(parser);
  switch (token.kind) {
    case "if":
    case "with":
    case "range":
      return branch(parser, token.kind);
    case "block":
    case "template":
      return call(parser, token.kind);
    case "break":
    case "continue":
      expectRightDelimiter(parser, `{{${token.kind}}}`);
      if (parser.ranges === 0) refuse(parser, `{{${token.kind}}} outside {{range}}`);
      return { type: token.kind, at: token.at };
    case "end":
      expectRightDelimiter(parser, "end");
      return "end";
    case "else":
      // `else if` and `else with` are read by the branch that they belong to.
      if (!["if", "with"].includes(peekNonSpace(parser).kind)) {
        expectRightDelimiter(parser, "else");
      }
      return "else";
    default:
      parser.next -= 1;
      return { type: "action", at: token.at, pipe: pipeline(parser, "command") };
  }
}

function branch(parser: Parser, type: Branch["type"]): Branch {
  const outside = parser.names.length;
  const pipe = pipeline(parser, type);
  if (type === "range") parser.ranges += 1;
  const [body, ending] = nodeList(parser);
  if (type === "range") parser.ranges -= 1;
  const otherwise = ending === "else" ? elseList(parser, type) : undefined;
  parser.names.splice(outside);
  return { type, at: pipe.at, pipe, body, ...(otherwise === undefined ? {} : { otherwise }) };
}

function elseList(parser: Parser, type: Branch["type"]): readonly Node[] {
  if (type !== "range" && peek(parser).kind === type) {
    parser.next += 1;
    return [branch(parser, type)];
  }
  const [nodes, ending] = nodeList(parser);
  return ending === "end" ? nodes : refuse(parser, "expected end; found {{else}}");
}

function call(parser: Parser, kind: "block" | "template"): Call {
  const context = `${kind} clause`;
  const token = takeNonSpace(parser);
  const name = templateName(parser, token, context);
  const bare = kind === "template" && peekNonSpace(parser).kind === "right delimiter";
  if (bare) parser.next += 1;
  const pipe = bare ? {} : { pipe: pipeline(parser, context) };
  if (kind === "block") define(parser, name, context);
  return { type: "template", at: token.at, name, ...pipe };
}

function templateName(parser: Parser, token: Token, context: string): string {
  if (token.kind === "string" || token.kind === "raw string") return unquote(parser, token);
  return unexpected(parser, token, context);
}

function pipeline(parser: Parser, context: string, end: TokenKind = "right delimiter"): Pipe {
  const { at } = peekNonSpace(parser);
  const declared = declarations(parser, context);
  const commands: Command[] = [];
  while (peekNonSpace(parser).kind !== end) {
    const token = peek(parser);
    if (!operandKinds.has(token.kind)) unexpected(parser, take(parser), context);
    commands.push(command(parser));
  }
  parser.next += 1;
  if (commands.length === 0) refuse(parser, `missing value for ${context}`);
  commands.forEach(({ words }, i) => {
    if (i > 0 && ["bool", "dot", "nil", "number", "string"].includes(words[0]?.type ?? "")) {
      refuse(parser, `non executable command in pipeline stage ${i + 1}`);
    }
  });
  return { type: "pipe", at, ...declared, commands };
}

const operandKinds: ReadonlySet<TokenKind> = new Set<TokenKind>([
  "bool",
  "character",
  "dot",
  "field",
  "identifier",
  "number",
  "nil",
  "raw string",
  "string",
  "variable",
  "left parenthesis",
]);

/** `$x :=`, `$x =`, and in ranges `$i, $x :=`. */
function declarations(parser: Parser, context: string): Pick<Pipe, "names" | "assigns"> {
  const names: string[] = [];
  while (peekNonSpace(parser).kind === "variable") {
    const before = parser.next;
    const { text } = take(parser);
    const { kind, text: sign } = peekNonSpace(parser);
    if (kind !== "assign" && kind !== "declare" && !(kind === "char" && sign === ",")) {
      parser.next = before;
      break;
    }
    parser.next += 1;
    names.push(text);
    parser.names.push(text);
    if (kind !== "char") return { names, assigns: kind === "assign" };
    if (context !== "range" || names.length > 1) {
      refuse(parser, `too many declarations in ${context}`);
    }
    const after = peekNonSpace(parser).kind;
    if (!["variable", "right delimiter", "right parenthesis"].includes(after)) {
      refuse(parser, "range can only initialize variables");
    }
  }
  return { names, assigns: false };
}

function command(parser: Parser): Command {
  const { at } = peekNonSpace(parser);
  const words: Operand[] = [];
  for (;;) {
    peekNonSpace(parser);
    const word = operand(parser);
    if (word !== undefined) words.push(word);
    const { kind } = peek(parser);
    if (kind === "space") {
      parser.next += 1;
      continue;
    }
    if (kind === "pipe") parser.next += 1;
    else if (kind !== "right delimiter" && kind !== "right parenthesis") {
      unexpected(parser, take(parser), "operand");
    }
    break;
  }
  if (words.length === 0) refuse(parser, "empty command");
  return { type: "command", at, words };
}

/** A term and the fields after it. */
function operand(parser: Parser): Operand | undefined {
  const of = term(parser);
  if (of === undefined || peek(parser).kind !== "field") return of;
  const { at } = peek(parser);
  const names: string[] = [];
  while (peek(parser).kind === "field") names.push(take(parser).text.slice(1));
  if (of.type === "field" || of.type === "variable") {
    return { ...of, at, names: [...of.names, ...names] };
  }
  if (of.type === "pipe" || of.type === "function" || of.type === "chain") {
    return { type: "chain", at, of, names };
  }
  const text = of.type === "dot" ? "." : parser.tokens[parser.next - names.length - 1]?.text;
  return refuse(parser, `unexpected . after term ${JSON.stringify(text)}`);
}

function term(parser: Parser): Operand | undefined {
  const token = takeNonSpace(parser);
  const { at, text } = token;
  switch (token.kind) {
    case "identifier":
      if (!parser.known(text)) refuse(parser, `function ${JSON.stringify(text)} not defined`);
      return { type: "function", at, name: text };
    case "dot":
    case "nil":
      return { type: token.kind, at };
    case "variable":
      if (!parser.names.includes(text)) {
        refuse(parser, `undefined variable ${JSON.stringify(text)}`);
      }
      return { type: "variable", at, names: [text] };
    case "field":
      return { type: "field", at, names: [text.slice(1)] };
    case "bool":
      return { type: "bool", at, value: text === "true" };
    case "character":
      return { type: "number", at, text, value: characterOf(parser, text) };
    case "number":
      return { type: "number", at, text, ...numberOf(parser, text) };
    case "left parenthesis":
      return parenthesized(parser);
    case "string":
    case "raw string":
      return { type: "string", at, quoted: text, value: unquote(parser, token) };
    default:
      parser.next -= 1;
      return undefined;
  }
}

function parenthesized(parser: Parser): Pipe {
  parser.depth += 1;
  if (parser.depth > deepest) refuse(parser, "max expression depth exceeded");
  const pipe = pipeline(parser, "parenthesized pipeline", "right parenthesis");
  parser.depth -= 1;
  return pipe;
}

function unquote(parser: Parser, { text }: Token): string {
  return unquoted(text) ?? refuse(parser, "invalid syntax");
}

function characterOf(parser: Parser, text: string): bigint {
  const value = unquoted(text);
  if (value === undefined || value === "") return refuse(parser, "invalid syntax");
  if ([...value].length > 1) refuse(parser, `malformed character constant: ${text}`);
  return BigInt(value.codePointAt(0) ?? 0);
}

function numberOf(parser: Parser, text: string): { readonly value?: bigint | Float } {
  const value = numberLiteral(text);
  if (value === "unsigned") return {};
  return typeof value === "object" && "error" in value ? refuse(parser, value.error) : { value };
}
