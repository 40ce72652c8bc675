/** kubectl set selector. Mirrors kubectl/pkg/cmd/set/set_selector.go (v0.37.2). */
import type { KubeObject } from "../../api/meta.ts";
import { canonicalObject } from "../../apiserver/encode.ts";
import { parseRequirements } from "../../apiserver/selector-parser.ts";
import { dryRunOf, fieldManagerOf, writeOptions, type Call } from "../call.ts";
import { exitWith, fail, failAll, type Problem } from "../errors.ts";
import { withField, type JsonMap } from "../fields.ts";
import { patchTo } from "../mutate.ts";
import { reporter } from "../output/report.ts";
import { isLocal, resolve, type Selection } from "../resolve.ts";
import { localNeedsFiles } from "./set-common.ts";

export function setSelector(call: Call): void {
  const dryRun = dryRunOf(call);
  const expression = call.args.at(-1);
  const selector = expression === undefined ? undefined : readSelector(expression);
  const report = reporter(call, dryRun);
  if (selector === undefined) fail("one selector is required");
  const selection = selected(call);
  const problems: Problem[] = [];
  const options = writeOptions({ dryRun, fieldManager: fieldManagerOf(call, "kubectl-set") });
  for (const info of selection.infos) {
    if (info.kind.kind !== "Service") {
      problems.push({ text: "setting a selector is only supported for Services" });
      continue;
    }
    if (typeof selector === "string") {
      problems.push({ text: selector });
      continue;
    }
    const changed = withVersion(call, withField(info.object, ["spec", "selector"], selector));
    if (isLocal(call) || dryRun === "client") {
      report(isLocal(call) ? canonicalObject(changed) : changed, "selector updated");
      continue;
    }
    const answer = patchTo(call, info, changed, options);
    if (answer === undefined) report(changed, "selector updated");
    else if (answer.ok) report(answer.value, "selector updated");
    else problems.push({ status: answer.status });
  }
  failAll([...problems, ...selection.problems]);
}

function selected(call: Call): Selection {
  const args = call.args.slice(0, -1);
  if (!isLocal(call)) {
    const bareType = call.flags.bool("all") ? "everything" : "refused";
    return resolve(call, { bareType, args, fetchFiles: true });
  }
  if (args.length > 0) exitWith(localNeedsFiles);
  return resolve(call, { bareType: "refused", args });
}

/** Labels to match, or why a Service cannot have this selector. */
function readSelector(expression: string): JsonMap | string {
  const parsed = parseRequirements(expression);
  if (!parsed.ok)
    return fail(`couldn't parse the selector string "${expression}": ${parsed.error}`);
  if (parsed.value.some(({ operator }) => operator === "!=")) {
    return fail('"!=" is not a valid label selector operator');
  }
  const others = parsed.value.filter(({ operator }) => operator !== "=" && operator !== "==");
  if (others.length > 0) {
    const shown = others.map(({ key, operator, values }) => {
      return `{${key} ${operatorNames[operator] ?? operator} [${values.join(" ")}]}`;
    });
    return `match expression [${shown.join(" ")}] not supported on this object`;
  }
  return Object.fromEntries(parsed.value.map(({ key, values }) => [key, values[0] ?? ""]));
}

/** As LabelSelectors name them. */
const operatorNames: Readonly<Record<string, string>> = {
  in: "In",
  notin: "NotIn",
  exists: "Exists",
  "!": "DoesNotExist",
};

function withVersion(call: Call, object: KubeObject): KubeObject {
  const version = call.flags.text("resource-version");
  return version === "" ? object : withField(object, ["metadata", "resourceVersion"], version);
}
