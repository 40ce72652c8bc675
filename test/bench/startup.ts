/** `rollsim run` of a small scenario from start to end, beside an empty Node program. Needs `npm run build`. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Bench, Case, Run } from "./bench.ts";
import { median } from "./statistics.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

const programs: Readonly<Record<string, readonly string[]>> = {
  "node -e 0": ["-e", "0"],
  "rollsim run": ["dist/cli.cjs", "run", "scenarios/rolling-update.yaml", "--quiet"],
};

function childrenCpuMs(args: readonly string[]): Run {
  const start = process.hrtime.bigint();
  // Bash asks the kernel for it; the clock of sh goes in steps of 10 ms.
  const command = 'TIMEFORMAT="%3U %3S"; time "$0" "$@" > /dev/null';
  const { status, stderr } = spawnSync("bash", ["-c", command, process.execPath, ...args], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C" },
  });
  if (status !== 0) throw new Error(`node ${args.join(" ")}: exit ${status} (npm run build first)`);
  const wall = Number(process.hrtime.bigint() - start) / 1e6;
  const [user = NaN, system = NaN] = stderr.trimEnd().split("\n").at(-1)!.split(" ").map(Number);
  return { "CPU ms": (user + system) * 1000, "wall ms": wall };
}

export const startupBench: Bench = {
  title: "the command line beside an empty program",
  repetitions: 7,
  cases: Object.keys(programs).map((who) => ({ who, size: 1 })),
  equal: [],
  measure({ who }: Case): Run {
    const runs = Array.from({ length: 5 }, () => childrenCpuMs(programs[who]!));
    return {
      "CPU ms": median(runs.map((run) => run["CPU ms"]!)),
      "wall ms": median(runs.map((run) => run["wall ms"]!)),
    };
  },
};
