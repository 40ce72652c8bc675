/** `rollsim run` of a small scenario from start to end, beside an empty Node program. Needs `npm run build`. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Bench, Case, Run } from "./bench.ts";
import { median } from "./statistics.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

const programs: Readonly<Record<string, readonly string[]>> = {
  "node -e 0": ["-e", "0"],
  "rollsim run": ["dist/cli.js", "run", "scenarios/rolling-update.yaml", "--quiet"],
};

function childrenCpuMs(args: readonly string[]): Run {
  const start = process.hrtime.bigint();
  // The shell's `times` says what its children used, on its second line.
  const command = '"$0" "$@" > /dev/null; s=$?; times; exit $s';
  const { status, stdout } = spawnSync("sh", ["-c", command, process.execPath, ...args], {
    cwd: root,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`node ${args.join(" ")}: exit ${status} (npm run build first)`);
  const wall = Number(process.hrtime.bigint() - start) / 1e6;
  const line = stdout.trimEnd().split("\n").at(-1)!;
  const cpu = [...line.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (total, [, minutes, seconds]) => total + Number(minutes) * 60_000 + Number(seconds) * 1000,
    0,
  );
  return { "CPU ms": cpu, "wall ms": wall };
}

export const startupBench: Bench = {
  title: "the command line beside an empty program",
  repetitions: 7,
  cases: Object.keys(programs).map((who) => ({ who, size: 1 })),
  equal: [],
  measure({ who }: Case): Run {
    const runs = Array.from({ length: 5 }, () => childrenCpuMs(programs[who]!));
    return {
      // The shell's clock is coarse.
      "CPU ms": runs.reduce((sum, run) => sum + run["CPU ms"]!, 0) / runs.length,
      "wall ms": median(runs.map((run) => run["wall ms"]!)),
    };
  },
};
