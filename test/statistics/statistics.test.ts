import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "../../src/engine/random.ts";
import { normalCdf, normalQuantile } from "../../src/statistics/normal.ts";
import { sampleSize, wilsonInterval, type Count } from "../../src/statistics/proportion.ts";
import {
  addBatch,
  newSequentialTest,
  sequentialTest,
  type Batch,
  type SequentialTest,
} from "../../src/statistics/sequential-test.ts";

const SEED = 20_261_128;

describe("the normal distribution", () => {
  // Standard tables.
  test.each([
    [0, 0.5],
    [1, 0.8413447461],
    [-1.5, 0.0668072013],
    [1.959963985, 0.975],
    [3, 0.998650102],
    [-5, 2.8665157e-7],
  ])("has %d below which the share is %d", (x, share) => {
    expect(normalCdf(x)).toBeCloseTo(share, 9);
    if (Math.abs(x) < 4) expect(normalQuantile(share)).toBeCloseTo(x, 6);
  });

  test("is symmetric and grows", () => {
    fc.assert(
      fc.property(fc.double({ min: -6, max: 6, noNaN: true }), (x) => {
        expect(normalCdf(x) + normalCdf(-x)).toBeCloseTo(1, 12);
        expect(normalCdf(x + 0.01)).toBeGreaterThanOrEqual(normalCdf(x));
      }),
      { seed: SEED },
    );
  });
});

describe("the interval for a share", () => {
  // Newcombe 1998, Statistics in Medicine 17, table I: score method without continuity correction.
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])("of %d in %d is from %d to %d", (successes, trials, low, high) => {
    const interval = wilsonInterval({ successes, trials });
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  test("begins at 0 itself where nothing succeeded, and ends at 1 where all did", () => {
    for (let trials = 1; trials <= 200; trials++) {
      expect(wilsonInterval({ successes: 0, trials }).low).toBe(0);
      expect(wilsonInterval({ successes: trials, trials }).high).toBe(1);
    }
  });

  test("is everything where nothing was tried", () => {
    expect(wilsonInterval({ successes: 0, trials: 0 })).toEqual({ low: 0, high: 1 });
  });
});

describe("the sample size of a test looked at once", () => {
  test("tells 5% from 6% with 8,158 trials on each side", () => {
    expect(sampleSize({ control: 0.05, variant: 0.06 })).toEqual({ control: 8158, variant: 8158 });
  });

  test("grows where the split is uneven", () => {
    const even = sampleSize({ control: 0.05, variant: 0.06 });
    const uneven = sampleSize({ control: 0.05, variant: 0.06, split: 0.1 });
    expect(uneven.control + uneven.variant).toBeGreaterThan(2 * (even.control + even.variant));
    expect(uneven.control / uneven.variant).toBeCloseTo(9, 2);
  });

  test("gives the power that it promises, and no more false alarms than alpha", () => {
    const rates = { control: 0.2, variant: 0.3 };
    const size = sampleSize(rates);
    const found = (control: number, variant: number, seed: string): number => {
      const draw = bernoulli(seed);
      let positives = 0;
      for (let run = 0; run < 2000; run++) {
        const a = draw(run * 2, size.control, control);
        const b = draw(run * 2 + 1, size.variant, variant);
        if (isApart(a, b, 0.05)) positives++;
      }
      return positives / 2000;
    };
    expect(found(rates.control, rates.variant, "power")).toBeCloseTo(0.8, 1);
    expect(found(rates.control, rates.control, "null")).toBeLessThan(0.07);
  });
});

describe("the test at which one may look at any time", () => {
  const batchesOf = (rates: { control: number; variant: number }, looks: number, each: number) => {
    const draw = bernoulli(`sequential ${rates.control} ${rates.variant}`);
    return (run: number): Batch[] =>
      Array.from({ length: looks }, (_, i) => ({
        control: draw(run * 2 * looks + 2 * i, each, rates.control),
        variant: draw(run * 2 * looks + 2 * i + 1, each, rates.variant),
      }));
  };
  const RUNS = 1000;
  const LOOKS = 100;

  test("sees a difference where there is none in at most alpha of all tests, with 100 looks", () => {
    const batches = batchesOf({ control: 0.1, variant: 0.1 }, LOOKS, 20);
    let wrong = 0;
    let peeking = 0;
    for (let run = 0; run < RUNS; run++) {
      const all = batches(run);
      if (sequentialTest(all, 0.05).verdict !== "undecided") wrong++;
      if (anyLookApart(all)) peeking++;
    }
    expect(wrong / RUNS).toBeLessThanOrEqual(0.05);
    // What it is for: the z test at every look finds a difference in a third of them.
    expect(peeking / RUNS).toBeGreaterThan(0.25);
  });

  test("finds the better side, and says after how many trials", () => {
    const batches = batchesOf({ control: 0.1, variant: 0.2 }, LOOKS, 20);
    const tests = Array.from({ length: 200 }, (_, run) => sequentialTest(batches(run), 0.05));
    const right = tests.filter(({ verdict }) => verdict === "variant is better");
    expect(right.length).toBeGreaterThan(190);
    for (const { decidedAfter, pValue } of right) {
      expect(decidedAfter?.trials).toBe((decidedAfter?.batches ?? 0) * 40);
      expect(pValue).toBeLessThanOrEqual(0.05);
    }
  });

  test("calls the control better where it is", () => {
    const [batch] = batchesOf({ control: 0.5, variant: 0.1 }, 1, 500)(0);
    const learned = addBatch(newSequentialTest(), {
      control: count(10, 20),
      variant: count(2, 20),
    });
    expect(addBatch(learned, batch!).verdict).toBe("control is better");
  });

  test("keeps a verdict, whatever comes after it", () => {
    const decided = sequentialTest([
      { control: count(2, 100), variant: count(40, 100) },
      { control: count(20, 1000), variant: count(400, 1000) },
    ]);
    expect(decided.verdict).toBe("variant is better");
    const later = addBatch(decided, { control: count(9000, 10_000), variant: count(0, 10_000) });
    expect(later.verdict).toBe("variant is better");
    expect(later.decidedAfter).toEqual(decided.decidedAfter);
    expect(later.pValue).toBeLessThanOrEqual(decided.pValue); // it holds at any time
  });

  test("learns nothing from one side alone, or from nothing", () => {
    const counts = fc
      .record({ trials: fc.nat(10_000), share: fc.double({ min: 0, max: 1, noNaN: true }) })
      .map(({ trials, share }) => count(Math.floor(trials * share), trials));
    fc.assert(
      fc.property(counts, (control) => {
        const before = newSequentialTest();
        const after = addBatch(before, { control, variant: count(0, 0) });
        expect(after.pValue).toBe(1);
        expect(capitalOf(after)).toBe(1);
      }),
      { seed: SEED },
    );
  });

  test("is expected not to gain on any batch from equal shares (exact sum over all outcomes)", () => {
    const history = fc.tuple(fc.nat(30), fc.nat(30), fc.nat(30), fc.nat(30));
    const sizes = fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 }));
    fc.assert(
      fc.property(history, sizes, fc.double({ min: 0, max: 1, noNaN: true }), (past, [n, m], p) => {
        const [a, b, c, d] = past;
        const before = addBatch(newSequentialTest(), {
          control: count(a, a + b),
          variant: count(c, c + d),
        });
        let mean = 0;
        for (let i = 0; i <= n; i++) {
          for (let j = 0; j <= m; j++) {
            const after = addBatch(before, { control: count(i, n), variant: count(j, m) });
            mean += binomial(n, i, p) * binomial(m, j, p) * (capitalOf(after) / capitalOf(before));
          }
        }
        expect(mean).toBeLessThanOrEqual(1 + 1e-9);
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  test("takes millions of trials in one batch", () => {
    const million = sequentialTest([
      { control: count(100, 1000), variant: count(110, 1000) },
      { control: count(1_000_000, 10_000_000), variant: count(1_100_000, 10_000_000) },
    ]);
    expect(million.verdict).toBe("variant is better");
    expect(million.pValue).toBe(0);
  });
});

function count(successes: number, trials: number): Count {
  return { successes, trials };
}

function capitalOf({ capital }: SequentialTest): number {
  return capital.mantissa * 2 ** capital.exponent;
}

function bernoulli(seed: string): (subject: number, trials: number, rate: number) => Count {
  const random = new Random(seed);
  return (subject, trials, rate) => {
    let successes = 0;
    for (let i = 0; i < trials; i++) if (random.draw("trial", subject, i) < rate) successes++;
    return { trials, successes };
  };
}

/** The z test of two proportions. */
function isApart(a: Count, b: Count, alpha: number): boolean {
  const pooled = (a.successes + b.successes) / (a.trials + b.trials);
  const spread = Math.sqrt(pooled * (1 - pooled) * (1 / a.trials + 1 / b.trials));
  const distance = Math.abs(a.successes / a.trials - b.successes / b.trials);
  return distance > normalQuantile(1 - alpha / 2) * spread && spread > 0;
}

function anyLookApart(batches: readonly Batch[]): boolean {
  let control = count(0, 0);
  let variant = count(0, 0);
  return batches.some((batch) => {
    control = plus(control, batch.control);
    variant = plus(variant, batch.variant);
    return isApart(control, variant, 0.05);
  });
}

function plus(a: Count, b: Count): Count {
  return count(a.successes + b.successes, a.trials + b.trials);
}

function binomial(n: number, k: number, p: number): number {
  let ways = 1;
  for (let i = 0; i < k; i++) ways = (ways * (n - i)) / (i + 1);
  return ways * p ** k * (1 - p) ** (n - k);
}

test("counts and comparisons that are none are refused with what to use", () => {
  const nothing = JSON.parse("{}") as never;
  expect(() => wilsonInterval(undefined as never)).toThrow(
    new RangeError("count: got undefined; use { trials, successes }"),
  );
  expect(() => wilsonInterval({ trials: 1, successes: 2 })).toThrow(
    new RangeError("count.successes: got 2; use a number from 0 to trials"),
  );
  expect(() => sampleSize(nothing)).toThrow(
    new RangeError("control: got undefined; use a share from 0 to 1"),
  );
  expect(() => sampleSize({ control: 0.1, variant: 0.1 })).toThrow(
    new RangeError("variant: got 0.1; use another share than the control's"),
  );
  expect(() => sampleSize({ control: 0.1, variant: 0.2, split: 1 })).toThrow(
    new RangeError("split: got 1; use more than 0, less than 1"),
  );
});
