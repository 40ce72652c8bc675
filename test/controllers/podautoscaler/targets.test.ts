/** What an autoscaler scales, and whose pods it looks at. */
import { expect, test } from "vitest";
import { hpa, replicasOf, world } from "./world.ts";

const minute = 60_000;

test("scales a custom resource, by the selector that its status tells", () => {
  const scaleTargetRef = { apiVersion: "example.com/v1", kind: "Gadget", name: "web" };
  const behaviors = [{ cpu: [{ at: 0, milli: 600 }] }];
  const cluster = world({ behaviors }, { replicas: 3, hpa: { scaleTargetRef } });
  const gadget = { apiVersion: "example.com/v1", kind: "Gadget", metadata: { name: "web" } };
  cluster.act("create", (api) => {
    api.create({ ...gadget, spec: { replicas: 3 }, status: { selector: "app=web" } });
  });
  cluster.runUntil(minute);
  const found = cluster.api.get({ resource: "gadgets.example.com", name: "web" });
  expect(found).toMatchObject({ value: { spec: { replicas: 6 } } });
  expect(replicasOf(cluster)).toBe(3);
});

test("shares no pods with an autoscaler of another namespace", () => {
  const cluster = world({ behaviors: [{ cpu: [{ at: 0, milli: 600 }] }] }, { replicas: 3 });
  cluster.act("create", (api) => {
    api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "other" } });
    api.create(hpa({ metadata: { namespace: "other" } }));
  });
  cluster.runUntil(minute);
  expect(replicasOf(cluster)).toBe(6);
});

test("scales the target of its own namespace, whatever has the name elsewhere", () => {
  const cluster = world({ behaviors: [{ cpu: [{ at: 0, milli: 600 }] }] }, { replicas: 3 });
  cluster.act("move", (api) => {
    api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
    api.delete({ resource: "horizontalpodautoscalers", name: "web" });
    const namespace = "shop";
    const [deployment] = api.list("deployments");
    const { resourceVersion: _v, uid: _u, ...metadata } = deployment!.metadata;
    api.create({ ...deployment!, metadata: { ...metadata, namespace } });
    api.create(hpa({ metadata: { namespace } }));
  });
  cluster.runUntil(minute);
  expect(replicasOf(cluster)).toBe(3);
  const moved = cluster.api.get({ resource: "deployments", namespace: "shop", name: "web" });
  expect(moved).toMatchObject({ value: { spec: { replicas: 6 } } });
});

test("shares its pods only with one that has had its turn", () => {
  const cluster = world({ behaviors: [{ cpu: [{ at: 0, milli: 300 }] }] }, { replicas: 2 });
  cluster.act("create", (api) => {
    api.delete({ resource: "horizontalpodautoscalers", name: "web" });
    for (const name of ["first", "second"]) api.create(hpa({ metadata: { name } }));
  });
  const ambiguous = cluster.trace.entries.flatMap((entry) =>
    entry.kind === "event" && entry.reason === "AmbiguousSelector" ? [entry.about.name] : [],
  );
  expect(ambiguous).toEqual(["second"]);
});

test("needs no request of containers that have ended before the pod runs", () => {
  const cluster = world({ behaviors: [{ cpu: [{ at: 0, milli: 600 }] }] }, { replicas: 3 });
  const initContainers = [{ name: "migrate", image: "migrate:v1" }];
  cluster.act("patch", (api) =>
    api.patch({ resource: "deployments", name: "web" }, "strategic", {
      spec: { template: { spec: { initContainers } } },
    }),
  );
  cluster.runUntil(minute);
  expect(replicasOf(cluster)).toBe(6);
});
