import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Cluster } from "../../../src/cluster.ts";
import { runs } from "../../support/seed.ts";
import { DURATION, second, SUCCESS, updated, USERS } from "./world.ts";

describe("any analysis", () => {
  const analyses = fc.record(
    {
      threshold: fc.integer({ min: 1, max: 4 }),
      stepWeightPromotion: fc.constantFrom(0, 30, 100),
      metrics: fc.constantFrom([], [SUCCESS], [SUCCESS, DURATION]),
    },
    { requiredKeys: ["threshold"] },
  );
  const ways = fc.oneof(
    fc.record({
      stepWeight: fc.integer({ min: 1, max: 100 }),
      maxWeight: fc.constantFrom(20, 50, 100),
    }),
    fc
      .uniqueArray(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 4 })
      .map((weights) => ({ stepWeights: weights.toSorted((a, b) => a - b) })),
    fc.record({ iterations: fc.integer({ min: 1, max: 4 }) }),
    fc.record({
      iterations: fc.integer({ min: 1, max: 4 }),
      match: fc.constant([{ headers: { "x-canary": { exact: "1" } } }]),
    }),
  );
  const worlds = fc.record({
    analysis: fc.tuple(analyses, ways).map(([a, b]) => ({ ...a, ...b })),
    errorRate: fc.constantFrom(0, 0.02, 0.5),
    splitAt: fc.integer({ min: 20, max: 200 }),
  });

  test("keeps weights at 100 in sum and below the maximum, ends, and goes on the same after a restore", () => {
    fc.assert(
      fc.property(worlds, ({ analysis, errorRate, splitAt }) => {
        const apps = [{ image: "podinfo:2", errorRate }, {}];
        const world = updated(analysis, { apps, traffic: [USERS] });
        const step = analysis as { stepWeight?: number; maxWeight?: number };
        let copy: Cluster | undefined;
        const looks = 125;
        for (let i = 0; i < looks && !["Succeeded", "Failed"].includes(world.phase); i++) {
          world.look();
          const [primary = 0, canaryWeight = 0] = world.weights;
          expect(primary + canaryWeight).toBe(100);
          if (step.stepWeight !== undefined && world.phase === "Progressing") {
            expect(canaryWeight).toBeLessThan((step.maxWeight ?? 100) + step.stepWeight);
          }
          if (copy === undefined && world.cluster.now > splitAt * second)
            copy = world.cluster.fork();
        }
        expect(["Succeeded", "Failed"]).toContain(world.phase);
        copy?.runUntil(world.cluster.now);
        if (copy !== undefined) expect(copy.trace.entries).toEqual(world.cluster.trace.entries);
      }),
      runs(12),
    );
  }, 60_000);
});
