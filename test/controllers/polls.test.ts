/** A Deployment that is looked at every 5 ms: asleep until something happens, and only while it is to be looked at. */
import { expect, test } from "vitest";
import { Cluster } from "../../src/cluster.ts";

const at = (spec: object): object => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web" },
  spec,
});

test("a poll that the next sync has no need of does not go on when something happens", () => {
  const cluster = new Cluster({ behaviors: [{ ready: { delay: 0 }, terminate: { delay: 4000 } }] });
  const containers = [{ name: "web", image: "web:v1" }];
  const template = { metadata: { labels: { app: "web" } }, spec: { containers } };
  const spec = {
    replicas: 8,
    progressDeadlineSeconds: 10,
    selector: { matchLabels: { app: "web" } },
    template,
  };
  cluster.act("create", (api) => api.create(at(spec) as Parameters<typeof api.create>[0]));
  cluster.runUntil(60_000);
  // In mid-scaling it is short of its size, long after the deadline; then it is complete.
  cluster.act("scale", (api) =>
    api.patch({ resource: "deployments", name: "web" }, "merge", { spec: { replicas: 3 } }),
  );
  const syncs: number[] = [];
  cluster.on("sync", ({ by, at: time }) => {
    if (by === "deployment-controller" && time > 60_000) syncs.push(time);
  });
  cluster.runUntil(70_000);
  // One turn is left of the poll; then pods are gone: their ReplicaSet's status, and its own.
  expect(syncs).toEqual([60_005, 64_000, 64_000]);
});
