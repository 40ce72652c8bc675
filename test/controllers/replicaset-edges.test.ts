/** What a ReplicaSet takes for its pods, and what it does not wait for. */
import { expect, test } from "vitest";
import { Cluster } from "../../src/cluster.ts";
import { web } from "../support/web.ts";

const second = 1000;
const labels = { app: "web" };
const podSpec = { containers: [{ name: "web", image: "web:v1" }] };

test("A ReplicaSet deletes further pods while those that it deleted before still terminate", () => {
  const cluster = new Cluster({ behaviors: [{ terminate: { delay: 25 * second } }] });
  cluster.act("create", (api) => api.create(web(4)));
  for (const [seconds, replicas] of [
    [10, 3],
    [11, 2],
  ] as const) {
    cluster.runUntil(seconds * second);
    const deployment = { resource: "deployments", name: "web" };
    cluster.act("scale", (api) => api.patch(deployment, "merge", { spec: { replicas } }));
  }
  cluster.runUntil(12 * second);
  const pods = cluster.api.list("pods");
  expect(pods).toHaveLength(4);
  const going = pods.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
  expect(going).toHaveLength(2);
});

test("A ReplicaSet adopts pods of its own namespace alone", () => {
  const cluster = new Cluster();
  cluster.act("create", (api) => {
    api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "other" } });
    const namespaces = ["default", "other"];
    for (const namespace of namespaces) {
      const metadata = { name: "bare", namespace, labels };
      const pod = api.create({ apiVersion: "v1", kind: "Pod", metadata, spec: podSpec });
      expect(pod.ok).toBe(true);
    }
    const template = { metadata: { labels }, spec: podSpec };
    const spec = { replicas: 1, selector: { matchLabels: labels }, template };
    api.create({ apiVersion: "apps/v1", kind: "ReplicaSet", metadata: { name: "web" }, spec });
  });
  cluster.runUntil(10 * second);
  const ownersIn = (namespace: string): (string | undefined)[] =>
    cluster.api
      .list("pods", { namespace })
      .map(({ metadata }) => metadata.ownerReferences?.[0]?.kind);
  expect([ownersIn("default"), ownersIn("other")]).toEqual([["ReplicaSet"], [undefined]]);
});

test("Under Recreate a pod that was evicted holds nothing up, though its object stays", () => {
  const fault = { type: "Evicted", after: 3 * second, first: 1 } as const;
  const cluster = new Cluster({ behaviors: [{ fault }] });
  cluster.act("create", (api) => api.create(web(2, { strategy: { type: "Recreate" } })));
  cluster.runUntil(20 * second);
  const spec = { containers: [{ name: "web", image: "web:v2" }] };
  const update = { spec: { template: { metadata: { labels }, spec } } };
  cluster.act("update", (api) =>
    api.patch({ resource: "deployments", name: "web" }, "strategic", update),
  );
  // The pod of the first version that runs is gone after 30 s at the most.
  cluster.runUntil(60 * second);
  const pods = cluster.api.list("pods").map(({ status }) => status.phase);
  expect(pods).toContain("Failed");
  const deployment = cluster.api.get({ resource: "deployments", name: "web" });
  expect(deployment.ok && deployment.value.status).toMatchObject({ updatedReplicas: 2 });
});
