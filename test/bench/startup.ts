/**
 * `node .build/test/bench/startup.js`: how long `rollsim run` of a small scenario takes from start to end,
 * beside an empty Node program, in turn. Prints medians; the goal is 1.5 times the empty program plus 60 ms.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { interleaved, median, printTable } from "./statistics.ts";

const REPETITIONS = 15;
const root = fileURLToPath(new URL("../../../", import.meta.url));

const programs = {
  "node -e 0": ["-e", "0"],
  "rollsim run": ["dist/cli.js", "run", "scenarios/rolling-update.yaml", "--quiet"],
} as const;

function measure(args: readonly string[]): number {
  const start = process.hrtime.bigint();
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "ignore" });
  if (status !== 0) throw new Error(`node ${args.join(" ")}: exit ${status} (npm run build first)`);
  return Number(process.hrtime.bigint() - start) / 1e6;
}

function main(): void {
  const runs = interleaved(Object.values(programs), REPETITIONS, measure);
  const [empty, own] = [median(runs[0]!), median(runs[1]!)];
  const goal = 1.5 * empty + 60;
  printTable(
    ["", "ms", "goal ms"],
    [
      ["node -e 0", empty.toFixed(0), ""],
      ["rollsim run", own.toFixed(0), goal.toFixed(0)],
    ],
  );
}

main();
