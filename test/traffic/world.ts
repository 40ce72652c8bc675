/** A Service over one Deployment, and ways to change it. */
import { expect } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import { Cluster } from "../../src/cluster.ts";
import type { Behavior } from "../../src/kubelet/behavior.ts";
import type { LedgerSnapshot } from "../../src/traffic/ledger.ts";
import { Traffic } from "../../src/traffic/traffic.ts";
import type { TrafficOptions } from "../../src/traffic/options.ts";

export const second = 1000;

export interface Setup {
  readonly replicas?: number;
  /** Seconds of `preStop.sleep`. */
  readonly preStop?: number;
  readonly strategy?: { readonly maxSurge: number; readonly maxUnavailable: number };
  readonly behaviors?: readonly Behavior[];
}

export function deployment({ replicas = 4, preStop, strategy }: Setup = {}): KubeObject {
  const lifecycle = preStop === undefined ? {} : { preStop: { sleep: { seconds: preStop } } };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: {
      replicas,
      selector: { matchLabels: { app: "web" } },
      ...(strategy === undefined ? {} : { strategy: { rollingUpdate: strategy } }),
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [{ name: "web", image: "web:v1", lifecycle }] },
      },
    },
  };
}

/** A Deployment at rest behind its Service, at 10 s. */
export function atRest(setup: Setup = {}): Cluster {
  const cluster = new Cluster({
    podsPerNode: 500,
    behaviors: setup.behaviors ?? [
      { start: { delay: second }, ready: { delay: second }, terminate: { delay: 4 * second } },
    ],
  });
  cluster.act("create", (api) => {
    const service = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web" },
      spec: { selector: { app: "web" }, ports: [{ port: 80 }] },
    };
    for (const object of [service, deployment(setup)]) {
      expect(api.create(object)).toMatchObject({ ok: true });
    }
  });
  cluster.runUntil(10 * second);
  return cluster;
}

export function setImage(cluster: Cluster, image: string): void {
  const spec = { template: { spec: { containers: [{ name: "web", image }] } } };
  cluster.act(`set image ${image}`, (api) => {
    const ref = { resource: "deployments", name: "web" };
    expect(api.patch(ref, "strategic", { spec })).toMatchObject({ ok: true });
  });
}

export function scale(cluster: Cluster, replicas: number): void {
  cluster.act("scale", (api) =>
    api.patch({ resource: "deployments", name: "web" }, "merge", { spec: { replicas } }),
  );
}

/** Traffic over a rollout to web:v2, until 40 s after it began. */
export function rollOut(
  setup: Setup,
  options: Partial<TrafficOptions> & Pick<TrafficOptions, "clients">,
): LedgerSnapshot {
  const cluster = atRest(setup);
  const traffic = new Traffic(cluster, { service: "web", ...options });
  setImage(cluster, "web:v2");
  cluster.runUntil(50 * second);
  expect(cluster.trace.listenerErrors).toStrictEqual([]);
  expectExact(traffic.snapshot());
  return traffic.stop();
}

/** Every request is accounted for, once. */
export function expectExact(ledger: LedgerSnapshot): void {
  const sum = (counts: object): number =>
    Object.values(counts as Record<string, number>).reduce((total, count) => total + count, 0);
  const { requests, answered, failed, underWay, slow } = ledger;
  expect(requests).toBe(answered + failed + underWay);
  expect(underWay).toBeGreaterThanOrEqual(0);
  expect(sum(ledger.failedBy)).toBe(failed);
  expect(sum(ledger.slowBy)).toBe(slow);
  expect(slow).toBeLessThanOrEqual(answered);
  const images = Object.values(ledger.byImage);
  expect(images.reduce((total, image) => total + image.answered, 0)).toBe(answered);
  expect(images.reduce((total, image) => total + image.failed, 0)).toBe(failed);
  expect(ledger.attempts).toBeGreaterThanOrEqual(requests);
}

/** The causes that occurred. */
export function causes(ledger: LedgerSnapshot): readonly string[] {
  return Object.entries({ ...ledger.failedBy, ...ledger.slowBy })
    .filter(([, count]) => count > 0)
    .map(([cause]) => cause);
}
