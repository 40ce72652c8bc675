/** Looks at a Deployment through the API whenever something happens, and counts for itself. */
import type { Deployment, ReplicaSet } from "../../src/api/apps.ts";
import type { Pod } from "../../src/api/core.ts";
import type { IntOrString, KubeObject } from "../../src/api/meta.ts";
import { Cluster, type ClusterOptions } from "../../src/cluster.ts";

/** Rollouts begin here, with a Deployment that is complete; the schedule is fresh before. */
const START_MS = 60_000;

export interface Seen {
  readonly at: number;
  readonly replicas: number;
  /** S and U as numbers of pods, rounded exactly. */
  readonly surge: number;
  readonly unavailable: number;
  /** Sum of spec.replicas over all ReplicaSets. */
  readonly specs: number;
  /** Pods that are neither stopping nor ended, and those of them that are ready. */
  readonly pods: number;
  readonly available: number;
}

function share(value: IntOrString | undefined, replicas: number, up: boolean): number {
  if (typeof value === "number") return value;
  const hundredths = BigInt((value ?? "25%").replace("%", "")) * BigInt(replicas);
  return Number((hundredths + (up ? 99n : 0n)) / 100n);
}

export function deploymentOf(cluster: Cluster): Deployment {
  const answer = cluster.api.get({ resource: "deployments", name: "web" });
  if (!answer.ok) throw new Error(answer.status.message);
  return answer.value;
}

export function replicaSetsOf(cluster: Cluster): readonly ReplicaSet[] {
  return cluster.api.list("replicasets");
}

export function imageOf({ spec }: Deployment | ReplicaSet): string {
  return spec.template.spec.containers[0]?.image ?? "";
}

export function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some((c) => c.type === "Ready" && c.status === "True") === true;
}

function isActive({ metadata, status }: Pod): boolean {
  const ended = status?.phase === "Failed" || status?.phase === "Succeeded";
  return metadata.deletionTimestamp === undefined && !ended;
}

export function look(cluster: Cluster): Seen {
  const { spec } = deploymentOf(cluster);
  const { replicas } = spec;
  const { maxSurge, maxUnavailable } = spec.strategy.rollingUpdate ?? {};
  const surge = share(maxSurge, replicas, true);
  const down = share(maxUnavailable, replicas, false);
  const unavailable = Math.min(replicas, surge === 0 && down === 0 ? 1 : down);
  const pods = cluster.api.list("pods").filter(isActive);
  return {
    at: cluster.now,
    replicas,
    surge,
    unavailable,
    specs: replicaSetsOf(cluster).reduce((sum, rs) => sum + rs.spec.replicas, 0),
    pods: pods.length,
    available: pods.filter(isReady).length,
  };
}

/** Calls back whenever a write was made or pods changed. */
export function watch(cluster: Cluster, heard: (seen: Seen) => void): void {
  const hear = (): void => heard(look(cluster));
  cluster.on("pods", hear);
  cluster.on("write", ({ resource }) => {
    if (resource !== "pods") hear();
  });
}

/** Nothing is left to roll: all is updated, available, and nothing old is left. */
export function isComplete(cluster: Cluster): boolean {
  const { metadata, spec, status } = deploymentOf(cluster);
  return (
    status.observedGeneration === metadata.generation &&
    (status.replicas ?? 0) === spec.replicas &&
    (status.updatedReplicas ?? 0) === spec.replicas &&
    (status.availableReplicas ?? 0) === spec.replicas
  );
}

/** A cluster with this Deployment, complete, at START_MS; the schedule begins there. */
export function completeCluster(
  deployment: KubeObject,
  options: Omit<ClusterOptions, "schedule"> & { readonly schedule: string },
): Cluster {
  const schedule = { name: options.schedule, fromMs: START_MS };
  const cluster = new Cluster({ ...options, schedule });
  const created = cluster.act("create", (api) => api.create(deployment));
  if (!created.ok) throw new Error(created.status.message);
  cluster.runBefore(START_MS);
  if (!isComplete(cluster)) throw new Error(`not complete at ${START_MS} ms`);
  return cluster;
}
