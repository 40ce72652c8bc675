/**
 * The verbs of the plugin kubectl argo rollouts that change Rollouts, list them or wait for them. Mirrors
 * argo-rollouts pkg/kubectl-argo-rollouts/cmd (v1.10.0-rc1).
 *
 * Left out: create, dashboard, completion, notifications, experiments, `get rollout --watch`.
 */
import type { ReplicaSet } from "../../api/apps.ts";
import type { KubeObject } from "../../api/meta.ts";
import { isControlledBy } from "../../api/meta.ts";
import type { Rollout } from "../../api/rollout.ts";
import type { Answer } from "../../api/status.ts";
import { timestamp } from "../../api/time.ts";
import { asArray, asRecord } from "../../apiserver/json.ts";
import { templatesEqualIgnoringHash } from "../../apiserver/equality.ts";
import { applyDefaults } from "../../apiserver/defaults.ts";
import { currentSetWeight, currentStep } from "../../controllers/rollout/canary-steps.ts";
import {
  blueGreenOf,
  canaryOf,
  HASH_LABEL,
  replicasOf,
  statusOf,
} from "../../controllers/rollout/defaults.ts";
import { phaseSeen } from "../../controllers/rollout/phase.ts";
import type { Call } from "../call.ts";
import { parseDuration } from "../duration.ts";
import { exitWith, goQuote } from "../errors.ts";
import { alignTabs } from "../tabwriter.ts";
import { follow } from "../waiting.ts";
import { revisionOf } from "./rollout-info.ts";

/** The release of argo-rollouts whose rules and words are followed. */
const ARGO_ROLLOUTS_VERSION = "v1.10.0-rc1";

/** The plugin writes errors as cobra does. */
function stop(text: string): never {
  return exitWith(`Error: ${text}`);
}

export function usage(line: string): never {
  return exitWith(`Usage:\n  kubectl argo rollouts ${line} [flags]`);
}

export function theRollout(call: Call, name: string, how: "by the API" | "by the lister"): Rollout {
  const answer = call.io.client.get({ resource: "rollouts", namespace: call.namespace, name });
  if (answer.ok) return answer.value as Rollout;
  if (how === "by the API") stop(answer.status.message);
  return stop(`rollout.argoproj.io ${goQuote(name)} not found`);
}

function onlyName(call: Call, line: string): string {
  const [name] = call.args;
  return name === undefined || call.args.length !== 1 ? usage(line) : name;
}

function patched(
  call: Call,
  name: string,
  patch: unknown,
  options: { readonly subresource?: "status"; readonly type?: "merge" | "json" } = {},
): KubeObject {
  const { type = "merge", ...rest } = options;
  const ref = { resource: "rollouts", namespace: call.namespace, name };
  return stored(call.io.client.patch(ref, type, patch, rest));
}

function stored(answer: Answer<KubeObject>): KubeObject {
  return answer.ok ? answer.value : stop(answer.status.message);
}

export function promote(call: Call): void {
  const name = onlyName(call, "promote ROLLOUT_NAME");
  const rollout = theRollout(call, name, "by the API");
  const full = call.flags.bool("full");
  const [skipsStep, skipsAll] = [
    call.flags.bool("skip-current-step"),
    call.flags.bool("skip-all-steps"),
  ];
  if (skipsStep && skipsAll) {
    stop("Cannot use skip-current-step and skip-all-steps flags at the same time");
  }
  if (skipsStep || skipsAll) {
    if (blueGreenOf(rollout) !== undefined) {
      stop("Cannot skip steps of a bluegreen rollout. Run without a flags");
    }
    if ((canaryOf(rollout)?.steps ?? []).length === 0) {
      stop("Cannot skip steps of a rollout without steps");
    }
  }
  const steps = canaryOf(rollout)?.steps?.length ?? 0;
  const status = skipsAll
    ? { currentStepIndex: steps }
    : skipsStep
      ? { currentStepIndex: nextStep(rollout) }
      : full
        ? fullPromotion(rollout)
        : promotion(rollout);
  const unpauses = !skipsStep && !skipsAll && rollout.spec.paused === true;
  if (status !== undefined) patched(call, name, { status }, { subresource: "status" });
  if (unpauses) patched(call, name, { spec: { paused: false } });
  call.io.out(`rollout '${name}' ${full ? "fully promoted" : "promoted"}\n`);
}

function nextStep(rollout: Rollout): number {
  const steps = canaryOf(rollout)?.steps?.length ?? 0;
  return Math.min((currentStep(rollout)?.index ?? 0) + 1, steps);
}

function fullPromotion(rollout: Rollout): object | undefined {
  const { currentPodHash, stableRS } = statusOf(rollout);
  return currentPodHash === stableRS ? undefined : { promoteFull: true };
}

/** Ends the pause; without one, in the middle of an analysis or experiment, skips the step. */
function promotion(rollout: Rollout): object | undefined {
  const { pauseConditions = [], controllerPause, canary } = statusOf(rollout);
  const paused = pauseConditions.length > 0;
  const inconclusive = canary?.currentStepAnalysisRunStatus?.status === "Inconclusive";
  if (canaryOf(rollout) !== undefined && inconclusive && paused && controllerPause === true) {
    return {
      pauseConditions: null,
      controllerPause: false,
      currentStepIndex: nextStep(rollout),
    };
  }
  if (paused) return { pauseConditions: null };
  if (currentStep(rollout) === undefined) return undefined;
  return { pauseConditions: null, currentStepIndex: nextStep(rollout) };
}

/** One patch for each Rollout that is named. */
function forEachName(call: Call, line: string, change: (name: string) => void, done: string): void {
  if (call.args.length === 0) usage(line);
  for (const name of call.args) {
    change(name);
    call.io.out(`rollout '${name}' ${done}\n`);
  }
}

export function abort(call: Call): void {
  const change = (name: string): unknown =>
    patched(call, name, { status: { abort: true } }, { subresource: "status" });
  forEachName(call, "abort ROLLOUT_NAME", change, "aborted");
}

export function retry(call: Call): void {
  const change = (name: string): unknown =>
    patched(call, name, { status: { abort: false } }, { subresource: "status" });
  forEachName(call, "retry rollout ROLLOUT_NAME", change, "retried");
}

export function pause(call: Call): void {
  const change = (name: string): unknown => patched(call, name, { spec: { paused: true } });
  forEachName(call, "pause ROLLOUT_NAME", change, "paused");
}

export function restart(call: Call): void {
  const name = onlyName(call, "restart ROLLOUT");
  const given = call.flags.text("in");
  const wait = given === "" ? 0 : parseDuration(given);
  if (wait === undefined) stop(`time: invalid duration ${goQuote(given)}`);
  const restartAt = timestamp(call.io.client.wallClockMs + wait);
  patched(call, name, { spec: { restartAt } });
  call.io.out(`rollout '${name}' restarts in ${given === "" ? "0s" : given}\n`);
}

export function undo(call: Call): void {
  const name = onlyName(call, "undo ROLLOUT_NAME");
  const rollout = theRollout(call, name, "by the API");
  const revision = call.flags.int("to-revision");
  const set = setOfRevision(call, rollout, revision);
  const { template } = set.spec;
  const { [HASH_LABEL]: _, ...labels } = template.metadata?.labels ?? {};
  const value = { ...template, metadata: { ...template.metadata, labels } };
  if (sameAsNow(rollout, set)) {
    call.io.out(`skipped rollback (current template already matches revision ${revision})`);
    return;
  }
  const ref = rollout.spec.workloadRef;
  const operations = [{ op: "replace", path: "/spec/template", value }];
  if (ref === undefined) patched(call, name, operations, { type: "json" });
  else {
    const workload = { resource: "deployments", namespace: call.namespace, name: ref.name ?? "" };
    stored(call.io.client.patch(workload, "json", operations));
  }
  call.io.out(`rollout '${name}' undo\n`);
}

/** The ReplicaSet of a revision; 0 means the second highest. */
function setOfRevision(call: Call, rollout: Rollout, revision: number): ReplicaSet {
  const sets = call.io.client
    .list("replicasets", { namespace: call.namespace })
    .filter((set) => isControlledBy(set, rollout))
    .toSorted((a, b) => revisionOf(b) - revisionOf(a));
  if (revision > 0) {
    const found = sets.find((set) => revisionOf(set) === revision);
    return found ?? stop(`unable to find specified revision ${revision} in history`);
  }
  return sets[1] ?? stop(`no revision found for rollout ${goQuote(rollout.metadata.name)}`);
}

function sameAsNow(rollout: Rollout, set: ReplicaSet): boolean {
  const { template } = rollout.spec;
  if (template === undefined) return false;
  // Custom resources have no defaults, ReplicaSets have all.
  const { spec, ...rest } = set;
  const defaulted = applyDefaults({ ...rest, spec: { ...spec, template } }) as ReplicaSet;
  const { [HASH_LABEL]: _, ...labels } = spec.template.metadata?.labels ?? {};
  const live = { ...spec.template, metadata: { ...spec.template.metadata, labels } };
  return templatesEqualIgnoringHash(live, defaulted.spec.template);
}

export function setImage(call: Call): void {
  const [name, pair = ""] = call.args;
  const [container = "", image] = pair.split(/=(.*)/s);
  if (name === undefined || call.args.length !== 2) usage("set image ROLLOUT_NAME CONTAINER=IMAGE");
  if (image === undefined) usage("set image ROLLOUT_NAME CONTAINER=IMAGE");
  const rollout = theRollout(call, name, "by the API");
  const ref = rollout.spec.workloadRef;
  const target =
    ref === undefined
      ? rollout
      : stored(
          call.io.client.get({
            resource: "deployments",
            namespace: call.namespace,
            name: ref.name ?? "",
          }),
        );
  const changed = withImage(target, container, image);
  if (changed === undefined) stop(`unable to find container named ${goQuote(container)}`);
  const answer = stored(call.io.client.update(changed));
  call.io.out(`${answer.kind.toLowerCase()} ${goQuote(answer.metadata.name)} image updated\n`);
}

function withImage(object: KubeObject, container: string, image: string): KubeObject | undefined {
  const spec = asRecord(object["spec"]);
  const template = asRecord(spec["template"]);
  const pod = asRecord(template["spec"]);
  let found = false;
  const lists = ["initContainers", "containers", "ephemeralContainers"].flatMap((list) => {
    if (pod[list] === undefined) return [];
    const changed = asArray(pod[list]).map((each) => {
      const entry = asRecord(each);
      if (container !== "*" && entry["name"] !== container) return entry;
      found = true;
      return { ...entry, image };
    });
    return [[list, changed] as const];
  });
  if (!found) return undefined;
  const next = { ...template, spec: { ...pod, ...Object.fromEntries(lists) } };
  return { ...object, spec: { ...spec, template: next } };
}

export function status(call: Call): void {
  const name = onlyName(call, "status ROLLOUT_NAME");
  let rollout = theRollout(call, name, "by the lister");
  let seen = phaseSeen(rollout);
  let printed = "";
  const isOver = (): boolean => seen.phase === "Healthy" || seen.phase === "Degraded";
  const line = (): string => (seen.message === "" ? seen.phase : `${seen.phase} - ${seen.message}`);
  if (!call.flags.bool("watch")) call.io.out(`${isOver() ? seen.phase : line()}\n`);
  else {
    const show = (): "done" | "go on" => {
      if (line() !== printed) call.io.out(`${line()}\n`);
      printed = line();
      return isOver() ? "done" : "go on";
    };
    if (show() === "go on") {
      const options = { namespace: call.namespace, fieldSelector: `metadata.name=${name}` };
      const watch = call.io.client.watch("rollouts", options);
      follow(call, watch, call.flags.duration("timeout"), (event) => {
        if (event.type === "DELETED") return "done";
        rollout = event.object as Rollout;
        seen = phaseSeen(rollout);
        return show();
      });
    }
  }
  if (seen.phase === "Degraded") {
    stop(`The rollout is in a degraded state with message: ${seen.message}`);
  }
  if (seen.phase !== "Healthy" && call.flags.bool("watch")) {
    stop("Rollout status watch exceeded timeout");
  }
}

export function listRollouts(call: Call): void {
  const everywhere = call.flags.bool("all-namespaces");
  const only = call.flags.text("name");
  const where = everywhere ? {} : { namespace: call.namespace };
  const rollouts = (call.io.client.list("rollouts", where) as readonly Rollout[]).filter(
    ({ metadata }) => only === "" || metadata.name === only,
  );
  if (rollouts.length === 0) {
    call.io.err("No resources found.\n");
    return;
  }
  const columns = "NAME STRATEGY STATUS STEP SET-WEIGHT READY DESIRED UP-TO-DATE AVAILABLE".split(
    " ",
  );
  const head = (everywhere ? ["NAMESPACE", ...columns] : columns).join("\t");
  const rows = rollouts.map((rollout) => {
    const cells = listed(rollout);
    const { namespace = "default" } = rollout.metadata;
    return (everywhere ? [namespace.padEnd(9), ...cells] : cells).join("\t");
  });
  call.io.out(alignTabs(`${[head, ...rows].join("\n")}\n`, { minWidth: 0, padding: 2 }));
}

/** Cells are as wide as their heads at least, the last one too. */
function listed(rollout: Rollout): readonly string[] {
  const canary = canaryOf(rollout);
  const { currentStepIndex, readyReplicas = 0, replicas = 0 } = statusOf(rollout);
  const { updatedReplicas = 0, availableReplicas = 0 } = statusOf(rollout);
  const steps = canary?.steps?.length ?? 0;
  const known = currentStepIndex !== undefined && steps > 0;
  const strategy = blueGreenOf(rollout) === undefined ? "unknown" : "BlueGreen";
  return [
    rollout.metadata.name.padEnd(10),
    (canary === undefined ? strategy : "Canary").padEnd(9),
    phaseSeen(rollout).phase.padEnd(12),
    (known ? `${currentStepIndex}/${steps}` : "-").padEnd(4),
    (canary === undefined ? "-" : String(currentSetWeight(rollout))).padEnd(10),
    `${readyReplicas}/${replicas}`.padEnd(5),
    String(replicasOf(rollout)).padEnd(7),
    String(updatedReplicas).padEnd(10),
    String(availableReplicas).padEnd(9),
  ];
}

export function argoVersion(call: Call): void {
  call.io.out(`kubectl-argo-rollouts: ${ARGO_ROLLOUTS_VERSION}+rollsim\n`);
}
