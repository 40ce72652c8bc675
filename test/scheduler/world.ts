/** Clusters whose pods ask something of their nodes. */
import { expect } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import { Cluster, type ClusterOptions } from "../../src/cluster.ts";

export type Fields = Readonly<Record<string, unknown>>;

const ready = { ready: { delay: 1000 }, terminate: { delay: 5000 } };

export function deployment(
  name: string,
  replicas: number,
  pod: Fields,
  spec: Fields = {},
): KubeObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name, image: `${name}:v1` }], ...pod },
      },
      ...spec,
    },
  };
}

export function asks(requests: Fields, name = "web"): Fields {
  return { containers: [{ name, image: `${name}:v1`, resources: { requests } }] };
}

export function world(options: ClusterOptions, ...objects: readonly KubeObject[]): Cluster {
  const cluster = new Cluster({ behaviors: [ready], ...options });
  cluster.act("create", (api) => {
    for (const object of objects) expect(api.create(object)).toMatchObject({ ok: true });
  });
  cluster.runUntil(60_000);
  return cluster;
}

/** Nodes of the pods, sorted; "-": Pending. */
export function places(cluster: Cluster, app = "web"): readonly string[] {
  return cluster.api
    .list("pods", { labelSelector: `app=${app}` })
    .map((pod) => (pod["spec"] as { nodeName?: string }).nodeName ?? "-")
    .toSorted((a, b) => (a < b ? -1 : 1));
}

export function whyNot(cluster: Cluster): readonly string[] {
  const events = cluster.api
    .list("events")
    .filter((event) => event["reason"] === "FailedScheduling");
  return [...new Set(events.map((event) => String(event["message"]).split(" no new claims")[0]!))];
}

/** Two nodes in zone a, one in zone b for pods that tolerate it, and one in zone b with room for one pod. */
export const zones: ClusterOptions = {
  nodes: [
    { count: 2, labels: { zone: "a", disk: "ssd", cores: "8", rank: "" } },
    { labels: { zone: "b" }, taints: [{ key: "gpu", value: "yes", effect: "NoSchedule" }] },
    { labels: { zone: "b", cores: "16" }, pods: 1 },
  ],
};

export const apps = (app: string, topologyKey: string): Fields => ({
  requiredDuringSchedulingIgnoredDuringExecution: [
    { topologyKey, labelSelector: { matchLabels: { app } } },
  ],
});
export const far = (topologyKey: string, app = "web"): Fields => ({
  affinity: { podAntiAffinity: apps(app, topologyKey) },
});
export const closeTo = (app: string, topologyKey = "zone"): Fields => ({
  affinity: { podAffinity: apps(app, topologyKey) },
});
