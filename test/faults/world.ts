/** A cluster with one Deployment, for tests of what can be broken. */
import { expect } from "vitest";
import type { Pod, PodCondition } from "../../src/api/core.ts";
import type { KubeObject } from "../../src/api/meta.ts";
import { Cluster, type ClusterOptions } from "../../src/cluster.ts";

export const second = 1000;

export interface WebOptions extends ClusterOptions {
  readonly replicas?: number;
  /** Added to the pods' spec. */
  readonly podSpec?: Readonly<Record<string, unknown>>;
  /** The spec of a PodDisruptionBudget for the pods, but for its selector. */
  readonly budget?: Readonly<Record<string, unknown>>;
}

const selector = { matchLabels: { app: "web" } };

export function web(image: string, { replicas = 6, podSpec = {} }: WebOptions = {}): KubeObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "default" },
    spec: {
      replicas,
      selector,
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [{ name: "web", image }], ...podSpec },
      },
    },
  };
}

/** Pods are ready 1 s after their start; time stands at 10 s. */
export function webCluster(options: WebOptions = {}): Cluster {
  const { replicas: _, podSpec: __, budget: ___, ...clusterOptions } = options;
  const cluster = new Cluster(clusterOptions);
  cluster.act("create", (api) => {
    expect(api.create(web("web:v1", options))).toMatchObject({ ok: true });
    if (options.budget === undefined) return;
    const budget = {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "web", namespace: "default" },
      spec: { selector, ...options.budget },
    };
    expect(api.create(budget)).toMatchObject({ ok: true });
  });
  cluster.runUntil(10 * second);
  return cluster;
}

export function podsOf(cluster: Cluster): readonly Pod[] {
  return cluster.api.list("pods");
}

export function podsOn(cluster: Cluster, node: string): readonly Pod[] {
  return podsOf(cluster).filter(({ spec }) => spec.nodeName === node);
}

export function condition(pod: Pod, type: string): PodCondition | undefined {
  return pod.status.conditions?.find((each) => each.type === type);
}

export function isReady(pod: Pod): boolean {
  return condition(pod, "Ready")?.status === "True";
}

export function isTerminating({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined;
}

export function waitingReason({ status }: Pod): string | undefined {
  const containers = status["containerStatuses"] as
    readonly { readonly state: { readonly waiting?: { readonly reason: string } } }[] | undefined;
  return containers?.[0]?.state.waiting?.reason;
}
