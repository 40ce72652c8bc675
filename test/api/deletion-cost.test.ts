import { expect, test } from "vitest";
import { deletionCostOf, parseDeletionCost } from "../../src/api/deletion-cost.ts";

test.each([
  ["0", 0],
  ["-0", -0],
  ["-007", -7],
  ["2147483647", 2147483647],
  ["-2147483648", -2147483648],
])("%s is a cost", (text, cost) => {
  expect(parseDeletionCost(text)).toBe(cost);
});

test.each(["", "-", "+1", "01", " 1", "1.0", "1e3", "2147483648", "-2147483649"])(
  '"%s" is no cost, and costs nothing',
  (text) => {
    expect(parseDeletionCost(text)).toBeUndefined();
    expect(deletionCostOf({ "controller.kubernetes.io/pod-deletion-cost": text })).toBe(0);
  },
);
