import { describe, expect, test } from "vitest";
import type { ReplicaSet } from "../../src/api/apps.ts";
import {
  decisionsOf,
  deployment,
  planFor,
  replicaSet,
  sizes,
  type ReplicaSetParts,
} from "./rollout-view.ts";

const surge3 = {
  strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } },
} as const;

describe("scaling a Deployment", () => {
  test.each([
    // old, new, wanted: old, new (10 before, surge 3, so 13 in all)
    [8, 5, 15, 11, 7], // 8*18/13 = 11.1, 5*18/13 = 6.9
    [5, 8, 15, 7, 11],
    [10, 3, 5, 6, 2], // 10*8/13 = 6.2, 3*8/13 = 1.8
    [8, 5, 20, 14, 9],
    [6, 7, 1, 2, 2], // 6*4/13 = 1.8, 7*4/13 = 2.2
    [12, 1, 2, 5, 0], // 12*5/13 = 4.6, 1*5/13 = 0.4
    [8, 5, 0, 0, 0],
  ])(
    "in mid-rollout gives %d old and %d new pods, for %d wanted, their share: %d and %d",
    (...row) => {
      const [old, next, replicas, oldTo, nextTo] = row;
      const plan = planFor(deployment({ spec: { replicas, ...surge3 } }), [
        replicaSet({ image: "web:1", replicas: old }),
        replicaSet({ image: "web:2", replicas: next }),
      ]);
      expect(sizes(plan)).toEqual({ "web-1": oldTo, "web-2": nextTo });
      expect(decisionsOf(plan)).toContain("deployment/scale/proportional");
    },
  );

  test("gives the largest ReplicaSet what rounding leaves over, the newer one of two alike", () => {
    const plan = planFor(deployment({ spec: { replicas: 8, ...surge3 } }), [
      replicaSet({ image: "web:1", replicas: 4, desired: 5, max: 8 }),
      replicaSet({ image: "web:2", replicas: 4, desired: 5, max: 8 }),
    ]);
    // 4*11/8 = 5.5 each, rounded to 6; the newer takes 6, 5 are left for the older.
    expect(sizes(plan)).toEqual({ "web-2": 6, "web-1": 5 });
  });

  test("takes the share of a ReplicaSet without annotations from the Deployment's status", () => {
    const bare = { "deployment.kubernetes.io/max-replicas": "" };
    const plan = planFor(
      deployment({
        spec: { replicas: 15, ...surge3 },
        status: { replicas: 13, observedGeneration: 2 },
      }),
      [
        replicaSet({ image: "web:1", replicas: 8 }),
        replicaSet({ image: "web:2", replicas: 5, annotations: bare }),
      ],
    );
    expect(sizes(plan)).toEqual({ "web-1": 11, "web-2": 7 });
  });

  test("multiplies in 32 bits, as the controller does", () => {
    const before = { desired: 109_997, max: 110_000 };
    const plan = planFor(deployment({ spec: { replicas: 120_000, ...surge3 } }), [
      replicaSet({ image: "web:1", replicas: 60_000, ...before }),
      replicaSet({ image: "web:2", replicas: 50_000, ...before }),
    ]);
    // 50000*120003 wraps to 1705182704, a share of 15502; the largest takes what is left of 120003.
    expect(sizes(plan)).toEqual({ "web-1": 104_501, "web-2": 15_502 });
  });

  test("leaves the largest no less than 0 where another has more than its share", () => {
    const plan = planFor(deployment({ spec: { replicas: 3, ...surge3 } }), [
      replicaSet({ image: "web:1", replicas: 6 }),
      replicaSet({ image: "web:2", replicas: 5, max: 1 }),
    ]);
    // 5*6/1 = 30 of the 6 that are allowed.
    expect(sizes(plan)).toEqual({ "web-1": 0, "web-2": 30 });
  });

  test("gives a ReplicaSet no share where nothing says how many there were", () => {
    const bare = { "deployment.kubernetes.io/max-replicas": "0" };
    const plan = planFor(deployment({ spec: { replicas: 15, ...surge3 } }), [
      replicaSet({ image: "web:1", replicas: 5, annotations: bare }),
      replicaSet({ image: "web:2", replicas: 8 }),
    ]);
    // 8*18/13 = 11.1; the largest takes what is left of 18.
    expect(sizes(plan)).toEqual({ "web-2": 13, "web-1": 5 });
  });

  test.each([
    // replicas, of 13 at most before; old and new: size and max-replicas; what becomes of them
    ["what is left, when growing", 10, [4, 8], [3, 5], [7, 6]],
    ["what is left, when shrinking", 2, [8, 13], [5, 26], [3, 2]],
    ["nothing, once all is given away", 10, [8, 8], [4, 26], [9, 4]],
    ["nothing, where there is nothing to give", 11, [7, 13], [7, 13], [7, 7]],
  ] as const)("clips a share to %s", (_, replicas, old, next, to) => {
    const plan = planFor(deployment({ spec: { replicas, ...surge3, paused: true } }), [
      replicaSet({ image: "web:1", replicas: old[0], max: old[1] }),
      replicaSet({ image: "web:2", replicas: next[0], max: next[1], available: 0 }),
    ]);
    expect(sizes(plan)).toEqual({ "web-1": to[0], "web-2": to[1] });
  });

  test("without an active or a new one sets the newest old ReplicaSet to what is wanted", () => {
    const spec = {
      paused: true,
      template: replicaSet({ image: "web:3", replicas: 0 }).spec.template,
    };
    const plan = planFor(deployment({ spec }), [
      replicaSet({ image: "web:1", replicas: 0 }),
      replicaSet({ image: "web:2", replicas: 0 }),
    ]);
    expect(sizes(plan)).toEqual({ "web-2": 10 });
    const there = planFor(deployment({ spec }), [replicaSet({ image: "web:2", replicas: 10 })]);
    expect(decisionsOf(there)).not.toContain("deployment/scale/only-active");
  });

  test("begins where an active ReplicaSet, new or old, was sized for another number", () => {
    const begins = (parts: Partial<ReplicaSetParts>, replicas = 3): boolean => {
      const old = replicaSet({ image: "web:1", replicas, ...parts });
      const plan = planFor(deployment(), [old, replicaSet({ image: "web:2", replicas: 7 })]);
      return decisionsOf(plan).includes("deployment/scaling-event");
    };
    expect(begins({ desired: 4 })).toBe(true);
    expect(begins({ desired: 4 }, 0)).toBe(false);
    expect(begins({ max: 7 })).toBe(false);
    const none = { "deployment.kubernetes.io/desired-replicas": "" };
    expect(begins({ annotations: none })).toBe(false);
  });

  test("without an active one sets the new ReplicaSet, not an old one", () => {
    const plan = planFor(deployment({ spec: { paused: true } }), [
      replicaSet({ image: "web:1", replicas: 0 }),
      replicaSet({ image: "web:2", replicas: 0 }),
    ]);
    expect(sizes(plan)).toEqual({ "web-2": 10 });
  });

  test("sets the only active ReplicaSet to what is wanted", () => {
    const plan = planFor(deployment({ spec: { replicas: 4, revisionHistoryLimit: 0 } }), [
      replicaSet({ image: "web:1", replicas: 0 }),
      replicaSet({ image: "web:2", replicas: 10 }),
    ]);
    expect(sizes(plan)).toEqual({ "web-2": 4 });
    expect(decisionsOf(plan)).toContain("deployment/scale/only-active");
    expect(plan.writes.map((write) => write.do)).toEqual(["update", "update/status"]);
  });

  test("takes old ReplicaSets to 0 where the new one has all that is wanted", () => {
    const plan = planFor(deployment({ spec: { replicas: 10, ...surge3, paused: true } }), [
      replicaSet({ image: "web:0", replicas: 1 }),
      replicaSet({ image: "web:1", replicas: 2 }),
      replicaSet({ image: "web:2", replicas: 10 }),
    ]);
    // The newest of the old ones first.
    expect(Object.entries(sizes(plan))).toEqual([
      ["web-1", 0],
      ["web-0", 0],
    ]);
    expect(decisionsOf(plan)).toContain("deployment/scale/saturated");
  });

  test("takes them to 0 under Recreate, too, and only where all new pods are available", () => {
    const spec = { strategy: { type: "Recreate" }, paused: true } as const;
    const scaled = (available: number): Record<string, number> => {
      const next = replicaSet({ image: "web:2", replicas: 10, available });
      const ready = { ...next, status: { ...next.status, readyReplicas: 10 } };
      return sizes(
        planFor(deployment({ spec }), [replicaSet({ image: "web:1", replicas: 2 }), ready]),
      );
    };
    expect([scaled(10), scaled(9)]).toEqual([{ "web-1": 0 }, {}]);
  });

  test("takes from the older of two alike", () => {
    const plan = planFor(deployment({ spec: { replicas: 6, ...surge3, paused: true } }), [
      replicaSet({ image: "web:1", replicas: 5 }),
      replicaSet({ image: "web:2", replicas: 5, available: 0 }),
    ]);
    // 9 at most: one has to go.
    expect(sizes(plan)).toEqual({ "web-1": 4, "web-2": 5 });
  });

  test("shares out the room beside the sizes, however many pods are there", () => {
    const starting = (of: ReplicaSet): ReplicaSet => ({ ...of, status: { replicas: 1 } });
    const plan = planFor(deployment({ spec: { replicas: 20, ...surge3, paused: true } }), [
      starting(replicaSet({ image: "web:1", replicas: 8 })),
      starting(replicaSet({ image: "web:2", replicas: 5 })),
    ]);
    // 23 at most: 8 * 23 / 13 = 14.2 and 5 * 23 / 13 = 8.8.
    expect(sizes(plan)).toEqual({ "web-1": 14, "web-2": 9 });
  });

  test.each([
    [13, {}, {}],
    [13, { desired: 11 }, { max: 14 }],
    [5, {}, {}],
  ])("refreshes the size annotations where the size stays: %d, %o, %o", (size, old, next) => {
    const plan = planFor(deployment({ spec: { replicas: 11, ...surge3, paused: true } }), [
      replicaSet({ image: "web:1", replicas: size, ...old }),
      replicaSet({ image: "web:2", replicas: 14 - size, available: 0, ...next }),
    ]);
    // As they were found: old ones first, whatever their size.
    expect(Object.entries(sizes(plan))).toEqual([
      ["web-1", size],
      ["web-2", 14 - size],
    ]);
    for (const write of plan.writes.slice(0, 2)) {
      expect(write).toMatchObject({
        object: {
          metadata: {
            annotations: {
              "deployment.kubernetes.io/desired-replicas": "11",
              "deployment.kubernetes.io/max-replicas": "14",
            },
          },
        },
      });
    }
  });
});

describe("a step of a rolling update", () => {
  test("takes no more available pods of all old ReplicaSets together than there are to spare", () => {
    const old = [
      replicaSet({ image: "web:0", replicas: 2 }),
      replicaSet({ image: "web:1", replicas: 6 }),
    ];
    const started = replicaSet({ image: "web:2", replicas: 5, available: 3 });
    expect(sizes(planFor(deployment(), [...old, started]))).toEqual({ "web-0": 0, "web-1": 5 });
  });

  test("grows the new ReplicaSet as far as the surge allows, and leaves the old ones", () => {
    const plan = planFor(deployment(), [
      replicaSet({ image: "web:1", replicas: 10 }),
      replicaSet({ image: "web:2", replicas: 0 }),
    ]);
    expect(sizes(plan)).toEqual({ "web-2": 3 });
  });

  test("takes away available old pods down to the floor", () => {
    const plan = planFor(deployment(), [
      replicaSet({ image: "web:1", replicas: 10 }),
      replicaSet({ image: "web:2", replicas: 3, available: 0 }),
    ]);
    expect(sizes(plan)).toEqual({ "web-1": 8 });
  });

  test("takes away unavailable old pods first, and the oldest ReplicaSet's", () => {
    const plan = planFor(
      deployment({ spec: { template: replicaSet({ image: "web:3", replicas: 0 }).spec.template } }),
      [
        replicaSet({ image: "web:1", replicas: 5, available: 5 }),
        replicaSet({ image: "web:2", replicas: 5, available: 1 }),
        replicaSet({ image: "web:3", replicas: 3, available: 3 }),
      ],
    );
    // 13 asked for, 8 to keep: 5 may go. 4 are unavailable; of 9 available ones 1 is to spare.
    expect(sizes(plan)).toEqual({ "web-1": 4, "web-2": 1 });
    expect(plan.because.map(({ id }) => id)).toContain("deployment/rolling/unhealthy-first");
  });

  test("leaves all old pods where a status is ahead of its spec", () => {
    const plan = planFor(deployment(), [
      replicaSet({ image: "web:1", replicas: 8, available: 10 }),
      replicaSet({ image: "web:2", replicas: 5, available: 5 }),
    ]);
    expect(sizes(plan)).toEqual({});
    expect(decisionsOf(plan)).toContain("deployment/rolling/status-ahead");
  });

  test("takes no more unavailable old pods than the budget: new ones that are not available use it up", () => {
    const plan = planFor(deployment({ spec: surge3 }), [
      replicaSet({ image: "web:1", replicas: 10, available: 6 }),
      replicaSet({ image: "web:2", replicas: 3, available: 0 }),
    ]);
    // 13 asked for - 8 to keep - 3 new ones not available = 2 of the 4 that are not available.
    expect(sizes(plan)).toEqual({ "web-1": 8 });
  });

  test("asks for what is available and what is wanted, not for what is ready or there", () => {
    const counted = (of: ReplicaSet, pods: number): ReplicaSet => {
      return { ...of, status: { ...of.status, replicas: pods, readyReplicas: pods } };
    };
    // 13 asked for - 8 to keep - 3 not available = 2; all 10 and 3 may be ready, or hardly there.
    for (const [old, next] of [
      [10, 3],
      [6, 0],
    ] as const) {
      const plan = planFor(deployment({ spec: surge3 }), [
        counted(replicaSet({ image: "web:1", replicas: 10, available: 5 }), old),
        counted(replicaSet({ image: "web:2", replicas: 3, available: 0 }), next),
      ]);
      expect(sizes(plan)).toEqual({ "web-1": 8 });
    }
    // 13 at most - 8 - 3 = 2 more, though there are more or fewer pods than that.
    const grown = planFor(deployment({ spec: surge3 }), [
      counted(replicaSet({ image: "web:1", replicas: 8 }), 10),
      counted(replicaSet({ image: "web:2", replicas: 3 }), 0),
    ]);
    expect(sizes(grown)).toEqual({ "web-2": 5 });
  });

  test("takes more old pods where the new ReplicaSet reports more than its size", () => {
    const plan = planFor(deployment({ spec: surge3 }), [
      replicaSet({ image: "web:1", replicas: 8, available: 0 }),
      replicaSet({ image: "web:2", replicas: 5, available: 7 }),
    ]);
    // 13 asked for - 8 to keep + 2 reported too many = 7.
    expect(sizes(plan)).toEqual({ "web-1": 1 });
  });

  test("sums up in 32 bits, as the controller does: so many pods leave nothing to take", () => {
    const most = 2147483647;
    const plan = planFor(deployment({ spec: { ...surge3, replicas: most } }), [
      replicaSet({ image: "web:1", replicas: most, desired: most }),
      replicaSet({ image: "web:2", replicas: most, desired: most }),
    ]);
    expect(decisionsOf(plan)).toContain("deployment/rolling/floor-reached");
    // 14 asked for - 8 to keep + 2147483642 reported too many: one more than 32 bits hold.
    const reported = planFor(deployment({ spec: surge3 }), [
      replicaSet({ image: "web:1", replicas: 9, available: 0 }),
      replicaSet({ image: "web:2", replicas: 5, available: most }),
    ]);
    expect(decisionsOf(reported)).toContain("deployment/rolling/floor-reached");
  });

  test("spends its budget on the unavailable pods of the oldest ReplicaSet first", () => {
    const plan = planFor(deployment({ spec: surge3 }), [
      replicaSet({ image: "web:0", replicas: 4, available: 0 }),
      replicaSet({ image: "web:1", replicas: 4, available: 2 }),
      replicaSet({ image: "web:2", replicas: 5 }),
    ]);
    expect(sizes(plan)).toEqual({ "web-0": 0, "web-1": 3 });
  });

  test("keeps every old pod at the floor while new pods are not available", () => {
    const plan = planFor(deployment({ spec: surge3 }), [
      replicaSet({ image: "web:1", replicas: 8 }),
      replicaSet({ image: "web:2", replicas: 5, available: 0 }),
    ]);
    expect(sizes(plan)).toEqual({});
    expect(decisionsOf(plan)).toContain("deployment/rolling/floor-reached");
  });

  test("takes a new ReplicaSet that is too large down to what is wanted, and no old one", () => {
    const plan = planFor(deployment(), [
      replicaSet({ image: "web:1", replicas: 10 }),
      replicaSet({ image: "web:2", replicas: 12 }),
    ]);
    expect(sizes(plan)).toEqual({ "web-2": 10 });
    expect(plan.because).toContainEqual({
      id: "deployment/rolling/scale-down-new",
      weighed: {
        replicaSet: "web-2",
        replicas: 10,
        surge: 3,
        ceiling: 13,
        total: 22,
        from: 12,
        to: 10,
        by: -2,
      },
    });
  });

  test("says that there is no room to surge, or none to spare, only where it looked for some", () => {
    const full = planFor(deployment(), [replicaSet({ image: "web:2", replicas: 10 })]);
    expect(decisionsOf(full)).toEqual([
      "deployment/rolling/no-old-pods",
      "deployment/status/available",
    ]);
    const short = planFor(deployment(), [
      replicaSet({ image: "web:1", replicas: 10, available: 5 }),
      replicaSet({ image: "web:2", replicas: 3 }),
    ]);
    expect(short.because.map(({ id, weighed }) => [id.split("/").at(-1), weighed["to"]])).toEqual([
      ["no-room-to-surge", 3],
      ["unhealthy-first", 5],
      ["none-to-spare", undefined],
      ["available", undefined],
    ]);
  });
});
