/** kubectl rollout history. Mirrors kubectl/pkg/polymorphichelpers/history.go (v0.37.2). */
import type { KubeObject } from "../../api/meta.ts";
import { canonicalObject } from "../../apiserver/encode.ts";
import { changeCauseKey, type Call } from "../call.ts";
import { templateLines } from "../describe/template.ts";
import { exitOf, fail, failAll, goQuote, type Problem } from "../errors.ts";
import { withAt } from "../fields.ts";
import { writePrinter } from "../output/printer.ts";
import type { Printer } from "../output/templates.ts";
import { filesOf } from "../files.ts";
import { resolve, type Info } from "../resolve.ts";
import { groupKind, nameOfObject } from "../resources.ts";
import { ownedReplicaSets, revisionOf, templateOf } from "../revisions.ts";
import { alignTabs, describeTabs } from "../tabwriter.ts";

export function rolloutHistory(call: Call): void {
  if (call.args.length === 0 && filesOf(call).length === 0) fail("required resource not specified");
  const revision = call.flags.int("revision");
  if (revision < 0) fail(`revision must be a positive integer: ${revision}`);
  const selection = resolve(call, { bareType: "everything", fetchFiles: true });
  const printer = writePrinter(call);
  const problems: Problem[] = [...selection.problems];
  for (const info of selection.infos) {
    const history = historyOf(call, info);
    if ("text" in history) problems.push(history);
    else if (printer === undefined || call.flags.text("output") === "") {
      const shown = historyText(history, revision);
      if (typeof shown === "string") {
        const head = revision > 0 ? `with revision #${revision}` : "";
        const text = `${nameOfObject(info.object)} ${head}\n${shown}\n`;
        // With --template alone, the object itself goes through the template.
        call.io.out(printer === undefined ? text : printer(info.object));
      } else problems.push(shown);
    } else {
      const asked = revision > 0 ? [history.get(revision)] : [...history.values()];
      for (const replicaSet of asked) {
        if (replicaSet === undefined) problems.push({ text: notFound });
        else if (revision > 0) call.io.out(printer(canonicalObject(replicaSet)));
        else printUnheeded(call, printer, canonicalObject(replicaSet));
      }
    }
  }
  failAll(problems);
}

/** Of all revisions, kubectl does not look at what its printer says. */
function printUnheeded(call: Call, printer: Printer, replicaSet: KubeObject): void {
  try {
    call.io.out(printer(replicaSet));
  } catch (thrown) {
    if (exitOf(thrown) === undefined) throw thrown;
  }
}

/** Kinds with pods of which kubectl tells no history, and which it does not roll back. */
export const withoutHistory: ReadonlySet<string> = new Set([
  "CronJob",
  "Job",
  "Pod",
  "ReplicaSet",
  "ReplicationController",
]);

const notFound = "unable to find the specified revision";

/** ReplicaSets by revision, ascending. */
function historyOf(call: Call, info: Info): ReadonlyMap<number, KubeObject> | { text: string } {
  const { kind, group } = info.kind;
  // Their ControllerRevisions are made by controllers that rollsim does not have.
  if (kind === "DaemonSet" || kind === "StatefulSet") return new Map();
  if (withoutHistory.has(kind)) {
    return { text: `no history viewer has been implemented for ${goQuote(groupKind(info.kind))}` };
  }
  if (kind !== "Deployment") {
    const why = `no visitor method exists for {${group} ${kind}}`;
    return { text: `error retrieving history for ${JSON.stringify(kind)}, ${why}` };
  }
  const sets = ownedReplicaSets(call, info.object).flatMap((set) => {
    const revision = revisionOf(set);
    return revision === undefined ? [] : [[revision, set] as const];
  });
  return new Map(sets.toSorted((a, b) => a[0] - b[0]));
}

function historyText(history: ReadonlyMap<number, KubeObject>, revision: number): string | Problem {
  if (history.size === 0) return "No rollout history found.";
  if (revision > 0) {
    const replicaSet = history.get(revision);
    return replicaSet === undefined ? { text: notFound } : `${revisionText(replicaSet)}\n`;
  }
  const rows = [...history].map(([number, set]) => `${number}\t${changeCause(set) || "<none>"}`);
  return `${alignTabs(["REVISION\tCHANGE-CAUSE", ...rows].join("\n"), describeTabs)}\n`;
}

function changeCause(replicaSet: KubeObject): string {
  return replicaSet.metadata.annotations?.[changeCauseKey] ?? "";
}

/** The template of a revision, its change cause shown as an annotation. */
function revisionText(replicaSet: KubeObject): string {
  const cause = changeCause(replicaSet);
  const template = templateOf(replicaSet);
  const shown =
    cause === "" ? template : withAt(template, ["metadata", "annotations", changeCauseKey], cause);
  return templateLines(shown).join("\n");
}
