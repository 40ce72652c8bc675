/** Nodes whose clocks are not the controllers'. */
import { expect, test } from "vitest";
import { Cluster } from "../../src/cluster.ts";

const second = 1000;

/** A Deployment of one pod, which is ready after 2 s. */
function world(clock: number, minReadySeconds: number): Cluster {
  const cluster = new Cluster({
    nodes: [{ count: 2, clock }],
    behaviors: [{ ready: { delay: 2 * second } }],
  });
  const labels = { app: "web" };
  cluster.act("create", (api) =>
    api.create({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web", namespace: "default" },
      spec: {
        replicas: 1,
        minReadySeconds,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { containers: [{ name: "web", image: "web:1" }] },
        },
      },
    }),
  );
  return cluster;
}

function available(cluster: Cluster): number {
  const web = cluster.api.list("deployments")[0]!;
  return web.status?.availableReplicas ?? 0;
}

test.each([
  ["agrees", 0, 20, 22],
  ["is ahead", 30, 20, 52],
  ["is a little behind", -5, 20, 17],
  ["is further behind than minReadySeconds", -30, 20, 2],
  ["is ahead, but minReadySeconds is 0", 30, 0, 2],
])("where a node's clock %s, a pod is available by it", (_, clock, minReady, at) => {
  const cluster = world(clock * second, minReady);
  cluster.runBefore(at * second);
  expect(available(cluster)).toBe(0);
  cluster.runUntil(at * second);
  expect(available(cluster)).toBe(1);
});

test("the time of the Ready condition is the node's", () => {
  const cluster = world(-30 * second, 0);
  cluster.runUntil(10 * second);
  const [pod] = cluster.api.list("pods");
  const ready = pod!.status.conditions?.find(({ type }) => type === "Ready");
  expect(ready?.lastTransitionTime).toBe("1999-12-31T23:59:32Z");
});
