/** Executes Go templates on JSON. Mirrors text/template/exec.go (Go 1.26). */
import { sortedKeys } from "../fields.ts";
import { sprint } from "./format.ts";
import { CallError, functionNamed, type Parameter, type TemplateFunction } from "./functions.ts";
import {
  nodeText,
  type Branch,
  type Call,
  type Command,
  type FunctionOperand,
  type Node,
  type Operand,
  type Pipe,
} from "./nodes.ts";
import type { Template } from "./parse.ts";
import { intOf, isTrue, kindOf, listOf, mapOf, typeName } from "./values.ts";

/** What was printed, also up to an error. */
export interface Executed {
  readonly text: string;
  readonly error?: string;
}

/** A value; `boxed` when its static type is `interface {}`, as that of an element of a map or a list. */
interface Found {
  readonly value: unknown;
  readonly boxed: boolean;
}

interface State {
  readonly template: Template;
  readonly missing: "allow missing" | "refuse missing";
  readonly out: string[];
  /** Name of the template that is executed. */
  name: string;
  depth: number;
  variables: { readonly name: string; found: Found }[];
  /** What errors are about. */
  node: Operand | Command | Call | undefined;
}

class Refusal extends Error {}

export function executeTemplate(
  template: Template,
  data: unknown,
  missing: State["missing"],
): Executed {
  const dot = { value: data, boxed: false };
  const state: State = {
    template,
    missing,
    out: [],
    name: "output",
    depth: 0,
    variables: [{ name: "$", found: dot }],
    node: undefined,
  };
  try {
    walkAll(state, dot, template.nodes);
    return { text: state.out.join("") };
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    return { text: state.out.join(""), error: thrown.message };
  }
}

function refuse(state: State, text: string): never {
  const before = state.template.text.slice(0, state.node?.at ?? 0);
  const lines = before.split("\n");
  const column = new TextEncoder().encode(lines.at(-1)).length;
  const context = state.node === undefined ? "" : nodeText(state.node);
  throw new Refusal(
    `template: output:${lines.length}:${column}: executing ${JSON.stringify(state.name)} ` +
      `at <${context}>: ${text}`,
  );
}

/** How a list of nodes ended. */
type Ended = "break" | "continue" | undefined;

function walkAll(state: State, dot: Found, nodes: readonly Node[]): Ended {
  for (const node of nodes) {
    const ended = walk(state, dot, node);
    if (ended !== undefined) return ended;
  }
  return undefined;
}

function walk(state: State, dot: Found, node: Node): Ended {
  switch (node.type) {
    case "text":
      state.out.push(node.text);
      return undefined;
    case "action": {
      const value = evaluatePipe(state, dot, node.pipe);
      if (node.pipe.names.length === 0) state.out.push(sprint([value ?? "<no value>"]));
      return undefined;
    }
    case "break":
    case "continue":
      return node.type;
    case "range":
      return scoped(state, () => walkRange(state, dot, node));
    case "template":
      walkCall(state, dot, node);
      return undefined;
    default:
      return scoped(state, () => walkChoice(state, dot, node));
  }
}

/** Forgets the variables that are declared meanwhile. */
function scoped<T>(state: State, body: () => T): T {
  const { length } = state.variables;
  const result = body();
  state.variables.length = length;
  return result;
}

function walkChoice(state: State, dot: Found, { type, pipe, body, otherwise }: Branch): Ended {
  const value = evaluatePipe(state, dot, pipe);
  if (!isTrue(value)) return walkAll(state, dot, otherwise ?? []);
  return walkAll(state, type === "with" ? { value, boxed: false } : dot, body);
}

function walkRange(state: State, dot: Found, { pipe, body, otherwise }: Branch): Ended {
  const value = evaluatePipe(state, dot, pipe);
  const rounds = roundsOf(state, pipe, value);
  const { length } = state.variables;
  for (const [index, element] of rounds) {
    const [first, second] = pipe.names;
    const items = second === undefined ? [element] : [index, element];
    [first, second].slice(0, items.length).forEach((name, i) => {
      const found = items[i];
      if (name !== undefined && found !== undefined) assign(state, name, found);
    });
    const ended = walkAll(state, element, body);
    state.variables.length = length;
    if (ended === "break") break;
  }
  return rounds.length === 0 ? walkAll(state, dot, otherwise ?? []) : undefined;
}

type Round = readonly [index: Found, element: Found];

function roundsOf(state: State, pipe: Pipe, value: unknown): readonly Round[] {
  const found = (item: unknown, boxed: boolean): Found => ({ value: item, boxed });
  switch (kindOf(value)) {
    case "invalid":
      return [];
    case "list":
      return listOf(value).map((item, i) => [found(BigInt(i), false), found(item, true)]);
    case "map":
      return sortedKeys(mapOf(value)).map((key) => [
        found(key, false),
        found(mapOf(value)[key], true),
      ]);
    case "int": {
      if (pipe.names.length > 1) {
        refuse(state, `can't use ${sprint([value])} to iterate over more than one variable`);
      }
      const count = Number(intOf(value));
      if (count > mostRounds) refuse(state, `rollsim does not count to ${count}`);
      const numberAt = (i: number): unknown => (typeof value === "bigint" ? BigInt(i) : i);
      return Array.from({ length: Math.max(0, count) }, (_, i) => [
        found(undefined, false),
        found(numberAt(i), false),
      ]);
    }
    default:
      return refuse(state, `range can't iterate over ${sprint([value])}`);
  }
}
const mostRounds = 100_000;

function assign(state: State, name: string, found: Found): void {
  const variable = state.variables.findLast((known) => known.name === name);
  if (variable === undefined) refuse(state, `undefined variable: ${name}`);
  variable.found = found;
}

function walkCall(state: State, dot: Found, node: Call): void {
  state.node = node;
  const nodes = state.template.defined.get(node.name);
  if (nodes === undefined) refuse(state, `template ${JSON.stringify(node.name)} not defined`);
  if (state.depth === deepest) refuse(state, "exceeded maximum template depth (100000)");
  const value = node.pipe === undefined ? undefined : evaluatePipe(state, dot, node.pipe);
  const { name, depth, variables } = state;
  const inner = { value, boxed: false };
  Object.assign(state, {
    name: node.name,
    depth: depth + 1,
    variables: [{ name: "$", found: inner }],
  });
  walkAll(state, inner, nodes);
  Object.assign(state, { name, depth, variables });
}
/** Only templates without end come so far; Go stops them at 100,000. */
const deepest = 200;

/** The value of a pipeline; a nil interface is no value here. */
function evaluatePipe(state: State, dot: Found, pipe: Pipe): unknown {
  state.node = pipe;
  let final: Final = [];
  for (const command of pipe.commands) {
    const { value } = evaluateCommand(state, dot, command, final);
    final = [value ?? undefined];
  }
  const [value] = final;
  for (const name of pipe.names) {
    const found = { value, boxed: false };
    if (pipe.assigns) assign(state, name, found);
    else state.variables.push({ name, found });
  }
  return value;
}

/** What the command before has passed on, if there is one. */
type Final = readonly [] | readonly [value: unknown];

function evaluateCommand(state: State, dot: Found, command: Command, final: Final): Found {
  const [first, ...rest] = command.words;
  if (first === undefined) return { value: undefined, boxed: false };
  if (first.type === "function") return evaluateCall(state, dot, first, command, rest, final);
  if (first.type !== "pipe") state.node = first;
  const given = rest.length > 0 || final.length > 0;
  if (given) {
    const name = first.type === "variable" ? first.names.slice(1).at(-1) : lastName(first);
    if (name === undefined) refuse(state, `can't give argument to non-function ${nodeText(first)}`);
    return evaluateFields(state, dot, first, `${name} is not a method but has arguments`);
  }
  if (first.type === "nil") refuse(state, "nil is not a command");
  return evaluate(state, dot, first);
}

function lastName(operand: Operand): string | undefined {
  return operand.type === "field" || operand.type === "chain" ? operand.names.at(-1) : undefined;
}

function evaluate(state: State, dot: Found, operand: Operand): Found {
  if (operand.type !== "pipe") state.node = operand;
  const plain = (value: unknown): Found => ({ value, boxed: false });
  switch (operand.type) {
    case "bool":
    case "string":
      return plain(operand.value);
    case "number":
      if (operand.value === undefined) refuse(state, `${operand.text} overflows int`);
      return plain(operand.value);
    case "dot":
      return dot;
    case "nil":
      return plain(undefined);
    case "function":
      return evaluateCall(state, dot, operand, operand, [], []);
    case "pipe":
      return plain(evaluatePipe(state, dot, operand));
    default:
      return evaluateFields(state, dot, operand);
  }
}

/** `.a.b`, `$x.a.b` or `(...).a.b`; `refusal` is said when the last of them is a map's. */
function evaluateFields(state: State, dot: Found, operand: Operand, refusal?: string): Found {
  const { names, start } = receiverOf(state, dot, operand);
  return names.reduce((receiver, name, i) => {
    const last = i === names.length - 1;
    if (last && refusal !== undefined && kindOf(receiver.value) === "map") refuse(state, refusal);
    return fieldOf(state, receiver, name);
  }, start);
}

function receiverOf(
  state: State,
  dot: Found,
  operand: Operand,
): { readonly names: readonly string[]; readonly start: Found } {
  if (operand.type === "field") return { names: operand.names, start: dot };
  if (operand.type === "variable") {
    const [variable = "$", ...names] = operand.names;
    const known = state.variables.findLast(({ name }) => name === variable);
    if (known === undefined) return refuse(state, `undefined variable: ${variable}`);
    return { names, start: known.found };
  }
  if (operand.type !== "chain") return { names: [], start: evaluate(state, dot, operand) };
  state.node = operand;
  return { names: operand.names, start: evaluate(state, dot, operand.of) };
}

function fieldOf(state: State, { value, boxed }: Found, name: string): Found {
  const type = boxed ? "interface {}" : typeName(value);
  if (value === undefined) {
    if (state.missing === "refuse missing") {
      refuse(state, `nil data; no entry for key ${JSON.stringify(name)}`);
    }
    return { value: undefined, boxed: false };
  }
  if (value === null) refuse(state, `nil pointer evaluating ${type}.${name}`);
  if (kindOf(value) !== "map") refuse(state, `can't evaluate field ${name} in type ${type}`);
  const map = mapOf(value);
  if (Object.hasOwn(map, name) && map[name] !== undefined) return { value: map[name], boxed: true };
  if (state.missing === "refuse missing") {
    refuse(state, `map has no entry for key ${JSON.stringify(name)}`);
  }
  return { value: undefined, boxed: false };
}

function evaluateCall(
  state: State,
  dot: Found,
  { name, ...operand }: FunctionOperand,
  node: Operand | Command,
  words: readonly Operand[],
  final: Final,
): Found {
  state.node = { ...operand, name };
  const callee = functionNamed(name);
  if (callee === undefined)
    return refuse(state, `${JSON.stringify(name)} is not a defined function`);
  checkCount(state, name, callee, words.length, words.length + final.length);
  const parameter = (i: number): Parameter => callee.fixed[i] ?? callee.rest ?? "any";
  if (name === "and" || name === "or") {
    for (const word of words) {
      const value = argument(state, dot, word, "value");
      if (isTrue(value) === (name === "or") || (word === words.at(-1) && final.length === 0)) {
        return { value, boxed: true };
      }
    }
    return { value: final[0], boxed: true };
  }
  const values = words.map((word, i) => argument(state, dot, word, parameter(i)));
  const all = [
    ...values,
    ...final.map((value) => checked(state, value, false, parameter(values.length))),
  ];
  try {
    return { value: callee.run(all), boxed: name === "index" };
  } catch (thrown) {
    if (!(thrown instanceof CallError)) throw thrown;
    state.node = node;
    const first = words[0] === undefined ? sprint(final) : nodeText(words[0]);
    const message = thrown.message.replace(/^non-function of/, `non-function ${first} of`);
    return refuse(state, `error calling ${name}: ${message}`);
  }
}

function checkCount(
  state: State,
  name: string,
  { fixed, rest }: TemplateFunction,
  written: number,
  given: number,
): void {
  const wrong = `wrong number of args for ${name}: want`;
  if (rest !== undefined && given < fixed.length) {
    refuse(state, `${wrong} at least ${fixed.length} got ${written}`);
  }
  if (rest === undefined && given !== fixed.length) {
    refuse(state, `${wrong} ${fixed.length} got ${given}`);
  }
}

function argument(state: State, dot: Found, word: Operand, parameter: Parameter): unknown {
  state.node = word;
  if (word.type === "nil") {
    if (parameter === "string") refuse(state, "cannot assign nil to string");
    return parameter === "any" ? null : undefined;
  }
  if (parameter === "string" && (word.type === "number" || word.type === "bool")) {
    refuse(state, `expected string; found ${nodeText(word)}`);
  }
  const { value, boxed } = evaluate(state, dot, word);
  return checked(state, value, boxed, parameter);
}

/** The value as a parameter takes it. */
function checked(state: State, value: unknown, boxed: boolean, parameter: Parameter): unknown {
  if (parameter === "value") return value;
  if (parameter === "any") return value ?? null;
  if (typeof value === "string") return value;
  if (value === undefined) refuse(state, "invalid value; expected string");
  const type = boxed && value === null ? "interface {}" : typeName(value);
  return refuse(state, `wrong type for value; expected string; got ${type}`);
}
