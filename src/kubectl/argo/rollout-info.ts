/**
 * What the plugin of argo-rollouts shows of a Rollout. Mirrors argo-rollouts
 * pkg/kubectl-argo-rollouts/info (v1.10.0-rc1).
 */
import type { AnalysisRun } from "../../api/analysis.ts";
import type { ReplicaSet } from "../../api/apps.ts";
import type { Experiment } from "../../api/experiment.ts";
import { isControlledBy, type KubeObject } from "../../api/meta.ts";
import { compareText } from "../../api/order.ts";
import type { Rollout } from "../../api/rollout.ts";
import { currentSetWeight, currentStep } from "../../controllers/rollout/canary-steps.ts";
import {
  blueGreenOf,
  canaryOf,
  HASH_LABEL,
  maxWeightOf,
  replicasOf,
  REVISION,
  routesTraffic,
  SCALE_DOWN_DEADLINE,
  statusOf,
} from "../../controllers/rollout/defaults.ts";
import { phaseSeen } from "../../controllers/rollout/phase.ts";
import type { Call } from "../call.ts";
import { summarizePod } from "../columns/pods.ts";

export const Icon = {
  waiting: "◷",
  progressing: "◌",
  warning: "⚠",
  unknown: "?",
  ok: "✔",
  bad: "✖",
  paused: "॥",
  neutral: "•",
} as const;

export interface PodInfo {
  readonly pod: KubeObject;
  readonly status: string;
  readonly icon: string;
  readonly ready: string;
  readonly restarts: number;
}

export interface ReplicaSetInfo {
  readonly set: ReplicaSet;
  readonly revision: number;
  readonly status: string;
  readonly icon: string;
  /** `stable`, `canary`, `active`, `preview`, in the plugin's order. */
  readonly tags: readonly string[];
  readonly deadline: string | undefined;
  readonly pods: readonly PodInfo[];
}

export interface RolloutInfo {
  readonly rollout: Rollout;
  readonly status: string;
  readonly message: string;
  readonly icon: string;
  readonly strategy: string;
  readonly step: string;
  readonly setWeight: string;
  readonly actualWeight: string;
  readonly sets: readonly ReplicaSetInfo[];
  readonly runs: readonly AnalysisRun[];
  readonly experiments: readonly Experiment[];
}

export function rolloutInfo(call: Call, rollout: Rollout): RolloutInfo {
  const { namespace = "default" } = rollout.metadata;
  const { client } = call.io;
  const owned = (resource: string, owner: KubeObject): readonly KubeObject[] =>
    client.list(resource, { namespace }).filter((object) => isControlledBy(object, owner));
  const sets = (owned("replicasets", rollout) as readonly ReplicaSet[])
    .map((set) => setInfo(rollout, set, owned("pods", set)))
    .toSorted(
      (a, b) => b.revision - a.revision || compareText(a.set.metadata.name, b.set.metadata.name),
    );
  const runs = (owned("analysisruns", rollout) as readonly AnalysisRun[]).toSorted(
    (a, b) =>
      revisionOf(b) - revisionOf(a) ||
      compareText(a.metadata.creationTimestamp ?? "", b.metadata.creationTimestamp ?? "") ||
      compareText(b.metadata.name, a.metadata.name),
  );
  const { phase, message } = phaseSeen(rollout);
  return {
    rollout,
    status: phase,
    message,
    icon: rolloutIcon(phase),
    ...strategyOf(rollout, sets),
    sets,
    runs,
    experiments: owned("experiments", rollout) as readonly Experiment[],
  };
}

type StrategyInfo = Pick<RolloutInfo, "strategy" | "step" | "setWeight" | "actualWeight">;

function strategyOf(rollout: Rollout, sets: readonly ReplicaSetInfo[]): StrategyInfo {
  const canary = canaryOf(rollout);
  if (canary === undefined) {
    const strategy = blueGreenOf(rollout) === undefined ? "" : "BlueGreen";
    return { strategy, step: "", setWeight: "", actualWeight: "" };
  }
  const { currentStepIndex } = statusOf(rollout);
  const steps = canary.steps?.length ?? 0;
  const known = currentStepIndex !== undefined && steps > 0;
  return {
    strategy: "Canary",
    step: known ? `${currentStepIndex}/${steps}` : "",
    setWeight: String(currentSetWeight(rollout)),
    actualWeight: String(actualWeight(rollout, sets)),
  };
}

function actualWeight(rollout: Rollout, sets: readonly ReplicaSetInfo[]): number {
  const { availableReplicas = 0, canary } = statusOf(rollout);
  if (currentStep(rollout)?.step === undefined) return maxWeightOf(rollout);
  if (availableReplicas === 0) return 0;
  if (routesTraffic(rollout)) return canary?.weights?.canary.weight ?? currentSetWeight(rollout);
  const pods = sets.find(({ tags }) => tags.includes("canary"))?.set.status.availableReplicas ?? 0;
  return Math.trunc((pods * maxWeightOf(rollout)) / availableReplicas);
}

function rolloutIcon(status: string): string {
  const icons: Readonly<Record<string, string>> = {
    Progressing: Icon.progressing,
    Paused: Icon.paused,
    Healthy: Icon.ok,
    Degraded: Icon.bad,
  };
  return icons[status] ?? " ";
}

function setInfo(rollout: Rollout, set: ReplicaSet, pods: readonly KubeObject[]): ReplicaSetInfo {
  const status = setHealth(set);
  const icons: Readonly<Record<string, string>> = {
    Progressing: Icon.progressing,
    Healthy: Icon.ok,
    ReplicaFailure: Icon.bad,
    ScaledDown: Icon.neutral,
  };
  return {
    set,
    revision: revisionOf(set),
    status,
    icon: icons[status] ?? " ",
    tags: tagsOf(rollout, set.metadata.labels?.[HASH_LABEL] ?? ""),
    deadline: set.metadata.annotations?.[SCALE_DOWN_DEADLINE],
    pods: pods
      .toSorted(
        (a, b) =>
          compareText(a.metadata.creationTimestamp ?? "", b.metadata.creationTimestamp ?? "") ||
          compareText(a.metadata.name, b.metadata.name),
      )
      .map(podInfo),
  };
}

function setHealth({ metadata, spec, status }: ReplicaSet): string {
  const { observedGeneration = 0, availableReplicas = 0, conditions = [] } = status;
  if ((metadata.generation ?? 0) > observedGeneration) return "Progressing";
  const failed = conditions.find(({ type }) => type === "ReplicaFailure");
  if (failed?.status === "True") return "ReplicaFailure";
  if (availableReplicas < spec.replicas) return "Progressing";
  return spec.replicas === 0 ? "ScaledDown" : "Healthy";
}

function tagsOf(rollout: Rollout, hash: string): readonly string[] {
  const { stableRS, currentPodHash, blueGreen } = statusOf(rollout);
  const stable = stableRS === hash ? ["stable"] : [];
  if (canaryOf(rollout) !== undefined) {
    return stableRS !== hash && currentPodHash === hash ? ["canary"] : stable;
  }
  if (blueGreen?.activeSelector === hash) return [...stable, "active"];
  return blueGreen?.previewSelector === hash ? [...stable, "preview"] : stable;
}

function podInfo(pod: KubeObject): PodInfo {
  const { status, ready, restarts } = summarizePod(pod);
  return { pod, status, icon: podIcon(status), ready, restarts };
}

function podIcon(status: string): string {
  if (status.startsWith("Init:")) return Icon.progressing;
  if (/^(Signal|ExitCode):/.test(status)) return Icon.bad;
  if (status.endsWith("Error") || status.startsWith("Err")) return Icon.warning;
  if (["Pending", "Terminating", "ContainerCreating"].includes(status)) return Icon.progressing;
  if (["Running", "Completed"].includes(status)) return Icon.ok;
  if (["Failed", "InvalidImageName", "CrashLoopBackOff"].includes(status)) return Icon.bad;
  if (["ImagePullBackOff", "RegistryUnavailable"].includes(status)) return Icon.warning;
  return status === "Unknown" ? Icon.unknown : " ";
}

export function analysisIcon(phase: string): string {
  const icons: Readonly<Record<string, string>> = {
    Successful: Icon.ok,
    Inconclusive: Icon.unknown,
    Failed: Icon.bad,
    Error: Icon.warning,
    Running: Icon.progressing,
    Pending: Icon.waiting,
  };
  return icons[phase] ?? " ";
}

/** 0 where there is none. */
export function revisionOf({ metadata }: KubeObject): number {
  const number = Number(metadata.annotations?.[REVISION] ?? 0);
  return Number.isNaN(number) ? 0 : number;
}

/** Images that run, each with its tags, in order of name. */
export function imagesOf(info: RolloutInfo): readonly string[] {
  const tags = new Map<string, Set<string>>();
  for (const { set, tags: own } of info.sets) {
    if (set.status.replicas === 0) continue;
    for (const { image = "" } of set.spec.template.spec.containers) {
      const all = tags.get(image) ?? new Set<string>();
      own.forEach((tag) => all.add(tag));
      tags.set(image, all);
    }
  }
  return [...tags]
    .toSorted(([a], [b]) => compareText(a, b))
    .map(([image, all]) =>
      all.size === 0 ? image : `${image} (${[...all].toSorted(compareText).join(", ")})`,
    );
}

/** Counters, as the head of the tree prints them. */
export function countersOf({ rollout }: RolloutInfo): readonly (readonly [string, number])[] {
  const { replicas = 0, updatedReplicas = 0, readyReplicas = 0 } = statusOf(rollout);
  return [
    ["  Desired:", replicasOf(rollout)],
    ["  Current:", replicas],
    ["  Updated:", updatedReplicas],
    ["  Ready:", readyReplicas],
    ["  Available:", statusOf(rollout).availableReplicas ?? 0],
  ];
}
