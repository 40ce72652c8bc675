/** Values that scenario files have in many places (schema-values.ts), as a run has them: shares, ms. */
import { durationOf } from "../api/duration.ts";
import type { Millis } from "../api/meta.ts";
import type { Spread } from "../traffic/options.ts";

/** `5%` or 0.05. */
export function shareOf(share: number | string): number {
  return typeof share === "number" ? share : Number(share.slice(0, -1)) / 100;
}

export function timeOf(text: string | undefined): Millis | undefined {
  return text === undefined ? undefined : durationOf(text);
}

export function spreadOf({
  delay = "0s",
  jitter,
}: {
  delay?: string | undefined;
  jitter?: string | undefined;
}): Spread {
  return { delay: durationOf(delay), ...(jitter !== undefined && { jitter: durationOf(jitter) }) };
}
