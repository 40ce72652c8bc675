/** Which of several choices are beaten by another one (Pareto). */

/** Less of each is better. */
export type Costs = readonly number[];

/** At least as good in everything, and better in something. */
export function beats(one: Costs, other: Costs): boolean {
  return one.every((cost, i) => cost <= other[i]!) && one.some((cost, i) => cost < other[i]!);
}
