/** What benchmarks share: fresh processes in turn, medians, tables. */
import { spawnSync } from "node:child_process";

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Runs a script of this folder with arguments in a process of its own; it prints its result as JSON. */
export function inOwnProcess<T>(script: string, args: readonly string[]): T {
  const child = spawnSync(process.execPath, [script, ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (child.status !== 0) throw new Error(`${script} ${args.join(" ")}: exit ${child.status}`);
  return JSON.parse(child.stdout) as T;
}

/** Each measurement so many times, in turn: A B C A B C ... */
export function interleaved<A, T>(
  all: readonly A[],
  repetitions: number,
  measure: (what: A) => T,
): readonly (readonly T[])[] {
  const results = all.map((): T[] => []);
  for (let i = 0; i < repetitions; i++) {
    for (const [at, what] of all.entries()) results[at]!.push(measure(what));
  }
  return results;
}

export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  for (const row of [header, ...rows]) {
    process.stdout.write(`${row.map((cell) => cell.padStart(12)).join("")}\n`);
  }
}

/** CPU time of this process so far, ms. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
