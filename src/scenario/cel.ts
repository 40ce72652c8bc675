/**
 * CEL (Common Expression Language) for expectations. With cel-calls.ts, the only file that knows the CEL
 * package.
 *
 * Integers are CEL ints. What an expression sees is in world.ts.
 */
import { Environment, serialize, type ASTNode } from "@marcbachmann/cel-js";
import { functionsOf, unknownCall, type CelFunction } from "./cel-calls.ts";
import { nearest } from "./nearest.ts";

/** What an expression may look at, by name; maps are Maps, integers bigints. */
export interface CelContext {
  readonly deploy: unknown;
  readonly rs: unknown;
  readonly pod: unknown;
  readonly svc: unknown;
  readonly node: unknown;
  /** Canaries of Flagger. */
  readonly canary: unknown;
  /** Rollouts of Argo Rollouts. */
  readonly rollout: unknown;
  /** Accounts of requests. */
  readonly traffic: unknown;
  /** Seconds since the start of the run. */
  readonly t: number;
  pods(selector: string): unknown;
  endpoints(service: string): unknown;
  share(service: string, selector: string): number;
}

/** A part of an expression with what it was. */
export interface Shown {
  readonly expression: string;
  readonly value: string;
}

export type Verdict =
  | { readonly holds: true }
  | { readonly holds: false; readonly why?: string; readonly values: readonly Shown[] };

export interface CelExpression {
  readonly text: string;
  evaluate(context: CelContext): Verdict;
}

export type CelAnswer =
  | { readonly ok: true; readonly expression: CelExpression }
  | {
      readonly ok: false;
      readonly message: string;
      readonly hint?: string;
      /** Offsets in the expression's text. */
      readonly start: number;
      readonly end: number;
    };

export const celVariables: readonly string[] = [
  "deploy",
  "rs",
  "pod",
  "svc",
  "node",
  "canary",
  "rollout",
  "traffic",
  "t",
];

type Compiled = ReturnType<Environment["parse"]>;

/** Set while an expression is evaluated: CEL functions get no context. */
let current: CelContext | undefined;

let made: Environment | undefined;

/** One for all expressions: to make it takes as long as to compile several of them. */
function celEnvironment(): Environment {
  return (made ??= newEnvironment());
}

function newEnvironment(): Environment {
  const environment = new Environment({ homogeneousAggregateLiterals: false });
  for (const name of celVariables) environment.registerVariable(name, name === "t" ? "dyn" : "map");
  return environment
    .registerFunction("pods(string): list", (selector: string) => current?.pods(selector), {
      description: 'The pods that a label selector picks, as in `pods("app=web")`.',
    })
    .registerFunction("endpoints(string): list", (name: string) => current?.endpoints(name), {
      description: "The pods behind a Service: ready and not terminating.",
    })
    .registerFunction(
      "share(string, string): dyn",
      (name: string, selector: string) => current?.share(name, selector),
      { description: "Share of a Service's ready endpoints (0 to 1) that a label selector picks." },
    );
}

let functions: readonly CelFunction[] | undefined;

/** What an expression may call, of rollsim first, then what the language brings. */
export function celFunctions(): readonly CelFunction[] {
  return (functions ??= functionsOf(celEnvironment()));
}

/** Parses and type-checks an expression, which must be a condition. */
export function compileCel(text: string): CelAnswer {
  const environment = celEnvironment();
  try {
    const compiled = environment.parse(text);
    const unknown = unknownCall(compiled.ast, celFunctions);
    if (unknown !== undefined) return { ok: false, ...unknown };
    const checked = compiled.check();
    if (checked.error !== undefined) return refusal(text, checked.error);
    if (checked.type !== "bool" && checked.type !== "dyn") {
      const message = `the expression is of type ${checked.type}, not a condition`;
      return { ok: false, message, start: 0, end: text.length };
    }
    const evaluate = (context: CelContext): Verdict => {
      current = context;
      try {
        return judge(environment, compiled, context);
      } finally {
        current = undefined;
      }
    };
    return { ok: true, expression: { text, evaluate } };
  } catch (error) {
    return refusal(text, error);
  }
}

const SIGNS: Readonly<Record<string, string>> = { RPAREN: ")", RBRACKET: "]", RBRACE: "}" };

/** Operators of other languages. */
const WORDS: Readonly<Record<string, string>> = { and: "&&", or: "||" };

function refusal(text: string, error: unknown): CelAnswer {
  const { summary, range } = error as { summary?: string; range?: { start: number; end: number } };
  if (summary === undefined) throw error;
  const message = summary
    .replace("Unexpected token: EOF", "the expression ends too early")
    .replace(
      /^Expected (\w+), got EOF$/u,
      (_, token: string) => `a ${SIGNS[token] ?? token} is missing`,
    );
  const written = text.slice(range?.start ?? 0, range?.end ?? 0);
  const sign = summary === "Unexpected character: =" ? "==" : WORDS[written];
  const assigns = sign === undefined ? {} : { hint: `did you mean "${sign}"?` };
  const unknown = /^Unknown variable: (.*)$/u.exec(summary)?.[1];
  const best = unknown === undefined ? undefined : nearest(unknown, celVariables);
  const hint =
    best === undefined ? `expressions see ${celVariables.join(", ")}` : `did you mean "${best}"?`;
  return {
    ok: false,
    message,
    ...(unknown === undefined ? assigns : { hint }),
    start: range?.start ?? 0,
    end: range?.end ?? text.length,
  };
}

function judge(environment: Environment, compiled: Compiled, context: CelContext): Verdict {
  const bindings = bind(context);
  try {
    const value: unknown = compiled(bindings);
    if (value === true) return { holds: true };
    const values = valuesIn(environment, compiled.ast, bindings);
    if (value === false) return { holds: false, values };
    return { holds: false, why: `it is ${show(value)}, not a condition`, values };
  } catch (error) {
    const { summary, node } = error as { summary?: string; node?: ASTNode };
    if (summary === undefined) throw error;
    return { holds: false, why: explain(environment, summary, node, bindings), values: [] };
  }
}

type Bindings = Readonly<Record<string, unknown>>;

function bind(context: CelContext): Bindings {
  return {
    get deploy() {
      return context.deploy;
    },
    get rs() {
      return context.rs;
    },
    get pod() {
      return context.pod;
    },
    get svc() {
      return context.svc;
    },
    get node() {
      return context.node;
    },
    get canary() {
      return context.canary;
    },
    get rollout() {
      return context.rollout;
    },
    get traffic() {
      return context.traffic;
    },
    t: context.t,
  };
}

/** Says which name is missing, where, and which one is nearest. */
function explain(
  environment: Environment,
  summary: string,
  node: ASTNode | undefined,
  bindings: Bindings,
): string {
  const key = /^No such key: (.*)$/u.exec(summary)?.[1];
  if (key === undefined || node === undefined || (node.op !== "." && node.op !== "[]")) {
    return summary;
  }
  const parent = (node.args as [ASTNode, unknown])[0];
  const where = serialize(parent);
  const value = valueOf(environment, parent, bindings);
  const names = value instanceof Map ? [...value.keys()].map(String) : [];
  const best = nearest(key, names);
  return `${where} has no "${key}"${best === undefined ? "" : ` (did you mean "${best}"?)`}`;
}

/** The operands of comparisons and connectives, each with its value; literals need none. */
function valuesIn(environment: Environment, ast: ASTNode, bindings: Bindings): readonly Shown[] {
  const shown = new Map<string, string>();
  const visit = (node: ASTNode): void => {
    if (node.op === "value") return;
    if (operators.has(node.op)) {
      const parts: unknown[] = Array.isArray(node.args) ? node.args : [node.args];
      for (const part of parts) visit(part as ASTNode);
      return;
    }
    const text = serialize(node);
    shown.set(text, show(valueOf(environment, node, bindings)));
  };
  visit(ast);
  return [...shown].map(([expression, value]) => ({ expression, value }));
}

const operators: ReadonlySet<string> = new Set([
  "&&",
  "||",
  "!_",
  "-_",
  "?:",
  "==",
  "!=",
  "<",
  "<=",
  ">",
  ">=",
  "+",
  "-",
  "*",
  "/",
  "%",
  "in",
]);

function valueOf(environment: Environment, node: ASTNode, bindings: Bindings): unknown {
  try {
    return environment.evaluate(serialize(node), bindings) as unknown;
  } catch (error) {
    return new Map([["error", (error as { summary?: string }).summary ?? String(error)]]);
  }
}

const longestShown = 60;

function show(value: unknown): string {
  const text = JSON.stringify(plain(value)) ?? "nothing";
  return text.length > longestShown ? `${text.slice(0, longestShown)}...` : text;
}

function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([key, item]) => [String(key), plain(item)]));
  }
  return Array.isArray(value) ? value.map(plain) : value;
}
