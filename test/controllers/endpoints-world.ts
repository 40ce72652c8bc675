/** Services and the Deployments behind them, and what the cluster makes of their pods. */
import { expect } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import { Cluster, type ClusterOptions } from "../../src/cluster.ts";

export interface Conditions {
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
}
export interface Endpoint {
  readonly addresses: readonly string[];
  readonly conditions: Conditions;
  readonly targetRef: { readonly name: string };
}
export interface Slice extends KubeObject {
  readonly endpoints: readonly Endpoint[] | null;
  readonly ports: readonly { readonly port: number }[] | null;
}
export interface Endpoints extends KubeObject {
  readonly subsets?: readonly {
    readonly addresses?: readonly { readonly ip: string }[];
    readonly notReadyAddresses?: readonly { readonly ip: string }[];
    readonly ports?: readonly { readonly name?: string; readonly port: number }[];
  }[];
}

export const second = 1000;

export function world(options: ClusterOptions = {}): Cluster {
  return new Cluster({
    behaviors: [
      { start: { delay: second }, ready: { delay: second }, terminate: { delay: second } },
    ],
    ...options,
  });
}

export function service(spec: Readonly<Record<string, unknown>> = {}): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", labels: { tier: "front" } },
    spec: { selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080 }], ...spec },
  };
}

export function deployment(
  name: string,
  replicas: number,
  { labels = {}, container = {}, strategy = {} }: Record<string, object> = {},
): KubeObject {
  const podLabels = { app: "web", ...labels, deployment: name };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: {
      replicas,
      strategy,
      selector: { matchLabels: { deployment: name } },
      template: {
        metadata: { labels: podLabels },
        spec: {
          enableServiceLinks: true,
          containers: [{ name: "web", image: "web:v1", ...container }],
        },
      },
    },
  };
}

export function create(cluster: Cluster, ...objects: readonly KubeObject[]): void {
  cluster.act("create", (api) => {
    for (const object of objects) expect(api.create(object)).toMatchObject({ ok: true });
  });
}

export function slices(cluster: Cluster): readonly Slice[] {
  return cluster.api.list("endpointslices", {
    labelSelector: "kubernetes.io/service-name=web",
  }) as readonly Slice[];
}

export function onlySlice(cluster: Cluster): Slice {
  const all = slices(cluster);
  expect(all).toHaveLength(1);
  return all[0]!;
}

export function legacy(cluster: Cluster): Endpoints {
  const answer = cluster.api.get({ resource: "endpoints", name: "web" });
  if (!answer.ok) throw new Error(answer.status.message);
  return answer.value;
}

/** `ready`, `not ready`, `terminating` (and still serving), in the slices' order. */
export function states(cluster: Cluster): readonly string[] {
  return slices(cluster).flatMap(({ endpoints }) =>
    (endpoints ?? []).map(({ conditions: { ready, serving, terminating } }) => {
      if (terminating) return serving ? "terminating" : "terminating, not serving";
      return ready && serving ? "ready" : ready ? "published" : "not ready";
    }),
  );
}
