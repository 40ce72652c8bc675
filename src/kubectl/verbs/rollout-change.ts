/** kubectl rollout pause, resume and restart. Mirrors kubectl/pkg/cmd/rollout (v0.37.2). */
import type { KubeObject } from "../../api/meta.ts";
import { fieldManagerOf, type Call } from "../call.ts";
import { fail, failAll, goQuote, type Problem } from "../errors.ts";
import { at, withField } from "../fields.ts";
import { patchTo } from "../mutate.ts";
import { lateReporter, type Reporter } from "../output/report.ts";
import { filesOf } from "../files.ts";
import { resolve, type Info } from "../resolve.ts";
import { groupResource } from "../resources.ts";

type Changed = { readonly object: KubeObject } | { readonly refusal: string };

interface Change {
  readonly done: string;
  /** Printed in place of `done` when the patch would be empty; absent: that is an error. */
  readonly unchanged?: string;
  apply(call: Call, object: KubeObject): Changed;
}

const workloads = ["Deployment", "DaemonSet", "StatefulSet"];

function setPaused(paused: boolean, refusal: string, verb: string): Change["apply"] {
  return (_, object) => {
    if (object.kind !== "Deployment") return { refusal: `${verb} is not supported` };
    if ((at(object, "spec", "paused") === true) === paused) return { refusal };
    return { object: withField(object, ["spec", "paused"], paused ? true : undefined) };
  };
}

const pause: Change = {
  done: "paused",
  unchanged: "already paused",
  apply: setPaused(true, "is already paused", "pausing"),
};
const resume: Change = {
  done: "resumed",
  unchanged: "already resumed",
  apply: setPaused(false, "is not paused", "resuming"),
};
const restart: Change = {
  done: "restarted",
  apply(call, object) {
    if (!workloads.includes(object.kind)) return { refusal: "restarting is not supported" };
    if (at(object, "spec", "paused") === true) {
      return { refusal: "can't restart paused deployment (run rollout resume first)" };
    }
    const now = new Date(call.io.client.wallClockMs).toISOString().replace(/\.\d+Z$/, "Z");
    const path = [
      "spec",
      "template",
      "metadata",
      "annotations",
      "kubectl.kubernetes.io/restartedAt",
    ] as const;
    return { object: withField(object, path, now) };
  },
};

export const rolloutPause = (call: Call): void => changeAll(call, pause);
export const rolloutResume = (call: Call): void => changeAll(call, resume);
export const rolloutRestart = (call: Call): void => changeAll(call, restart);

function changeAll(call: Call, change: Change): void {
  if (call.args.length === 0 && filesOf(call).length === 0) fail("required resource not specified");
  const report = lateReporter(call, "none");
  const selection = resolve(call, { bareType: "everything", fetchFiles: true });
  const problems: Problem[] = [...selection.problems];
  if (selection.infos.length === 0 && problems.length === 0) {
    call.io.err(`No resources found in ${call.namespace} namespace.\n`);
  }
  for (const info of selection.infos) {
    const problem = changeOne(call, info, change, report);
    if (problem !== undefined) problems.push(problem);
  }
  failAll(problems);
}

function changeOne(call: Call, info: Info, change: Change, report: Reporter): Problem | undefined {
  const changed = change.apply(call, info.object);
  const name = info.object.metadata.name;
  if ("refusal" in changed) {
    return { text: `error: ${groupResource(info.kind)} ${goQuote(name)} ${changed.refusal}` };
  }
  const options = { fieldManager: fieldManagerOf(call, "kubectl-rollout") };
  const answer = patchTo(call, info, changed.object, options);
  if (answer === undefined) {
    if (change.unchanged !== undefined) report(info.object, change.unchanged);
    else return { text: `failed to create patch for ${name}: ${tooSoon}` };
    return undefined;
  }
  if (!answer.ok) return { text: `failed to patch: ${answer.status.message}` };
  report(answer.value, change.done);
  return undefined;
}

const tooSoon =
  "if restart has already been triggered within the past second, " +
  "please wait before attempting to trigger another";
