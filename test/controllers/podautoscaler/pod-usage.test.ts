/** How much CPU pods use, as their autoscaler learns of it. */
import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../../src/api/meta.ts";
import type { Cluster } from "../../../src/cluster.ts";
import { hpa, statusOf, world } from "./world.ts";

const minute = 60_000;

/** Of three pods that no autoscaler looks at. */
function deployment(app: string, image: string, namespace: string): KubeObject {
  const labels = { app };
  const spec = { containers: [{ name: app, image }] };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: app, namespace },
    spec: {
      replicas: 3,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec },
    },
  };
}

describe("what pods use", () => {
  const utilization = (cluster: Cluster): unknown => {
    const metric = statusOf(cluster).currentMetrics?.[0];
    return (metric?.resource ?? metric?.containerResource)?.current.averageUtilization;
  };

  // 16 requests a second for each of 3 pods, of 50 ms, one at a time: they are busy for 80 % of the time.
  test.each([
    ["their request", {}, 80],
    ["their limit, where they have one", { cpu: "1" }, 160],
  ])("is, of traffic, the share of %s in which they work", (_, limits, percent) => {
    const cluster = world(
      {
        apps: [{ serviceTime: { delay: 50 }, concurrency: 1 }],
        traffic: [{ service: "web", clients: [{ loop: "open", rate: 48, arrivals: "fixed" }] }],
      },
      { replicas: 3, limits, hpa: { maxReplicas: 3 } },
    );
    cluster.act("create", (api) =>
      api.create({
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "web" },
        spec: { selector: { app: "web" }, ports: [{ port: 80 }] },
      }),
    );
    cluster.runUntil(minute);
    expect(utilization(cluster)).toBe(percent);
  });

  test("is never more than their limit", () => {
    const behaviors = [{ cpu: [{ at: 0, milli: 900 }] }];
    const cluster = world({ behaviors }, { limits: { cpu: "600m" }, hpa: { maxReplicas: 2 } });
    cluster.runUntil(minute);
    expect(utilization(cluster)).toBe(120);
  });

  test("is their share of a load that pods of one behavior and namespace have together", () => {
    const behaviors = [
      { match: { image: "web:*" }, load: [{ at: 0, milli: 1200 }] },
      { load: [{ at: 0, milli: 5000 }] },
    ];
    const cluster = world({ behaviors }, { replicas: 3, hpa: { maxReplicas: 3 } });
    cluster.act("create", (api) => {
      api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "other" } });
      api.create(deployment("web", "web:v1", "other"));
      api.create(deployment("api", "api:v1", "default"));
    });
    cluster.runUntil(2 * minute);
    expect(cluster.api.list("pods")).toHaveLength(9);
    expect(utilization(cluster)).toBe(80);
  });

  test("is more while they start, for as long as that takes them", () => {
    const startCpu = { milli: 300, for: 50_000 };
    const behaviors = [{ cpu: [{ at: 0, milli: 300 }], startCpu }];
    const of = (at: number): unknown => {
      const cluster = world({ behaviors }, { replicas: 2, hpa: { maxReplicas: 2 } });
      cluster.runUntil(at);
      return utilization(cluster);
    };
    // At 75 s the last 15 s that are known begin 5 s before the start is over: (15 x 300 + 5 x 300) / 15 of 500.
    expect([60, 75, 90].map((seconds) => of(seconds * 1000))).toEqual([120, 80, 60]);
  });

  test("is that of the first container", () => {
    const side = { name: "side", image: "side:1", resources: { requests: { cpu: "500m" } } };
    const target = { type: "Utilization", averageUtilization: 60 };
    const behaviors = [{ cpu: [{ at: 0, milli: 600 }] }];
    const of = (...metrics: readonly object[]): unknown => {
      const hpa = metrics.length === 0 ? {} : { metrics };
      const setup = { replicas: 2, beside: [side], hpa: { ...hpa, maxReplicas: 2 } };
      const cluster = world({ behaviors }, setup);
      cluster.runUntil(minute);
      return utilization(cluster);
    };
    const container = (name: string): object => ({
      type: "ContainerResource",
      containerResource: { name: "cpu", container: name, target },
    });
    expect([of(), of(container("web")), of(container("side"))]).toEqual([60, 120, 0]);
  });
});

test("autoscalers of other namespaces have pods of their own, though their labels are the same", () => {
  const cluster = world({ behaviors: [{ cpu: [{ at: 0, milli: 300 }] }] }, { replicas: 2 });
  cluster.act("create", (api) => {
    api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "other" } });
    api.create(deployment("web", "web:v1", "other"));
    expect(api.create(hpa({ metadata: { namespace: "other" } }))).toMatchObject({ ok: true });
  });
  cluster.runUntil(minute);
  const active = statusOf(cluster).conditions?.find(({ type }) => type === "ScalingActive");
  expect(active).toMatchObject({ status: "True", reason: "ValidMetricFound" });
});
