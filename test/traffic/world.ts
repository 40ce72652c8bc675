/** A Service over one Deployment, and ways to change it. */
import { expect } from "vitest";
import { Cluster } from "../../src/cluster.ts";
import type { LedgerSnapshot } from "../../src/traffic/ledger.ts";
import { deployment, second, service, type Setup } from "./setup.ts";
import type { AppBehavior, ServiceTraffic } from "../../src/traffic/options.ts";

/** Requests to the Service, and how its pods answer. */
export interface Load extends Omit<ServiceTraffic, "service"> {
  readonly apps?: readonly AppBehavior[];
}

/** A Deployment at rest behind its Service, at 10 s. */
export function atRest(setup: Setup = {}): Cluster {
  const cluster = new Cluster({
    podsPerNode: 500,
    apps: setup.apps ?? [],
    behaviors: setup.behaviors ?? [
      { start: { delay: second }, ready: { delay: second }, terminate: { delay: 4 * second } },
    ],
  });
  cluster.act("create", (api) => {
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
export function rollOut(setup: Setup, { apps = [], ...options }: Load): LedgerSnapshot {
  const cluster = atRest({ ...setup, apps });
  const traffic = cluster.traffic.add({ service: "web", ...options });
  setImage(cluster, "web:v2");
  cluster.runUntil(50 * second);
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
