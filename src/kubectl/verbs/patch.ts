/** kubectl patch. Mirrors kubectl/pkg/cmd/patch/patch.go (v0.37.2). */
import type { PatchType } from "../../api/client.ts";
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
import { parseManifest } from "../manifest.ts";
import { reporter } from "../output/report.ts";
import { resolve, type Info } from "../resolve.ts";
import { scaleOf } from "../../apiserver/scale-subresource.ts";

const types = ["json", "merge", "strategic"] as const;

export function patch(call: Call): void {
  const { flags } = call;
  const [inline, file] = [flags.text("patch"), flags.text("patch-file")];
  if (inline !== "" && file !== "") fail("cannot specify --patch and --patch-file together");
  if (inline === "" && file === "") {
    fail("must specify --patch or --patch-file containing the contents of the patch");
  }
  const given = flags.text("type").toLowerCase();
  const type = given === "" ? "strategic" : types.find((known) => known === given);
  if (type === undefined) {
    fail(`--type must be one of [${types.join(" ")}], not ${goQuote(flags.text("type"))}`);
  }
  const dryRun = dryRunOf(call);
  const report = reporter(call, dryRun === "server" ? "none" : dryRun);
  const body = readPatch(call, inline, file);
  const selection = resolve(call, { bareType: "refused", fetchFiles: true });
  const problems: Problem[] = [...selection.problems];
  if (type === "merge" && body === null) {
    exitWith("Error from server (BadRequest): Invalid JSON Patch");
  }
  for (const info of selection.infos) {
    const answer = send(call, info, type, body);
    if (!answer.ok) {
      problems.push({ status: answer.status });
      continue;
    }
    const scaling = flags.text("subresource") === "scale";
    const [before, after] = scaling
      ? [scaleOf(info.object), scaleOf(answer.value)]
      : [info.object, answer.value];
    report(after, sameJson(before, after) ? "patched (no change)" : "patched");
  }
  failAll(problems);
  if (selection.infos.length === 0) fail("no objects passed to patch");
}

function readPatch(call: Call, inline: string, file: string): unknown {
  let source = inline;
  if (file !== "") {
    const [read] = call.io.readFile(file) ?? [];
    if (read === undefined)
      fail(`unable to read patch file: open ${file}: no such file or directory`);
    source = read.text;
  }
  // What begins like JSON is not read as YAML.
  if (source.trimStart().startsWith("{") && !isJson(source)) {
    exitWith("Error from server (BadRequest): invalid JSON patch");
  }
  const parsed = parseManifest(source, "patch");
  // Broken JSON goes to the server as it is, which refuses it.
  if (parsed.error !== undefined && /^\s*[{[]/.test(source)) {
    return exitWith("Error from server (BadRequest): invalid JSON patch");
  }
  if (parsed.error !== undefined) {
    return fail(
      `unable to parse ${goQuote(source)}: ${parsed.error.replace(/^error parsing patch: /, "")}`,
    );
  }
  return source.trim() === "null" ? null : (parsed.documents[0] ?? {});
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function send(call: Call, info: Info, type: PatchType, body: unknown) {
  const dryRun = dryRunOf(call);
  const subresource = call.flags.text("subresource");
  const options = writeOptions(
    // A dry run on the client needs the patched object, too; only the server can make it.
    {
      dryRun: dryRun === "client" ? "server" : dryRun,
      fieldManager: fieldManagerOf(call, "kubectl-patch"),
    },
    subresource === "status" || subresource === "scale" ? { subresource } : {},
  );
  const { client } = call.io;
  const answer = heed(call, client.patch(info.ref, type, body, options));
  if (!answer.ok || dryRun !== "none" || !recordsChangeCause(call)) return answer;
  const annotations = { [changeCauseKey]: changeCauseOf(call) };
  const recorded = client.patch(info.ref, "merge", { metadata: { annotations } }, options);
  return recorded.ok ? recorded : answer;
}
