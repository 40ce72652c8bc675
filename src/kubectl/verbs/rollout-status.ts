/**
 * kubectl rollout status. Mirrors kubectl/pkg/cmd/rollout/rollout_status.go and
 * polymorphichelpers/rollout_status.go (v0.37.2): one line per watch event, equal lines repeated.
 */
import type { KubeObject } from "../../api/meta.ts";
import { heed, logLine, type Call } from "../call.ts";
import { fail, failAll, goQuote, type Problem } from "../errors.ts";
import { list, num, text } from "../fields.ts";
import { filesOf } from "../files.ts";
import { resolve, type Info } from "../resolve.ts";
import { kindName, resourceName } from "../resources.ts";
import { revisionOf } from "../revisions.ts";
import { failIdle, follow, isTooShort } from "../waiting.ts";

export type RolloutState =
  { readonly line: string; readonly done: boolean } | { readonly error: string };

export function rolloutStatus(call: Call): void {
  if (call.args.length === 0 && filesOf(call).length === 0) fail("required resource not specified");
  const revision = call.flags.int("revision");
  if (revision < 0) fail(`revision must be a positive integer: ${revision}`);
  const selection = resolve(call, { bareType: "everything", fetchFiles: true });
  if (call.flags.duration("timeout") < 0) {
    logLine(call, "E", "until.go:159", '"Timeout for context shall not be negative"');
  }
  const problems: Problem[] = [...selection.problems];
  for (const info of selection.infos) {
    const problem = watchOne(call, info, revision);
    if (problem !== undefined) problems.push(problem);
  }
  if (selection.infos.length === 0 && problems.length === 0) {
    call.io.err(`No resources found in ${call.namespace} namespace.\n`);
  }
  failAll(problems);
}

function watchOne(call: Call, info: Info, revision: number): Problem | undefined {
  const viewer = viewers[info.kind.kind];
  if (viewer === undefined) {
    return { text: `no status viewer has been implemented for ${kindName(info.kind)}` };
  }
  const timeoutMs = call.flags.duration("timeout");
  if (isTooShort(timeoutMs)) return timedOut;
  const { client } = call.io;
  const watch = client.watch(resourceName(client, info.kind), {
    namespace: info.ref.namespace ?? call.namespace,
    fieldSelector: `metadata.name=${info.ref.name}`,
  });
  let problem: Problem | undefined;
  const show = (object: KubeObject): "done" | "go on" => {
    const state = viewer(object, revision);
    if ("error" in state) {
      problem = { text: state.error };
      return "done";
    }
    call.io.out(`${state.line}\n`);
    return state.done || !call.flags.bool("watch") ? "done" : "go on";
  };
  // The others may have taken long: it is read again when its turn comes.
  const current = heed(call, client.get(info.ref));
  if (!current.ok || show(current.value) === "done") {
    watch.stop();
    return current.ok ? problem : { status: current.status };
  }
  const end = follow(call, watch, timeoutMs, (event) => {
    if (event.type !== "DELETED") return show(event.object);
    problem = { text: "object has been deleted" };
    return "done";
  });
  if (end === "timed out") return timedOut;
  if (end === "idle") failIdle();
  return problem;
}

const timedOut: Problem = { text: "timed out waiting for the condition" };

type Viewer = (object: KubeObject, revision: number) => RolloutState;

const viewers: Readonly<Record<string, Viewer>> = {
  Deployment: deploymentState,
  DaemonSet: daemonSetState,
  StatefulSet: statefulSetState,
};

/** What one line of `rollout status` says about a Deployment. */
export function deploymentState(deployment: KubeObject, revision = 0): RolloutState {
  const name = goQuote(deployment.metadata.name);
  const running = revisionOf(deployment);
  if (revision > 0 && running !== revision) {
    return {
      error: `desired revision (${revision}) is different from the running revision (${running ?? 0})`,
    };
  }
  const observed = num(deployment, "status", "observedGeneration");
  if ((deployment.metadata.generation ?? 0) > observed) {
    return { line: "Waiting for deployment spec update to be observed...", done: false };
  }
  const progressing = list(deployment, "status", "conditions").find(
    (condition) => text(condition, "type") === "Progressing",
  );
  if (text(progressing, "reason") === "ProgressDeadlineExceeded") {
    return { error: `deployment ${name} exceeded its progress deadline` };
  }
  const wanted = num(deployment, "spec", "replicas");
  const updated = num(deployment, "status", "updatedReplicas");
  const total = num(deployment, "status", "replicas");
  const available = num(deployment, "status", "availableReplicas");
  const waiting = (why: string): RolloutState => ({
    line: `Waiting for deployment ${name} rollout to finish: ${why}...`,
    done: false,
  });
  if (updated < wanted)
    return waiting(`${updated} out of ${wanted} new replicas have been updated`);
  if (total > updated) return waiting(`${total - updated} old replicas are pending termination`);
  if (available < updated) {
    return waiting(`${available} of ${updated} updated replicas are available`);
  }
  return { line: `deployment ${name} successfully rolled out`, done: true };
}

const onlyRolling = { error: "rollout status is only available for RollingUpdate strategy type" };

function rollsBy(set: KubeObject): string {
  return text(set, "spec", "updateStrategy", "type");
}

function isObserved(set: KubeObject): boolean {
  return (set.metadata.generation ?? 0) <= num(set, "status", "observedGeneration");
}

function daemonSetState(set: KubeObject): RolloutState {
  if (rollsBy(set) !== "RollingUpdate") return onlyRolling;
  const name = goQuote(set.metadata.name);
  const count = (key: string): number => num(set, "status", key);
  const wanted = count("desiredNumberScheduled");
  const waiting = (why: string): RolloutState => ({
    line: `Waiting for daemon set ${name} rollout to finish: ${why}...`,
    done: false,
  });
  if (!isObserved(set)) {
    return { line: "Waiting for daemon set spec update to be observed...", done: false };
  }
  const updated = count("updatedNumberScheduled");
  if (updated < wanted) return waiting(`${updated} out of ${wanted} new pods have been updated`);
  const available = count("numberAvailable");
  if (available < wanted) return waiting(`${available} of ${wanted} updated pods are available`);
  return { line: `daemon set ${name} successfully rolled out`, done: true };
}

function statefulSetState(set: KubeObject): RolloutState {
  if (rollsBy(set) !== "RollingUpdate") return onlyRolling;
  const status = (key: string): number => num(set, "status", key);
  if (status("observedGeneration") === 0 || !isObserved(set)) {
    return { line: "Waiting for statefulset spec update to be observed...", done: false };
  }
  const replicas = num(set, "spec", "replicas");
  const missing = replicas - status("readyReplicas");
  if (missing > 0) return { line: `Waiting for ${missing} pods to be ready...`, done: false };
  const updated = status("updatedReplicas");
  const wanted = replicas - num(set, "spec", "updateStrategy", "rollingUpdate", "partition");
  const told = "new pods have been updated...";
  return updated < wanted
    ? {
        line: `Waiting for partitioned roll out to finish: ${updated} out of ${wanted} ${told}`,
        done: false,
      }
    : { line: `partitioned roll out complete: ${updated} ${told}`, done: true };
}
