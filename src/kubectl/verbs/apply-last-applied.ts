/** kubectl apply view-last-applied and set-last-applied. Mirrors kubectl/pkg/cmd/apply (v0.37.2). */
import { configurationText, lastApplied, lastAppliedKey } from "../applied.ts";
import { dryRunOf, fieldManagerOf, heed, writeOptions, type Call } from "../call.ts";
import { fail, failAll, failStatus, failUsage } from "../errors.ts";
import { indentedJson } from "../output/gojson.ts";
import { toYaml } from "../output/yaml.ts";
import { withAnnotation } from "../mutate.ts";
import { reporter } from "../output/report.ts";
import { filesOf, readObjects, requireFiles, resolve } from "../resolve.ts";

export function viewLastApplied(call: Call): void {
  const format = call.flags.text("output");
  if (format !== "yaml" && format !== "json") {
    failUsage(
      `Unexpected -o output mode: ${format}, the flag 'output' must be one of yaml|json`,
      call.command,
    );
  }
  const selection = resolve(call, { bareType: "everything", fetchFiles: true });
  failAll(selection.problems);
  for (const { object } of selection.infos) {
    const applied = lastApplied(object);
    if (applied === undefined) {
      fail(`no last-applied-configuration annotation found on resource: ${object.metadata.name}\n`);
    }
    call.io.out(format === "yaml" ? toYaml(applied) : `${indentedJson(applied, "  ")}\n`);
  }
}

/** Writes the annotation anew, and nothing else. */
export function setLastApplied(call: Call): void {
  requireFiles(call);
  const dryRun = dryRunOf(call);
  const report = reporter(call, dryRun);
  const { infos, problems } = readObjects(call, filesOf(call));
  failAll(problems);
  for (const { ref, object } of infos) {
    const current = call.io.client.get(ref);
    if (!current.ok) return failStatus(current.status);
    const text = configurationText(object);
    const before = current.value.metadata.annotations?.[lastAppliedKey];
    if (before === undefined && !call.flags.bool("create-annotation")) {
      fail(
        `no last-applied-configuration annotation found on resource: ${ref.name}, to create the ` +
          "annotation, run the command with --create-annotation",
      );
    }
    if (dryRun === "client") {
      report(withAnnotation(current.value, lastAppliedKey, text), "configured");
      continue;
    }
    const patch = { metadata: { annotations: { [lastAppliedKey]: text } } };
    const options = writeOptions({ dryRun, fieldManager: fieldManagerOf(call, "kubectl-edit") });
    const answer = heed(call, call.io.client.patch(ref, "merge", patch, options));
    if (!answer.ok) return failStatus(answer.status);
    report(answer.value, "configured");
  }
}
