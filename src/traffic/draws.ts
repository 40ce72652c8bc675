/**
 * Draws of requests: each is a function of the seed, what it is for, and the request's number, so that a
 * world with one thing changed meets the same requests. Only operations that every engine rounds alike.
 */
import type { Random } from "../engine/random.ts";

/** Uniform 32-bit integers by two counters. */
export function keyed(random: Random, purpose: string): (a: number, b: number) => number {
  const key = Math.floor(random.draw(`traffic/${purpose}`, 0) * 0x1_0000_0000) | 0;
  return (a, b) => {
    let h = Math.imul((key ^ a) + 0x9e3779b9, 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13) ^ b, 0xc2b2ae35);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    return (h ^ (h >>> 13)) >>> 0;
  };
}

const STEPS = 4096;

/** Made by the first draw: most runs have no traffic. */
let quantiles: Float64Array | undefined;

/** A draw from the exponential distribution with mean 1 (cut off at about 9). */
export function exponential(bits: number): number {
  quantiles ??= exponentialQuantiles();
  return quantiles[bits >>> 20]!;
}

/** Of the exponential distribution with mean 1, at the middle of each of 4096 steps. */
function exponentialQuantiles(): Float64Array {
  const raw = Float64Array.from({ length: STEPS }, (_, i) => -ln(1 - (i + 0.5) / STEPS));
  const mean = raw.reduce((sum, value) => sum + value, 0) / STEPS;
  return raw.map((value) => value / mean);
}

/** The natural logarithm of a number in (0, 1], by a series: Math.log differs between engines. */
function ln(x: number): number {
  let halvings = 0;
  let y = x;
  for (; y < 0.75; y *= 2) halvings++;
  const z = (y - 1) / (y + 1);
  let term = z;
  let sum = 0;
  for (let k = 1; k < 60; k += 2) {
    sum += term / k;
    term *= z * z;
  }
  return 2 * sum - halvings * Math.LN2;
}
