/** A Deployment at one instant, as a row of the timeline: its ReplicaSets with their pods, and what they add up to. */
import type { Deployment } from "../api/apps.ts";
import type { KubeObject } from "../api/meta.ts";
import type { Rollout as ArgoRollout } from "../api/rollout.ts";
import { deploymentState } from "../kubectl/verbs/rollout-status.ts";
import { revisionOf, type Rollout } from "../scenario/rollouts.ts";
import { countsOf, isEmpty, type PodCounts } from "./pods.ts";

export interface SetRow {
  readonly name: string;
  readonly revision: number;
  readonly image: string;
  readonly counts: PodCounts;
}

export interface DeploymentRow {
  readonly key: string;
  readonly name: string;
  readonly wanted: number;
  readonly updated: number;
  readonly available: number;
  /** Those with pods, or that should have some; oldest revision first. */
  readonly sets: readonly SetRow[];
}

export function rowOf({ key, name, deployment, sets }: Rollout): DeploymentRow {
  const { spec, status } = deployment;
  const rows = sets.map((set) => ({
    name: set.metadata.name,
    revision: revisionOf(set),
    image: set.spec.template.spec.containers[0]?.image ?? "",
    counts: countsOf(set),
  }));
  return {
    key,
    name,
    wanted: spec.replicas,
    updated: status.updatedReplicas ?? 0,
    available: status.availableReplicas ?? 0,
    sets: rows.filter(({ counts }) => !isEmpty(counts)),
  };
}

/** The largest difference between two rows, in pods; 0: they would look the same. */
export function distance(a: DeploymentRow, b: DeploymentRow): number {
  const names = new Set([...a.sets, ...b.sets].map(({ name }) => name));
  const numbers = ["wanted", "updated", "available"] as const;
  let most = numbers.reduce((max, key) => Math.max(max, Math.abs(a[key] - b[key])), 0);
  for (const name of names) {
    const [x, y] = [a, b].map(({ sets }) => sets.find((set) => set.name === name));
    if (x?.revision !== y?.revision) most = Math.max(most, 1);
    for (const count of ["ready", "available", "pods", "terminating"] as const) {
      most = Math.max(most, Math.abs((x?.counts[count] ?? 0) - (y?.counts[count] ?? 0)));
    }
  }
  return most;
}

/** What `rollout status` says, or of a Rollout `argo rollouts status`, with its step and weight. */
export function statusOf(deployment: Deployment): string {
  if (deployment.kind === "Deployment") {
    const state = deploymentState(deployment);
    return "line" in state ? state.line : `error: ${state.error}`;
  }
  const { metadata, spec, status } = deployment as KubeObject as ArgoRollout;
  const { phase = "", message = "", currentStepIndex, canary } = status ?? {};
  const steps = spec.strategy?.canary?.steps?.length ?? 0;
  const facts = [
    `rollout "${metadata.name}": ${phase}`,
    ...(message === "" ? [] : [message]),
    ...(currentStepIndex === undefined || steps === 0 ? [] : [`step ${currentStepIndex}/${steps}`]),
    ...(canary?.weights === undefined ? [] : [`weight ${canary.weights.canary.weight}`]),
  ];
  return facts.join(", ");
}
