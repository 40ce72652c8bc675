import { expect, test } from "vitest";
import { Cluster } from "../../src/cluster.ts";
import { web } from "../support/web.ts";

test("A ReplicaSet that a Deployment adopts is its own in the same sync: no other one is made for its template", () => {
  const cluster = new Cluster();
  const deployment = web(2);
  const { selector, template } = deployment["spec"] as { selector: object; template: object };
  cluster.act("create the orphan", (api) =>
    api.create({
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: { name: "old", labels: { app: "web" } },
      spec: { replicas: 2, selector, template },
    }),
  );
  cluster.runUntil(5000);
  cluster.act("create", (api) => api.create(deployment));
  cluster.runUntil(20_000);
  const sets = cluster.api.list("replicasets");
  expect(sets.map(({ metadata }) => metadata.name)).toEqual(["old"]);
  expect(sets[0]!.metadata.ownerReferences).toMatchObject([{ kind: "Deployment", name: "web" }]);
  const [found] = cluster.api.list("deployments");
  expect(found!.status).toMatchObject({ replicas: 2, updatedReplicas: 2 });
});
