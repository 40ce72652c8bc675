/** kubectl rollout undo. Mirrors kubectl/pkg/polymorphichelpers/rollback.go (v0.37.2). */
import type { KubeObject } from "../../api/meta.ts";
import { dryRunOf, heed, type Call, type DryRun } from "../call.ts";
import { templateLines } from "../describe/template.ts";
import { fail, failAll, goQuote, type Problem } from "../errors.ts";
import { at } from "../fields.ts";
import { lateReporter } from "../output/report.ts";
import { filesOf } from "../files.ts";
import { resolve, type Info } from "../resolve.ts";
import { groupKind } from "../resources.ts";
import {
  replicaSetsOf,
  revisionKey,
  revisionOf,
  sameTemplate,
  templateOf,
  withoutHash,
} from "../revisions.ts";
import { withoutHistory } from "./rollout-history.ts";

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/** Annotations that an undo leaves as they are on the Deployment. */
const keptAnnotations = [
  lastApplied,
  revisionKey,
  "deployment.kubernetes.io/revision-history",
  "deployment.kubernetes.io/desired-replicas",
  "deployment.kubernetes.io/max-replicas",
  "deprecated.deployment.rollback.to",
];

export function rolloutUndo(call: Call): void {
  if (call.args.length === 0 && filesOf(call).length === 0) fail("required resource not specified");
  const dryRun = dryRunOf(call);
  const report = lateReporter(call, dryRun);
  const selection = resolve(call, { bareType: "everything", fetchFiles: true });
  const problems: Problem[] = [...selection.problems];
  for (const info of selection.infos) {
    if (info.object.metadata.annotations?.[lastApplied] !== undefined) warnApplied(call, info);
    const result = undoOne(call, info, dryRun);
    if (typeof result === "string") report(info.object, result);
    else problems.push(result);
  }
  failAll(problems);
}

function warnApplied(call: Call, info: Info): void {
  const name = `${info.kind.resource}/${info.object.metadata.name}`;
  call.io.err(
    `Warning: resource ${name} was previously managed with 'kubectl apply'. Rolling back will not ` +
      `update the ${lastApplied} annotation, which may cause unexpected behavior on future ` +
      "'kubectl apply' operations. Consider using 'kubectl apply' with your previous configuration " +
      "file instead.\n",
  );
}

/** What to print after the name, or why nothing was undone. */
function undoOne(call: Call, info: Info, dryRun: DryRun): string | Problem {
  const { kind, group } = info.kind;
  if (withoutHistory.has(kind)) {
    return { text: `no rollbacker has been implemented for ${goQuote(groupKind(info.kind))}` };
  }
  if (kind === "DaemonSet" || kind === "StatefulSet") {
    const revision = call.flags.int("to-revision");
    return revision === 0
      ? { text: "no last revision to roll back to" }
      : { text: `unable to find specified revision ${revision} in history` };
  }
  if (kind !== "Deployment") {
    const why = `no visitor method exists for {${group} ${kind}}`;
    return { text: `error retrieving rollbacker for ${goQuote(kind)}, ${why}` };
  }
  const deployment = info.object;
  const revision = call.flags.int("to-revision");
  const target = findRevision(call, deployment, revision);
  if (isProblem(target)) return target;
  if (dryRun === "client") return `${templateLines(templateOf(target)).join("\n")}\n`;
  if (at(deployment, "spec", "paused") === true) {
    const hint = "resume it first with 'kubectl rollout resume' and try again";
    return { text: `you cannot rollback a paused deployment; ${hint}` };
  }
  if (sameTemplate(templateOf(target), templateOf(deployment))) {
    return `skipped rollback (current template already matches revision ${revision})`;
  }
  const operations = [
    { op: "replace", path: "/spec/template", value: withoutHash(templateOf(target)) },
    { op: "replace", path: "/metadata/annotations", value: annotationsAfter(deployment, target) },
  ];
  const options = {
    ...(dryRun === "server" ? { dryRun: "All" as const } : {}),
    fieldManager: "kubectl",
  };
  const answer = heed(call, call.io.client.patch(info.ref, "json", operations, options));
  if (answer.ok) return "rolled back";
  return { text: `failed restoring revision ${revision}: ${answer.status.message}` };
}

function annotationsAfter(deployment: KubeObject, target: KubeObject): Record<string, string> {
  const kept = Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) =>
    keptAnnotations.includes(key),
  );
  const restored = Object.entries(target.metadata.annotations ?? {}).filter(
    ([key]) => !keptAnnotations.includes(key),
  );
  return Object.fromEntries([...kept, ...restored]);
}

function isProblem(found: KubeObject | Missing): found is Missing {
  return !("metadata" in found);
}

interface Missing {
  readonly text: string;
}

/** The ReplicaSet of a revision; 0 means the second highest revision. */
function findRevision(call: Call, deployment: KubeObject, revision: number): KubeObject | Missing {
  const { old, current } = replicaSetsOf(call, deployment);
  const numbered = [...old, ...(current === undefined ? [] : [current])].flatMap((set) => {
    const number = revisionOf(set);
    return number === undefined ? [] : [{ set, number }];
  });
  if (revision !== 0) {
    const found = revision < 0 ? undefined : numbered.find(({ number }) => number === revision);
    return found?.set ?? { text: `unable to find specified revision ${revision} in history` };
  }
  // Of equal revisions the first that was met counts, as in kubectl's walk; 0 counts as a revision.
  let latest: (typeof numbered)[number] | undefined;
  let previous: typeof latest;
  for (const candidate of numbered) {
    if (candidate.number > (latest?.number ?? -1)) [latest, previous] = [candidate, latest];
    else if (candidate.number > (previous?.number ?? -1)) previous = candidate;
  }
  if (previous !== undefined) return previous.set;
  return { text: `no rollout history found for deployment ${goQuote(deployment.metadata.name)}` };
}
