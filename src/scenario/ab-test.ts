/**
 * A/B tests of a scenario: answers of two versions, and how many of them converted, looked at every second by
 * a test that bounds false positives however often one looks (statistics/sequential-test.ts).
 */
import type { Millis } from "../api/meta.ts";
import { sampleSize, wilsonInterval, type Count, type Interval } from "../statistics/proportion.ts";
import { addBatch, newSequentialTest, type AbVerdict } from "../statistics/sequential-test.ts";
import type { TrafficAccount } from "../traffic/traffic.ts";

export interface AbTestPlan {
  /** Images. */
  readonly control: string;
  readonly variant: string;
  /** Bound on the chance to see a difference where there is none, 0 to 1. */
  readonly falsePositives: number;
  /** The difference of shares that is to be found, 0 to 1: for the sample size. */
  readonly detect?: number;
}

export interface AbSide extends Count {
  readonly image: string;
  /** successes / trials; 0 without trials. */
  readonly share: number;
  /** 95%. */
  readonly interval: Interval;
}

export interface AbResult {
  readonly control: AbSide;
  readonly variant: AbSide;
  readonly falsePositives: number;
  readonly verdict: AbVerdict;
  /** Holds at any time. */
  readonly pValue: number;
  /** When it was decided: virtual ms, a whole second; and after how many answers. */
  readonly decidedAt?: Millis;
  readonly decidedAfter?: number;
  /** Answers that a test looked at once needs to find the planned difference, with a power of 80%. */
  readonly needed?: { readonly control: number; readonly variant: number };
}

export function abResult(plan: AbTestPlan, account: TrafficAccount): AbResult {
  const [controls, variants] = [plan.control, plan.variant].map((image) =>
    account.conversions(image),
  ) as [readonly Count[], readonly Count[]];
  const none: Count = { trials: 0, successes: 0 };
  let test = newSequentialTest(plan.falsePositives);
  let decidedAt: Millis | undefined;
  for (let second = 0; second < Math.max(controls.length, variants.length); second++) {
    const batch = { control: controls[second] ?? none, variant: variants[second] ?? none };
    test = addBatch(test, batch);
    if (test.verdict !== "undecided") decidedAt ??= (second + 1) * 1000;
  }
  const needed = neededFor(plan, test);
  return {
    control: sideOf(plan.control, test.control),
    variant: sideOf(plan.variant, test.variant),
    falsePositives: plan.falsePositives,
    verdict: test.verdict,
    pValue: test.pValue,
    ...(decidedAt === undefined ? {} : { decidedAt, decidedAfter: test.decidedAfter!.trials }),
    ...(needed === undefined ? {} : { needed }),
  };
}

/** From what the control converts, with the split that there was. */
function neededFor(
  { detect, falsePositives }: AbTestPlan,
  { control, variant }: { readonly control: Count; readonly variant: Count },
): AbResult["needed"] {
  if (detect === undefined || control.trials === 0 || variant.trials === 0) return undefined;
  const share = control.successes / control.trials;
  const better = share + detect <= 1 ? share + detect : share - detect;
  const split = variant.trials / (control.trials + variant.trials);
  return sampleSize({ control: share, variant: better, split, alpha: falsePositives });
}

function sideOf(image: string, count: Count): AbSide {
  const share = count.trials === 0 ? 0 : count.successes / count.trials;
  return { image, ...count, share, interval: wilsonInterval(count) };
}
