/**
 * How all strategies judge a release, so that they differ in nothing else: the share of requests that
 * succeed, measured again and again. Controllers of strategies measure what goes to the new version alone;
 * a person in front of a plain Deployment sees all requests of the Service.
 */
import type { Millis } from "../api/meta.ts";

export interface Watch {
  /** ms between two measurements, and the stretch that each looks back over. */
  readonly interval: Millis;
  /** The least share of successes, 0 to 1. */
  readonly success: number;
  /** So many measurements below it, and the release is taken back. */
  readonly failures: number;
  /** Shares of requests for the new version, in per cent, one step after the other. */
  readonly weights: readonly number[];
  /** ms at each of them; whoever has no steps watches for as long in all. */
  readonly step: Millis;
}

export const defaultWatch: Watch = {
  interval: 10_000,
  success: 0.99,
  failures: 2,
  weights: [10, 25, 50],
  step: 30_000,
};

/** ms that a release is watched for. */
export function watchedFor({ weights, step }: Watch): Millis {
  return weights.length * step;
}
