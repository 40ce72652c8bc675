/** Shares of successes: an interval for one, and how many trials it takes to tell two apart. */
import { assert } from "../engine/assert.ts";
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
export function wilsonInterval({ trials, successes }: Count, confidence = 0.95): Interval {
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
  const { control, variant, split = 0.5, alpha = 0.05, power = 0.8 } = comparison;
  assert(control !== variant, `two equal shares (${control}) cannot be told apart`);
  assert(split > 0 && split < 1, `a split of ${split}`);
  const ratio = (1 - split) / split;
  const pooled = (ratio * control + variant) / (ratio + 1);
  const [noise, signal] = [normalQuantile(1 - alpha / 2), normalQuantile(power)];
  const underNull = noise * Math.sqrt(pooled * (1 - pooled) * (1 + 1 / ratio));
  const variance = (control * (1 - control)) / ratio + variant * (1 - variant);
  const trials = ((underNull + signal * Math.sqrt(variance)) / (control - variant)) ** 2;
  return { control: Math.ceil(trials * ratio), variant: Math.ceil(trials) };
}
