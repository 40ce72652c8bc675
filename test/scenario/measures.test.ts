/** What thresholds make of what was measured. */
import { describe, expect, test } from "vitest";
import { measure, type Sample, type Samples } from "../../src/scenario/metrics.ts";
import type { Threshold } from "../../src/scenario/scenario.ts";

const none: Samples = {
  rollout_duration: [],
  unavailable_seconds: [],
  extra_pod_seconds: [],
  available_pods: [],
  total_pods: [],
};

function measured(
  aggregate: Threshold["aggregate"],
  values: readonly (number | readonly [value: number, weight: number])[],
  compare: Threshold["compare"] = "==",
  limit = 0,
) {
  const available_pods = values.map((each): Sample => {
    const [value, weight] = typeof each === "number" ? [each, 1] : each;
    return { of: "web", value, weight };
  });
  const place = { file: "shop.yaml", line: 1, column: 1 };
  const threshold = {
    metric: "available_pods",
    aggregate,
    compare,
    limit,
    text: "",
    place,
  } as const;
  return measure(threshold, { ...none, available_pods });
}

describe("a threshold", () => {
  test.each<[Threshold["aggregate"], (number | readonly [number, number])[], number | undefined]>([
    ["min", [3, 1, 2], 1],
    ["max", [3, 1, 2], 3],
    ["sum", [3, 1, 2], 6],
    [
      "avg",
      [
        [4, 1],
        [1, 2],
      ],
      2,
    ],
    [
      "avg",
      [
        [4, 0],
        [1, 0],
      ],
      1,
    ],
    ["count", [3, 1, 2], 3],
    ["count", [], 0],
    ["max", [], undefined],
    [{ percentile: 50 }, [3, 1, 2], 2],
    [{ percentile: 50 }, [4, 3, 1, 2], 2],
    [{ percentile: 90 }, [9, 8, 7, 6, 5, 4, 3, 2, 1, 10], 9],
    [{ percentile: 99 }, [1, 2], 2],
    [{ percentile: 0 }, [2, 1], 1],
  ])("of the %j of %j is about %s", (aggregate, values, value) => {
    expect(measured(aggregate, values).value).toBe(value);
  });

  test.each<[Threshold["compare"], readonly boolean[]]>([
    ["<", [true, false, false]],
    ["<=", [true, true, false]],
    [">", [false, false, true]],
    [">=", [false, true, true]],
    ["==", [false, true, false]],
    ["!=", [true, false, true]],
  ])("that wants %s 2 holds of 1, 2 and 3: %j", (compare, held) => {
    expect([1, 2, 3].map((value) => measured("max", [value], compare, 2).held)).toEqual(held);
  });
});
