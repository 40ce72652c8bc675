/**
 * `node .build/test/bench/checker.js [repetitions]`: the checker and SPIN on the same model, the row
 * of 12,727,900 states, in turn, each search in a fresh process. Both get a table of fitting size,
 * judge no property and keep no trace. Prints medians and their ratio, by wall clock and by
 * processor time; only the ratios mean something on a shared machine.
 */
import { spawnSync } from "node:child_process";
import { argv, execPath, resourceUsage, stdout } from "node:process";
import { fileURLToPath } from "node:url";
import { check } from "../../src/verify/check.ts";
import { rolloutModel } from "../models/rollout.ts";
import type { RolloutConfig } from "../models/config.ts";
import { largeRows } from "../models/rows.ts";
import { buildPan, spinIsMissing } from "../models/spin.ts";

interface Search {
  readonly states: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** One search by the checker. */
interface OwnSearch extends Search {
  /** Held by the checker, and the most that the whole process held beyond an idle one. */
  readonly bytesPerState: number;
  readonly residentPerState: number;
}

export interface CheckerBench {
  readonly states: number;
  readonly repetitions: number;
  /** Medians, in distinct states a second. */
  readonly ours: { readonly wall: number; readonly cpu: number; readonly bytesPerState: number };
  readonly spin: { readonly wall: number; readonly cpu: number } | undefined;
  /** Medians of the ratios of neighbouring runs, ours to SPIN's. */
  readonly ratio: { readonly wall: number; readonly cpu: number } | undefined;
}

const row = largeRows.twelveMillion;
const config: RolloutConfig = { ...row.config, creation: "create ends" };
const expectedStates = row.states["create ends"];

function searchOnce(): OwnSearch {
  const idle = resourceUsage().maxRSS;
  const model = rolloutModel(config);
  const before = resourceUsage();
  const start = performance.now();
  const { states, bytes } = check(model, [], { expectedStates });
  const seconds = (performance.now() - start) / 1e3;
  const after = resourceUsage();
  const cpu = after.userCPUTime + after.systemCPUTime - before.userCPUTime - before.systemCPUTime;
  return {
    states,
    seconds,
    cpuSeconds: cpu / 1e6,
    bytesPerState: bytes / states,
    residentPerState: ((after.maxRSS - idle) * 1024) / states,
  };
}

function inFreshProcess(): OwnSearch {
  const args = [fileURLToPath(import.meta.url), "--once"];
  const { status, stdout: printed, stderr } = spawnSync(execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`the checker failed:\n${stderr}`);
  return JSON.parse(printed) as OwnSearch;
}

/** Runs both in turn; throws if they disagree on the number of states. */
export function benchChecker(repetitions: number): CheckerBench {
  const missing = spinIsMissing();
  const pan = missing === undefined ? buildPan(config, { tableBits: 25 }) : undefined;
  const ours: OwnSearch[] = [];
  const spins: Search[] = [];
  try {
    for (let k = 0; k < repetitions; k++) {
      ours.push(inFreshProcess());
      if (pan !== undefined) spins.push(pan.run());
    }
  } finally {
    pan?.remove();
  }
  for (const { states } of [...ours, ...spins]) {
    if (states !== expectedStates) throw new Error(`${states} states, not ${expectedStates}`);
  }
  const wall = ({ states, seconds }: Search): number => states / seconds;
  const cpu = ({ states, cpuSeconds }: Search): number => states / cpuSeconds;
  const ratios = (rate: (search: Search) => number): number =>
    median(spins.map((spin, k) => rate(ours[k]!) / rate(spin)));
  const compared = spins.length > 0;
  return {
    states: expectedStates,
    repetitions,
    ours: {
      wall: median(ours.map(wall)),
      cpu: median(ours.map(cpu)),
      bytesPerState: Math.max(...ours.map((own) => own.residentPerState)),
    },
    spin: compared ? { wall: median(spins.map(wall)), cpu: median(spins.map(cpu)) } : undefined,
    ratio: compared ? { wall: ratios(wall), cpu: ratios(cpu) } : undefined,
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The result in lines for people. */
export function describeCheckerBench(bench: CheckerBench): readonly string[] {
  const perSecond = (rate: number): string => `${(rate / 1e6).toFixed(2)} M states/s`;
  const { ours, spin, ratio } = bench;
  const lines = [
    `checker: ${bench.states} states, ${bench.repetitions} runs in turn`,
    `  rollsim  ${perSecond(ours.wall)} wall, ${perSecond(ours.cpu)} processor, ` +
      `${ours.bytesPerState.toFixed(1)} resident bytes a state at most`,
  ];
  if (spin === undefined || ratio === undefined) return [...lines, "  SPIN     NOT INSTALLED"];
  return [
    ...lines,
    `  SPIN     ${perSecond(spin.wall)} wall, ${perSecond(spin.cpu)} processor`,
    `  ratio    ${ratio.wall.toFixed(2)} wall, ${ratio.cpu.toFixed(2)} processor`,
  ];
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  if (argv.includes("--once")) {
    stdout.write(JSON.stringify(searchOnce()));
  } else {
    const bench = benchChecker(Number(argv[2] ?? 5));
    stdout.write(`${describeCheckerBench(bench).join("\n")}\n`);
  }
}
