/**
 * An A/B test at which one may look as often as one likes, and stop when it has decided. It bets against
 * "both shares are equal": the capital grows by how much better the shares learned so far predict each batch
 * than one common share does. If they are equal, the capital reaches 1/alpha with a probability of at most
 * alpha, whenever one looks (Ville's inequality), so the false-positive rate is at most alpha for ever.
 * After Turner, Ly and Gruenwald, Generic E-variables for exact sequential k-sample tests (2024), whose
 * Beta(0.18, 0.18) prior is used.
 */
import { assert } from "../engine/assert.ts";
import type { Count } from "./proportion.ts";

/** What came in since the last look. Sizes may not depend on the successes in it. */
export interface Batch {
  readonly control: Count;
  readonly variant: Count;
}

export type AbVerdict = "undecided" | "control is better" | "variant is better";

export interface SequentialTest {
  /** Bound on the false-positive rate. */
  readonly alpha: number;
  readonly batches: number;
  readonly control: Count;
  readonly variant: Count;
  /** The capital now is mantissa * 2^exponent; 1 at the start. */
  readonly capital: Scaled;
  /** The most it has been; the p-value that holds at any time is 1 over it. */
  readonly most: Scaled;
  readonly pValue: number;
  readonly verdict: AbVerdict;
  /** Batches and trials until the verdict. */
  readonly decidedAfter?: { readonly batches: number; readonly trials: number };
}

/** A positive number beyond the range of doubles. */
interface Scaled {
  readonly mantissa: number;
  readonly exponent: number;
}

const ONE: Scaled = { mantissa: 1, exponent: 0 };
const NONE: Count = { trials: 0, successes: 0 };
const PRIOR = 0.18;

/** Before the first batch. `alpha`: 0 to 1; default 0.05. */
export function newSequentialTest(alpha = 0.05): SequentialTest {
  assert(alpha > 0 && alpha < 1, `alpha ${alpha}`);
  return {
    alpha,
    batches: 0,
    control: NONE,
    variant: NONE,
    capital: ONE,
    most: ONE,
    pValue: 1,
    verdict: "undecided",
  };
}

/** One look more. A verdict, once given, stays. */
export function addBatch(test: SequentialTest, batch: Batch): SequentialTest {
  const batches = test.batches + 1;
  const capital = times(test.capital, growth(test, batch));
  const most = isLess(test.most, capital) ? capital : test.most;
  const control = sum(test.control, batch.control);
  const variant = sum(test.variant, batch.variant);
  const pValue = Math.min(1, valueOf({ mantissa: 1 / most.mantissa, exponent: -most.exponent }));
  const next = { ...test, batches, control, variant, capital, most, pValue };
  if (test.verdict !== "undecided" || pValue > test.alpha) return next;
  const better = shareOf(variant) > shareOf(control) ? "variant" : "control";
  const trials = control.trials + variant.trials;
  return { ...next, verdict: `${better} is better`, decidedAfter: { batches, trials } };
}

/** All batches, one look each. */
export function sequentialTest(batches: readonly Batch[], alpha?: number): SequentialTest {
  return batches.reduce(addBatch, newSequentialTest(alpha));
}

/** How much better two shares predict the batch than their common mean. */
function growth(test: SequentialTest, { control, variant }: Batch): Scaled {
  const trials = control.trials + variant.trials;
  if (trials === 0) return ONE;
  const [p, q] = [learned(test.control), learned(test.variant)];
  const common = (control.trials * p + variant.trials * q) / trials;
  const factors: readonly Scaled[] = [
    power(p / common, control.successes),
    power((1 - p) / (1 - common), control.trials - control.successes),
    power(q / common, variant.successes),
    power((1 - q) / (1 - common), variant.trials - variant.successes),
  ];
  return factors.reduce(times);
}

function learned({ trials, successes }: Count): number {
  return (successes + PRIOR) / (trials + 2 * PRIOR);
}

function shareOf({ trials, successes }: Count): number {
  return trials === 0 ? 0 : successes / trials;
}

function sum(a: Count, b: Count): Count {
  return { trials: a.trials + b.trials, successes: a.successes + b.successes };
}

function times(a: Scaled, b: Scaled): Scaled {
  return normal(a.mantissa * b.mantissa, a.exponent + b.exponent);
}

/** By squaring. */
function power(base: number, exponent: number): Scaled {
  let result = ONE;
  let square = normal(base, 0);
  for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = times(result, square);
    square = times(square, square);
  }
  return result;
}

/** With a mantissa in [1, 2). */
function normal(mantissa: number, exponent: number): Scaled {
  let [m, e] = [mantissa, exponent];
  for (; m >= 2; m /= 2) e++;
  for (; m < 1; m *= 2) e--;
  return { mantissa: m, exponent: e };
}

function isLess(a: Scaled, b: Scaled): boolean {
  return a.exponent === b.exponent ? a.mantissa < b.mantissa : a.exponent < b.exponent;
}

/** As a double: 0 or Infinity where it does not fit. */
function valueOf({ mantissa, exponent }: Scaled): number {
  return mantissa * 2 ** exponent;
}
