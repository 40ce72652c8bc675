/** kubectl patch. Mirrors kubectl/pkg/cmd/patch/patch.go (v0.37.2). */
import type { PatchType } from "../../api/client.ts";
import type { KubeObject } from "../../api/meta.ts";
import {
  changeCauseKey,
  changeCauseOf,
  dryRunOf,
  fieldManagerOf,
  heed,
  recordsChangeCause,
  writeOptions,
  type Call,
} from "../call.ts";
import { exitWith, fail, failAll, goQuote, type Problem } from "../errors.ts";
import { sameJson } from "../fields.ts";
import { readChunk } from "../manifest.ts";
import { patchedHere, unreadable } from "../patch-here.ts";
import { lateReporter } from "../output/report.ts";
import { isLocal, resolve, type Info } from "../resolve.ts";
import { scaleOf } from "../../apiserver/scale-subresource.ts";
import { notThere } from "./get.ts";

const types = ["json", "merge", "strategic"] as const;

export function patch(call: Call): void {
  const { flags } = call;
  const dryRun = dryRunOf(call);
  const [inline, file] = [flags.text("patch"), flags.text("patch-file")];
  if (inline !== "" && file !== "") fail("cannot specify --patch and --patch-file together");
  if (inline === "" && file === "") {
    fail("must specify --patch or --patch-file containing the contents of the patch");
  }
  if (isLocal(call) && call.args.length > 0) fail("cannot specify --local and server resources");
  if (isLocal(call) && dryRun === "server") {
    fail("cannot specify --local and --dry-run=server - did you mean --dry-run=client?");
  }
  const given = flags.text("type").toLowerCase();
  const type = given === "" ? "strategic" : types.find((known) => known === given);
  if (type === undefined) {
    fail(`--type must be one of [${types.join(" ")}], not ${goQuote(flags.text("type"))}`);
  }
  // Whatever the dry run, the real one prints no word of it here.
  const report = lateReporter(call, "none");
  const here = isLocal(call) || dryRun === "client";
  const body = readPatch(call, inline, file, here ? unreadable[type] : undefined);
  // An object of a file stays as the file has it: what the server has may differ without a change.
  const selection = resolve(call, { bareType: "refused" });
  const problems: Problem[] = [...selection.problems];
  if (type === "merge" && body === null && !here) {
    exitWith("Error from server (BadRequest): Invalid JSON Patch");
  }
  for (const info of selection.infos) {
    const patched = here ? patchedHere(info.object, body, type) : send(call, info, type, body);
    if (!("metadata" in patched)) {
      problems.push(patched);
      continue;
    }
    const scaling = flags.text("subresource") === "scale";
    const [before, after] = scaling
      ? [scaleOf(info.object), scaleOf(patched)]
      : [info.object, patched];
    report(after, sameJson(before, after) ? "patched (no change)" : "patched");
  }
  failAll(problems);
  if (selection.infos.length === 0) fail("no objects passed to patch");
}

/** `broken`: the error of what begins like JSON and is none; default is the server's. */
function readPatch(call: Call, inline: string, file: string, broken: string | undefined): unknown {
  const refuse = (): never =>
    broken === undefined
      ? exitWith("Error from server (BadRequest): invalid JSON patch")
      : fail(broken);
  let source = inline;
  if (file !== "") {
    const [read] = call.io.readFile(file) ?? [];
    if (read === undefined)
      fail(`unable to read patch file: open ${file}: no such file or directory`);
    source = read.text;
  }
  // What begins like an object of JSON is not read as YAML, and goes to the server as it is.
  if (source.trimStart().startsWith("{")) return jsonOf(source) ?? refuse();
  const read = readChunk(source);
  if ("error" in read) return fail(`unable to parse ${goQuote(inline)}: yaml: ${read.error}`);
  return read.value ?? (source.trim() === "null" ? null : {});
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function send(call: Call, info: Info, type: PatchType, body: unknown): KubeObject | Problem {
  const dryRun = dryRunOf(call);
  const subresource = call.flags.text("subresource");
  if (!["", "status", "scale"].includes(subresource)) exitWith(notThere);
  const options = writeOptions(
    { dryRun, fieldManager: fieldManagerOf(call, "kubectl-patch") },
    subresource === "status" || subresource === "scale" ? { subresource } : {},
  );
  const { client } = call.io;
  const answer = heed(call, client.patch(info.ref, type, body, options));
  if (!answer.ok) return { status: answer.status };
  if (dryRun !== "none" || !recordsChangeCause(call)) return answer.value;
  const annotations = { [changeCauseKey]: changeCauseOf(call) };
  const recorded = client.patch(info.ref, "merge", { metadata: { annotations } }, options);
  return recorded.ok ? recorded.value : answer.value;
}
