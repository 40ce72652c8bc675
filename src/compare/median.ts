/** The lower median: one of the values, so that nothing is said that did not happen. */
export function median(values: readonly number[]): number {
  const middle = values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
  if (middle === undefined) throw new RangeError("no values, no median");
  return middle;
}
