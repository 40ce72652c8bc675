/** Pods with which it is over: conditions as in kubelet/status/generate.go (v1.37.2). */
import { expect, test } from "vitest";
import type { PodCondition } from "../../src/api/core.ts";
import { Cluster } from "../../src/cluster.ts";
import { web } from "../support/web.ts";

const second = 1000;

/** Of two pods one is evicted 5 s after it was ready; the one in its place is never ready. */
function world(): Cluster {
  const fault = { type: "Evicted", after: 5 * second, first: 1 } as const;
  const ready = { delay: 2 * second, extra: [0, 0, 3_600 * second] };
  const cluster = new Cluster({ behaviors: [{ ready, fault }] });
  cluster.act("create", (api) => [
    api.create(web(2)),
    api.create({
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "web" },
      spec: { minAvailable: 1, selector: { matchLabels: { app: "web" } } },
    }),
  ]);
  return cluster;
}

test("a pod that is evicted is not ready any more, nor are its containers", () => {
  const cluster = world();
  cluster.runUntil(20 * second);
  const failed = cluster.api
    .list("pods")
    .map(({ status }) => status as { readonly phase: string; readonly conditions: PodCondition[] })
    .filter(({ phase }) => phase === "Failed");
  expect(failed).toHaveLength(1);
  const readiness = failed[0]!.conditions.filter(({ type }) => type.endsWith("Ready"));
  const since = { lastProbeTime: null, observedGeneration: 1 };
  const why = { status: "False", reason: "PodFailed", lastTransitionTime: "2000-01-01T00:00:07Z" };
  expect(readiness).toEqual([
    { ...since, type: "Ready", ...why },
    { ...since, type: "ContainersReady", ...why },
  ]);
});

test("a budget does not count a pod that was evicted as healthy", () => {
  const cluster = world();
  const budget = (): unknown => {
    const answer = cluster.api.get({ resource: "poddisruptionbudgets", name: "web" });
    return answer.ok && answer.value["status"];
  };
  cluster.runUntil(4 * second);
  expect(budget()).toMatchObject({ currentHealthy: 2, disruptionsAllowed: 1 });
  cluster.runUntil(20 * second);
  expect(budget()).toMatchObject({ currentHealthy: 1, disruptionsAllowed: 0 });
});
