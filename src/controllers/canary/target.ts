/**
 * The two Deployments of a Canary: the target, which runs new versions while they are tried, and the
 * primary, which Flagger makes of it. Mirrors fluxcd/flagger pkg/canary/deployment_controller.go and
 * deployment_ready.go.
 *
 * Left out: copies of ConfigMaps and Secrets (the primary uses those of the target); other targets than
 * Deployments.
 */
import type { Deployment, DeploymentCondition } from "../../api/apps.ts";
import { analysisOf, phaseOf, skipsAnalysis } from "../../api/canary.ts";
import { type KubeObject, newControllerRef, type StringMap } from "../../api/meta.ts";
import { parseTimestamp } from "../../api/time.ts";
import { asRecord } from "../../apiserver/json.ts";
import { decide } from "../decisions.ts";
import type { Steps } from "../reconcile.ts";
import { primaryLabels, SELECTOR_LABELS, withId, withoutFlux } from "./metadata.ts";
import { primaryPodSpec } from "./primary-pod-spec.ts";
import { deploymentMissing } from "./status.ts";
import type { Problem, Sync } from "./sync.ts";

const DEFAULT_DEADLINE_SECONDS = 600;
const DEFAULT_READY_THRESHOLD = 100;

/** What is not ready, and whether it may still become so. */
export interface NotReady {
  readonly why: string;
  readonly retriable: boolean;
}

export interface PodLabel {
  readonly label: string;
  readonly value: string;
}

export function primaryName(sync: Sync): string {
  return `${sync.targetName}-primary`;
}

/** GetMetadata: the label by which the Services select. */
export function podLabelOf(sync: Sync): PodLabel | { readonly problem: string } {
  const target = sync.deployment(sync.targetName);
  if (target === undefined) return { problem: deploymentMissing(sync) };
  const labels = target.spec.selector.matchLabels ?? {};
  const label = SELECTOR_LABELS.find((name) => labels[name] !== undefined);
  if (label !== undefined) return { label, value: labels[label] ?? "" };
  const known = SELECTOR_LABELS.join(" ");
  return {
    problem:
      `getSelectorLabel failed: deployment ${sync.named(sync.targetName)} ` +
      `spec.selector.matchLabels must contain one of [${known}]`,
  };
}

/** Initialize: the primary exists, and is ready before the first analysis. */
export function* initializeTarget(sync: Sync, label: PodLabel): Steps<NotReady | undefined> {
  const name = primaryName(sync);
  if (sync.deployment(name) === undefined) {
    const problem = yield* createPrimary(sync, label);
    if (problem !== undefined) {
      return { why: `createPrimaryDeployment failed: ${problem}`, retriable: true };
    }
  }
  const phase = phaseOf(sync.canary);
  if ((phase !== "" && phase !== "Initializing") || skipsAnalysis(sync.canary)) return undefined;
  return isPrimaryReady(sync);
}

function* createPrimary(sync: Sync, { label, value }: PodLabel): Steps<Problem> {
  const target = sync.deployment(sync.targetName)!;
  const name = primaryName(sync);
  const primaryValue = `${value}-primary`;
  const replicas = Math.max(target.spec.replicas, 1);
  yield decide("canary/init/primary", { primary: name, target: sync.targetName, replicas });
  const problem = yield* sync.create({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name,
      namespace: sync.namespace,
      labels: { [label]: primaryValue },
      annotations: withoutFlux(target.metadata.annotations),
      ownerReferences: [newControllerRef(sync.canary)],
    },
    spec: {
      ...copied(target),
      replicas,
      selector: { matchLabels: { [label]: primaryValue } },
      template: primaryTemplate(sync, target, label, primaryValue),
    },
  });
  if (problem === undefined) return undefined;
  return `creating deployment ${sync.named(name)} failed: ${problem}`;
}

/** The settings that the primary takes over from the target. */
function copied({ spec }: Deployment): Partial<Deployment["spec"]> {
  const { progressDeadlineSeconds, minReadySeconds, revisionHistoryLimit, strategy } = spec;
  return {
    ...(progressDeadlineSeconds === undefined ? {} : { progressDeadlineSeconds }),
    ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
    ...(revisionHistoryLimit === undefined ? {} : { revisionHistoryLimit }),
    strategy,
  };
}

function primaryTemplate(
  sync: Sync,
  target: Deployment,
  label: string,
  value: string,
): Deployment["spec"]["template"] {
  const { template } = target.spec;
  const { uid = "" } = sync.canary.metadata;
  const seed = `${uid} ${target.metadata.generation ?? 0} ${sync.view.wallClockMs}`;
  return {
    metadata: {
      labels: primaryLabels(template.metadata?.labels, label, value),
      annotations: withId(template.metadata?.annotations, seed),
    },
    spec: primaryPodSpec(template.spec, target.metadata.name),
  };
}

/** Promote: the primary gets the target's pod template. */
export function* promote(sync: Sync): Steps<Problem> {
  const target = sync.deployment(sync.targetName);
  const name = primaryName(sync);
  const primary = sync.deployment(name);
  const failed = `updating deployment ${sync.named(name)} template spec failed: `;
  if (target === undefined) return failed + deploymentMissing(sync);
  if (primary === undefined) return failed + deploymentMissing(sync, name);
  const found = podLabelOf(sync);
  if ("problem" in found) return failed + found.problem;
  const { label, value } = found;
  yield decide("canary/promote", { target: sync.targetName, primary: name });
  const { minReadySeconds: _, ...spec } = primary.spec;
  const { autoscalerRef } = sync.canary.spec;
  const metadata = {
    ...primary.metadata,
    annotations: {} as StringMap,
    labels: { [label]: `${value}-primary` },
  };
  const promoted: KubeObject = {
    ...primary,
    metadata,
    spec: {
      ...spec,
      ...copied(target),
      replicas: autoscalerRef === undefined ? target.spec.replicas : primary.spec.replicas,
      template: primaryTemplate(sync, target, label, `${value}-primary`),
    },
  };
  const problem = yield* sync.update("deployments", promoted);
  return problem === undefined ? undefined : failed + problem;
}

export function* scaleToZero(sync: Sync): Steps<Problem> {
  const target = sync.deployment(sync.targetName);
  if (target === undefined) return deploymentMissing(sync);
  if (target.spec.replicas > 0) {
    yield decide("canary/scale-to-zero", { target: sync.targetName, from: target.spec.replicas });
  }
  const problem = yield* sync.scale(target, 0);
  if (problem === undefined) return undefined;
  return `deployment ${sync.named(sync.targetName)} patch query error: ${problem}`;
}

/** As many pods as the target wants, else as the primary has, else as its autoscaler begins with. */
export function* scaleFromZero(sync: Sync): Steps<Problem> {
  const target = sync.deployment(sync.targetName);
  if (target === undefined) return deploymentMissing(sync);
  const primary = sync.deployment(primaryName(sync));
  const { autoscalerRef } = sync.canary.spec;
  let replicas = target.spec.replicas;
  if (replicas === 0 && autoscalerRef === undefined) {
    if (primary === undefined) return deploymentMissing(sync, primaryName(sync));
    ({ replicas } = primary.spec);
  } else if (replicas === 0 && autoscalerRef !== undefined) {
    const autoscaler = sync.find("horizontalpodautoscalers", autoscalerRef.name);
    const { minReplicas } = asRecord(autoscaler?.["spec"]);
    replicas = typeof minReplicas === "number" ? minReplicas : 1;
  }
  replicas = Math.max(replicas, 1);
  yield decide("canary/scale-up", {
    target: sync.targetName,
    from: target.spec.replicas,
    to: replicas,
  });
  const problem = yield* sync.scale(target, replicas);
  if (problem === undefined) return undefined;
  return `scaling up ${sync.named(sync.targetName)} to ${replicas} failed: ${problem}`;
}

export function isPrimaryReady(sync: Sync): NotReady | undefined {
  const name = primaryName(sync);
  const { primaryReadyThreshold = DEFAULT_READY_THRESHOLD } = analysisOf(sync.canary);
  const found = notReady(sync, name, primaryReadyThreshold);
  if (found === undefined || "missing" in found) return found;
  return { ...found, why: `${sync.named(name)} not ready: ${found.why}` };
}

export function isCanaryReady(sync: Sync): NotReady | undefined {
  const name = sync.targetName;
  const { canaryReadyThreshold = DEFAULT_READY_THRESHOLD } = analysisOf(sync.canary);
  const found = notReady(sync, name, canaryReadyThreshold);
  if (found === undefined || "missing" in found) return found;
  return { ...found, why: `canary deployment ${sync.named(name)} not ready: ${found.why}` };
}

function notReady(
  sync: Sync,
  name: string,
  threshold: number,
): NotReady | (NotReady & { readonly missing: true }) | undefined {
  const deployment = sync.deployment(name);
  if (deployment === undefined) {
    return { why: deploymentMissing(sync, name), retriable: true, missing: true };
  }
  const { metadata, spec, status } = deployment;
  if ((metadata.generation ?? 0) > (status.observedGeneration ?? 0)) {
    const why =
      "waiting for rollout to finish: observed deployment generation less than desired generation";
    return { why, retriable: true };
  }
  const why = rolloutLag(deployment, threshold);
  if (why === undefined) return undefined;
  const progressing = conditionOf(deployment, "Progressing");
  if (progressing?.reason === "ProgressDeadlineExceeded") return { why, retriable: false };
  return { why, retriable: !isStuck(sync, { spec, status }, progressing) };
}

/** isDeploymentReady: what is still to come. */
function rolloutLag({ metadata, spec, status }: Deployment, threshold: number): string | undefined {
  const { replicas = 0, updatedReplicas: updated = 0, availableReplicas: available = 0 } = status;
  const progressing = status.conditions?.find(({ type }) => type === "Progressing");
  const needed = Math.trunc((updated * threshold) / 100);
  const waiting = "waiting for rollout to finish: ";
  if (progressing?.reason === "ProgressDeadlineExceeded") {
    return `deployment "${metadata.name}" exceeded its progress deadline`;
  }
  if (updated < spec.replicas) {
    return `${waiting}${updated} out of ${spec.replicas} new replicas have been updated`;
  }
  if (replicas > updated) {
    return `${waiting}${replicas - updated} old replicas are pending termination`;
  }
  if (available < needed) {
    return (
      `${waiting}${available} of ${needed} (readyThreshold ${threshold}%) ` +
      "updated replicas are available"
    );
  }
  return undefined;
}

/** Too few pods were available for longer than the Canary's deadline. */
function isStuck(
  sync: Sync,
  { status }: Pick<Deployment, "spec" | "status">,
  progressing: DeploymentCondition | undefined,
): boolean {
  const available = status.conditions?.find(({ type }) => type === "Available");
  if (progressing === undefined || available?.status !== "False") return false;
  if (available.reason !== "MinimumReplicasUnavailable") return false;
  const { progressDeadlineSeconds = DEFAULT_DEADLINE_SECONDS } = sync.canary.spec;
  const deadlineMs = parseTimestamp(available.lastUpdateTime) + progressDeadlineSeconds * 1000;
  return deadlineMs < sync.view.wallClockMs;
}

function conditionOf(
  { status }: Deployment,
  wanted: DeploymentCondition["type"],
): DeploymentCondition | undefined {
  return status.conditions?.find(({ type }) => type === wanted);
}
