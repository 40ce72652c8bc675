/**
 * Durations under kube-controller-manager's default client limits, against a real control plane: medians of
 * the default rows of recordings/real-cluster-timings.md (instant pods, kube-controller-manager v1.37.2).
 */
import { describe, expect, test } from "vitest";
import type { Deployment } from "../../src/api/apps.ts";
import { Cluster } from "../../src/cluster.ts";
import { runKubectl } from "../../src/kubectl/cluster-io.ts";
import { web } from "../support/web.ts";

const recorded = [
  { pods: 10, creationS: 0.24, updateS: 1.65 },
  { pods: 100, creationS: 4.1, updateS: 10.85 },
  { pods: 500, creationS: 24.15, updateS: 50.94 },
  { pods: 1000, creationS: 49.8, updateS: 100.81 },
];

/** Pods that stop at once. */
function deployment(replicas: number): Deployment {
  const { template } = web(replicas).spec;
  const spec = { ...template.spec, terminationGracePeriodSeconds: 0 };
  return web(replicas, { template: { ...template, spec } });
}

function isComplete(cluster: Cluster, replicas: number): boolean {
  const answer = cluster.api.get({ resource: "deployments", name: "web" });
  if (!answer.ok) return false;
  const { metadata, status } = answer.value;
  return (
    status.observedGeneration === metadata.generation &&
    status.updatedReplicas === replicas &&
    status.replicas === replicas &&
    status.availableReplicas === replicas
  );
}

/** Seconds until it is complete. */
function secondsUntilComplete(cluster: Cluster, replicas: number): number {
  const start = cluster.now;
  while (!isComplete(cluster, replicas) && cluster.step());
  return (cluster.now - start) / 1000;
}

function limited(): Cluster {
  return new Cluster({
    controlPlane: { qps: 20, burst: 30 },
    nodes: 1,
    podsPerNode: 10_000,
    behaviors: [{ ready: { delay: 0 } }],
  });
}

function update(cluster: Cluster): void {
  const containers = [{ name: "web", image: "web:v2" }];
  cluster.act("update", (api) =>
    api.patch({ resource: "deployments", name: "web" }, "strategic", {
      spec: { template: { spec: { containers } } },
    }),
  );
}

describe("with 20 requests a second and a burst of 30", () => {
  test.each(recorded)(
    "creates and updates $pods replicas within 10 % of the recorded durations",
    ({ pods, creationS, updateS }) => {
      const cluster = limited();
      cluster.act("create", (api) => api.create(deployment(pods)));
      const creation = secondsUntilComplete(cluster, pods);
      cluster.runUntil(cluster.now + 90_000); // as long as the recorder waited, so that the bucket is full
      update(cluster);
      const rollout = secondsUntilComplete(cluster, pods);
      expect(Math.abs(creation / creationS - 1)).toBeLessThan(0.1);
      expect(Math.abs(rollout / updateS - 1)).toBeLessThan(0.1);
    },
  );

  test("goes on from a fork in the middle of a sync as the original does", () => {
    const cluster = limited();
    cluster.act("create", (api) => api.create(deployment(200)));
    cluster.runUntil(3_210);
    const fork = cluster.fork();
    for (const world of [cluster, fork]) {
      update(world);
      world.runUntil(60_000);
    }
    expect(fork.trace.entries).toEqual(cluster.trace.entries);
    expect(isComplete(fork, 200)).toBe(true);
  });

  test("leaves no pod that was made while its ReplicaSet was deleted", () => {
    const cluster = new Cluster({ controlPlane: { qps: 20, burst: 30, latency: 3 }, nodes: 1 });
    cluster.act("create", (api) => api.create(deployment(3)));
    cluster.runUntil(5_000);
    cluster.act("delete all", (api) => {
      for (const { metadata } of api.list("pods")) api.delete({ ...metadata, resource: "pods" });
    });
    // The first of three new pods is there, the others are asked for in a moment.
    while (
      cluster.api.list("pods").every(({ metadata }) => metadata.deletionTimestamp !== undefined)
    ) {
      cluster.step();
    }
    cluster.act("delete", (api) => api.delete({ resource: "deployments", name: "web" }));
    cluster.runUntil(cluster.now + 120_000);
    expect(cluster.api.list("pods")).toEqual([]);
  });
});

test("a timer that is asked for later than one that waits is dropped: a rollout in time does not time out", () => {
  const second = 1000;
  const cluster = new Cluster({
    startTime: "2026-01-01T00:00:00.370Z",
    controlPlane: { qps: 20, burst: 30, latency: 3 },
    behaviors: [
      {
        match: { image: "web:slow" },
        start: { delay: 3 * second },
        ready: { delay: 3 * second },
      },
      { start: { delay: second, jitter: 12 }, ready: { delay: second, jitter: 12 } },
    ],
  });
  const run = (line: string): string => {
    let out = "";
    runKubectl(cluster, line, {
      out: (text) => (out += text),
      err: (text) => (out += text),
      readFile: () => undefined,
    });
    return out;
  };
  run("create deployment web --image=web:v1 --replicas=5");
  run(`patch deploy web -p '{"spec":{"progressDeadlineSeconds":6}}'`);
  run("rollout status deploy/web");
  // Of the last second of the first rollout a timer would go off when the second one is six seconds old, as printed.
  cluster.runUntil(3 * second);
  run("set image deploy/web web=web:slow");
  expect(run("rollout status deploy/web")).toMatch(/successfully rolled out\n$/u);
});

test("a deadline that passes is told of with limited clients, too", () => {
  const cluster = new Cluster({
    controlPlane: { qps: 20, burst: 30 },
    behaviors: [{ fault: { type: "NeverReady" } }],
  });
  cluster.act("create", (api) => api.create(web(2, { progressDeadlineSeconds: 30 })));
  cluster.runUntil(33_000);
  const found = cluster.api.get({ resource: "deployments", name: "web" });
  const { conditions = [] } = (found as unknown as { readonly value: Deployment }).value.status;
  expect(conditions.map(({ reason }) => reason)).toContain("ProgressDeadlineExceeded");
});
