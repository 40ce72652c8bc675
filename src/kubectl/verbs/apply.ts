/**
 * kubectl apply. Mirrors kubectl/pkg/cmd/apply (v0.37.2). Left out: --applyset and the
 * change of field owners from client-side to server-side apply.
 */
import type { KubeObject } from "../../api/meta.ts";
import { withControllers } from "../../apiserver/field-managers/controllers.ts";
import { goPrint } from "../../apiserver/go-print.ts";
import { changesOverwritten, createThreeWayPatch } from "../../apiserver/patch-three-way.ts";
import { applyHere } from "../../apiserver/patch.ts";
import { schemaOf } from "../../apiserver/schema.ts";
import {
  lastApplied,
  lastAppliedKey,
  withLastApplied,
  withoutNulls,
  type Applied,
} from "../applied.ts";
import {
  changeCauseKey,
  changeCauseOf,
  dryRunOf,
  fieldManagerOf,
  heed,
  recordsChangeCause,
  validationOf,
  writeOptions,
  type Call,
  type DryRun,
} from "../call.ts";
import { beside, fail, failAll, failUsage, goQuote, type Problem } from "../errors.ts";
import { threeWayMerge, unversioned, withAnnotation } from "../mutate.ts";
import { compactJson } from "../output/gojson.ts";
import { toYaml } from "../output/yaml.ts";
import { listOf, writePrinter } from "../output/printer.ts";
import { reporter } from "../output/report.ts";
import { filesOf } from "../files.ts";
import { nameProblem, readObjects, requireFiles, type Info } from "../resolve.ts";
import { infoText, withSource } from "../sources.ts";
import { prune, prunedKindsOf } from "./apply-prune.ts";
import { applyServerSide } from "./apply-server-side.ts";

export function apply(call: Call): void {
  const { flags } = call;
  const dryRun = dryRunOf(call);
  if (call.args.length > 0) failUsage(`Unexpected args: [${call.args.join(" ")}]`, "apply");
  requireFiles(call);
  refuseOddFlags(call, dryRun);
  validationOf(call);
  const report = reporter(call, dryRun);
  // With --template alone, each is printed when it is done.
  const whole = flags.text("output") === "" ? undefined : writePrinter(call);
  const read = readObjects(call, filesOf(call), flags.text("selector"));
  if (read.infos.length === 0 && read.problems.length === 0) fail("no objects passed to apply");
  const problems: Problem[] = [];
  const done: KubeObject[] = [];
  for (const info of read.infos) {
    const applied =
      withoutName(info) ??
      (flags.bool("server-side")
        ? applyServerSide(call, info, dryRun)
        : applyOne(call, withCause(call, info), dryRun));
    if ("problem" in applied) {
      problems.push(applied.problem);
      continue;
    }
    done.push(applied.object);
    // With -o, everything is printed at the end, as one list if there are several.
    if (whole === undefined || flags.text("output") === "name") {
      report(applied.object, applied.operation);
    }
  }
  failAll([...beside(problems, read.problems), ...problems]);
  if (whole !== undefined && flags.text("output") !== "name") {
    const [only] = done;
    if (done.length === 1 && only !== undefined) call.io.out(whole(only));
    else call.io.out(whole(listOf(done)));
  }
  if (flags.bool("prune")) prune(call, read.infos, dryRun);
}

function refuseOddFlags(call: Call, dryRun: DryRun): void {
  const { flags } = call;
  const serverSide = flags.bool("server-side");
  if (flags.bool("force-conflicts") && !serverSide) {
    fail("--force-conflicts only works with --server-side");
  }
  if (dryRun === "client" && serverSide) {
    const hint = "(did you mean --dry-run=server instead?)";
    fail(`--dry-run=client doesn't work with --server-side ${hint}`);
  }
  const force = flags.bool("force");
  if (force && serverSide) fail("--force cannot be used with --server-side");
  if (force && dryRun === "server") fail("--dry-run=server cannot be used with --force");
  if (flags.bool("all") && flags.text("selector") !== "") {
    fail("cannot set --all and --selector at the same time");
  }
  if (flags.bool("prune")) refuseOddPruning(call);
  if (flags.has("subresource") && flags.text("subresource") !== "" && !serverSide) {
    fail("--subresource can only be specified for --server-side");
  }
}

function refuseOddPruning(call: Call): void {
  const { flags } = call;
  if (flags.bool("force")) fail("--force cannot be used with --prune");
  if (!flags.bool("all") && flags.text("selector") === "") {
    fail(
      "all resources selected for prune without explicitly passing --all. To prune all resources, " +
        "pass the --all flag. If you did not mean to prune all resources, specify a label selector",
    );
  }
  prunedKindsOf(call);
  if (flags.bool("server-side")) {
    fail("--prune is in alpha and doesn't currently work on objects created by server-side apply");
  }
}

function withCause(call: Call, info: Info): Info {
  if (!recordsChangeCause(call)) return info;
  return { ...info, object: withAnnotation(info.object, changeCauseKey, changeCauseOf(call)) };
}

function withoutName({ object }: Info): Applied | undefined {
  const { generateName, name } = object.metadata;
  if ((name ?? "") !== "" || generateName === undefined) return undefined;
  return { problem: { text: `from ${generateName}: cannot use generate name with apply` } };
}

function applyOne(call: Call, info: Info, dryRun: DryRun): Applied {
  const { name } = info.object.metadata;
  if ((name ?? "") === "") {
    const what = `retrieving current configuration of:\n${infoText(info)}\nfrom server for:`;
    const why = "resource name may not be empty";
    return { problem: { text: `error when ${what} ${JSON.stringify(info.source)}: ${why}` } };
  }
  const unnamable = nameProblem(name);
  if (unnamable !== undefined) {
    const what = `retrieving current configuration of:\n${infoText(info)}\nfrom server for:`;
    return {
      problem: { text: `error when ${what} ${JSON.stringify(info.source)}: ${unnamable}` },
    };
  }
  const modified = withLastApplied(info.object);
  const current = heed(call, call.io.client.get(info.ref));
  if (current.ok) return patchExisting(call, info, modified, current.value, dryRun);
  if (current.status.reason !== "NotFound") return { problem: { status: current.status } };
  const created = withoutNulls(modified);
  if (dryRun === "client") return { object: created, operation: "created" };
  const answer = heed(call, call.io.client.create(unversioned(created), optionsOf(call, dryRun)));
  if (answer.ok) return { object: answer.value, operation: "created" };
  return { problem: withSource(answer.status, "creating", info.source) };
}

function optionsOf(call: Call, dryRun: DryRun) {
  const fieldManager = fieldManagerOf(call, "kubectl-client-side-apply");
  return writeOptions({ dryRun, fieldManager }, { fieldValidation: validationOf(call) });
}

function patchExisting(
  call: Call,
  info: Info,
  modified: KubeObject,
  current: KubeObject,
  dryRun: DryRun,
): Applied {
  warnUnapplied(call, info, current);
  const overwrites = call.flags.bool("overwrite");
  // What others have changed is told with all who own it.
  const known = overwrites ? current : withControllers(current);
  const built = buildPatch(modified, known, overwrites);
  if ("error" in built)
    return { problem: { text: unappliable(call, info, modified, known, built) } };
  if (Object.keys(built.patch).length === 0) {
    return { object: current, operation: "unchanged" };
  }
  const { type, patch } = built;
  if (dryRun === "client") {
    const local = applyHere(current, patch, type);
    if (!local.ok) return { problem: { status: local.status } };
    return { object: local.value, operation: "configured" };
  }
  const answer = heed(call, call.io.client.patch(info.ref, type, patch, optionsOf(call, dryRun)));
  if (answer.ok) {
    warnDeleting(call, info, answer.value);
    return { object: answer.value, operation: "configured" };
  }
  const forcible = ["Conflict", "Invalid"].includes(answer.status.reason ?? "");
  if (forcible && call.flags.bool("force")) return replaced(call, info, modified, dryRun);
  const verb = `applying patch:\n${compactJson(patch)}\nto:\n${infoText(info)}\nfor:`;
  const refused = withSource(answer.status, "patching", info.source);
  return { problem: "status" in refused ? withSource(refused.status, verb, info.source) : refused };
}

/** --force: what cannot be patched is deleted and made anew. */
function replaced(call: Call, info: Info, modified: KubeObject, dryRun: DryRun): Applied {
  const { client } = call.io;
  const options = dryRun === "server" ? { dryRun: "All" as const } : {};
  const deleted = client.delete(info.ref, { propagationPolicy: "Background", ...options });
  if (!deleted.ok) return { problem: { status: deleted.status } };
  while (dryRun === "none" && client.get(info.ref).ok) {
    if (call.io.advance(client.now + longestDeletionMs) === "idle") {
      return { problem: { text: "timed out waiting for the condition" } };
    }
  }
  const answer = heed(
    call,
    client.create(unversioned(withoutNulls(modified)), optionsOf(call, dryRun)),
  );
  return answer.ok
    ? { object: answer.value, operation: "configured" }
    : { problem: withSource(answer.status, "creating", info.source) };
}
const longestDeletionMs = 300_000;

export type BuiltPatch =
  | { readonly type: "strategic" | "merge"; readonly patch: Readonly<Record<string, unknown>> }
  | Unbuilt;

interface Unbuilt {
  readonly error: string;
  /** kubectl tries three schemas in turn, and tells of the first two that fail. */
  readonly tries: "one" | "three";
}

/** From what was applied last, what is to be, and what there is. */
export function buildPatch(
  modified: KubeObject,
  current: KubeObject,
  overwrites = true,
): BuiltPatch {
  const original = lastApplied(current) ?? {};
  // Kinds of which nothing is known get a merge patch, as custom resources do.
  if (schemaOf(modified.apiVersion, modified.kind) === undefined) {
    return refusedKind({ type: "merge", patch: threeWayMerge(original, modified, current) });
  }
  const created = createThreeWayPatch(modified, original, modified, current);
  if (!created.ok) return { error: created.error, tries: "three" };
  const changed = overwrites
    ? undefined
    : changesOverwritten(modified, original, current, created.patch);
  if (changed !== undefined) {
    const others = `conflicts with changes made from original to current:\n${toYaml(changed)}`;
    return { error: `patch:\n${toYaml(created.patch)}\n${others}\n`, tries: "three" };
  }
  return refusedKind({ type: "strategic", patch: created.patch });
}

/** A patch may not turn an object into one of another kind. */
function refusedKind(built: Exclude<BuiltPatch, Unbuilt>): BuiltPatch {
  const { patch } = built;
  if (!("kind" in patch) && !("apiVersion" in patch)) return built;
  return { error: `precondition failed for: ${goPrint(patch)}`, tries: "one" };
}

function unappliable(
  call: Call,
  info: Info,
  modified: KubeObject,
  current: KubeObject,
  built: Unbuilt,
): string {
  const why = unpatchable(call, info, modified, current, built);
  return `error when applying patch:\n\nto:\n${infoText(info)}\nfor: ${goQuote(info.source)}: ${why}`;
}

/** Why there is no patch, with all that it was to be made of. */
export function unpatchable(
  call: Call,
  info: Info,
  modified: KubeObject,
  current: KubeObject,
  { error, tries }: Unbuilt,
): string {
  if (tries === "three") {
    for (const schema of ["openapi v3", "openapi"]) {
      call.io.err(`warning: error calculating patch from ${schema} spec: ${error}\n`);
    }
  }
  const applied = current.metadata.annotations?.[lastAppliedKey] ?? "";
  return (
    `error when patching ${goQuote(info.source)}: creating patch with:\n` +
    `original:\n${applied}\nmodified:\n${compactJson(modified)}\n\n` +
    `current:\n${compactJson(current)}\n\nfor: ${error}`
  );
}

function warnUnapplied(call: Call, info: Info, current: KubeObject): void {
  if (current.metadata.annotations?.[lastAppliedKey] !== undefined) return;
  call.io.err(
    `Warning: resource ${info.kind.resource}/${info.object.metadata.name} is missing the ` +
      `${lastAppliedKey} annotation which is required by kubectl apply. kubectl apply should only be ` +
      "used on resources created declaratively by either kubectl create --save-config or kubectl " +
      "apply. The missing annotation will be patched automatically.\n",
  );
}

function warnDeleting(call: Call, info: Info, object: KubeObject): void {
  if (object.metadata.deletionTimestamp === undefined) return;
  const { name } = info.object.metadata;
  call.io.err(`Warning: Detected changes to resource ${name} which is currently being deleted.\n`);
}
