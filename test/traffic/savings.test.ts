import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { savings } from "../../src/traffic/savings.ts";
import { nearestSplit, podsForSplit } from "../../src/traffic/split.ts";
import { second, type Setup } from "./setup.ts";
import { rollOut } from "./world.ts";

describe("what one change would have saved", () => {
  const world: Setup = { strategy: { maxSurge: 0, maxUnavailable: 2 } };
  const run = (change: { readonly setup: Setup } | undefined) =>
    rollOut(
      { ...world, ...change?.setup },
      {
        clients: [{ loop: "open", rate: 100 }],
        proxies: { delay: { delay: second } },
        apps: [{ serviceTime: { delay: 100 }, concurrency: 4, queue: 4 }],
      },
    );

  test("is proven by running the same requests again with it alone, the best first", () => {
    const changes = [
      { name: "maxUnavailable 0", setup: { strategy: { maxSurge: 2, maxUnavailable: 0 } } },
      { name: "preStop sleep 2s", setup: { preStop: 2 } },
      { name: "nothing", setup: {} },
    ];
    const { base, savings: found } = savings(changes, run);
    expect(base.failed).toBeGreaterThan(0);
    expect(found.map(({ change }) => change)).toContain("preStop sleep 2s");
    const sleep = found.find(({ change }) => change === "preStop sleep 2s")!;
    expect(sleep.by.staleView).toBe(base.failedBy.staleView);
    const nothing = found.find(({ change }) => change === "nothing");
    expect(nothing).toStrictEqual({ change: "nothing", saved: 0, share: 0, by: {} });
    const saved = found.map((saving) => saving.saved);
    expect(saved).toStrictEqual(saved.toSorted((a, b) => b - a));
    for (const saving of found) {
      const total = Object.values(saving.by).reduce((sum, count) => sum + count, 0);
      expect(total).toBe(saving.saved);
    }
  });
});

describe("a canary split by pods", () => {
  test("of 5% over few pods gets far more", () => {
    expect(nearestSplit(4, 0.05)).toStrictEqual({
      stable: 3,
      canary: 1,
      achieved: 0.25,
      error: 0.2,
    });
    expect(nearestSplit(20, 0.05).error).toBeCloseTo(0, 12);
  });

  test("is of whole pods, and of shares", () => {
    expect(() => nearestSplit(1.5, 0.5)).toThrow("pods: got 1.5; use an integer >= 0");
    expect(() => nearestSplit(10, 2)).toThrow("wanted: got 2; use a share from 0 to 1");
    expect(() => podsForSplit(Number.NaN, 0.1)).toThrow("wanted: got NaN");
    expect(() => podsForSplit(0.1, 0)).toThrow("tolerance: got 0; use more than 0");
  });

  test("is as near as any other with a canary", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.double({ min: 0.001, max: 1, noNaN: true }),
        (pods, wanted) => {
          const { canary, stable, error } = nearestSplit(pods, wanted);
          expect(canary + stable).toBe(pods);
          for (let other = 1; other <= pods; other++) {
            expect(Math.abs(error)).toBeLessThanOrEqual(Math.abs(other / pods - wanted) + 1e-12);
          }
        },
      ),
      { seed: 6 },
    );
  });

  test("needs no more pods than it says, and no fewer", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 1, noNaN: true }),
        fc.double({ min: 0.004, max: 0.5, noNaN: true }),
        (wanted, tolerance) => {
          const pods = podsForSplit(wanted, tolerance);
          expect(Math.abs(nearestSplit(pods, wanted).error)).toBeLessThanOrEqual(tolerance + 1e-12);
          for (let fewer = 1; fewer < pods; fewer++) {
            expect(Math.abs(nearestSplit(fewer, wanted).error)).toBeGreaterThan(tolerance);
          }
        },
      ),
      { seed: 6 },
    );
  });
});

test("changes that are no list of names, and a run that cannot be called, are refused", () => {
  const run = undefined as never;
  expect(() => savings(undefined as never, run)).toThrow(
    new RangeError("changes: got undefined; use a list"),
  );
  expect(() => savings([{ name: "x" }], run)).toThrow(
    new RangeError("run: got undefined; use a function"),
  );
});
