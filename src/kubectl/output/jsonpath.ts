/**
 * kubectl's JSONPath: evaluates templates on objects and prints the results. Mirrors
 * client-go/util/jsonpath/jsonpath.go (v0.37.2).
 */
import { compareText } from "../../api/order.ts";
import { isMap, plainText, sortedKeys } from "../fields.ts";
import { compactJson } from "./gojson.ts";
import { parseTemplate, type PathError, type PathNode } from "./jsonpath-parse.ts";

class Refusal extends Error {}

interface Walk {
  readonly allowMissing: boolean;
}

/** The printed template, or why it cannot be printed. Absent fields print nothing. */
export function printJsonPath(
  template: string,
  data: unknown,
  missing: "allow missing" | "refuse missing" = "allow missing",
): string | PathError {
  const found = findResults(template, data, missing);
  if (isPathError(found)) return found;
  return found.map((results) => results.map(printed).join(" ")).join("");
}

export function isPathError(value: unknown): value is PathError {
  return isMap(value) && typeof value["error"] === "string" && Object.keys(value).length === 1;
}

/** The results of each text and action of a template. */
export function findResults(
  template: string,
  data: unknown,
  missing: "allow missing" | "refuse missing",
): readonly (readonly unknown[])[] | PathError {
  const nodes = parseTemplate(template);
  if (isPathError(nodes)) return { error: `error parsing jsonpath ${template}, ${nodes.error}` };
  try {
    const results: (readonly unknown[])[] = [];
    execute(nodes, data, { allowMissing: missing === "allow missing" }, results);
    return results;
  } catch (thrown) {
    if (thrown instanceof Refusal) return { error: thrown.message };
    throw thrown;
  }
}

/** Runs the nodes of a template, repeating what lies between `range` and `end`. */
function execute(
  nodes: readonly PathNode[],
  data: unknown,
  walk: Walk,
  results: (readonly unknown[])[],
): void {
  for (let i = 0; i < nodes.length; i += 1) {
    const node = nodes[i];
    if (node === undefined) continue;
    if (node.type === "text") {
      results.push([node.text]);
      continue;
    }
    const action = node.type === "list" ? node.nodes : [node];
    if (isIdentifier(action[0], "range")) {
      const matched = matchingEnd(nodes, i);
      const end = matched ?? nodes.length;
      const items = evaluate(action.slice(1), [data], walk);
      const inside = nodes.slice(i + 1, end);
      for (const item of items) execute(inside, item, walk, results);
      // Of nothing, too, it is looked whether the words inside mean something.
      if (items.length === 0) execute(inside, undefined, walk, []);
      // Without an end, what stands inside is looked at once more, outside.
      i = matched ?? i;
    } else if (isIdentifier(action[0], "end")) {
      throw new Refusal("not in range, nothing to end");
    } else results.push(evaluate(action, [data], walk));
  }
}

function isIdentifier(node: PathNode | undefined, name: string): boolean {
  return node?.type === "identifier" && node.name === name;
}

function matchingEnd(nodes: readonly PathNode[], range: number): number | undefined {
  let depth = 0;
  for (let i = range; i < nodes.length; i += 1) {
    const node = nodes[i];
    const first = node?.type === "list" ? node.nodes[0] : undefined;
    if (isIdentifier(first, "range")) depth += 1;
    if (isIdentifier(first, "end")) depth -= 1;
    if (depth === 0) return i;
  }
  return undefined;
}

function evaluate(
  nodes: readonly PathNode[],
  input: readonly unknown[],
  walk: Walk,
): readonly unknown[] {
  let current = input;
  for (const node of nodes) current = step(node, current, walk);
  return current;
}

/** As `evaluate`, but a refusal ends it with what it had come to: what is not there is nothing, all else is left. */
function evaluateLeniently(
  nodes: readonly PathNode[],
  input: readonly unknown[],
  walk: Walk,
): readonly unknown[] {
  let current = input;
  for (const node of nodes) {
    try {
      current = step(node, current, walk);
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      return node.type === "field" ? [] : current;
    }
  }
  return current;
}

function step(node: PathNode, input: readonly unknown[], walk: Walk): readonly unknown[] {
  switch (node.type) {
    case "text":
      return [node.text];
    case "literal":
      return [node.value];
    case "identifier":
      throw new Refusal(`unrecognized identifier ${node.name}`);
    case "field":
      return fieldsOf(input, node.name, walk);
    case "wildcard":
      return input.flatMap(children);
    case "recursive":
      return input.flatMap(descendants);
    case "slice":
      return slicesOf(input, node);
    case "union":
      return node.branches.flatMap((branch) => evaluate(branch, input, walk));
    case "filter":
      return input.flatMap((value) => filtered(value, node, walk));
    default:
      return evaluate(node.nodes, input, walk);
  }
}

/** Missed only where none of them has the field. */
function fieldsOf(input: readonly unknown[], name: string, walk: Walk): readonly unknown[] {
  const found = input.flatMap((value) =>
    isMap(value) && Object.hasOwn(value, name) && value[name] !== undefined ? [value[name]] : [],
  );
  if (found.length > 0 || input.length === 0 || walk.allowMissing) return found;
  throw new Refusal(`${name} is not found`);
}

function children(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value as readonly unknown[];
  return isMap(value) ? sortedKeys(value).map((key) => value[key]) : [];
}

function descendants(value: unknown): readonly unknown[] {
  const below = children(value).filter((child) => typeof child === "object" && child !== null);
  return [value, ...below.flatMap(descendants)];
}

type Slice = Extract<PathNode, { type: "slice" }>;

/** One that is empty ends them: kubectl does not look at those that follow. */
function slicesOf(input: readonly unknown[], node: Slice): readonly unknown[] {
  const found: unknown[] = [];
  for (const value of input) {
    if (value === undefined || value === null) continue;
    const items = sliceOf(value, node);
    if (items.length === 0) break;
    found.push(...items);
  }
  return found;
}

function sliceOf(value: unknown, node: Slice): readonly unknown[] {
  if (!Array.isArray(value)) {
    throw new Refusal(`${goType(value)} is not array or slice`);
  }
  const items = value as readonly unknown[];
  const { length } = items;
  const [from = 0, to, by = 1] = node.bounds;
  const start = from < 0 ? from + length : from;
  const last = node.single ? from + 1 : (to ?? length);
  // The end behind the last item, counted from the back, is 0.
  const end = last < 0 || (last === 0 && node.single) ? last + length : last;
  if (start === end) return [];
  const outside = (index: number): never => {
    throw new Refusal(`array index out of bounds: index ${index}, length ${length}`);
  };
  if (start < 0 || start >= length) outside(start);
  if (end < 0 || end > length) outside(end - 1);
  if (start > end) throw new Refusal(`starting index ${start} is greater than ending index ${end}`);
  if (by <= 0) throw new Refusal("step must be > 0");
  return items.slice(start, end).filter((_, i) => i % by === 0);
}

/** The Go type of a decoded JSON value. */
function goType(value: unknown): string {
  if (isMap(value)) return "map[string]interface {}";
  if (typeof value === "number") return Number.isInteger(value) ? "int64" : "float64";
  return typeof value === "boolean" ? "bool" : "string";
}

function filtered(
  value: unknown,
  node: Extract<PathNode, { type: "filter" }>,
  walk: Walk,
): readonly unknown[] {
  if (!Array.isArray(value)) {
    throw new Refusal(`${goSprint(value)} is not array or slice and cannot be filtered`);
  }
  return (value as readonly unknown[]).filter((candidate) => {
    if (node.operator === "exists") {
      return evaluateLeniently(node.left, [candidate], walk).length > 0;
    }
    const [left, noLeft] = onlyOne(evaluate(node.left, [candidate], walk));
    if (noLeft) return false;
    const [right, noRight] = onlyOne(evaluate(node.right, [candidate], walk));
    return !noRight && compares(left, node.operator, right);
  });
}

/** What is compared, and whether there is nothing to compare. */
function onlyOne(found: readonly unknown[]): readonly [value: unknown, none: boolean] {
  if (found.length > 1) throw new Refusal("can only compare one element at a time");
  return [found[0], found.length === 0];
}

function compares(left: unknown, operator: string, right: unknown): boolean {
  const order =
    typeof left === "number" && typeof right === "number"
      ? left - right
      : compareText(plainText(left), plainText(right));
  switch (operator) {
    case "==":
    case "=":
      return order === 0;
    case "!=":
      return order !== 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
    default:
      throw new Refusal(`unrecognized filter operator ${operator}`);
  }
}

function printed(value: unknown): string {
  if (typeof value === "object" && value !== null) return compactJson(value);
  return plainText(value);
}

/** Go's fmt.Sprint of a JSON value: `map[a:1 b:2]`, `[x y]`, `<nil>`. */
export function goSprint(value: unknown): string {
  if (value === null || value === undefined) return "<nil>";
  if (Array.isArray(value)) return `[${value.map(goSprint).join(" ")}]`;
  if (!isMap(value)) return plainText(value);
  return `map[${sortedKeys(value)
    .map((key) => `${key}:${goSprint(value[key])}`)
    .join(" ")}]`;
}

/** `name`, `.name`, `{name}` or `{.name}` as `{.name}`; an error for anything else. */
export function relaxedPath(expression: string): string | PathError {
  if (expression === "") return "";
  const match = /^\{\.?([^{}]+)\}$|^\.?([^{}]+)$/.exec(expression);
  if (match === null) {
    const shapes = "'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'";
    return { error: `unexpected path string, expected a ${shapes}` };
  }
  return `{.${match[1] ?? match[2] ?? ""}}`;
}
