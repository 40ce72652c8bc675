/** What all `set` subcommands share. Mirrors kubectl/pkg/cmd/set (v0.37.2). */
import type { KubeObject } from "../../api/meta.ts";
import { canonicalObject } from "../../apiserver/encode.ts";
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
import { sameJson } from "../fields.ts";
import { exitWith, fail, failAll, type Problem } from "../errors.ts";
import { patchTo, podSpecPath, withAnnotation } from "../mutate.ts";
import { reporter, type Reporter } from "../output/report.ts";
import { isLocal, resolve, type Info, type Selection } from "../resolve.ts";

export interface SetVerb {
  /** `image updated` */
  readonly done: string;
  /** What stands before the server's text when a patch is refused. */
  readonly refused: string;
  /** What becomes of objects that stay as they are. Default: nothing is said of them. */
  readonly unchanged?: "told";
  /** The changed object; undefined leaves it alone. Adds problems as it meets them. */
  change(object: KubeObject, problems: Problem[]): KubeObject | undefined;
}

/** With --local, image and resources refuse names of objects; env and serviceaccount overlook them. */
export function resolveForSet(
  call: Call,
  args: readonly string[],
  localNames: "refused" | "overlooked",
): Selection {
  const all = call.flags.bool("all");
  if (isLocal(call)) {
    if (args.length > 0 && localNames === "refused") exitWith(localNeedsFiles);
    return resolve(call, { bareType: "refused", args: [], selector: "" });
  }
  const selection = resolve(call, {
    bareType: all ? "everything" : "refused",
    args,
    fetchFiles: true,
  });
  failAll(selection.problems);
  return selection;
}

export const localNeedsFiles = [
  "error: you must specify resources by --filename when --local is set.",
  "Example resource specifications include:",
  "   '-f rsrc.yaml'",
  "   '--filename=rsrc.json'",
].join("\n");

/** How a command writes and prints: what each looks at first, before it misses anything. */
export interface Writing {
  readonly dryRun: DryRun;
  readonly local: boolean;
  readonly report: Reporter;
}

export function beginWriting(call: Call): Writing {
  const dryRun = dryRunOf(call);
  return { dryRun, local: isLocal(call), report: reporter(call, dryRun) };
}

export const localOnServer =
  "cannot specify --local and --dry-run=server - did you mean --dry-run=client?";

export function refuseLocalOnServer({ dryRun, local }: Omit<Writing, "report">): void {
  if (local && dryRun === "server") fail(localOnServer);
}

export function runSet(
  call: Call,
  { dryRun, local, report }: Writing,
  selection: Selection,
  verb: SetVerb,
): void {
  const problems: Problem[] = [];
  const options = writeOptions({ dryRun, fieldManager: fieldManagerOf(call, "kubectl-set") });
  for (const info of selection.infos) {
    const changed = changedObject(call, info, verb, problems) ?? unchangedObject(info, verb);
    if (changed === undefined) continue;
    if (local || dryRun === "client") {
      // The object of a file went through Go's types.
      report(local ? canonicalObject(changed) : changed, verb.done);
      continue;
    }
    const answer = patchTo(call, info, changed, options);
    if (answer === undefined) {
      if (verb.unchanged === "told") report(changed, verb.done);
      continue;
    }
    if (answer.ok) report(answer.value, verb.done);
    else problems.push({ text: `${verb.refused} ${answer.status.message}` });
  }
  failAll(problems);
}

/** `*v1.Service`: the type behind an object in Go, as errors name it. */
function goType({ kind }: Info): string {
  return `*${kind.version}.${kind.kind}`;
}

function unchangedObject({ object }: Info, { unchanged }: SetVerb): KubeObject | undefined {
  return unchanged === "told" && podSpecPath(object) !== undefined ? object : undefined;
}

/** Undefined when nothing changes. */
function changedObject(
  call: Call,
  info: Info,
  verb: SetVerb,
  problems: Problem[],
): KubeObject | undefined {
  if (podSpecPath(info.object) === undefined) {
    const name = `${info.kind.resource}/${info.object.metadata.name}`;
    problems.push({
      text: `error: ${name} the object is not a pod or does not have a pod template: ${goType(info)}\n`,
    });
    return undefined;
  }
  const changed = verb.change(info.object, problems);
  if (changed === undefined || sameJson(changed, info.object)) {
    return changed === undefined || !recordsChangeCause(call)
      ? undefined
      : withCause(call, changed, info.object);
  }
  return withCause(call, changed, info.object);
}

function withCause(call: Call, changed: KubeObject, before: KubeObject): KubeObject | undefined {
  if (!recordsChangeCause(call)) return changed;
  const cause = changeCauseOf(call);
  const same = before.metadata.annotations?.[changeCauseKey] === cause;
  if (same && sameJson(changed, before)) return undefined;
  return withAnnotation(changed, changeCauseKey, cause);
}

export function refuseAllWithSelector(call: Call): void {
  if (call.flags.bool("all") && call.flags.has("selector") && call.flags.text("selector") !== "") {
    fail("cannot set --all and --selector at the same time");
  }
}

export const oneOrMoreResources =
  "one or more resources must be specified as <resource> <name> or <resource>/<name>";
