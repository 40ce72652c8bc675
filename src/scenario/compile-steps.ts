/** From the steps as written to steps that can be run: names, times, files and expressions. */
import type { Millis } from "../api/meta.ts";
import { checkCommand } from "./check-command.ts";
import { faultProblem, waitProblems } from "./check-targets.ts";
import { compileCondition, type Compiler, type ReadApplied } from "./compile-expectations.ts";
import { durationOf, formatDuration } from "../api/duration.ts";
import { isUrl } from "../kubectl/files.ts";
import { readManifest } from "./manifest.ts";
import { placeOf, problemAt, type Span } from "./problem.ts";
import { readScript } from "./script.ts";
import { fits } from "./shape.ts";
import type { AssertStep, Manifest, PartialObject, Step } from "./scenario.ts";
import { stepSchema, verbs, type StepInput } from "./schema.ts";
import { readYaml, type Located, type LocatedEntry } from "./yaml.ts";

export function compileSteps(
  compiler: Compiler,
  list: Located | undefined,
  until: Millis,
  nodes: readonly string[],
): readonly Step[] {
  const names = new Set<string>();
  const written: Written[] = (list?.items ?? []).flatMap((node, index) => {
    if (!fits(stepSchema, node, compiler.source)) return [];
    const step = compileStep(compiler, node, index + 1);
    if (step === undefined) return [];
    checkTargets(compiler, step, node, nodes);
    if (names.has(step.name)) {
      const span = node.entries?.get("name")?.node.span ?? node.span;
      report(compiler, span, "duplicate-name", `another step is named "${step.name}"`);
    }
    names.add(step.name);
    return [{ step, node }];
  });
  checkTimes(compiler, written, until);
  return written.map(({ step }) => step);
}

interface Written {
  readonly step: Step;
  readonly node: Located;
}

/** The names of all steps, of those with mistakes too. */
export function stepNames(list: Located | undefined): readonly string[] {
  return (list?.items ?? []).map((node, index) => {
    const name = node.entries?.get("name")?.node.value;
    return typeof name === "string" ? name : `step-${index + 1}`;
  });
}

function compileStep(compiler: Compiler, node: Located, number: number): Step | undefined {
  const input = node.value as StepInput;
  const verb = verbs.find((name) => node.entries?.has(name) === true);
  const entry = verb === undefined ? undefined : node.entries?.get(verb);
  if (verb === undefined || entry === undefined) return undefined;
  const base = {
    name: input.name ?? `step-${number}`,
    ...(input.at === undefined ? {} : { at: durationOf(input.at) }),
    after: durationOf(input.after ?? "0s"),
    place: placeOf(compiler.source, entry.node.span.start),
  };
  if (input.at !== undefined && input.after !== undefined) {
    const span = node.entries?.get("after")?.key ?? node.span;
    report(compiler, span, "at-and-after", 'a step has "at" or "after", not both');
  }
  if ("apply" in input) return { ...base, verb: "apply", ...applied(compiler, entry) };
  if ("kubectl" in input) {
    const script = readScript(input.kubectl);
    const exitCode = input.exitCode ?? 0;
    if (script.ok) {
      const sure = exitCode === 0 ? script.commands : script.commands.slice(0, -1);
      for (const { line } of sure) checkLine(compiler, entry.node.span, line);
      const commands = script.commands.map((command) => {
        const { start } = spanOfLine(compiler, entry.node.span, command.line);
        return { ...command, place: placeOf(compiler.source, start) };
      });
      return { ...base, verb: "kubectl", commands, exitCode };
    }
    report(compiler, entry.node.span, "script", script.message);
    return undefined;
  }
  if ("wait" in input) {
    const timeout = durationOf(input.wait.timeout ?? "30s");
    return { ...base, verb: "wait", for: input.wait.for, on: input.wait.on, timeout };
  }
  if ("fault" in input) {
    const { type, on, for: duration, count = 1 } = input.fault;
    const lasts = duration === undefined ? {} : { for: durationOf(duration) };
    return { ...base, verb: "fault", type, count, ...(on === undefined ? {} : { on }), ...lasts };
  }
  const condition = asserted(compiler, entry.node);
  const within = durationOf(input.within ?? "0s");
  return condition === undefined ? undefined : { ...base, verb: "assert", within, condition };
}

/** Where a line of a script stands in the file; the script's own place if it is not there as it is. */
function spanOfLine(compiler: Compiler, script: Span, line: string): Span {
  const bare = line.replace(/^kubectl /u, "");
  const offset = compiler.source.text.slice(script.start, script.end).indexOf(bare);
  if (offset === -1) return script;
  return { start: script.start + offset, end: script.start + offset + bare.length };
}

/** Lines that are to succeed and cannot are mistakes in the file. */
function checkLine(compiler: Compiler, script: Span, line: string): void {
  const problem = checkCommand(line);
  if (problem === undefined) return;
  const { message, hint, word } = problem;
  const span = spanOfLine(compiler, script, line);
  const inLine = compiler.source.text.slice(span.start, span.end).indexOf(word);
  const start = span.start + Math.max(0, inLine);
  const end = inLine === -1 ? span.end : start + word.length;
  const more = hint === undefined ? {} : { hint };
  compiler.problems.push(
    problemAt(compiler.source, { start, end }, { code: "kubectl", message, ...more }),
  );
}

function applied(
  compiler: Compiler,
  { node }: LocatedEntry,
): { readonly manifests: readonly Manifest[]; readonly path?: string } {
  if (typeof node.value !== "string") {
    const { manifests, problems } = readManifest(node, compiler.source);
    compiler.problems.push(...problems);
    return { manifests };
  }
  const path = node.value;
  const found = compiler.readFile?.(path);
  const files = typeof found === "string" ? [{ name: path, text: found }] : (found ?? []);
  if (files.length === 0) {
    const message = `cannot apply ${JSON.stringify(path)}: ${whyNothing(compiler, path, found)}`;
    report(compiler, node.span, "no-file", message);
  }
  const manifests = files.flatMap(({ name, text }) => {
    const file = readYaml(text, name);
    const read = file.documents.map(({ root }) => readManifest(root, file.source));
    compiler.problems.push(...file.problems, ...read.flatMap(({ problems }) => problems));
    return read.flatMap((each) => each.manifests);
  });
  return { manifests, path };
}

function whyNothing({ readFile }: Compiler, path: string, found: ReturnType<ReadApplied>): string {
  if (readFile === undefined) return "files cannot be read here";
  if (found !== undefined) return "no .yaml, .yml or .json file in this folder";
  return isUrl(path) ? "URLs are not fetched; download it first" : "no such file";
}

const ASSERTED =
  "an assert is an expression, as in deploy.web.status.readyReplicas == 3, or fields of an object with its apiVersion, kind and metadata.name";

function asserted(compiler: Compiler, node: Located): AssertStep["condition"] | undefined {
  if (typeof node.value === "string") {
    const cel = compileCondition(compiler, node);
    return cel && { cel };
  }
  const objects: PartialObject[] = [];
  for (const part of node.items ?? [node]) {
    const { source } = compiler;
    const { problems, manifests } = readManifest(part, source);
    for (const problem of problems.filter(({ severity }) => severity === "error")) {
      const isNoObject = problem.code === "missing-key" && problem.hint === undefined;
      compiler.problems.push(isNoObject ? { ...problem, hint: ASSERTED } : problem);
    }
    if (manifests.length === 0) continue;
    objects.push({ node: part, source, place: placeOf(source, part.span.start) });
  }
  return { objects };
}

function checkTargets(
  compiler: Compiler,
  step: Step,
  node: Located,
  nodes: readonly string[],
): void {
  if (step.verb !== "fault" && step.verb !== "wait") return;
  const part = node.entries?.get(step.verb)?.node ?? node;
  const problems = step.verb === "wait" ? waitProblems(step) : [faultProblem(step, nodes)];
  for (const problem of problems) {
    if (problem === undefined) continue;
    const { key, ...told } = problem;
    compiler.problems.push(
      problemAt(compiler.source, part.entries?.get(key)?.node.span ?? part.span, told),
    );
  }
}

/** Steps that take no time for certain let some orders of `at` be refused before the run. */
function checkTimes(compiler: Compiler, written: readonly Written[], until: Millis): void {
  let earliest: Millis = 0;
  for (const { step, node } of written) {
    const begins = step.at ?? earliest + step.after;
    const span = node.entries?.get(step.at === undefined ? "after" : "at")?.node.span ?? node.span;
    if (begins < earliest) {
      const before = formatDuration(earliest);
      const message = `"at" is earlier than the end of the step before, ${before} at the earliest`;
      report(compiler, span, "too-early", message);
    } else if (begins > until) {
      const message = `the run ends at ${formatDuration(until)} (until), before this step begins`;
      report(compiler, span, "too-late", message);
    }
    earliest = Math.max(earliest, begins);
  }
}

function report(compiler: Compiler, span: Span, code: string, message: string): void {
  compiler.problems.push(problemAt(compiler.source, span, { code, message }));
}
