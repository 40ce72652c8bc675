/** kubectl taint. Mirrors kubectl/pkg/cmd/taint (v0.37.2). */
import type { KubeObject } from "../../api/meta.ts";
import type { Taint } from "../../api/node.ts";
import { dryRunOf, fieldManagerOf, heed, writeOptions, type Call } from "../call.ts";
import { fail, failAll, failUsage, type Problem } from "../errors.ts";
import { list, text, withField } from "../fields.ts";
import { reporter } from "../output/report.ts";
import { resolve } from "../resolve.ts";

interface Change {
  readonly add: readonly Taint[];
  /** Without an effect: all of that key. */
  readonly remove: readonly { readonly key: string; readonly effect: string }[];
}

export function taint(call: Call): void {
  const { flags } = call;
  const { resources, words } = splitTaints(call.args);
  const [type = "", ...names] = resources.flatMap((word) => word.split("/"));
  if (type === "") fail("one or more resources must be specified as <resource> <name>");
  if (words.length === 0) fail("at least one taint update is required");
  const change = changeOf(call, words);
  const all = flags.bool("all") || flags.text("selector") !== "";
  if (!all && names.length === 0) {
    fail("at least one resource name must be specified since 'all' parameter is not set");
  }
  if (!["node", "nodes", "no"].includes(type.toLowerCase())) {
    fail(`invalid resource type ${type}, only node types are supported`);
  }
  const dryRun = dryRunOf(call);
  const report = reporter(call, dryRun);
  const selection = resolve(call, {
    bareType: all ? "everything" : "refused",
    args: ["nodes", ...names],
  });
  const problems: Problem[] = [...selection.problems];
  for (const { object, ref } of selection.infos) {
    const made = changed(object, change, flags.bool("overwrite") ? "overwrite" : "keep");
    if ("problems" in made) {
      problems.push(...made.problems.map((why) => ({ text: why })));
      continue;
    }
    const { taints, operation } = made;
    if (dryRun === "client") {
      report(withField(object, ["spec", "taints"], taints), operation);
      continue;
    }
    const options = writeOptions({ dryRun, fieldManager: fieldManagerOf(call, "kubectl-taint") });
    const patch = { spec: { taints: taints.length === 0 ? null : taints } };
    const answer = heed(call, call.io.client.patch(ref, "merge", patch, options));
    if (answer.ok) report(answer.value, operation);
    else problems.push({ status: answer.status });
  }
  failAll(problems);
}

/** Resources first, then taints, which have one of `=:` or end with `-`. */
function splitTaints(args: readonly string[]): {
  readonly resources: readonly string[];
  readonly words: readonly string[];
} {
  const isTaint = (word: string): boolean => /[=:]|-$/.test(word);
  const first = args.findIndex(isTaint);
  if (first < 0) return { resources: args, words: [] };
  const stray = args.slice(first).find((word) => !isTaint(word));
  if (stray !== undefined) fail(`all resources must be specified before taint changes: ${stray}`);
  return { resources: args.slice(0, first), words: args.slice(first) };
}

const EFFECTS = ["NoSchedule", "PreferNoSchedule", "NoExecute"] as const;

function changeOf(call: Call, words: readonly string[]): Change {
  const add: Taint[] = [];
  const remove: { key: string; effect: string }[] = [];
  for (const word of words) {
    const removes = word.endsWith("-");
    const [pair = "", effect, ...rest] = (removes ? word.slice(0, -1) : word).split(":");
    const [key = "", value, ...more] = pair.split("=");
    const known = EFFECTS.find((each) => each === effect);
    if (rest.length > 0 || more.length > 0) failUsage(`invalid taint spec: ${word}`, call.command);
    if (effect !== undefined && known === undefined) {
      failUsage(`invalid taint effect: ${effect}, unsupported taint effect`, call.command);
    }
    if (removes) remove.push({ key, effect: effect ?? "" });
    else if (known === undefined) failUsage(`invalid taint spec: ${word}`, call.command);
    else {
      const given = value === undefined || value === "" ? {} : { value };
      add.push({ key, ...given, effect: known });
    }
  }
  const both = add.filter((each) => remove.some((other) => isMeant(other, each)));
  if (both.length > 0) {
    const what = both.map(({ key, effect }) => `${key}:${effect}`).join(", ");
    fail(`can not both modify and remove the following taint(s) in the same command: ${what}`);
  }
  return { add, remove };
}

type Changed =
  | { readonly taints: readonly Taint[]; readonly operation: string }
  | { readonly problems: readonly string[] };

function changed(node: KubeObject, { add, remove }: Change, how: "overwrite" | "keep"): Changed {
  const before = list(node, "spec", "taints") as readonly Taint[];
  const same = add.filter((each) => before.some((other) => isSame(each, other)));
  if (how === "keep" && same.length > 0) {
    const keys = same.map(({ key }) => key).join(",");
    const what = `${keys} taint(s) with same effect(s) and --overwrite is false`;
    return { problems: [`node ${node.metadata.name} already has ${what}`] };
  }
  const all = [...add, ...before.filter((each) => !add.some((other) => isSame(each, other)))];
  const missing = remove.filter((each) => !all.some((other) => isMeant(each, other)));
  if (missing.length > 0) {
    return {
      problems: missing.map(({ key, effect }) => {
        return `taint "${effect === "" ? key : `${key}:${effect}`}" not found`;
      }),
    };
  }
  const taints = all.filter((each) => !remove.some((other) => isMeant(other, each)));
  const added = all.length !== before.length;
  const deleted = remove.length > 0;
  const operation =
    (added && deleted) || how === "overwrite" ? "modified" : deleted ? "untainted" : "tainted";
  return { taints, operation };
}

function isSame(a: Taint, b: Taint): boolean {
  return a.key === b.key && a.effect === b.effect;
}

function isMeant(asked: { readonly key: string; readonly effect: string }, other: Taint): boolean {
  return asked.key === text(other, "key") && (asked.effect === "" || asked.effect === other.effect);
}
