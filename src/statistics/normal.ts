/**
 * The standard normal distribution, with operations alone that every engine rounds alike: Math.exp and
 * Math.log differ in the last bit.
 */
import { assert } from "../engine/assert.ts";

const DENSITY_AT_0 = 1 / Math.sqrt(2 * Math.PI);

/** The probability of a value of at most `x`. */
export function normalCdf(x: number): number {
  if (x < -8) return 0;
  if (x > 8) return 1;
  // 1/2 + density(x) (x + x^3/3 + x^5/(3*5) + ...)
  let term = x;
  let sum = x;
  for (let k = 3; Math.abs(term) > 1e-17; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + DENSITY_AT_0 * expOfMinus((x * x) / 2) * sum;
}

/** The value below which a share of 0 < `share` < 1 lies: 1.96 for 0.975. Right to ten digits. */
export function normalQuantile(share: number): number {
  assert(share > 0 && share < 1, `a share of ${share}`);
  let [low, high] = [-8, 8];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** e^-y for 0 <= y <= 32: the series of y/4096, squared twelve times. */
function expOfMinus(y: number): number {
  const z = -y / 4096;
  let power = 0;
  for (let k = 7; k > 0; k--) power = (z / k) * (1 + power);
  power += 1;
  for (let i = 0; i < 12; i++) power *= power;
  return power;
}
