/** Counts of durations in steps that grow: so many per doubling, exact below that. */
import type { Millis } from "../api/meta.ts";
import type { Micros } from "./options.ts";

/** Steps per doubling, as a power of two: 6 is 64 steps, at most 1.6% too high; 4 is 16 steps, 6.3%. */
export type Fineness = 4 | 6;

// Durations up to 2^31 - 1 µs, some 36 minutes; longer ones count as that long.
const DOUBLINGS = 27;
const LONGEST: Micros = 0x7fff_ffff;

export function bucketsOf(fineness: Fineness): number {
  return (DOUBLINGS + 6 - fineness) << fineness;
}

export function bucketOf(micros: Micros, fineness: Fineness): number {
  if (micros < 1 << fineness) return micros;
  const shift = 31 - fineness - Math.clz32(Math.min(micros, LONGEST));
  return (shift << fineness) + (micros >>> shift);
}

/** The longest duration of a bucket. */
export function topOf(bucket: number, fineness: Fineness): Micros {
  if (bucket < 2 << fineness) return bucket;
  const shift = (bucket >>> fineness) - 1;
  return (bucket - (shift << fineness) + 1) * 2 ** shift - 1;
}

/** The longest duration of the bucket of that percentile, of `total` durations; 0 of none. */
export function percentileOf(
  counts: ArrayLike<number>,
  total: number,
  percent: number,
  fineness: Fineness,
): Millis {
  const rank = Math.max(1, Math.ceil((total * percent) / 100));
  let seen = 0;
  for (let bucket = 0; bucket < counts.length; bucket++) {
    seen += counts[bucket]!;
    if (seen >= rank) return topOf(bucket, fineness) / 1000;
  }
  return 0;
}
