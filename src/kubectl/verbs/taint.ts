/** kubectl taint. Mirrors kubectl/pkg/cmd/taint (v0.37.2). */
import type { KubeObject } from "../../api/meta.ts";
import type { Taint } from "../../api/node.ts";
import { labelValue, qualifiedName } from "../../apiserver/validation/names.ts";
import { dryRunOf, fieldManagerOf, heed, validationOf, writeOptions, type Call } from "../call.ts";
import { exitWith, fail, failAll, failUsage, goQuote, type Problem } from "../errors.ts";
import { list, text, withField } from "../fields.ts";
import { lateReporter } from "../output/report.ts";
import { resolve } from "../resolve.ts";
import { mustFindKind } from "../resources.ts";

interface Change {
  readonly add: readonly Taint[];
  /** Without an effect: all of that key. */
  readonly remove: readonly Removal[];
}

interface Removal {
  readonly key: string;
  readonly effect: string;
}

export function taint(call: Call): void {
  const { flags } = call;
  const dryRun = dryRunOf(call);
  validationOf(call);
  const { resources, words } = splitTaints(call.args);
  const [type, ...names] = resources;
  if (type === undefined) fail("one or more resources must be specified as <resource> <name>");
  if (words.length === 0) fail("at least one taint update is required");
  const change = changeOf(call, words);
  if (type.includes("/")) exitWith(`the server doesn't have a resource type ${goQuote(type)}`);
  if (mustFindKind(call.io.client, type.toLowerCase()).kind !== "Node") {
    fail(`invalid resource type ${type.toLowerCase()}, only node types are supported`);
  }
  refuseContradictions(change);
  const bulk = flags.bool("all") || flags.text("selector") !== "";
  if (flags.bool("all") && flags.text("selector") !== "") {
    fail("setting 'all' parameter with a non empty selector is prohibited");
  }
  if (!bulk && names.length === 0) {
    fail("at least one resource name must be specified since 'all' parameter is not set");
  }
  // Whatever the dry run, the real one prints no word of it here.
  const report = lateReporter(call, "none");
  const selection = resolve(call, {
    bareType: bulk ? "everything" : "refused",
    args: ["nodes", ...(bulk ? [] : names)],
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
  const remove: Removal[] = [];
  for (const word of words) {
    if (word.endsWith("-")) {
      const { key, effect = "" } = readTaint(call, word.slice(0, -1));
      remove.push({ key, effect });
      continue;
    }
    const { key, value, effect } = readTaint(call, word);
    if (effect === undefined) failUsage(`invalid taint spec: ${word}`, call.command);
    const taint = { key, ...(value === undefined ? {} : { value }), effect };
    if (add.some((other) => isSame(taint, other))) {
      const shown = `{${key} ${value ?? ""} ${effect} <nil>}`;
      failUsage(`duplicated taints with the same key and effect: ${shown}`, call.command);
    }
    add.push(taint);
  }
  return { add, remove };
}

interface ReadTaint {
  readonly key: string;
  readonly value?: string;
  readonly effect?: Taint["effect"];
}

/** `KEY=VALUE:EFFECT`, `KEY:EFFECT` or `KEY`. */
function readTaint(call: Call, word: string): ReadTaint {
  const wrong = (why = ""): never =>
    failUsage(`invalid taint spec: ${word}${why === "" ? "" : `, ${why}`}`, call.command);
  const [pair = "", asked, ...rest] = word.split(":");
  if (rest.length > 0) return wrong();
  const effect = EFFECTS.find((each) => each === asked);
  if (asked !== undefined && effect === undefined) {
    failUsage(`invalid taint effect: ${asked}, unsupported taint effect`, call.command);
  }
  // Without an effect, all of it is the key.
  const [key = "", value, ...more] = effect === undefined ? [pair] : pair.split("=");
  if (more.length > 0) return wrong();
  for (const errors of [value === undefined ? [] : labelValue(value), qualifiedName(key)]) {
    if (errors.length > 0) wrong(errors.join("; "));
  }
  return {
    key,
    ...(value === undefined || value === "" ? {} : { value }),
    ...(effect === undefined ? {} : { effect }),
  };
}

function refuseContradictions({ add, remove }: Change): void {
  const both = add.flatMap((taint) => remove.filter((asked) => isMeant(asked, taint)));
  if (both.length === 0) return;
  const what = both.map(({ key, effect }) => `${key}=${effect}`).join(", ");
  fail(`can not both modify and remove the following taint(s) in the same command: ${what}`);
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

function isMeant(asked: Removal, other: Taint): boolean {
  return asked.key === text(other, "key") && (asked.effect === "" || asked.effect === other.effect);
}
