import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ScalingRules } from "../../../src/api/autoscaling.ts";
import {
  normalize,
  withScaling,
  type NormalizationInput,
} from "../../../src/controllers/podautoscaler/stabilization.ts";
import { runs } from "../../support/seed.ts";

const now = 1_000_000;
const ago = (seconds: number): number => now - seconds * 1000;

function input(change: Partial<NormalizationInput> = {}): NormalizationInput {
  return {
    behavior: undefined,
    current: 10,
    proposal: 10,
    minimum: 1,
    maximum: 100,
    nowMs: now,
    memory: { recommendations: [], scaleUps: [], scaleDowns: [] },
    ...change,
  };
}

const defaultUp: ScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: "Max",
  policies: [
    { type: "Pods", value: 4, periodSeconds: 15 },
    { type: "Percent", value: 100, periodSeconds: 15 },
  ],
};
const defaultDown: ScalingRules = {
  selectPolicy: "Max",
  policies: [{ type: "Percent", value: 100, periodSeconds: 15 }],
};
const rules = (up: ScalingRules = {}, down: ScalingRules = {}): NormalizationInput["behavior"] => ({
  scaleUp: { ...defaultUp, ...up },
  scaleDown: { ...defaultDown, ...down },
});

test("what went by a policy of before does not bring pods back", () => {
  const scaleDown: ScalingRules = {
    stabilizationWindowSeconds: 0,
    policies: [{ type: "Pods", value: 1, periodSeconds: 60 }],
  };
  const memory = { recommendations: [], scaleUps: [], scaleDowns: [{ change: 3, atMs: ago(10) }] };
  const found = normalize(
    input({ behavior: rules({}, scaleDown), current: 5, proposal: 3, memory }),
  );
  expect([found.desired, found.limited.reason]).toEqual([5, "ScaleDownLimit"]);
});

test("a scaling is remembered for the longest period of its policies", () => {
  const policies = [15, 60].map(
    (periodSeconds) => ({ type: "Pods", value: 1, periodSeconds }) as const,
  );
  const scaleUps = [{ change: 1, atMs: ago(30) }];
  const memory = { recommendations: [], scaleUps, scaleDowns: [] };
  const known = withScaling({ behavior: rules({ policies }), memory, nowMs: now }, 5, 6);
  expect(known.scaleUps).toEqual([...scaleUps, { change: 1, atMs: now }]);
});

test("with behavior, too, the highest recommendation of the window holds, not the latest", () => {
  const recommendations = [
    { replicas: 9, atMs: ago(100) },
    { replicas: 7, atMs: ago(50) },
  ];
  const memory = { recommendations, scaleUps: [], scaleDowns: [] };
  const found = normalize(input({ behavior: rules(), proposal: 4, memory }));
  expect(found.desired).toBe(9);
  expect(found.because).toMatchObject([
    { id: "hpa/stabilized", weighed: { window: 300, lowest: 4, highest: 9 } },
  ]);
});

describe("with behavior", () => {
  const memory = (change: Partial<NormalizationInput["memory"]>): NormalizationInput["memory"] => ({
    recommendations: [],
    scaleUps: [],
    scaleDowns: [],
    ...change,
  });
  const pods = { type: "Pods", value: 4, periodSeconds: 15 } as const;
  const percent = { type: "Percent", value: 30, periodSeconds: 15 } as const;
  const lately = (change: number) => [{ change, atMs: now - 14_990 }];

  // From 10 replicas.
  test.each([
    ["4 pods more than there were when the period began", 30, { scaleUps: lately(1) }, 13],
    ["pods that went meanwhile are made up for", 30, { scaleDowns: lately(3) }, 17],
    ["no more, and no fewer, where more came already", 30, { scaleUps: lately(6) }, 10],
    ["4 pods fewer than there were", 1, { scaleDowns: lately(1) }, 7],
    ["pods that came meanwhile go as well", 1, { scaleUps: lately(3) }, 3],
  ])("%s", (_, proposal, past, desired) => {
    const behavior = rules({ policies: [pods] }, { policies: [pods] });
    expect(normalize(input({ behavior, proposal, memory: memory(past) })).desired).toBe(desired);
  });

  test.each([
    ["Max", 6],
    ["Min", 7],
  ] as const)(
    "of policies to shrink the one counts that lets go of most or least: %s",
    (selectPolicy, desired) => {
      const behavior = rules({}, { policies: [pods, percent], selectPolicy });
      expect(normalize(input({ behavior, proposal: 1 })).desired).toBe(desired);
    },
  );

  test("a recommendation is kept for the longer of the two windows", () => {
    const behavior = rules({ stabilizationWindowSeconds: 600 });
    const recommendations = [{ replicas: 9, atMs: ago(400) }];
    const found = normalize(input({ behavior, proposal: 12, memory: memory({ recommendations }) }));
    expect(found.recommendations).toEqual([...recommendations, { replicas: 12, atMs: now }]);
  });
});

describe("without behavior", () => {
  // convertDesiredReplicasWithRules: current, proposal, minimum, maximum, what comes of it and why.
  test.each([
    [10, 12, 1, 100, 12, "DesiredWithinRange"],
    [1, 12, 1, 100, 4, "ScaleUpLimit"],
    [3, 12, 1, 100, 6, "ScaleUpLimit"],
    [10, 30, 1, 20, 20, "TooManyReplicas"],
    [10, 30, 1, 100, 20, "ScaleUpLimit"],
    [10, 1, 3, 100, 3, "TooFewReplicas"],
  ])(
    "from %i to %i between %i and %i is %i: %s",
    (current, proposal, minimum, maximum, to, why) => {
      const found = normalize(input({ current, proposal, minimum, maximum }));
      expect(found).toMatchObject({ desired: to, limited: { reason: why } });
      expect(found.limited.status).toBe(to === proposal ? "False" : "True");
      const limited = { wanted: proposal, allowed: to, reason: why };
      expect(found.because).toEqual(
        to === proposal ? [] : [{ id: "hpa/limited", weighed: limited }],
      );
    },
  );

  test("the highest recommendation of the last 5 minutes holds, and an older one does not", () => {
    const recommendations = [
      { replicas: 9, atMs: ago(301) },
      { replicas: 7, atMs: ago(299) },
    ];
    const found = normalize(
      input({ proposal: 4, memory: { recommendations, scaleUps: [], scaleDowns: [] } }),
    );
    expect(found).toMatchObject({
      desired: 7,
      able: { reason: "ScaleDownStabilized" },
      recommendations: [
        { replicas: 4, atMs: now },
        { replicas: 7, atMs: ago(299) },
      ],
    });
  });
});

describe("at the very edge of its window", () => {
  const recommendations = [{ replicas: 9, atMs: ago(300) }];
  const memory = { recommendations, scaleUps: [], scaleDowns: [] };

  test("a recommendation counts without behavior, and not with it", () => {
    expect(normalize(input({ proposal: 4, memory })).desired).toBe(9);
    expect(normalize(input({ proposal: 4, memory, behavior: rules() })).desired).toBe(4);
    const up = rules({ stabilizationWindowSeconds: 300 });
    expect(normalize(input({ proposal: 12, memory, behavior: up })).desired).toBe(12);
  });

  test("a recommendation is kept", () => {
    for (const behavior of [undefined, rules()]) {
      expect(normalize(input({ memory, behavior })).recommendations).toHaveLength(2);
    }
  });

  test("a scaling no longer counts against its policy, and is kept", () => {
    const scalings = [{ change: 3, atMs: ago(15) }];
    const past = { recommendations: [], scaleUps: scalings, scaleDowns: scalings };
    const policies = [{ type: "Pods", value: 4, periodSeconds: 15 }] as const;
    const behavior = rules({ policies }, { policies });
    expect(normalize(input({ behavior, proposal: 30, memory: past })).desired).toBe(14);
    expect(normalize(input({ behavior, proposal: 1, memory: past })).desired).toBe(6);
    const kept = withScaling({ behavior, memory: past, nowMs: now }, 10, 6);
    expect(kept).toEqual({
      scaleUps: scalings,
      scaleDowns: [...scalings, { change: 4, atMs: now }],
    });
  });
});

describe("with behavior", () => {
  // getReplicasChangePerPeriod and the two limits of horizontal.go, by hand.
  test.each([
    ["the default doubles", {}, {}, 30, 20, "ScaleUpLimit"],
    [
      "2 pods a minute",
      { policies: [{ type: "Pods", value: 2, periodSeconds: 60 }] },
      {},
      30,
      12,
      "ScaleUpLimit",
    ],
    ["the smaller of two", { selectPolicy: "Min" }, {}, 30, 14, "ScaleUpLimit"],
    ["none is allowed", { selectPolicy: "Disabled" }, {}, 30, 10, "ScaleUpLimit"],
    [
      "15 %, rounded up",
      { policies: [{ type: "Percent", value: 15, periodSeconds: 60 }] },
      {},
      30,
      12,
      "ScaleUpLimit",
    ],
    ["all may go", {}, {}, 1, 1, "DesiredWithinRange"],
    [
      "15 % may go, rounded down",
      {},
      { policies: [{ type: "Percent", value: 15, periodSeconds: 60 }] },
      1,
      8,
      "ScaleDownLimit",
    ],
    [
      "3 may go",
      {},
      { policies: [{ type: "Pods", value: 3, periodSeconds: 60 }] },
      1,
      7,
      "ScaleDownLimit",
    ],
    ["none may go", {}, { selectPolicy: "Disabled" }, 1, 10, "ScaleDownLimit"],
  ] as const)("%s", (_, up, down, proposal, to, why) => {
    const found = normalize(input({ behavior: rules(up, down), proposal }));
    expect(found).toMatchObject({ desired: to, limited: { reason: why } });
  });

  test("what was added in the period counts against its policy", () => {
    const policies = [{ type: "Pods", value: 4, periodSeconds: 60 }] as const;
    const memory = {
      recommendations: [],
      scaleUps: [
        { change: 3, atMs: ago(30) },
        { change: 9, atMs: ago(90) },
      ],
      scaleDowns: [],
    };
    const found = normalize(input({ behavior: rules({ policies }), proposal: 30, memory }));
    expect(found.desired).toBe(10 - 3 + 4);
  });

  test("a window for scaling up takes the lowest recommendation in it", () => {
    const recommendations = [{ replicas: 11, atMs: ago(100) }];
    const found = normalize(
      input({
        behavior: rules({ stabilizationWindowSeconds: 120 }),
        proposal: 15,
        memory: { recommendations, scaleUps: [], scaleDowns: [] },
      }),
    );
    expect(found).toMatchObject({ desired: 11, able: { reason: "ScaleUpStabilized" } });
  });

  test("a scaling takes the place of one that no policy asks for any more", () => {
    const memory = {
      recommendations: [],
      scaleUps: [{ change: 5, atMs: ago(16) }],
      scaleDowns: [],
    };
    const kept = withScaling({ behavior: rules(), memory, nowMs: now }, 10, 12);
    expect(kept).toEqual({ scaleUps: [{ change: 2, atMs: now }], scaleDowns: [] });
  });

  test("the result is within minimum and maximum where the present number is", () => {
    const number = fc.integer({ min: 1, max: 40 });
    const property = fc.property(
      fc.tuple(number, number, number, number),
      fc.array(fc.record({ replicas: number, age: fc.integer({ min: 0, max: 400 }) }), {
        maxLength: 6,
      }),
      fc.boolean(),
      ([a, b, c, proposal], past, plain) => {
        const [minimum = 1, current = 1, maximum = 1] = [a, b, c].toSorted((x, y) => x - y);
        const recommendations = past
          .map(({ replicas, age }) => ({ replicas, atMs: ago(age) }))
          .toSorted((x, y) => x.atMs - y.atMs);
        const memory = { recommendations, scaleUps: [], scaleDowns: [] };
        const behavior = plain ? undefined : rules();
        const { desired } = normalize({
          ...input(),
          behavior,
          current,
          proposal,
          minimum,
          maximum,
          memory,
        });
        expect(desired).toBeGreaterThanOrEqual(minimum);
        expect(desired).toBeLessThanOrEqual(maximum);
      },
    );
    fc.assert(property, runs(300));
  });
});
