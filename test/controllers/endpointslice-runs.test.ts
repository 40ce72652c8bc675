import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Cluster } from "../../src/cluster.ts";
import {
  type Conditions,
  second,
  world,
  service,
  deployment,
  create,
  slices,
  legacy,
} from "./endpoints-world.ts";

describe("in any run", () => {
  const action = fc.oneof(
    fc.record({ do: fc.constant("scale" as const), replicas: fc.integer({ min: 0, max: 260 }) }),
    fc.record({ do: fc.constant("image" as const), image: fc.constantFrom("a", "b", "c") }),
    fc.record({ do: fc.constant("select" as const), app: fc.constantFrom("web", "other") }),
    fc.record({ do: fc.constant("delete pod" as const), pod: fc.nat(300) }),
  );
  const runs = fc.array(fc.tuple(action, fc.nat(2500)), { maxLength: 12 });
  type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

  function play(cluster: Cluster, step: Action): void {
    const web = { resource: "deployments", name: "web" };
    cluster.act(step.do, (api) => {
      if (step.do === "scale") api.patch(web, "merge", { spec: { replicas: step.replicas } });
      else if (step.do === "image") {
        const containers = [{ name: "web", image: step.image }];
        api.patch(web, "strategic", { spec: { template: { spec: { containers } } } });
      } else if (step.do === "select") {
        const spec = { selector: { app: step.app } };
        api.patch({ resource: "services", name: "web" }, "merge", { spec });
      } else {
        const { name } = api.list("pods")[step.pod]?.metadata ?? {};
        if (name !== undefined) api.delete({ resource: "pods", name });
      }
    });
  }

  /** What the slices must say, from the pods alone. */
  function truth(cluster: Cluster): ReadonlyMap<string, Conditions> {
    const answer = cluster.api.get({ resource: "services", name: "web" });
    const { selector } = (answer.ok ? answer.value["spec"] : {}) as {
      selector: Record<string, string>;
    };
    const endpoints = new Map<string, Conditions>();
    for (const pod of cluster.api.list("pods", { labelSelector: `app=${selector["app"]}` })) {
      const status = pod["status"] as {
        podIP?: string;
        conditions: readonly { type: string; status: string }[];
      };
      if (status.podIP === undefined) continue;
      const serving = status.conditions.some((c) => c.type === "Ready" && c.status === "True");
      const terminating = pod.metadata.deletionTimestamp !== undefined;
      endpoints.set(pod.metadata.name, { ready: serving && !terminating, serving, terminating });
    }
    return endpoints;
  }

  test("slices list exactly the Service's pods that have an address, each once, at most 100", () => {
    fc.assert(
      fc.property(runs, fc.constantFrom("fresh", "random"), (steps, schedule) => {
        const cluster = world({ podsPerNode: 1000, schedule });
        create(cluster, service(), deployment("web", 3));
        for (const [step, pause] of steps) {
          play(cluster, step);
          cluster.runUntil(cluster.now + pause);
          const listed = slices(cluster).flatMap(({ endpoints }) => endpoints ?? []);
          const told = listed.map(
            ({ targetRef, conditions }) => [targetRef.name, conditions] as const,
          );
          expect(new Map(told)).toStrictEqual(truth(cluster));
          expect(listed).toHaveLength(truth(cluster).size);
          for (const { endpoints } of slices(cluster)) {
            expect(endpoints?.length ?? 0).toBeLessThanOrEqual(100);
          }
        }
      }),
      { seed: 6, numRuns: 30 },
    );
  });

  test("a world that is saved and restored at any instant goes on as it would have", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(action, fc.nat(2500)), { maxLength: 8 }), (steps) => {
        const cluster = world({ podsPerNode: 1000 });
        create(cluster, service(), deployment("web", 3));
        let other = cluster.fork();
        for (const [step, pause] of steps) {
          for (const one of [cluster, other]) {
            play(one, step);
            one.runUntil(one.now + pause);
          }
          expect(slices(other)).toStrictEqual(slices(cluster));
          expect(legacy(other)).toStrictEqual(legacy(cluster));
          other = other.fork();
        }
      }),
      { seed: 6, numRuns: 30 },
    );
  });
});

test("no Service, no slices, and not one resourceVersion more", () => {
  const cluster = world();
  create(cluster, deployment("web", 3));
  cluster.runUntil(10 * second);
  expect(cluster.api.list("endpointslices")).toHaveLength(0);
  expect(cluster.trace.entries.filter(({ kind }) => kind === "write")).not.toContainEqual(
    expect.objectContaining({ resource: "endpoints" }),
  );
});
