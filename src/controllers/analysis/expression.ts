/**
 * Whether a metric's condition holds for a result. Mirrors argo-rollouts utils/evaluate/evaluate.go, and of
 * expr-lang/expr what conditions use: comparison, logic, arithmetic, `in`, indexing and slices, maps, the
 * predicates all, any, none, one, filter, map, count, find, and the functions below.
 */
import { deepEqual } from "../../api/json.ts";
import { ExpressionFault, parseExpression, type Expression } from "./expression-parse.ts";

interface Scope {
  readonly result: unknown;
  readonly element?: unknown;
}

/** Throws an ExpressionFault. */
export function holds(condition: string, result: unknown): boolean {
  const value = evaluate(parseExpression(condition), { result });
  if (typeof value === "boolean") return value;
  throw new ExpressionFault(`expected bool, but got ${typeName(value)}`);
}

function evaluate(tree: Expression, scope: Scope): unknown {
  switch (tree.kind) {
    case "literal":
      return tree.value;
    case "name":
      if (tree.name === "result") return scope.result ?? null;
      throw new ExpressionFault(`unknown name ${tree.name}`);
    case "element":
      return scope.element;
    case "list":
      return tree.items.map((item) => evaluate(item, scope));
    case "map":
      return Object.fromEntries(tree.entries.map(([key, item]) => [key, evaluate(item, scope)]));
    case "unary":
      return unary(tree.op, evaluate(tree.of, scope));
    case "binary":
      return binary(tree, scope);
    case "choice":
      return evaluate(asBoolean(evaluate(tree.test, scope)) ? tree.yes : tree.no, scope);
    case "field":
      return field(evaluate(tree.of, scope), evaluate(tree.key, scope), tree.optional);
    case "slice":
      return slice(tree, scope);
    case "call":
      return call(tree, scope);
    case "closure":
      throw new ExpressionFault("a closure stands where there is no list");
  }
}

function unary(op: string, value: unknown): unknown {
  if (op === "!") return !asBoolean(value);
  return op === "-" ? -asNumber(value) : asNumber(value);
}

function binary(tree: Extract<Expression, { kind: "binary" }>, scope: Scope): unknown {
  const { op } = tree;
  const left = evaluate(tree.left, scope);
  if (op === "||" || op === "or") return asBoolean(left) || asBoolean(evaluate(tree.right, scope));
  if (op === "&&" || op === "and") return asBoolean(left) && asBoolean(evaluate(tree.right, scope));
  if (op === "??") return left ?? evaluate(tree.right, scope);
  const right = evaluate(tree.right, scope);
  switch (op) {
    case "==":
      return deepEqual(left, right);
    case "!=":
      return !deepEqual(left, right);
    case "in":
      return isIn(left, right);
    case "contains":
      return asText(left).includes(asText(right));
    case "startsWith":
      return asText(left).startsWith(asText(right));
    case "endsWith":
      return asText(left).endsWith(asText(right));
    case "matches":
      return new RegExp(asText(right), "u").test(asText(left));
    case "..":
      return range(asNumber(left), asNumber(right));
    case "+":
      return typeof left === "string" ? left + asText(right) : asNumber(left) + asNumber(right);
    default:
      return typeof left === "string" && typeof right === "string"
        ? compare(op, left, right)
        : arithmetic(op, asNumber(left), asNumber(right));
  }
}

/** As many as expr-lang's memory budget has room for. */
const LONGEST = 1_000_000;

function range(from: number, to: number): readonly number[] {
  if (to - from >= LONGEST) throw new ExpressionFault("memory budget exceeded");
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
}

function arithmetic(op: string, left: number, right: number): unknown {
  switch (op) {
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return left / right;
    case "%":
      return left % right;
    case "**":
    case "^":
      return left ** right;
    default:
      return compare(op, left, right);
  }
}

function compare<T extends number | string>(op: string, left: T, right: T): boolean {
  switch (op) {
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    default:
      return left >= right;
  }
}

function isIn(item: unknown, container: unknown): boolean {
  if (Array.isArray(container)) return container.some((each) => deepEqual(each, item));
  if (isObject(container)) return Object.hasOwn(container, asText(item));
  throw new ExpressionFault(`cannot use in on ${typeName(container)}`);
}

function field(of: unknown, key: unknown, optional: boolean): unknown {
  if (Array.isArray(of)) {
    const index = asNumber(key);
    const item: unknown = of.at(index);
    if (item === undefined) {
      throw new ExpressionFault(`reflect: slice index out of range`);
    }
    return item;
  }
  if (isObject(of)) return of[asText(key)] ?? null;
  if (optional && (of === null || of === undefined)) return null;
  throw new ExpressionFault(`cannot fetch ${JSON.stringify(key)} from ${typeName(of)}`);
}

function slice(tree: Extract<Expression, { kind: "slice" }>, scope: Scope): unknown {
  const of = evaluate(tree.of, scope);
  const end = (part: Expression | undefined): number | undefined =>
    part === undefined ? undefined : asNumber(evaluate(part, scope));
  if (Array.isArray(of)) return of.slice(end(tree.from) ?? 0, end(tree.to));
  return asText(of).slice(end(tree.from) ?? 0, end(tree.to));
}

type Call = Extract<Expression, { readonly kind: "call" }>;

function call(tree: Call, scope: Scope): unknown {
  const predicate = tree.args.at(-1);
  if (predicate?.kind === "closure") return overList(tree, predicate.body, scope);
  const args = tree.args.map((arg) => evaluate(arg, scope));
  const known = FUNCTIONS[tree.name];
  if (known === undefined) {
    throw new ExpressionFault(`unknown name ${tree.name}; known: ${KNOWN.join(", ")}`);
  }
  return known(args, scope);
}

function overList({ name, args }: Call, body: Expression, scope: Scope): unknown {
  const list = asList(evaluate(args[0]!, scope));
  const of = (element: unknown): unknown => evaluate(body, { ...scope, element });
  const test = (element: unknown): boolean => asBoolean(of(element));
  switch (name) {
    case "all":
      return list.every(test);
    case "any":
      return list.some(test);
    case "none":
      return !list.some(test);
    case "one":
      return list.filter(test).length === 1;
    case "filter":
      return list.filter(test);
    case "map":
      return list.map(of);
    case "count":
      return list.filter(test).length;
    case "find":
      return list.find(test) ?? null;
    case "sum":
      return list.reduce((sum: number, each) => sum + asNumber(of(each)), 0);
    default:
      throw new ExpressionFault(`${name} takes no closure`);
  }
}

const FUNCTIONS: Readonly<Record<string, (args: readonly unknown[], scope: Scope) => unknown>> = {
  len: ([value]) => (typeof value === "string" ? value.length : lengthOf(value)),
  isNaN: ([value]) => Number.isNaN(asNumber(value)),
  isInf: ([value]) => Math.abs(asNumber(value)) === Infinity,
  // These two look at the result, whatever they are given.
  isNil: (_, { result }) => result === null || result === undefined,
  default: ([, other], { result }) => result ?? other,
  asInt: ([value]) => Math.trunc(toNumber(value)),
  asFloat: ([value]) => toNumber(value),
  int: ([value]) => Math.trunc(toNumber(value)),
  float: ([value]) => toNumber(value),
  string: ([value]) => (typeof value === "string" ? value : JSON.stringify(value)),
  abs: ([value]) => Math.abs(asNumber(value)),
  ceil: ([value]) => Math.ceil(asNumber(value)),
  floor: ([value]) => Math.floor(asNumber(value)),
  round: ([value]) => Math.round(asNumber(value)),
  min: (args) => Math.min(...numbersOf(args)),
  max: (args) => Math.max(...numbersOf(args)),
  sum: (args) => numbersOf(args).reduce((a, b) => a + b, 0),
  mean: (args) => numbersOf(args).reduce((a, b) => a + b, 0) / numbersOf(args).length,
  count: ([list]) => asList(list).filter((each) => each === true).length,
  first: ([list]) => asList(list)[0] ?? null,
  last: ([list]) => asList(list).at(-1) ?? null,
  keys: ([map]) => (isObject(map) ? Object.keys(map) : []),
  values: ([map]) => (isObject(map) ? Object.values(map) : []),
  lower: ([text]) => asText(text).toLowerCase(),
  upper: ([text]) => asText(text).toUpperCase(),
  trim: ([text]) => asText(text).trim(),
  split: ([text, by]) => asText(text).split(asText(by)),
};
const KNOWN = Object.keys(FUNCTIONS);

function numbersOf(args: readonly unknown[]): readonly number[] {
  return args.flatMap((arg) => (Array.isArray(arg) ? arg.map(asNumber) : [asNumber(arg)]));
}

function lengthOf(value: unknown): number {
  if (Array.isArray(value)) return value.length;
  if (isObject(value)) return Object.keys(value).length;
  throw new ExpressionFault(`invalid argument for len (type ${typeName(value)})`);
}

function asList(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new ExpressionFault(`expected a list, but got ${typeName(value)}`);
}

function asBoolean(value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw new ExpressionFault(`expected bool, but got ${typeName(value)}`);
}

function asNumber(value: unknown): number {
  if (typeof value === "number") return value;
  throw new ExpressionFault(`expected a number, but got ${typeName(value)}`);
}

function toNumber(value: unknown): number {
  if (typeof value === "string" && /^[-+]?[\d.]+(e[-+]?\d+)?$/i.test(value)) return Number(value);
  return asNumber(value);
}

function asText(value: unknown): string {
  if (typeof value === "string") return value;
  throw new ExpressionFault(`expected string, but got ${typeName(value)}`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** As Go names them. */
function typeName(value: unknown): string {
  if (value === null || value === undefined) return "<nil>";
  if (Array.isArray(value)) return "[]interface {}";
  const names: Readonly<Record<string, string>> = {
    boolean: "bool",
    number: "float64",
    string: "string",
  };
  return names[typeof value] ?? "map[string]interface {}";
}
