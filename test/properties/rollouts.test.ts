import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Cluster } from "../../src/cluster.ts";
import { healthyBehaviors } from "../support/arbitraries/behavior.ts";
import { deployments } from "../support/arbitraries/deployment.ts";
import { rollingUpdates, strategies } from "../support/arbitraries/strategy.ts";
import { userActions } from "../support/arbitraries/user-action.ts";
import { playActions } from "../support/play-actions.ts";
import { runs } from "../support/seed.ts";
import {
  completeCluster,
  deploymentOf,
  imageOf,
  isComplete,
  isReady,
  replicaSetsOf,
  watch,
  type Seen,
} from "./observer.ts";

const LONG_ENOUGH = 900_000;
const noDeadline = { progressDeadlineSeconds: 2147483647 };

const rolling = deployments({
  mostReplicas: 8,
  strategy: rollingUpdates(),
  spec: { minReadySeconds: 0, ...noDeadline },
});
const seed = fc.nat(1_000_000).map(String);

/** New images, each one that was not there before. */
const forward = (most: number): fc.Arbitrary<{ afterMs: number; line: string }[]> =>
  fc
    .array(fc.nat(12_000), { minLength: 1, maxLength: most })
    .map((waits) =>
      waits.map((afterMs, i) => ({ afterMs, line: `set image deployment/web app=web:${i + 2}` })),
    );

function keepsBounds(cluster: Cluster): () => void {
  const breaches: Seen[] = [];
  watch(cluster, (seen) => {
    const tooMany = seen.specs > seen.replicas + seen.surge;
    const tooFew = seen.available < seen.replicas - seen.unavailable;
    if (tooMany || tooFew) breaches.push(seen);
  });
  return () => expect(breaches).toEqual([]);
}

describe("a rolling update", () => {
  test.each([
    ["one rollout, whatever the schedule", 1, ["fresh", "random"]],
    ["rollovers, where the controller sees its own writes", 3, ["fresh", "random-own"]],
  ])(
    "never asks for more than R+S pods nor leaves fewer than R-U available: %s (P2, P3)",
    (...row) => {
      const [, most, names] = row;
      const world = fc.record({
        deployment: rolling,
        behavior: healthyBehaviors(),
        schedule: fc.constantFrom(...names),
        seed,
        actions: forward(most),
      });
      const property = fc.property(world, ({ deployment, behavior, schedule, seed, actions }) => {
        const cluster = completeCluster(deployment, { behaviors: [behavior], schedule, seed });
        const judge = keepsBounds(cluster);
        playActions(cluster, actions);
        cluster.runUntil(cluster.now + LONG_ENOUGH);
        judge();
        expect(isComplete(cluster)).toBe(true);
      });
      fc.assert(property, runs(40));
    },
  );

  test("with healthy images completes, whatever users but those who scale did before, in every schedule (P24)", () => {
    const world = fc.record({
      deployment: deployments({ mostReplicas: 6, strategy: strategies(), spec: noDeadline }),
      behavior: healthyBehaviors(),
      schedule: fc.constantFrom("fresh", "random", "random-own"),
      seed,
      actions: userActions({ mostReplicas: 6 }),
    });
    const property = fc.property(world, ({ deployment, behavior, schedule, seed, actions }) => {
      const cluster = completeCluster(deployment, { behaviors: [behavior], schedule, seed });
      // Scaled down in mid-rollout it may hang (CE7).
      const kept = actions.filter(({ line }) => !line.startsWith("scale "));
      playActions(cluster, [...kept, { afterMs: 0, line: "rollout resume deployment/web" }]);
      cluster.runUntil(cluster.now + LONG_ENOUGH);
      const { spec } = deploymentOf(cluster);
      const image = imageOf(deploymentOf(cluster));
      const pods = cluster.api.list("pods");
      expect(isComplete(cluster)).toBe(true);
      expect(pods.filter(isReady)).toHaveLength(spec.replicas);
      expect(pods).toHaveLength(spec.replicas);
      for (const pod of pods) expect(pod.spec.containers[0]?.image).toBe(image);
    });
    fc.assert(property, runs(40));
  });

  test("with a bad image reaches min(R, S+U) pods and no more, for ever (P15)", () => {
    const property = fc.property(
      rolling,
      seed,
      fc.constantFrom("fresh", "random"),
      (deployment, seed, schedule) => {
        const bad = { match: { image: "web:2" }, fault: { type: "NeverReady" } } as const;
        const cluster = completeCluster(deployment, { behaviors: [bad], schedule, seed });
        const judge = keepsBounds(cluster);
        let most = 0;
        watch(cluster, ({ replicas, surge, unavailable }) => {
          const next = replicaSetsOf(cluster).find((rs) => imageOf(rs) === "web:2");
          most = Math.max(most, next?.spec.replicas ?? 0);
          expect(next?.spec.replicas ?? 0).toBeLessThanOrEqual(
            Math.min(replicas, surge + unavailable),
          );
        });
        playActions(cluster, [{ afterMs: 0, line: "set image deployment/web app=web:2" }]);
        cluster.runUntil(cluster.now + LONG_ENOUGH);
        judge();
        expect(cluster.trace.listenerErrors).toEqual([]);
        const { spec } = deploymentOf(cluster);
        if (spec.replicas > 0) expect(most).toBeGreaterThan(0);
      },
    );
    fc.assert(property, runs(25));
  });

  test.each([
    [10, 3, 2, 5],
    [10, 3, 0, 3],
    [4, "25%", "25%", 2],
    [3, "25%", "25%", 1],
    [1, "25%", "25%", 1],
  ])("of %d replicas, surge %s, unavailable %s, breaks %d pods with a bad image", (...row) => {
    const [replicas, maxSurge, maxUnavailable, broken] = row;
    const [deployment] = fc.sample(
      deployments({
        spec: {
          replicas,
          strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge, maxUnavailable } },
          ...noDeadline,
        },
      }),
      { seed: 1, numRuns: 1 },
    );
    const bad = { match: { image: "web:2" }, fault: { type: "NeverReady" } } as const;
    const cluster = completeCluster(deployment!, { behaviors: [bad], schedule: "fresh" });
    playActions(cluster, [{ afterMs: 0, line: "set image deployment/web app=web:2" }]);
    cluster.runUntil(cluster.now + LONG_ENOUGH);
    expect(deploymentOf(cluster).status.updatedReplicas).toBe(broken);
  });
});

describe("Recreate", () => {
  test("starts nothing new while an old pod still runs, stopping ones too (P20)", () => {
    const world = fc.record({
      deployment: deployments({ strategy: fc.constant({ type: "Recreate" }), spec: noDeadline }),
      behavior: healthyBehaviors(),
      schedule: fc.constantFrom("fresh", "random-own"),
      seed,
      actions: forward(3),
    });
    const property = fc.property(world, ({ deployment, behavior, schedule, seed, actions }) => {
      const cluster = completeCluster(deployment, { behaviors: [behavior], schedule, seed });
      cluster.on("pods", ({ change }) => {
        if (change !== "created") return;
        const images = cluster.api.list("pods").map((pod) => pod.spec.containers[0]?.image);
        expect(new Set(images).size).toBe(1);
      });
      playActions(cluster, actions);
      cluster.runUntil(cluster.now + LONG_ENOUGH);
      expect(cluster.trace.listenerErrors).toEqual([]);
      expect(isComplete(cluster)).toBe(true);
    });
    fc.assert(property, runs(25));
  });
});
