/**
 * `npm run bench`: all benchmarks, one after the other. With names, only those: `npm run bench -- kernel`. Cases
 * run in turn (A B C A B C ...), each in a process of its own. With `--write`, what was measured goes to
 * results.json, of which `npm run docs` makes docs/performance.md. `--large` adds what takes minutes, once.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import type { Bench, Case, Measured, Results, Run } from "./bench.ts";
import { checkerBench } from "./checker.ts";
import { kernelBench } from "./kernel.ts";
import { peerBench } from "./peer.ts";
import { queueBench } from "./queue.ts";
import { oneByOneAgainBench, oneByOneBench, rollingUpdateBench } from "./rolling-update.ts";
import { startupBench } from "./startup.ts";
import { deviation, median, printTable } from "./statistics.ts";
import { trafficBench } from "./traffic.ts";

const benches: Readonly<Record<string, Bench>> = {
  "rolling-update": rollingUpdateBench,
  "one-by-one": oneByOneBench,
  "one-by-one-again": oneByOneAgainBench,
  queue: queueBench,
  kernel: kernelBench,
  peer: peerBench,
  startup: startupBench,
  traffic: trafficBench,
  checker: checkerBench,
};

const resultsFile = fileURLToPath(new URL("../../../test/bench/results.json", import.meta.url));

/** One run in a process of its own; undefined where something is not installed. */
function runOnce(name: string, who: string, size: number): Run | undefined {
  const script = fileURLToPath(import.meta.url);
  const child = spawnSync(process.execPath, [script, "--once", name, who, String(size)], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (child.status !== 0) throw new Error(`${name}, ${who}, ${size}: exit ${String(child.status)}`);
  return child.stdout === "" ? undefined : (JSON.parse(child.stdout) as Run);
}

function runAll(name: string, bench: Bench, large: "large" | "quick"): readonly Measured[] {
  const { title, repetitions, equal } = bench;
  const isLarge = ({ size }: Case): boolean => bench.large?.includes(size) ?? false;
  const cases = bench.cases.filter((one) => large === "large" || !isLarge(one));
  process.stdout.write(`${name}: ${title}\n`);
  const runs = cases.map((): Run[] => []);
  for (let i = 0; i < repetitions; i++) {
    for (const [at, one] of cases.entries()) {
      if (i > 0 && isLarge(one)) continue;
      const run = runOnce(name, one.who, one.size);
      if (run !== undefined) runs[at]!.push(run);
    }
  }
  const measured = cases.map((one, at) => ({ ...one, runs: runs[at]! }));
  for (const { size } of cases) {
    for (const what of equal) {
      const all = measured.filter((one) => one.size === size).flatMap((one) => one.runs);
      const values = new Set(all.map((run) => run[what]));
      if (values.size > 1)
        throw new Error(`${name}, ${size}: ${what} is ${[...values].join(", ")}`);
    }
  }
  print(measured);
  return measured;
}

function print(measured: readonly Measured[]): void {
  const names = Object.keys(measured.find(({ runs }) => runs.length > 0)?.runs[0] ?? {});
  const rows = measured.map(({ who, size, runs }) => {
    const cells = names.map((name) => {
      const values = runs.flatMap((run) => run[name] ?? []);
      if (values.length === 0) return "-";
      return `${median(values).toPrecision(3)} ±${deviation(values).toPrecision(1)}`;
    });
    return [who, String(size), ...cells];
  });
  printTable(["who", "size", ...names.map((name) => name.slice(0, 14))], rows);
  process.stdout.write("\n");
}

async function main(args: readonly string[]): Promise<void> {
  if (args[0] === "--once") {
    const [, name = "", who = "", size] = args;
    const run = await benches[name]!.measure({ who, size: Number(size) });
    process.stdout.write(run === undefined ? "" : JSON.stringify(run), () => process.exit(0));
    return;
  }
  const names = args.filter((arg) => !arg.startsWith("--"));
  const large = args.includes("--large") ? "large" : "quick";
  const before = loadavg()[0]!;
  const measured = Object.fromEntries(
    Object.entries(benches)
      .filter(([name]) => names.length === 0 || names.includes(name))
      .map(([name, bench]) => [name, runAll(name, bench, large)]),
  );
  if (!args.includes("--write")) return;
  const all = cpus();
  const machine: Results["machine"] = {
    node: process.version,
    cpu: all[0]!.model.trim(),
    cores: all.length,
    load: [before, loadavg()[0]!],
  };
  // What was not run again stays.
  const stored = (JSON.parse(readFileSync(resultsFile, "utf8")) as Results).benches;
  for (const [name, run] of Object.entries(measured)) {
    const ran = new Set(run.map(({ size }) => size));
    const kept = stored[name]?.filter(
      ({ size }) => benches[name]!.large?.includes(size) && !ran.has(size),
    );
    measured[name] = [...run, ...(kept ?? [])];
  }
  const results: Results = { machine, benches: { ...stored, ...measured } };
  writeFileSync(resultsFile, `${JSON.stringify(results)}\n`);
}

await main(process.argv.slice(2));
