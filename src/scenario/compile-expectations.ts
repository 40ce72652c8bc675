/** From expectations as written to conditions, moments and limits that a run can check. */
import type * as v from "valibot";
import { compileCel } from "./cel.ts";
import { parseDuration } from "../api/duration.ts";
import type { ManifestFile } from "../kubectl/io.ts";
import { nearest } from "./nearest.ts";
import { placeOf, problemAt, type Problem, type Source } from "./problem.ts";
import type { AlwaysExpectation, Condition, Expectations, Moment, Threshold } from "./scenario.ts";
import {
  alwaysSchema,
  finallySchema,
  metrics,
  thresholdSchema,
  type MetricName,
} from "./schema.ts";
import { fits } from "./shape.ts";
import type { Located } from "./yaml.ts";

/** The text of a file, the manifests of a folder, or undefined where there is neither. */
export type ReadApplied = (path: string) => string | readonly ManifestFile[] | undefined;

/** What the compiling functions share: the text, the problems so far, and a way to read files. */
export interface Compiler {
  readonly source: Source;
  readonly problems: Problem[];
  readonly readFile: ReadApplied | undefined;
}

export function compileExpectations(
  compiler: Compiler,
  expect: Located | undefined,
  steps: readonly string[],
): Omit<Expectations, "traffic"> {
  const { source } = compiler;
  const good = (list: Located | undefined, schema: v.GenericSchema): readonly Located[] =>
    (list?.items ?? []).filter((item) => fits(schema, item, source));
  const part = (name: string): Located | undefined => expect?.entries?.get(name)?.node;
  const limits = [...(part("thresholds")?.entries ?? [])];
  return {
    always: good(part("always"), alwaysSchema).flatMap((item) =>
      compileAlways(compiler, item, steps),
    ),
    finally: good(part("finally"), finallySchema).flatMap((item) => compileNamed(compiler, item)),
    thresholds: limits.flatMap(([metric, { node }]) =>
      Object.hasOwn(metrics, metric)
        ? good(node, thresholdSchema).flatMap((item) =>
            compileThreshold(compiler, metric as MetricName, item),
          )
        : [],
    ),
  };
}

export function compileCondition(compiler: Compiler, node: Located): Condition | undefined {
  const text = String(node.value);
  const { source } = compiler;
  const answer = compileCel(text);
  if (answer.ok) {
    return { expression: answer.expression, place: placeOf(source, node.span.start) };
  }
  // An expression that stands in the text as it is can be pointed into.
  const offset = source.text.slice(node.span.start, node.span.end).indexOf(text);
  const span =
    offset === -1
      ? node.span
      : {
          start: node.span.start + offset + answer.start,
          end: node.span.start + offset + Math.max(answer.end, answer.start + 1),
        };
  const hint = answer.hint === undefined ? {} : { hint: answer.hint };
  compiler.problems.push(
    problemAt(source, span, { code: "cel", message: answer.message, ...hint }),
  );
  return undefined;
}

/** An expression, or one with a name. */
function compileNamed(compiler: Compiler, node: Located): readonly Condition[] {
  const condition = compileCondition(compiler, node.entries?.get("that")?.node ?? node);
  const name = node.entries?.get("name")?.node.value;
  if (condition === undefined) return [];
  return [{ ...condition, ...(typeof name === "string" && { name }) }];
}

function compileAlways(
  compiler: Compiler,
  node: Located,
  steps: readonly string[],
): readonly AlwaysExpectation[] {
  const moments = compileMoments(compiler, node, steps);
  return compileNamed(compiler, node).map((condition) => ({ ...condition, ...moments }));
}

/** `from` and `to` of an expectation or of traffic. */
export function compileMoments(
  compiler: Compiler,
  node: Located,
  steps: readonly string[],
): { readonly from?: Moment; readonly to?: Moment } {
  const fromNode = node.entries?.get("from")?.node;
  const toNode = node.entries?.get("to")?.node;
  const from = compileMoment(compiler, fromNode, steps);
  const to = compileMoment(compiler, toNode, steps);
  if (from !== undefined && to !== undefined && !isBefore(from, to, steps)) {
    const message = `it ends before it begins: from ${String(fromNode?.value)} to ${String(toNode?.value)}`;
    compiler.problems.push(problemAt(compiler.source, toNode!.span, { code: "no-time", message }));
  }
  return { ...(from && { from }), ...(to && { to }) };
}

/** False only where it is certain before the run. */
function isBefore(from: Moment, to: Moment, steps: readonly string[]): boolean {
  if ("at" in from) return !("at" in to) || from.at < to.at;
  return !("step" in to) || steps.indexOf(from.step) < steps.indexOf(to.step);
}

function compileMoment(
  compiler: Compiler,
  node: Located | undefined,
  steps: readonly string[],
): Moment | undefined {
  if (node === undefined) return undefined;
  const text = String(node.value);
  if (steps.includes(text)) return { step: text };
  const duration = parseDuration(text);
  if (duration.ok) return { at: duration.ms };
  const best = nearest(text, steps);
  const message = `no step is named "${text}", nor is it a duration`;
  const hint = best === undefined ? {} : { hint: `did you mean "${best}"?` };
  compiler.problems.push(
    problemAt(compiler.source, node.span, { code: "no-step", message, ...hint }),
  );
  return undefined;
}

const thresholdShape =
  /^\s*(min|max|avg|sum|count|p\((\d{1,2}(?:\.\d+)?)\))\s*(<=|>=|==|!=|<|>)\s*(\S+)\s*$/u;

function compileThreshold(
  compiler: Compiler,
  metric: MetricName,
  node: Located,
): readonly Threshold[] {
  const text = String(node.value);
  const [, aggregate = "", percentile, compare = "", value = ""] = thresholdShape.exec(text) ?? [];
  const limit = limitOf(value, metrics[metric] === "time" && aggregate !== "count");
  if (typeof limit === "string") {
    const message = `${metric} ${text}: ${limit}`;
    compiler.problems.push(problemAt(compiler.source, node.span, { code: "wrong-value", message }));
    return [];
  }
  return [
    {
      metric,
      aggregate:
        percentile === undefined
          ? (aggregate as Exclude<Threshold["aggregate"], object>)
          : { percentile: Number(percentile) },
      compare: compare as Threshold["compare"],
      limit,
      text: text.trim(),
      place: placeOf(compiler.source, node.span.start),
    },
  ];
}

function limitOf(text: string, isTime: boolean): number | string {
  if (isTime) {
    const duration = parseDuration(text);
    return duration.ok ? duration.ms : duration.why;
  }
  return /^\d+(\.\d+)?$/u.test(text) ? Number(text) : `${JSON.stringify(text)} is not a number`;
}
