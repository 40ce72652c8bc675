/** How a canary grows and its stable ReplicaSet shrinks: the rules of argo-rollouts' utils/replicaset/canary.go. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ReplicaSet } from "../../../src/api/apps.ts";
import type { CanaryStep, Rollout, RolloutStatus } from "../../../src/api/rollout.ts";
import {
  currentSetWeight,
  weightToReplicas,
} from "../../../src/controllers/rollout/canary-steps.ts";
import {
  atDesiredCounts,
  atLeastMinimum,
  basicCanaryCounts,
  routedCanaryCounts,
} from "../../../src/controllers/rollout/replica-counts.ts";
import { runs } from "../../support/seed.ts";
import { rollout, type Strategy } from "./world.ts";

type Canary = NonNullable<Strategy["canary"]>;

const UNDER_WAY: RolloutStatus = { stableRS: "old", currentPodHash: "new", currentStepIndex: 0 };

function canary(replicas: number, more: Canary, status: RolloutStatus = {}): Rollout {
  return { ...rollout({ canary: more }, { replicas }), status: { ...UNDER_WAY, ...status } };
}

function set(name: string, replicas: number, availableReplicas = replicas): ReplicaSet {
  const status = { replicas, availableReplicas };
  return { metadata: { name }, spec: { replicas }, status } as unknown as ReplicaSet;
}

const setWeight = (weight: number): Canary => ({ steps: [{ setWeight: weight }, { pause: {} }] });

describe("without a router", () => {
  const counts = (of: Rollout, ...[newRS, stableRS]: readonly ReplicaSet[]) =>
    basicCanaryCounts(of, newRS, stableRS, []);

  test("the canary first grows into the surge, then the stable ReplicaSet shrinks", () => {
    const of = canary(10, { ...setWeight(50), maxSurge: 2, maxUnavailable: 0 });
    expect(counts(of, set("new", 0), set("old", 10))).toEqual({ canary: 2, stable: 10 });
    // Its pods are not there yet.
    expect(counts(of, set("new", 2, 0), set("old", 10))).toEqual({ canary: 2, stable: 10 });
    expect(counts(of, set("new", 2), set("old", 10))).toEqual({ canary: 2, stable: 8 });
    expect(counts(of, set("new", 2), set("old", 8))).toEqual({ canary: 4, stable: 8 });
  });

  test("what the stable ReplicaSet lacks comes before what the canary lacks", () => {
    const of = canary(10, { ...setWeight(50), maxSurge: 1, maxUnavailable: 0 });
    expect(counts(of, set("new", 7), set("old", 3))).toMatchObject({ stable: 4 });
    const older = [set("older", 6)];
    const room1 = basicCanaryCounts(of, set("new", 2), set("old", 2), older);
    expect(room1).toEqual({ canary: 2, stable: 3 });
  });

  test("beyond the ceiling both shrink, and available pods no further than to the floor", () => {
    const of = canary(4, { ...setWeight(50), maxSurge: 1, maxUnavailable: 0 });
    expect(counts(of, set("new", 4, 0), set("old", 8))).toEqual({ canary: 1, stable: 4 });
    // None can be spared.
    expect(counts(of, set("new", 4, 0), set("old", 5, 0))).toEqual({ canary: 4, stable: 5 });
  });

  test("a weight is reached when its pods are there, the stable ones as many, and no older ones", () => {
    const of = canary(10, { ...setWeight(50), maxSurge: 0, maxUnavailable: 5 });
    const reached = (...[newRS, stableRS, ...others]: readonly ReplicaSet[]): boolean =>
      atDesiredCounts(of, { newRS, stableRS, others }, undefined);
    const leaving = { ...set("old", 5), status: { replicas: 6 } } as ReplicaSet;
    expect(reached(set("new", 5), set("old", 5))).toBe(true);
    expect(reached(set("new", 5, 4), set("old", 5))).toBe(false);
    expect(reached(set("new", 5), set("old", 6))).toBe(false);
    expect(reached(set("new", 5), leaving)).toBe(false);
    expect(reached(set("new", 5), set("old", 5), set("older", 0, 1))).toBe(false);
    expect(reached(set("new", 5), set("old", 5), set("older", 0, 0))).toBe(true);
  });

  test("stays between the floor and the ceiling, whatever is there", () => {
    const pods = fc.tuple(fc.nat(12), fc.nat(12));
    const property = fc.property(
      fc.integer({ min: 1, max: 99 }),
      fc.integer({ min: 1, max: 3 }),
      fc.nat(3),
      pods,
      fc.boolean(),
      (weight, maxSurge, maxUnavailable, [c, s], all) => {
        const of = canary(10, { ...setWeight(weight), maxSurge, maxUnavailable });
        fc.pre(c + s <= 10 + maxSurge);
        const there = all ? [c, s] : [0, s];
        const now = counts(of, set("new", c, there[0]), set("old", s, there[1]));
        expect(now.canary + now.stable).toBeLessThanOrEqual(10 + maxSurge);
        const before = there[0]! + there[1]!;
        const after = Math.min(there[0]!, now.canary) + Math.min(there[1]!, now.stable);
        expect(after).toBeGreaterThanOrEqual(Math.min(before, 10 - maxUnavailable));
      },
    );
    fc.assert(property, runs(500));
  });
});

describe("with a router", () => {
  const routed = (steps: readonly CanaryStep[], more: Canary = {}, status: RolloutStatus = {}) =>
    canary(10, { ...more, steps, trafficRouting: { nginx: { stableIngress: "web" } } }, status);
  const counts = (of: Rollout, weights?: Parameters<typeof routedCanaryCounts>[3]) =>
    routedCanaryCounts(of, set("new", 0), set("old", 10), weights);

  test("the stable ReplicaSet stays whole, and the canary rounds up", () => {
    expect(counts(routed([{ setWeight: 15 }]))).toEqual({ canary: 2, stable: 10 });
    expect(weightToReplicas(routed([]), 1)).toBe(1);
  });

  test("dynamicStableScale takes away what the weights in force do not need", () => {
    const of = routed([{ setWeight: 25 }], { dynamicStableScale: true });
    expect(counts(of)).toEqual({ canary: 3, stable: 8 });
    const weights = { canary: { weight: 0 }, stable: { weight: 100 } };
    expect(counts(of, weights as never)).toEqual({ canary: 3, stable: 10 });
  });

  test("after an abort dynamicStableScale keeps the pods that the weights in force need", () => {
    const weights = { canary: { weight: 75 }, stable: { weight: 25 } };
    const at = (abort: boolean) =>
      counts(routed([{ setWeight: 0 }], { dynamicStableScale: true }, { abort }), weights);
    expect(at(true)).toEqual({ canary: 8, stable: 10 });
    expect(at(false)).toEqual({ canary: 0, stable: 10 });
  });

  test("a weight is reached whatever older pods there are", () => {
    const sets = { newRS: set("new", 5), stableRS: set("old", 10), others: [set("older", 5)] };
    expect(atDesiredCounts(routed([{ setWeight: 50 }]), sets, undefined)).toBe(true);
  });

  test("setCanaryScale says how many there are, whatever the weight", () => {
    const scale = { setCanaryScale: { replicas: 7 } };
    const of = routed([{ setWeight: 10 }, scale], {}, { currentStepIndex: 1 });
    expect(counts(of)).toEqual({ canary: 7, stable: 10 });
  });

  test("minPodsPerReplicaSet is the least of some, and none stays none", () => {
    const of = routed([], { minPodsPerReplicaSet: 3 });
    expect([0, 1, 3, 4].map((count) => atLeastMinimum(of, count))).toEqual([0, 3, 3, 4]);
    const small = { ...of, spec: { ...of.spec, replicas: 2 } };
    expect(atLeastMinimum(small, 1)).toBe(2);
  });
});

test("the last setWeight up to the present step is in force; after the last step, all", () => {
  const steps = [{ setWeight: 10 }, { pause: {} }, { setWeight: 40 }, { pause: {} }];
  const at = (currentStepIndex: number, more: RolloutStatus = {}) =>
    currentSetWeight(canary(10, { steps }, { currentStepIndex, ...more }));
  expect([0, 1, 2, 3, 4].map((index) => at(index))).toEqual([10, 10, 40, 40, 100]);
  expect(at(3, { abort: true })).toBe(0);
});
