/** kubectl set selector. Mirrors kubectl/pkg/cmd/set/set_selector.go (v0.37.2). */
import { dryRunOf, fieldManagerOf, writeOptions, type Call } from "../call.ts";
import { fail, failAll, type Problem } from "../errors.ts";
import { withField } from "../fields.ts";
import { patchTo } from "../mutate.ts";
import { reporter } from "../output/report.ts";
import { resolve } from "../resolve.ts";

export function setSelector(call: Call): void {
  const expression = call.args.at(-1);
  const args = call.args.slice(0, -1);
  if (expression === undefined) {
    fail("one or more resources must be specified as <resource> <name> or <resource>/<name>");
  }
  const selector = Object.fromEntries(
    expression.split(",").map((term) => {
      const [key = "", value = ""] = term.split(/==?/);
      return [key, value];
    }),
  );
  const dryRun = dryRunOf(call);
  const report = reporter(call, dryRun);
  const selection = resolve(call, {
    bareType: call.flags.bool("all") ? "everything" : "refused",
    args,
    fetchFiles: true,
  });
  const problems: Problem[] = [...selection.problems];
  const options = writeOptions({ dryRun, fieldManager: fieldManagerOf(call, "kubectl-set") });
  for (const info of selection.infos) {
    if (info.kind.kind !== "Service") {
      problems.push({ text: "setting a selector is only supported for Services" });
      continue;
    }
    if (!expression.includes("=")) fail(`invalid selector: ${expression}`);
    const changed = withField(info.object, ["spec", "selector"], selector);
    const answer = dryRun === "client" ? undefined : patchTo(call, info, changed, options);
    if (answer === undefined) report(changed, "selector updated");
    else if (answer.ok) report(answer.value, "selector updated");
    else problems.push({ status: answer.status });
  }
  failAll(problems);
}
