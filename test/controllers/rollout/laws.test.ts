/** What holds for every canary, whatever its steps. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { ReplicaSet } from "../../../src/api/apps.ts";
import type { CanaryStep, Rollout } from "../../../src/api/rollout.ts";
import { maxSurge } from "../../../src/controllers/rollout/defaults.ts";
import { rollout, RolloutWorld, service } from "./world.ts";

const step: fc.Arbitrary<CanaryStep> = fc.oneof(
  fc.nat(100).map((setWeight) => ({ setWeight })),
  fc.integer({ min: 1, max: 5 }).map((duration) => ({ pause: { duration } })),
);
const canary = fc.record({
  replicas: fc.integer({ min: 1, max: 9 }),
  surge: fc.integer({ min: 1, max: 3 }),
  unavailable: fc.nat(2),
  steps: fc.array(step, { maxLength: 5 }),
  abortAfter: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
});

test("a canary without a router never asks for more than replicas and surge, and always ends", () => {
  fc.assert(
    fc.property(canary, ({ replicas, surge, unavailable, steps, abortAfter }) => {
      const of = rollout(
        { canary: { steps, maxSurge: surge, maxUnavailable: unavailable } },
        { replicas },
      );
      const world = new RolloutWorld([of]).look().update("web:v2");
      if (abortAfter !== undefined) world.look(abortAfter).abort().look(20).retry();
      world.look(200);
      expect(world.phase).toBe("Healthy");
      expect(world.sizes).toEqual({ "web:v1": 0, "web:v2": replicas });
      const sizes = new Map<string, number>();
      for (const entry of world.cluster.trace.entries) {
        if (entry.kind !== "write" || entry.resource !== "replicasets") continue;
        if (entry.object === undefined) continue;
        sizes.set(entry.name, (entry.object as ReplicaSet).spec.replicas);
        const asked = [...sizes.values()].reduce((a, b) => a + b, 0);
        expect(asked).toBeLessThanOrEqual(replicas + maxSurge(of));
      }
    }),
    { seed: 6, numRuns: 12 },
  );
});

test("weights of a router sum up to 100, and never send traffic to pods that are not there", () => {
  fc.assert(
    fc.property(canary, fc.boolean(), ({ replicas, steps, abortAfter }, dynamicStableScale) => {
      const strategy = {
        stableService: "stable",
        canaryService: "canary",
        trafficRouting: { smi: {} },
        dynamicStableScale,
        steps,
      };
      const objects = [service("stable"), service("canary")];
      const world = new RolloutWorld([...objects, rollout({ canary: strategy }, { replicas })]);
      world.look().update("web:v2");
      if (abortAfter !== undefined) world.look(abortAfter).abort().look(60).retry();
      world.look(300);
      expect(world.phase).toBe("Healthy");
      for (const entry of world.cluster.trace.entries) {
        if (entry.kind !== "write" || entry.resource !== "rollouts") continue;
        const { weights } = (entry.object as Rollout).status?.canary ?? {};
        if (weights === undefined) continue;
        expect(weights.canary.weight + weights.stable.weight).toBe(100);
        expect(Math.min(weights.canary.weight, weights.stable.weight)).toBeGreaterThanOrEqual(0);
      }
      expect(world.sizes["web:v2"]).toBe(replicas);
    }),
    { seed: 7, numRuns: 8 },
  );
});
