/** kubectl apply view-, set- and edit-last-applied. Mirrors kubectl/pkg/cmd/apply (v0.37.2). */
import { lastApplied, lastAppliedKey } from "../applied.ts";
import { dryRunOf, fieldManagerOf, heed, writeOptions, type Call } from "../call.ts";
import { fail, failAll, failStatus, failUsage, goQuote } from "../errors.ts";
import { compactJson, indentedJson } from "../output/gojson.ts";
import { toYaml } from "../output/yaml.ts";
import { withAnnotation } from "../mutate.ts";
import { lateReporter, reporter } from "../output/report.ts";
import { groupResource } from "../resources.ts";
import { resolve } from "../resolve.ts";
import { editedObject } from "./edit.ts";

export function viewLastApplied(call: Call): void {
  const selection = resolve(call, {
    bareType: "refused",
    fetchFiles: true,
    ...(call.flags.bool("all") ? { all: true } : {}),
  });
  failAll(selection.problems.slice(0, 1));
  const found = selection.infos.flatMap(({ object, source }) => {
    const applied = lastApplied(object);
    if (applied !== undefined) return [applied];
    // Without a file, the real one loses its error on the way (AddSourceToErr).
    if (source === "") return [];
    const missing = "no last-applied-configuration annotation found on resource";
    return fail(`error when ${missing}: ${object.metadata.name}\n ${goQuote(source)}: <nil>`);
  });
  const format = call.flags.text("output");
  if (format !== "yaml" && format !== "json" && found.length > 0) {
    failUsage(
      `Unexpected -o output mode: ${format}, the flag 'output' must be one of yaml|json`,
      call.command,
    );
  }
  for (const applied of found) {
    call.io.out(format === "yaml" ? toYaml(applied) : `${indentedJson(applied, "  ")}\n`);
  }
}

/** Writes the annotation anew, and nothing else. */
export function setLastApplied(call: Call): void {
  const dryRun = dryRunOf(call);
  const report = reporter(call, dryRun);
  const { infos, problems } = resolve(call, { bareType: "refused", args: [] });
  failAll(problems);
  for (const { ref, object } of infos) {
    const current = call.io.client.get(ref);
    if (!current.ok) return failStatus(current.status);
    const text = `${compactJson(object)}\n`;
    const before = current.value.metadata.annotations?.[lastAppliedKey];
    if (before === undefined && !call.flags.bool("create-annotation")) {
      fail(
        `no last-applied-configuration annotation found on resource: ${ref.name}, to create the ` +
          "annotation, run the command with --create-annotation",
      );
    }
    if (before?.trim() === text.trim()) {
      call.io.out(`set-last-applied ${ref.name}: no changes required.\n`);
      continue;
    }
    if (dryRun === "client") {
      report(withAnnotation(current.value, lastAppliedKey, text), "configured");
      continue;
    }
    const patch = { metadata: { annotations: { [lastAppliedKey]: text } } };
    const options = writeOptions({ dryRun, fieldManager: "kubectl" });
    const answer = heed(call, call.io.client.patch(ref, "merge", patch, options));
    if (!answer.ok) return failStatus(answer.status);
    report(answer.value, "configured");
  }
}

/** kubectl apply edit-last-applied: the annotation alone, through the editor. */
export function editLastApplied(call: Call): void {
  const report = lateReporter(call, "none");
  const selection = resolve(call, { bareType: "everything", fetchFiles: true });
  failAll(selection.problems);
  const applied = selection.infos.flatMap(({ kind, ref, object }) => {
    const configuration = lastApplied(object);
    const whose = `${groupResource(kind)} "${ref.name}"`;
    return configuration === undefined ? [] : [{ ref, whose, configuration }];
  });
  if (applied.length === 0) {
    const how =
      "to create the annotation, use command `kubectl apply set-last-applied --create-annotation`";
    fail(`no last-applied-configuration annotation found on resources, ${how}`);
  }
  const edited = applied.flatMap(({ ref, whose, configuration }) => {
    const json = call.flags.text("output") === "json";
    const document = json ? `${indentedJson(configuration, "    ")}\n` : toYaml(configuration);
    const after = editedObject(call, whose, document);
    return after === undefined ? [] : [{ ref, after }];
  });
  if (edited.length === 0) call.io.err("Edit cancelled, no changes made.\n");
  for (const { ref, after } of edited) {
    const patch = { metadata: { annotations: { [lastAppliedKey]: `${compactJson(after)}\n` } } };
    const fieldManager = fieldManagerOf(call, "kubectl-client-side-apply");
    const answer = heed(call, call.io.client.patch(ref, "merge", patch, { fieldManager }));
    if (!answer.ok) return failStatus(answer.status);
    report(after, "edited");
  }
}
