/**
 * `node .build/test/bench/rolling-update.js [N...]`: one rolling update of N replicas with the default
 * strategy, all controllers' logic on. Each size runs in fresh processes, in turn, after a warm-up. Prints
 * medians: time, CPU time, CPU time per pod, its ratio to the cheapest size, and peak memory. Only the ratios
 * mean something on a shared machine. Ends with 1 where the cost per pod is not flat within LIMIT.
 */
import { fileURLToPath } from "node:url";
import { rollingUpdate } from "./rollout.ts";
import { cpuMs, inOwnProcess, interleaved, median, printTable } from "./statistics.ts";

const SIZES = [1000, 10_000, 100_000, 1_000_000];
const REPETITIONS = 3;
const LIMIT = 1.5;
/** Rollouts of so many replicas, until so much CPU time is spent. */
const WARM_UP = 2000;
const WARM_UP_MS = 2500;

interface Measured {
  /** From the change of the image until the rollout is complete. */
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMB: number;
}

/** After a warm-up; small ones several times, as the clock is coarse. */
function measure(replicas: number): Measured {
  while (cpuMs() < WARM_UP_MS) rollingUpdate({ replicas: Math.min(replicas, WARM_UP) });
  const times = Array.from({ length: replicas < 20_000 ? 9 : 1 }, () =>
    rollingUpdate({ replicas }),
  );
  return {
    wallMs: median(times.map((time) => time.wallMs)),
    cpuMs: median(times.map((time) => time.cpuMs)),
    peakMB: process.resourceUsage().maxRSS / 1024,
  };
}

function main(args: readonly string[]): number {
  if (args[0] === "--once") {
    process.stdout.write(JSON.stringify(measure(Number(args[1]))));
    return 0;
  }
  const sizes = args.length > 0 ? args.map(Number) : SIZES;
  const script = fileURLToPath(import.meta.url);
  const runs = interleaved(sizes, REPETITIONS, (size) =>
    inOwnProcess<Measured>(script, ["--once", String(size)]),
  );
  const rows = sizes.map((size, at) => ({
    size,
    wall: median(runs[at]!.map((run) => run.wallMs)),
    cpu: median(runs[at]!.map((run) => run.cpuMs)),
    peak: median(runs[at]!.map((run) => run.peakMB)),
  }));
  const costs = rows.map(({ size, cpu }) => (cpu * 1000) / size);
  const cheapest = Math.min(...costs);
  printTable(
    ["replicas", "wall ms", "CPU ms", "CPU us/pod", "ratio", "peak MB"],
    rows.map(({ size, wall, cpu, peak }, at) => [
      String(size),
      wall.toFixed(0),
      cpu.toFixed(0),
      costs[at]!.toFixed(2),
      (costs[at]! / cheapest).toFixed(2),
      peak.toFixed(0),
    ]),
  );
  const ratio = Math.max(...costs) / cheapest;
  process.stdout.write(`dearest to cheapest: ${ratio.toFixed(2)}, limit ${LIMIT}\n`);
  return ratio <= LIMIT ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));
