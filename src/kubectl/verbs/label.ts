/** kubectl label and annotate. Mirrors kubectl/pkg/cmd/label and cmd/annotate (v0.37.2). */
import type { KubeObject } from "../../api/meta.ts";
import {
  changeCauseKey,
  changeCauseOf,
  dryRunOf,
  fieldManagerOf,
  recordsChangeCause,
  writeOptions,
  type Call,
  type DryRun,
} from "../call.ts";
import { fail, failAll, goQuote, type Problem } from "../errors.ts";
import { mergePatchTo, withAnnotation } from "../mutate.ts";
import { lateReporter, type Reporter } from "../output/report.ts";
import { readPairs, splitPairs, type Pairs } from "../pairs.ts";
import { filesOf } from "../files.ts";
import { isLocal, resolve, type Info } from "../resolve.ts";
import { oneOrMoreResources } from "./set-common.ts";

export function label(call: Call): void {
  changeMaps(call, "labels", labelPairs(call.args));
}

export function annotate(call: Call): void {
  const pairs = readPairs(call.args, "annotation", "removes");
  const both = pairs.removed.filter((key) => pairs.set.has(key));
  if (both.length > 0) {
    const noun = "the following annotation(s) in the same command";
    fail(`can not both modify and remove ${noun}: ${both.join(", ")}`);
  }
  changeMaps(call, "annotations", pairs);
}

function labelPairs(args: readonly string[]): Pairs {
  const { resources, words } = splitPairs(args, "label");
  const set = new Map<string, string>();
  const removed: string[] = [];
  for (const word of words) {
    const parts = word.split("=");
    if (parts.length > 2) fail(`invalid label spec: ${word}`);
    const [key = "", value] = parts;
    if (value === undefined) {
      if (!word.endsWith("-")) fail(`unknown label spec: ${word}`);
      removed.push(word.slice(0, -1));
      continue;
    }
    const wrong = labelValueProblem(value);
    if (wrong !== undefined) fail(`invalid label value: ${goQuote(word)}: ${wrong}`);
    set.set(key, value);
  }
  if (removed.some((key) => set.has(key))) {
    fail("can not both modify and remove a label in the same command");
  }
  return { resources, set, removed };
}

function labelValueProblem(value: string): string | undefined {
  if (value.length > 63) return "must be no more than 63 bytes";
  if (/^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/.test(value)) return undefined;
  return (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', " +
    "and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or " +
    "'12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
  );
}

type MapName = "labels" | "annotations";

function changeMaps(call: Call, which: MapName, pairs: Pairs): void {
  const { flags } = call;
  const noun = which === "labels" ? "label" : "annotation";
  if (flags.bool("list") && flags.text("output") !== "") {
    fail("--list and --output may not be specified together");
  }
  for (const other of ["selector", "field-selector"]) {
    if (flags.bool("all") && flags.text(other) !== "") {
      fail(`cannot set --all and --${other} at the same time`);
    }
  }
  if (isLocal(call)) refuseNonLocal(call, which, pairs);
  else if (pairs.resources.length === 0 && filesOf(call).length === 0) fail(oneOrMoreResources);
  if (pairs.set.size === 0 && pairs.removed.length === 0 && !flags.bool("list")) {
    fail(`at least one ${noun} update is required`);
  }
  const dryRun = dryRunOf(call);
  const local = isLocal(call);
  const report = lateReporter(call, dryRun);
  const selection = resolve(call, {
    bareType: flags.bool("all") ? "everything" : "refused",
    args: pairs.resources,
    ...(local ? {} : { fetchFiles: true as const }),
  });
  if (flags.text("resource-version") !== "" && !selection.single) {
    fail("--resource-version may only be used with a single resource");
  }
  const problems: Problem[] = [...selection.problems];
  const onlyHere = local || flags.bool("list");
  for (const info of selection.infos) {
    const change = { call, which, pairs, dryRun: onlyHere ? ("client" as const) : dryRun };
    const list = (object: KubeObject): void => listMap(call, info, object, which, selection.single);
    const problem = changeOne({ ...change, report: flags.bool("list") ? list : report }, info);
    if (problem !== undefined) problems.push(problem);
  }
  failAll(problems);
}

function refuseNonLocal(call: Call, which: MapName, pairs: Pairs): void {
  const files = which === "labels" ? "pod.yaml or --filename=pod" : "rsrc.yaml or --filename=rsrc";
  if (dryRunOf(call) === "server") {
    fail("cannot specify --local and --dry-run=server - did you mean --dry-run=client?");
  }
  if (pairs.resources.length > 0) {
    fail(`can only use local files by -f ${files}.json when --local=true is set`);
  }
  if (filesOf(call).length === 0) fail(`one or more files must be specified as -f ${files}.json`);
}

/** --list: what the object would have; the real one lists in the order of a Go map. */
function listMap(
  call: Call,
  info: Info,
  object: KubeObject,
  which: MapName,
  single: boolean,
): void {
  const { kind, group } = info.kind;
  if (!single) call.io.out(`Listing ${which} for ${kind}.${group}/${object.metadata.name}:\n`);
  for (const [key, value] of Object.entries(object.metadata[which] ?? {})) {
    call.io.out(`${single ? "" : " "}${key}=${value}\n`);
  }
}

interface Change {
  readonly call: Call;
  readonly which: MapName;
  readonly pairs: Pairs;
  readonly dryRun: DryRun;
  readonly report: Reporter;
}

function changeOne(change: Change, info: Info): Problem | undefined {
  const { call, which, pairs, dryRun, report } = change;
  const before = info.object.metadata[which] ?? {};
  if (which === "labels" && dryRun !== "client") {
    for (const key of pairs.removed.filter((removed) => before[removed] === undefined)) {
      call.io.out(`label ${goQuote(key)} not found.\n`);
    }
  }
  const clash = call.flags.bool("overwrite") ? undefined : overwriting(which, before, pairs);
  if (clash !== undefined) return { text: clash };
  const changed = changedObject(change, info.object, before);
  const operation = which === "labels" ? labelOperation(before, pairs) : "annotated";
  if (dryRun === "client" || operation === "not labeled") {
    report(changed, operation);
    return undefined;
  }
  const standard = which === "labels" ? "kubectl-label" : "kubectl-annotate";
  const options = writeOptions({ dryRun, fieldManager: fieldManagerOf(call, standard) });
  const answer = mergePatchTo(call, info, changed, options);
  if (!answer.ok) return { status: answer.status };
  report(answer.value, operation);
  return undefined;
}

function changedObject(
  { call, which, pairs }: Change,
  object: KubeObject,
  before: Readonly<Record<string, string>>,
): KubeObject {
  const kept = Object.entries(before).filter(([key]) => !pairs.removed.includes(key));
  const cause =
    which === "annotations" && recordsChangeCause(call)
      ? { [changeCauseKey]: changeCauseOf(call) }
      : {};
  const after = { ...Object.fromEntries(kept), ...cause, ...Object.fromEntries(pairs.set) };
  const changed: KubeObject = {
    ...object,
    metadata: { ...object.metadata, [which]: after },
  };
  const version = call.flags.text("resource-version");
  const versioned =
    version === ""
      ? changed
      : { ...changed, metadata: { ...changed.metadata, resourceVersion: version } };
  return which === "labels" && recordsChangeCause(call)
    ? withAnnotation(versioned, changeCauseKey, changeCauseOf(call))
    : versioned;
}

function overwriting(
  which: MapName,
  before: Readonly<Record<string, string>>,
  pairs: Pairs,
): string | undefined {
  const clashes = [...pairs.set]
    .filter(([key, value]) => Object.hasOwn(before, key) && before[key] !== value)
    .filter(([key]) => which === "labels" || key !== changeCauseKey)
    .map(([key]) => `'${key}' already has a value (${before[key]})`);
  if (clashes.length === 0) return undefined;
  if (which === "labels") {
    const all = clashes.map((clash) => `${clash}, and --overwrite is false`);
    return all.length === 1 ? all[0] : `[${all.join(", ")}]`;
  }
  const found = clashes.join("; ");
  return `--overwrite is false but found the following declared annotation(s): ${found}`;
}

function labelOperation(before: Readonly<Record<string, string>>, pairs: Pairs): string {
  const added = [...pairs.set].some(([key, value]) => before[key] !== value);
  const removed = pairs.removed.some((key) => before[key] !== undefined);
  if (added && removed) return "modified";
  if (added) return "labeled";
  return removed ? "unlabeled" : "not labeled";
}
