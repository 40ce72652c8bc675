/**
 * The conditions of metrics, `result[0] >= 0.95`, as trees. Their language is that of expr-lang/expr.
 *
 * Its grammar mirrors parser/parser.go and parser/operator/operator.go there.
 *
 * Left out: `let`, sequences with `;`, elements by name (`#acc`), methods, dates.
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
    if (number !== undefined) tokens.push({ type: "number", text: number });
    else if (text !== undefined) tokens.push({ type: "text", text: unescape(text) });
    else if (raw !== undefined) tokens.push({ type: "text", text: raw });
    else if (name !== undefined) tokens.push({ type: "name", text: name });
    else if (sign !== undefined) tokens.push({ type: "sign", text: sign });
  }
  return [...tokens, { type: "end", text: "" }];
}

function unescape(text: string): string {
  const named: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };
  return text.replaceAll(/\\(.)/g, (_, sign: string) => named[sign] ?? sign);
}

const BINDING: Readonly<Record<string, number>> = {
  "|": 0,
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
  "..": 25,
  "+": 30,
  "-": 30,
  "*": 60,
  "/": 60,
  "%": 60,
  "**": 100,
  "^": 100,
  "??": 500,
};

/** `a < b < c` is `a < b && b < c`. */
const CHAINED = new Set(["<", "<=", ">", ">="]);
const AFTER_NOT = new Set(["in", "contains", "startsWith", "endsWith", "matches"]);

/** Functions whose second argument is a closure, with braces or without. */
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
    let tree = binary(0);
    while (accept("?")) {
      const yes = is(":") ? tree : expression();
      expect(":");
      tree = { kind: "choice", test: tree, yes, no: expression() };
    }
    return tree;
  }

  function binary(least: number): Expression {
    let left = unary();
    for (let before = ""; ;) {
      const negated = is("not") && AFTER_NOT.has(tokens[at + 1]?.text ?? "");
      const { type, text: op } = negated ? tokens[at + 1]! : peek();
      const power = type === "end" || type === "text" ? undefined : BINDING[op];
      if (power === undefined || power < least) return left;
      if (before === "??" && op !== "??" && op !== "|") throw new ExpressionFault(mixed(op));
      at += negated ? 2 : 1;
      if (op === "|") left = call(take().text, [left]);
      else if (CHAINED.has(op)) left = comparisons(left, op, power);
      else {
        const right = binary(op === "**" || op === "^" ? power : power + 1);
        left = { kind: "binary", op, left, right };
      }
      if (negated) left = { kind: "unary", op: "!", of: left };
      before = op;
    }
  }

  function comparisons(first: Expression, op: string, power: number): Expression {
    const right = binary(power + 1);
    const one: Expression = { kind: "binary", op, left: first, right };
    if (!CHAINED.has(peek().text) || peek().type === "text") return one;
    const next = take().text;
    return { kind: "binary", op: "&&", left: one, right: comparisons(right, next, power) };
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
    if (accept("[")) return list();
    if (accept("{")) return map();
    if (accept("#")) return { kind: "element" };
    if (is(".")) return { kind: "element" };
    throw unexpected();
  }

  function name(): Expression {
    const { text } = take();
    if (text === "true" || text === "false") return { kind: "literal", value: text === "true" };
    if (text === "nil") return { kind: "literal", value: null };
    return is("(") ? call(text, []) : { kind: "name", name: text };
  }

  /** `given`: what a pipe puts before the arguments in the parentheses. */
  function call(called: string, given: readonly Expression[]): Expression {
    expect("(");
    const args = [...given];
    while (!accept(")")) {
      args.push(OVER_LISTS.has(called) && args.length === 1 ? closure() : expression());
      if (!is(")")) expect(",");
    }
    return { kind: "call", name: called, args };
  }

  function closure(): Expression {
    const braced = accept("{");
    const body = expression();
    if (braced) expect("}");
    return { kind: "closure", body };
  }

  function list(): Expression {
    const items: Expression[] = [];
    while (!accept("]")) {
      items.push(expression());
      if (!is("]")) expect(",");
    }
    return { kind: "list", items };
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

function mixed(op: string): string {
  return `Operator (${op}) and coalesce expressions (??) cannot be mixed. Wrap either by parentheses.`;
}
