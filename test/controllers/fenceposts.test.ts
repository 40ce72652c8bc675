import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { IntOrString } from "../../src/api/meta.ts";
import {
  ceiling,
  maxSurge,
  maxUnavailable,
  minAvailable,
} from "../../src/controllers/deployment/fenceposts.ts";
import { runs } from "../support/seed.ts";
import { deployment } from "./rollout-view.ts";

function fenceposts(replicas: number, surge: IntOrString, unavailable: IntOrString): number[] {
  const rollingUpdate = { maxSurge: surge, maxUnavailable: unavailable };
  const d = deployment({ spec: { replicas, strategy: { type: "RollingUpdate", rollingUpdate } } });
  expect(ceiling(d)).toBe(replicas + maxSurge(d));
  expect(minAvailable(d)).toBe(replicas - maxUnavailable(d));
  return [maxSurge(d), maxUnavailable(d)];
}

describe("how far a rolling update goes above and below replicas", () => {
  test.each([
    // replicas, maxSurge, maxUnavailable: S and U
    [10, "25%", "25%", 3, 2], // surge rounds up, unavailable down
    [4, "25%", "25%", 1, 1],
    [3, "25%", "25%", 1, 0],
    [1, "25%", "25%", 1, 0],
    [7, "30%", "30%", 3, 2],
    [10, 3, 2, 3, 2],
    [10, 0, 2, 0, 2],
    [10, 2, 0, 2, 0],
    [10, 0, "5%", 0, 1], // both come to 0: one may be unavailable
    [10, "0%", "9%", 0, 1],
    [10, "five", "7", 0, 1],
    [10, "x50%", "50%x", 0, 1], // no percentages: both count as 0
    [3, 0, 10, 0, 3], // never more than there are
    [2, 0, "100%", 0, 2],
    [2, "200%", "100%", 4, 2],
    [0, "25%", "25%", 0, 0], // nothing to keep, nothing to take
    [0, 1, 1, 1, 0],
  ] as const)(
    "are, for %d replicas with maxSurge %s and maxUnavailable %s: %d and %d",
    (replicas, surge, unavailable, s, u) => {
      expect(fenceposts(replicas, surge, unavailable)).toEqual([s, u]);
    },
  );

  test("are both 0 for Recreate", () => {
    const d = deployment({ spec: { strategy: { type: "Recreate" } } });
    expect([maxSurge(d), maxUnavailable(d)]).toEqual([0, 0]);
  });

  test("agree with exact fractions, leave room to move, and never take more than there is (P1)", () => {
    const percent = fc.integer({ min: 0, max: 200 });
    const property = fc.property(fc.nat(5000), percent, fc.nat(100), (replicas, up, down) => {
      const [surge, unavailable] = fenceposts(replicas, `${up}%`, `${down}%`) as [number, number];
      const [exactUp, exactDown] = [BigInt(replicas * up), BigInt(replicas * down)];
      expect(BigInt(surge)).toBe((exactUp + 99n) / 100n);
      const floor = Number(exactDown / 100n);
      const rescued = surge === 0 && floor === 0 ? 1 : floor;
      expect(unavailable).toBe(Math.min(rescued, replicas));
      if (replicas > 0) expect(surge + unavailable).toBeGreaterThan(0);
    });
    fc.assert(property, runs(500));
  });
});
