/** What benchmarks share: medians, how sure they are, tables, CPU time. */
import seedrandom from "seedrandom";

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Median absolute deviation. */
export function deviation(values: readonly number[]): number {
  const middle = median(values);
  return median(values.map((value) => Math.abs(value - middle)));
}

/** The ratio of medians, and the middle 95 % of those of samples drawn anew (bootstrap, fixed seed). */
export function ratioOf(
  above: readonly number[],
  below: readonly number[],
): { readonly ratio: number; readonly low: number; readonly high: number } {
  const random = seedrandom.alea("bench");
  const again = (values: readonly number[]): number[] =>
    values.map(() => values[Math.floor(random() * values.length)]!);
  const drawn = Array.from({ length: 2000 }, () => median(again(above)) / median(again(below)));
  drawn.sort((a, b) => a - b);
  return { ratio: median(above) / median(below), low: drawn[50]!, high: drawn[1949]! };
}

export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  for (const row of [header, ...rows]) {
    process.stdout.write(`${row.map((cell) => cell.padStart(15)).join("")}\n`);
  }
}

/** CPU time of this process so far, ms. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The same numbers for all (xorshift, 32 bits). */
export function draws(): () => number {
  let state = 2463534242;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
