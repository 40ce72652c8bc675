import { expect } from "vitest";
import type { AutoscalerStatus } from "../../../src/api/autoscaling.ts";
import type { KubeObject } from "../../../src/api/meta.ts";
import { Cluster, type ClusterOptions } from "../../../src/cluster.ts";

type Fields = Readonly<Record<string, unknown>>;

export interface Setup {
  readonly replicas?: number;
  readonly requests?: Fields;
  readonly limits?: Fields;
  /** Containers beside `web`. */
  readonly beside?: readonly Fields[];
  readonly strategy?: unknown;
  readonly minReadySeconds?: number;
  /** Fields of the autoscaler's spec beside the usual ones. */
  readonly hpa?: Fields;
}

/** An autoscaler of 2 to 10 replicas at 60 % of CPU. */
export function hpa(
  change: { readonly metadata?: Fields; readonly spec?: Fields } = {},
): KubeObject {
  const target = { type: "Utilization", averageUtilization: 60 };
  return {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "web", ...change.metadata },
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
      minReplicas: 2,
      maxReplicas: 10,
      metrics: [{ type: "Resource", resource: { name: "cpu", target } }],
      ...change.spec,
    },
  };
}

/** A Deployment `web` whose pods request 500m, and its autoscaler. */
export function world(options: ClusterOptions, setup: Setup): Cluster {
  const cluster = new Cluster(options);
  const { requests = { cpu: "500m" }, limits = {}, beside = [] } = setup;
  const containers = [{ name: "web", image: "web:v1", resources: { requests, limits } }, ...beside];
  const deployment: KubeObject = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: {
      replicas: setup.replicas ?? 2,
      minReadySeconds: setup.minReadySeconds ?? 0,
      selector: { matchLabels: { app: "web" } },
      template: { metadata: { labels: { app: "web" } }, spec: { containers } },
      ...(setup.strategy === undefined ? {} : { strategy: setup.strategy }),
    },
  };
  cluster.act("create", (api) => {
    expect(api.create(deployment)).toMatchObject({ ok: true });
    expect(api.create(hpa({ spec: setup.hpa ?? {} }))).toMatchObject({ ok: true });
  });
  return cluster;
}

export function statusOf(cluster: Cluster, name = "web"): AutoscalerStatus {
  const answer = cluster.api.get({ resource: "horizontalpodautoscalers", name });
  return (answer.ok ? answer.value["status"] : {}) as AutoscalerStatus;
}

export function replicasOf(cluster: Cluster): number {
  const answer = cluster.api.get({ resource: "deployments", name: "web" });
  return answer.ok ? (answer.value["spec"] as { replicas: number }).replicas : -1;
}

/** Names of the autoscaler's decisions, in order. */
export function decisionsHeard(cluster: Cluster): readonly string[] {
  return cluster.trace.entries.flatMap((entry) =>
    entry.kind === "decision" && entry.id.startsWith("hpa/") ? [entry.id] : [],
  );
}
