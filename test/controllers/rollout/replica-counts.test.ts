/** The arithmetic of canaries against the tables of argo-rollouts' own unit tests. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ReplicaSet } from "../../../src/api/apps.ts";
import type { Rollout, SetCanaryScale } from "../../../src/api/rollout.ts";
import { HASH_LABEL } from "../../../src/controllers/rollout/defaults.ts";
import {
  approximateCounts,
  basicCanaryCounts,
  progressThresholdMet,
  routedCanaryCounts,
} from "../../../src/controllers/rollout/replica-counts.ts";
import { rollout, template } from "./world.ts";

type Pods = readonly [asked: number, available: number];

interface CountCase {
  readonly name: string;
  readonly replicas: number;
  readonly weight: number;
  readonly surge: number | string;
  readonly unavailable: number | string;
  readonly stable: Pods;
  readonly canary: Pods;
  readonly older?: Pods;
  readonly expected: readonly [stable: number, canary: number];
  readonly routed?: true;
  readonly promoteFull?: true;
  readonly abort?: true;
  readonly abortDelay?: number;
  readonly minPods?: number;
  readonly scale?: readonly [number | null, number | null, boolean];
}

const file = fileURLToPath(new URL("data/replica-counts.json", import.meta.url));
const tables = JSON.parse(readFileSync(file, "utf8")) as {
  readonly counts: readonly CountCase[];
  readonly approximate: readonly (readonly [number, number, number, number, number, number])[];
};

function setOf(name: string, [replicas, availableReplicas]: Pods): ReplicaSet {
  const labels = { [HASH_LABEL]: name };
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { name, labels },
    spec: { replicas, selector: { matchLabels: labels }, template: template("web") },
    status: { replicas, availableReplicas },
  };
}

function scaleOf([replicas, weight, matches]: NonNullable<CountCase["scale"]>): SetCanaryScale {
  return {
    ...(replicas === null ? {} : { replicas }),
    ...(weight === null ? {} : { weight }),
    matchTrafficWeight: matches,
  };
}

function rolloutOf(each: CountCase): Rollout {
  const { weight, surge, unavailable, scale, abortDelay, minPods } = each;
  const steps = [
    { setWeight: weight },
    ...(scale === undefined ? [] : [{ setCanaryScale: scaleOf(scale) }]),
  ];
  const canary = {
    steps,
    maxSurge: surge,
    maxUnavailable: unavailable,
    ...(each.routed === true ? { trafficRouting: {} } : {}),
    ...(abortDelay === undefined ? {} : { abortScaleDownDelaySeconds: abortDelay }),
    ...(minPods === undefined ? {} : { minPodsPerReplicaSet: minPods }),
  };
  const status = {
    stableRS: "stable",
    currentPodHash: "canary",
    currentStepIndex: steps.length - 1,
    ...(each.promoteFull === true ? { promoteFull: true } : {}),
    ...(each.abort === true ? { abort: true } : {}),
  };
  return { ...rollout({ canary }, { replicas: each.replicas }), status };
}

describe("the pods of a canary", () => {
  test.each(tables.counts)("$name", (each) => {
    const of = rolloutOf(each);
    const older = each.older === undefined ? [] : [setOf("older", each.older)];
    const counts =
      each.routed === true
        ? routedCanaryCounts(of, undefined, undefined, undefined)
        : basicCanaryCounts(of, setOf("canary", each.canary), setOf("stable", each.stable), older);
    expect([counts.stable, counts.canary]).toEqual(each.expected);
  });

  test.each(tables.approximate)(
    "%i replicas at %i of %i with a surge of %i: %i canary and %i stable",
    (replicas, weight, maxWeight, surge, canary, stable) => {
      expect(approximateCounts(replicas, weight, maxWeight, surge)).toEqual({ canary, stable });
    },
  );

  test("are never more than replicas and one, and with a surge leave no version without a pod", () => {
    fc.assert(
      fc.property(fc.nat(60), fc.nat(100), fc.nat(3), (replicas, weight, surge) => {
        const { canary, stable } = approximateCounts(replicas, weight, 100, surge);
        expect(canary + stable).toBeLessThanOrEqual(replicas + (surge > 0 && replicas > 0 ? 1 : 0));
        expect(canary + stable).toBeGreaterThanOrEqual(replicas);
        // 2 replicas at 75% without a surge: upstream finds no split, and answers 0.
        if (replicas < 2 || surge === 0 || weight === 0 || weight === 100) return;
        expect(Math.min(canary, stable)).toBeGreaterThan(0);
      }),
      { seed: 11, numRuns: 300 },
    );
  });
});

describe("enough of the new pods are there", () => {
  const share = { type: "Percentage" as const, value: 60 };
  test.each([
    ["when all are, without a threshold", undefined, [5, 5], true],
    ["not when one is missing", undefined, [5, 4], false],
    ["at the share that is asked for", share, [5, 3], true],
    ["not below it", share, [5, 2], false],
    ["when none are wanted", share, [0, 0], true],
    ["at the number that is asked for", { type: "Pod" as const, value: 2 }, [5, 2], true],
    ["not below that", { type: "Pod" as const, value: 2 }, [5, 1], false],
  ] as const)("%s", (_, replicaProgressThreshold, pods, met) => {
    const canary = replicaProgressThreshold === undefined ? {} : { replicaProgressThreshold };
    expect(progressThresholdMet(rollout({ canary }), setOf("new", pods), pods[0])).toBe(met);
  });
});
