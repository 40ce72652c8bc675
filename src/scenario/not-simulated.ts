/**
 * What manifests hold that nothing here acts on. It is kept and given back; whoever plays the file is told
 * once, in one warning for kinds and one for fields of pods.
 */
import { compareText } from "../api/order.ts";
import { kindOfObject } from "../apiserver/kinds.ts";
import { problemAt, type Problem, type Source } from "./problem.ts";
import type { Located, LocatedEntry } from "./yaml.ts";

const CODE = "not-simulated";

/** Fields of a pod's spec that would change where it runs, or when it is ready. */
const podFields = ["schedulingGates"];

/** One warning for a kind, and one for each field, to be folded by `foldNotSimulated`. */
export function notSimulatedIn(object: Located, source: Source): readonly Problem[] {
  const apiVersion = object.entries?.get("apiVersion")?.node.value;
  const kind = object.entries?.get("kind")?.node;
  if (typeof apiVersion !== "string" || typeof kind?.value !== "string") return [];
  const severity = "warning";
  const info = kindOfObject({ apiVersion, kind: kind.value });
  if (!info.simulated) {
    return [problemAt(source, kind.span, { severity, code: CODE, message: kind.value })];
  }
  const spec = podSpecOf(object);
  const fields = podFields.flatMap((name) => spec?.entries?.get(name) ?? []);
  return [...fields, ...preferencesIn(spec)].flatMap(({ key, node }) => {
    if (isNothing(node)) return [];
    const name = source.text.slice(key.start, key.end).replaceAll(/["']/gu, "");
    return [problemAt(source, key, { severity, code: CODE, message: `spec.${name}` })];
  });
}

/** What the scheduler would weigh where several nodes are left; it takes the one with the fewest pods here. */
function preferencesIn(spec: Located | undefined): readonly LocatedEntry[] {
  const kinds = [...(spec?.entries?.get("affinity")?.node.entries?.values() ?? [])];
  const preferred = kinds.flatMap(
    ({ node }) => node.entries?.get("preferredDuringSchedulingIgnoredDuringExecution") ?? [],
  );
  const spread = spec?.entries?.get("topologySpreadConstraints")?.node.items ?? [];
  const anyway = spread.flatMap(({ entries }) => {
    const when = entries?.get("whenUnsatisfiable")?.node;
    return when?.value === "ScheduleAnyway" ? [{ key: when.span, node: when }] : [];
  });
  return [...preferred, ...anyway];
}

/** All of one file in two warnings, where the first of each stands. */
export function foldNotSimulated(problems: readonly Problem[]): Problem[] {
  const told = problems.filter(({ code }) => code === CODE);
  const isField = ({ message }: Problem): boolean => message.startsWith("spec.");
  const groups = new Map<string, Problem[]>();
  for (const problem of told) {
    const group = `${isField(problem) ? "field" : "kind"} ${problem.file}`;
    groups.set(group, [...(groups.get(group) ?? []), problem]);
  }
  const folded = [...groups.values()].map((group) => {
    const names = [...new Set(group.map(({ message }) => message.replace(/^spec\./, "")))];
    const hint = group.find((problem) => problem.hint !== undefined)?.hint;
    const what = isField(group[0]!)
      ? `of pods, ${listed(names)} ${names.length === 1 ? "changes" : "change"} neither where nor when they run`
      : `${listed(names)} objects are kept and given back, but nothing acts on them`;
    return { ...group[0]!, message: what, ...(hint === undefined ? {} : { hint }) };
  });
  return [...problems.filter(({ code }) => code !== CODE), ...folded];
}

function listed(names: readonly string[]): string {
  const sorted = names.toSorted(compareText);
  const last = sorted.pop() ?? "";
  return sorted.length === 0 ? last : `${sorted.join(", ")} and ${last}`;
}

/** Of a Pod, or of what has a template of pods. */
export function podSpecOf(object: Located): Located | undefined {
  const spec = object.entries?.get("spec")?.node;
  if (object.entries?.get("kind")?.node.value === "Pod") return spec;
  return spec?.entries?.get("template")?.node.entries?.get("spec")?.node;
}

function isNothing({ value, items, entries }: Located): boolean {
  return value === null || value === "" || items?.length === 0 || entries?.size === 0;
}
