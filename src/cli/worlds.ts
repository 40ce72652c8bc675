/** How many worlds a command plays, and other whole numbers on the command line. */
import { UsageError } from "./io.ts";

const mostWorlds = 10_000;

/** Seeds `SEED`, `SEED-2`, `SEED-3` ... as many as `--seeds` asks for. */
export function worldsOf(count: string | undefined, seed: string): readonly string[] {
  const worlds = count === undefined ? 1 : wholeNumber("seeds", count, mostWorlds);
  return Array.from({ length: worlds }, (_, i) => (i === 0 ? seed : `${seed}-${i + 1}`));
}

export function wholeNumber(option: string, text: string, most: number): number {
  const number = Number(text);
  if (/^\d+$/u.test(text) && number >= 1 && number <= most) return number;
  throw new UsageError(`--${option} ${text}: whole numbers from 1 to ${most}`);
}
