/** kubectl apply view-last-applied. Mirrors kubectl/pkg/cmd/apply (v0.37.2). */
import { lastApplied } from "../applied.ts";
import type { Call } from "../call.ts";
import { fail, failAll, failUsage } from "../errors.ts";
import { indentedJson } from "../output/gojson.ts";
import { toYaml } from "../output/yaml.ts";
import { resolve } from "../resolve.ts";

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
