/** Shares of successes: an interval for one, and how many trials it takes to tell two apart. */
import { normalQuantile } from "./normal.ts";

export interface Count {
  readonly trials: number;
  readonly successes: number;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Wilson's score interval for the share behind a count; [0, 1] without trials. */
export function wilsonInterval(count: Count, confidence = 0.95): Interval {
  const { trials, successes } = given("count", count, "{ trials, successes }");
  if (!(trials >= 0)) refuse("count.trials", trials, "a number >= 0");
  if (!(successes >= 0 && successes <= trials)) {
    refuse("count.successes", successes, "a number from 0 to trials");
  }
  if (!isBetween0And1(confidence)) refuse("confidence", confidence, "more than 0, less than 1");
  if (trials === 0) return { low: 0, high: 1 };
  const z = normalQuantile((1 + confidence) / 2);
  const share = successes / trials;
  const scale = 1 + (z * z) / trials;
  const middle = share + (z * z) / (2 * trials);
  const spread = z * Math.sqrt((share * (1 - share) + (z * z) / (4 * trials)) / trials);
  return {
    low: successes === 0 ? 0 : (middle - spread) / scale,
    high: successes === trials ? 1 : (middle + spread) / scale,
  };
}

export interface Comparison {
  /** The control's share of successes, and the variant's. They differ. */
  readonly control: number;
  readonly variant: number;
  /** Share of all trials that go to the variant; default 0.5. */
  readonly split?: number;
  /** Chance to see a difference where there is none (two-sided); default 0.05. */
  readonly alpha?: number;
  /** Chance to see the difference where there is one; default 0.8. */
  readonly power?: number;
}

/**
 * Trials that a test looked at once, at its end, needs to tell two shares apart: the usual two-sided z test
 * of two proportions (Fleiss, Statistical Methods for Rates and Proportions, unequal sizes).
 */
export function sampleSize(comparison: Comparison): { control: number; variant: number } {
  const all = given("comparison", comparison, "{ control, variant }");
  const { control, variant, split = 0.5, alpha = 0.05, power = 0.8 } = all;
  for (const [name, share] of Object.entries({ control, variant })) {
    if (!(share >= 0 && share <= 1)) refuse(name, share, "a share from 0 to 1");
  }
  if (control === variant) refuse("variant", variant, "another share than the control's");
  for (const [name, share] of Object.entries({ split, alpha, power })) {
    if (!isBetween0And1(share)) refuse(name, share, "more than 0, less than 1");
  }
  const ratio = (1 - split) / split;
  const pooled = (ratio * control + variant) / (ratio + 1);
  const [noise, signal] = [normalQuantile(1 - alpha / 2), normalQuantile(power)];
  const underNull = noise * Math.sqrt(pooled * (1 - pooled) * (1 + 1 / ratio));
  const variance = (control * (1 - control)) / ratio + variant * (1 - variant);
  const trials = ((underNull + signal * Math.sqrt(variance)) / (control - variant)) ** 2;
  return { control: Math.ceil(trials * ratio), variant: Math.ceil(trials) };
}

function isBetween0And1(share: number): boolean {
  return share > 0 && share < 1;
}

function given<T extends object>(name: string, value: T | undefined, use: string): T {
  if (typeof value === "object") return value;
  throw new RangeError(`${name}: got ${typeof value}; use ${use}`);
}

function refuse(name: string, got: unknown, use: string): never {
  throw new RangeError(`${name}: got ${String(got)}; use ${use}`);
}
