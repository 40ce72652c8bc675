/** Where an axis has its ticks. */
import type { Millis } from "../api/meta.ts";
import { podsPerCell } from "./pods.ts";

const HOUR = 3_600_000;

/** Stretches that people count in, by unit in ms. */
const stretches: readonly Millis[] = Object.entries({
  1: [1, 2, 5, 10, 20, 50, 100, 200, 500],
  1000: [1, 2, 5, 10, 15, 30],
  60000: [1, 2, 5, 10, 15, 30],
  3600000: [1, 2, 4, 6, 12, 24, 48, 168],
}).flatMap(([unit, counts]) => counts.map((count) => count * Number(unit)));

/** At most so many, from 0 to the end. */
export function timeTicks(end: Millis, most: number): readonly Millis[] {
  const step =
    stretches.find((stretch) => end / stretch < most) ?? Math.ceil(end / most / HOUR) * HOUR;
  return upTo(end, step);
}

/** Pods, at most so many above 0. */
export function podTicks(end: number, most: number): readonly number[] {
  return upTo(end, podsPerCell(end, most));
}

function upTo(end: number, step: number): readonly number[] {
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, i) => i * step);
}
