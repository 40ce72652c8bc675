/** The rolling update that benchmarks measure: one Deployment, default strategy, all controllers' logic on. */
import type { KubeObject } from "../../src/api/meta.ts";
import { Cluster, type ClusterOptions } from "../../src/cluster.ts";
import { cpuMs } from "./statistics.ts";

export const PODS_PER_NODE = 110;

export interface Rollout {
  readonly replicas: number;
  readonly behaviors?: NonNullable<ClusterOptions["behaviors"]>;
  /** Default: Kubernetes' (25% more, 25% less). */
  readonly rollingUpdate?: { readonly maxSurge: number; readonly maxUnavailable: number };
  /** Updates before the one that is measured; default none. */
  readonly updatesBefore?: number;
  /** Entries of the trace to keep; default all. */
  readonly traceLimit?: number;
  /** Sees the cluster before the update begins. */
  readonly watch?: (cluster: Cluster) => void;
}

export interface Cost {
  /** From the change of the image until the rollout is complete. */
  readonly wallMs: number;
  readonly cpuMs: number;
  /** Bytes by which the heap grew: all that was allocated, where no garbage was collected meanwhile. */
  readonly heapBytes: number;
  /** What happened: turns of the clock, and entries of the trace by kind unless it is limited. */
  readonly work: Readonly<Record<string, number>>;
}

export function rollingUpdate(rollout: Rollout): Cost {
  const { replicas, behaviors = [], watch, traceLimit, updatesBefore = 0 } = rollout;
  // Room for the surge, and for pods that are still stopping.
  const nodes = Math.ceil((replicas * 1.5) / PODS_PER_NODE) + 1;
  const cluster = new Cluster({
    nodes,
    podsPerNode: PODS_PER_NODE,
    behaviors,
    ...(traceLimit === undefined ? {} : { traceLimit }),
  });
  cluster.act("create", (api) => api.create(deployment(rollout)));
  settle(cluster);
  for (let i = 0; i < updatesBefore; i++) {
    setImage(cluster, `web:before-${i}`);
    settle(cluster);
  }
  watch?.(cluster);
  const before = cluster.trace.entries.length;
  const startHeap = process.memoryUsage().heapUsed; // takes a tenth of a millisecond, so first
  const start = process.hrtime.bigint();
  const startCpu = cpuMs();
  setImage(cluster, "web:2");
  const turns = settle(cluster);
  const cost = {
    wallMs: Number(process.hrtime.bigint() - start) / 1e6,
    cpuMs: cpuMs() - startCpu,
    heapBytes: process.memoryUsage().heapUsed - startHeap,
  };
  const work: Record<string, number> = { turns };
  if (traceLimit !== undefined) return { ...cost, work };
  for (const { kind } of cluster.trace.entries.slice(before)) work[kind] = (work[kind] ?? 0) + 1;
  return { ...cost, work };
}

function setImage(cluster: Cluster, image: string): void {
  const patch = { spec: { template: { spec: { containers: [{ name: "web", image }] } } } };
  cluster.act("set image", (api) =>
    api.patch({ resource: "deployments", name: "web" }, "strategic", patch),
  );
}

function deployment({ replicas, rollingUpdate }: Rollout): KubeObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "default" },
    spec: {
      replicas,
      strategy: {
        type: "RollingUpdate",
        ...(rollingUpdate === undefined ? {} : { rollingUpdate }),
      },
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [{ name: "web", image: "web:1" }] },
      },
    },
  };
}

function isComplete(cluster: Cluster): boolean {
  const answer = cluster.api.get({ resource: "deployments", name: "web" });
  if (!answer.ok) throw new Error(answer.status.message);
  const { metadata, spec, status } = answer.value;
  return (
    status.observedGeneration === metadata.generation &&
    status.updatedReplicas === spec.replicas &&
    status.replicas === spec.replicas &&
    status.availableReplicas === spec.replicas
  );
}

/** The number of turns that it took. */
function settle(cluster: Cluster): number {
  for (let turns = 0; ; turns++) {
    if (isComplete(cluster)) return turns;
    if (!cluster.step()) throw new Error("nothing is left to happen, and it is not complete");
  }
}
