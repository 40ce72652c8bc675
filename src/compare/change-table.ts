/** A change in words: for a terminal, or as Markdown for a pull request. */
import { guaranteesOf } from "../verify/guarantees.ts";
import type { ChangedField } from "./changed-fields.ts";
import type { Change, DeploymentChange } from "./change.ts";
import { alignedLines, durationText, markdownTable } from "./rows.ts";

/** A paragraph per Deployment. */
export function changeText({ deployments, seeds }: Change): string {
  const worlds =
    seeds.length > 1 ? [`${seeds.length} worlds: the median time, the worst of pods`, ""] : [];
  const paragraphs = deployments.map((one) => {
    const fields = one.fields.map((field) => [field.path, arrow(field)]);
    const promises = promisesOf(one).map((field) => [
      field.path,
      shown(field.before),
      shown(field.after),
    ]);
    const titled = promises.length === 0 ? [] : [["promised", "before", "after"], ...promises];
    const groups = [factsOf(one), fields, titled].filter((rows) => rows.length > 0);
    const texts = groups.map((rows) =>
      alignedLines(rows)
        .map((line) => `  ${line}`)
        .join("\n"),
    );
    return [`deployment/${nameOf(one)}: ${whatHappens(one)}`, texts.join("\n\n")].join(
      texts.length === 0 ? "" : "\n",
    );
  });
  return [...worlds, paragraphs.join("\n\n")].join("\n");
}

/** A table, and below it what changes. */
export function changeMarkdown({ deployments }: Change): string {
  const table = markdownTable([
    ["deployment", "what happens", "takes", "least available", "most pods"],
    ...deployments.map((one) => {
      const facts = new Map(factsOf(one));
      return [
        nameOf(one),
        whatHappens(one),
        facts.get("takes") ?? "-",
        facts.get("least available") ?? "-",
        facts.get("most pods") ?? "-",
      ];
    }),
  ]);
  const lists = deployments.flatMap((one) => {
    const fields = one.fields.map((field) => `- \`${field.path}\`: ${arrow(field)}`);
    const promises = promisesOf(one).map((field) => `- promised ${field.path}: ${arrow(field)}`);
    if (fields.length + promises.length === 0) return [];
    return ["", `**${nameOf(one)}**`, "", ...fields, ...promises];
  });
  return [table, ...lists].join("\n");
}

function nameOf({ key }: DeploymentChange): string {
  return key.replace(/^default\//u, "");
}

function whatHappens({ how, revisions: [before, after] }: DeploymentChange): string {
  switch (how) {
    case "created":
      return "is created";
    case "rolled out":
      if (after === before) return "its template changes, and nothing rolls out: it is paused";
      return `rolls out, revision ${before} to ${after}`;
    case "changed":
      return "changes, and no pod is replaced";
    case "unchanged":
      return "unchanged";
    case "stays":
      return "stays: the new file does not have it, and kubectl apply deletes nothing";
  }
}

function factsOf(one: DeploymentChange): readonly (readonly [string, string])[] {
  const { how, course, after } = one;
  const { duration, leastAvailable, mostPods } = course;
  if ((how === "unchanged" || how === "stays") && duration < Infinity) return [];
  return [
    ["takes", duration === Infinity ? neverOf(one) : durationText(duration)],
    ...(leastAvailable === undefined
      ? []
      : ([["least available", `${leastAvailable} of ${after.spec.replicas}`]] as const)),
    ["most pods", `${mostPods}, terminating ones too`],
  ];
}

/** What the controllers have to say of it. */
function neverOf({ after: { spec, status } }: DeploymentChange): string {
  if (spec.paused === true) return "never: it is paused";
  const said = (status.conditions ?? []).find(
    ({ type, status: is }) =>
      (type === "ReplicaFailure" && is === "True") || (type === "Progressing" && is === "False"),
  );
  return said === undefined ? "never" : `never: ${said.message}`;
}

/** What the settings promise whatever happens, where it differs. */
function promisesOf({ before, after }: DeploymentChange): readonly ChangedField[] {
  if (before === undefined) return [];
  const promised = (of: typeof after) =>
    new Map(guaranteesOf(of).guarantees.map(({ name, value }) => [name, value]));
  const [old, now] = [promised(before), promised(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .map((path) => ({ path, before: old.get(path), after: now.get(path) }))
    .filter((field) => field.before !== field.after);
}

function arrow({ before, after }: Omit<ChangedField, "path">): string {
  return `${shown(before)} -> ${shown(after)}`;
}

function shown(value: unknown): string {
  if (value === undefined) return "(none)";
  return typeof value === "string" ? value : JSON.stringify(value);
}
