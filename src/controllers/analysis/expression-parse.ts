/**
 * The conditions of metrics, `result[0] >= 0.95`, as trees. Their language is that of expr-lang/expr.
 *
 * Left out: `let`, sequences with `;`, ranges in closures by name, dates.
 */

export type Expression =
  | { readonly kind: "literal"; readonly value: unknown }
  | { readonly kind: "name"; readonly name: string }
  /** `#`, the element that a closure looks at. */
  | { readonly kind: "element" }
  | { readonly kind: "list"; readonly items: readonly Expression[] }
  | { readonly kind: "map"; readonly entries: readonly (readonly [string, Expression])[] }
  | { readonly kind: "unary"; readonly op: string; readonly of: Expression }
  | {
      readonly kind: "binary";
      readonly op: string;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: "choice";
      readonly test: Expression;
      readonly yes: Expression;
      readonly no: Expression;
    }
  | {
      readonly kind: "field";
      readonly of: Expression;
      readonly key: Expression;
      readonly optional: boolean;
    }
  | {
      readonly kind: "slice";
      readonly of: Expression;
      readonly from: Expression | undefined;
      readonly to: Expression | undefined;
    }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: "closure"; readonly body: Expression };

/** What is wrong with an expression, or with a value that it met. */
export class ExpressionFault extends Error {}

interface Token {
  readonly type: "number" | "text" | "name" | "sign" | "end";
  readonly text: string;
  readonly at: number;
}

const TOKEN =
  /\s+|(\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`([^`]*)`|([A-Za-z_$][\w$]*)|(\?\.|\?\?|\*\*|\.\.|&&|\|\||[=!<>]=|[-+*/%^!<>?:.,[\](){}#|])/y;

function tokensOf(source: string): readonly Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const at = TOKEN.lastIndex;
    const found = TOKEN.exec(source);
    if (found === null) throw new ExpressionFault(`unrecognized character: ${source.charAt(at)}`);
    const [, number, double, single, raw, name, sign] = found;
    const text = double ?? single;
    if (number !== undefined) tokens.push({ type: "number", text: number, at });
    else if (text !== undefined) tokens.push({ type: "text", text: unescape(text), at });
    else if (raw !== undefined) tokens.push({ type: "text", text: raw, at });
    else if (name !== undefined) tokens.push({ type: "name", text: name, at });
    else if (sign !== undefined) tokens.push({ type: "sign", text: sign, at });
  }
  return [...tokens, { type: "end", text: "", at: source.length }];
}

function unescape(text: string): string {
  const named: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };
  return text.replaceAll(/\\(.)/g, (_, sign: string) => named[sign] ?? sign);
}

const BINDING: Readonly<Record<string, number>> = {
  "||": 10,
  or: 10,
  "&&": 15,
  and: 15,
  "==": 20,
  "!=": 20,
  "<": 20,
  "<=": 20,
  ">": 20,
  ">=": 20,
  in: 20,
  contains: 20,
  startsWith: 20,
  endsWith: 20,
  matches: 20,
  "+": 30,
  "-": 30,
  "*": 60,
  "/": 60,
  "%": 60,
  "**": 100,
  "^": 100,
  "??": 500,
};

/** Functions whose last argument may be a closure. */
const OVER_LISTS = new Set(["all", "any", "none", "one", "filter", "map", "count", "find", "sum"]);

/** Throws an ExpressionFault. */
export function parseExpression(source: string): Expression {
  const tokens = tokensOf(source);
  let at = 0;
  const peek = (): Token => tokens[at]!;
  const is = (text: string): boolean => peek().text === text && peek().type !== "text";
  const take = (): Token => tokens[at++]!;
  const accept = (text: string): boolean => is(text) && (at++, true);
  const unexpected = (): ExpressionFault => {
    const { type, text } = peek();
    return new ExpressionFault(type === "end" ? "unexpected end" : `unexpected token ${text}`);
  };
  const expect = (text: string): void => {
    if (!accept(text)) throw unexpected();
  };

  function expression(): Expression {
    let left = binary(0);
    while (accept("|")) {
      const { text } = take();
      expect("(");
      left = {
        kind: "call",
        name: text,
        args: [left, ...argumentsUntil(")", OVER_LISTS.has(text))],
      };
    }
    if (!accept("?")) return left;
    const yes = expression();
    expect(":");
    return { kind: "choice", test: left, yes, no: expression() };
  }

  function binary(least: number): Expression {
    let left = unary();
    for (;;) {
      const negated = is("not") && tokens[at + 1]?.text === "in";
      const op = negated ? "in" : peek().text;
      const power = peek().type === "end" || peek().type === "text" ? undefined : BINDING[op];
      if (power === undefined || power < least) return left;
      at += negated ? 2 : 1;
      const right = binary(op === "**" || op === "^" ? power : power + 1);
      left = { kind: "binary", op, left, right };
      if (negated) left = { kind: "unary", op: "!", of: left };
    }
  }

  function unary(): Expression {
    for (const op of ["!", "not", "-", "+"]) {
      if (!accept(op)) continue;
      const of = binary(op === "-" || op === "+" ? 90 : 50);
      return { kind: "unary", op: op === "not" ? "!" : op, of };
    }
    return postfix(primary());
  }

  function postfix(of: Expression): Expression {
    let tree = of;
    for (;;) {
      const optional = is("?.");
      if (accept(".") || accept("?.")) {
        const { type, text } = take();
        if (type !== "name") throw new ExpressionFault(`unexpected token ${text}`);
        tree = { kind: "field", of: tree, key: { kind: "literal", value: text }, optional };
      } else if (accept("[")) {
        const from = is(":") ? undefined : expression();
        if (accept(":")) {
          const to = is("]") ? undefined : expression();
          tree = { kind: "slice", of: tree, from, to };
        } else tree = { kind: "field", of: tree, key: from!, optional: false };
        expect("]");
      } else return tree;
    }
  }

  function primary(): Expression {
    const { type, text } = peek();
    if (type === "number") {
      at++;
      return { kind: "literal", value: Number(text.replaceAll("_", "")) };
    }
    if (type === "text") {
      at++;
      return { kind: "literal", value: text };
    }
    if (type === "name") return name();
    if (accept("(")) {
      const inner = expression();
      expect(")");
      return inner;
    }
    if (accept("[")) return { kind: "list", items: argumentsUntil("]", false) };
    if (accept("{")) return map();
    if (accept("#")) return { kind: "element" };
    if (is(".")) return { kind: "element" };
    throw unexpected();
  }

  function name(): Expression {
    const { text } = take();
    if (text === "true" || text === "false") return { kind: "literal", value: text === "true" };
    if (text === "nil" || text === "null") return { kind: "literal", value: null };
    if (!accept("(")) return { kind: "name", name: text };
    return { kind: "call", name: text, args: argumentsUntil(")", OVER_LISTS.has(text)) };
  }

  function argumentsUntil(end: string, closures: boolean): readonly Expression[] {
    const args: Expression[] = [];
    while (!accept(end)) {
      if (closures && accept("{")) {
        args.push({ kind: "closure", body: expression() });
        expect("}");
      } else {
        const arg = expression();
        // A predicate may stand without its braces.
        args.push(closures && usesElement(arg) ? { kind: "closure", body: arg } : arg);
      }
      if (!is(end)) expect(",");
    }
    return args;
  }

  function map(): Expression {
    const entries: (readonly [string, Expression])[] = [];
    while (!accept("}")) {
      const { type, text } = take();
      if (type === "sign") throw new ExpressionFault(`unexpected token ${text}`);
      expect(":");
      entries.push([text, expression()]);
      if (!is("}")) expect(",");
    }
    return { kind: "map", entries };
  }

  const tree = expression();
  if (peek().type !== "end") throw unexpected();
  return tree;
}

function usesElement(tree: Expression): boolean {
  if (tree.kind === "element") return true;
  return Object.values(tree).some((part: unknown) =>
    Array.isArray(part)
      ? part.some((item: unknown) => isTree(item) && usesElement(item))
      : isTree(part) && usesElement(part),
  );
}

function isTree(value: unknown): value is Expression {
  return typeof value === "object" && value !== null && "kind" in value;
}
