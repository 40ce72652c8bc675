/**
 * One seed for all properties: the same on every machine unless ROLLSIM_SEED names another. When a property
 * fails, fast-check prints the seed and the path that lead to the smallest counterexample.
 */
import type { Parameters } from "fast-check";

export const seed = Number(process.env["ROLLSIM_SEED"] ?? 20_261_123);

/** ROLLSIM_RUNS multiplies the number of runs, for long runs by hand. */
const factor = Number(process.env["ROLLSIM_RUNS"] ?? 1);

export function runs<T>(numRuns: number): Parameters<T> {
  return { seed, numRuns: Math.ceil(numRuns * factor) };
}
