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
