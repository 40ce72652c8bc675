/** kubectl diff. Mirrors kubectl/pkg/cmd/diff/diff.go (v0.37.2); secrets are not masked. */
import { structuredPatch } from "diff";
import type { KubeObject } from "../../api/meta.ts";
import { compareText } from "../../api/order.ts";
import type { Answer } from "../../api/status.ts";
import { withControllers } from "../../apiserver/field-managers/controllers.ts";
import { withoutLastApplied } from "../applied.ts";
import { heed, logLine, type Call } from "../call.ts";
import { exitOf, exitWith, fail, failStatus, failUsage, statusExitText } from "../errors.ts";
import { unversioned } from "../mutate.ts";
import { withoutManagedFields } from "../output/printer.ts";
import { toYaml } from "../output/yaml.ts";
import { filesOf } from "../files.ts";
import { readObjects, requireFiles, type Info } from "../resolve.ts";
import { buildPatch, unpatchable } from "./apply.ts";

/** Exit code 1 means a difference, a larger one an error. */
export function diff(call: Call): { readonly code: number } {
  try {
    return compare(call);
  } catch (thrown) {
    const exit = exitOf(thrown);
    if (exit === undefined) throw thrown;
    return exitWith(exit.text, 2);
  }
}

function compare(call: Call): { readonly code: number } {
  if (call.args.length > 0) failUsage(`Unexpected args: [${call.args.join(" ")}]`, "diff");
  requireFiles(call);
  if (call.flags.bool("force-conflicts") && !call.flags.bool("server-side")) {
    fail("--force-conflicts only works with --server-side");
  }
  const { infos, problems } = readObjects(call, filesOf(call), call.flags.text("selector"));
  const [problem] = problems;
  if (problem !== undefined) {
    exitWith("status" in problem ? statusExitText(problem.status) : `error: ${problem.text}`);
  }
  const texts: { readonly file: string; readonly text: string }[] = [];
  for (const info of infos) {
    const current = heed(call, call.io.client.get(info.ref));
    if (!current.ok && current.status.reason !== "NotFound") failStatus(current.status);
    const live = current.ok ? current.value : undefined;
    const merged = heed(call, mergedObject(call, info, live));
    if (!merged.ok && merged.status.reason === "Conflict") {
      // kubectl tries three times more before.
      const { group, version, kind } = info.kind;
      const type = `${group === "" ? "" : `${group}/`}${version}, Kind=${kind}`;
      const text = `Object (${type}: ${info.ref.name}) keeps changing, diffing without lock`;
      logLine(call, "W", "diff.go:723", text);
    }
    if (!merged.ok) failStatus(merged.status);
    texts.push({ file: fileOf(info), text: difference(call, info, live, merged.value) });
  }
  // Each object is a file of two folders, which diff compares in order of their names.
  for (const { text } of texts.toSorted((a, b) => compareText(a.file, b.file))) call.io.out(text);
  return { code: texts.some(({ text }) => text !== "") ? 1 : 0 };
}

/** What the server would store, by a dry run. */
function mergedObject(call: Call, info: Info, live: KubeObject | undefined): Answer<KubeObject> {
  const { client } = call.io;
  if (call.flags.bool("server-side")) {
    return client.patch(info.ref, "apply", info.object, {
      dryRun: "All",
      fieldManager: call.flags.changed("field-manager")
        ? call.flags.text("field-manager")
        : "kubectl",
      ...(call.flags.bool("force-conflicts") ? { force: "conflicts" as const } : {}),
    });
  }
  const options = { dryRun: "All" as const, fieldManager: call.flags.text("field-manager") };
  if (live === undefined) return client.create(unversioned(info.object), options);
  // Unlike apply, diff leaves the annotation of the last apply as it is.
  const modified = withoutLastApplied(info.object);
  const built = buildPatch(modified, live);
  if ("error" in built) return fail(unpatchable(call, info, modified, live, built));
  if (Object.keys(built.patch).length === 0) return { ok: true, value: live };
  const { resourceVersion } = live.metadata;
  const metadata = { ...(built.patch["metadata"] as object | undefined), resourceVersion };
  return client.patch(info.ref, built.type, { ...built.patch, metadata }, options);
}

function fileOf({ kind, ref }: Info): string {
  const group = kind.group === "" ? "" : `${kind.group}.`;
  return `${group}${kind.version}.${kind.kind}.${ref.namespace ?? ""}.${ref.name}`;
}

function difference(
  call: Call,
  info: Info,
  live: KubeObject | undefined,
  merged: KubeObject,
): string {
  const shown = (object: KubeObject | undefined): string => {
    if (object === undefined) return "";
    return toYaml(
      call.flags.bool("show-managed-fields")
        ? withControllers(object)
        : withoutManagedFields(object),
    );
  };
  const [before, after] = [shown(live), shown(merged)];
  const { hunks } = structuredPatch("", "", before, after, "", "", { context: 3 });
  if (hunks.length === 0) return "";
  const file = fileOf(info);
  const [from, to] = [`/tmp/LIVE-0000000000/${file}`, `/tmp/MERGED-0000000000/${file}`];
  const stamp = fileTime(call.io.client.wallClockMs);
  const range = (start: number, lines: number): string => {
    // An empty range is written as the line before it.
    if (lines === 0) return `${Math.max(0, start - (before === "" ? 1 : 0))},0`;
    return lines === 1 ? String(start) : `${start},${lines}`;
  };
  const body = hunks.flatMap((hunk) => [
    `@@ -${range(hunk.oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)} @@`,
    ...hunk.lines,
  ]);
  const head = [`diff -u -N ${from} ${to}`, `--- ${from}\t${stamp}`, `+++ ${to}\t${stamp}`];
  return `${[...head, ...body].join("\n")}\n`;
}

function fileTime(wallClockMs: number): string {
  const iso = new Date(wallClockMs).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 23)}000000 +0000`;
}
