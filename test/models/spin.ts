// Runs SPIN on rollout.pml. Needs `spin` and `gcc` on the path.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { sizeOf } from "./law.ts";
import type { RolloutConfig } from "./config.ts";

export interface SpinRun {
  /** Distinct states without the one before the first. */
  readonly states: number;
  /** Whether the assertion failed, and after how many steps from the initial state. */
  readonly breachedAfter: number | undefined;
  /** Seconds by SPIN's own clock, and of processor time. */
  readonly seconds: number;
  readonly cpuSeconds: number;
}

export interface SpinOptions {
  /** The name of what to assert after each step; see rollout.pml. */
  readonly holds?: string;
  /** `breadth` finds shortest ways, `depth` is faster; default `depth`. */
  readonly search?: "breadth" | "depth";
  /** log2 of the slots of SPIN's hash table; default 22. */
  readonly tableBits?: number;
}

/** Why SPIN cannot run here; undefined if it can. */
export function spinIsMissing(): string | undefined {
  for (const [tool, flag] of [
    ["spin", "-V"],
    ["gcc", "--version"],
  ] as const) {
    const tried = spawnSync(tool, [flag], { encoding: "utf8" });
    if (tried.error !== undefined) return `${tool} is not installed`;
  }
  return undefined;
}

/** The -D flags that make rollout.pml this configuration. */
function promelaFlags(config: RolloutConfig, holds?: string): readonly string[] {
  const { surge, unavailable, replicas } = config;
  const size = sizeOf(replicas, surge, unavailable);
  const flags: Record<string, number | string> = {
    K: config.sets,
    R: size.replicas,
    S: size.surge,
    U: size.unavailable,
    CHANGES: config.changes,
    BACK: config.direction === "forward or back" ? 1 : 0,
    GOES_ON: config.creation === "create goes on" ? 1 : 0,
    MIN_READY: config.minReady === "positive" ? 1 : 0,
    FAULTS: config.faults ?? 0,
    LAG: config.cache === "lagging" ? 1 : 0,
    LANDS: config.secondWrite === "lands" ? 1 : 0,
    NO_GUARD: config.mutant === "no guard: an old set may grow in cleanup" ? 1 : 0,
  };
  if (config.scaleTo !== undefined) {
    const second = sizeOf(config.scaleTo, surge, unavailable);
    Object.assign(flags, {
      SCALE: 1,
      R2: second.replicas,
      S2: second.surge,
      U2: second.unavailable,
    });
  }
  if (holds !== undefined) flags["HOLDS"] = holds;
  return Object.entries(flags).map(([name, value]) => `-D${name}=${value}`);
}

/** A search built by SPIN; `remove` deletes its files. */
export interface Pan {
  readonly run: () => SpinRun;
  readonly remove: () => void;
}

/** Builds the search; throws if a tool fails. */
export function buildPan(config: RolloutConfig, options: SpinOptions = {}): Pan {
  const source = resolve("test/models/rollout.pml");
  if (!existsSync(source)) throw new Error(`no ${source}: run from the root of the project`);
  const folder = mkdtempSync(join(tmpdir(), "rollsim-spin-"));
  const breadth = options.search === "breadth";
  const flags = promelaFlags(config, options.holds);
  run("spin", ["-a", ...flags, `-DBREADTH=${breadth ? 1 : 0}`, source], folder);
  const build = ["-O3", "-DSAFETY", "-DNOREDUCE", "-DMEMLIM=16000", "-o", "pan", "pan.c"];
  run("gcc", breadth ? ["-DBFS", ...build] : build, folder);
  // The shell's `times` says what its children used, on its second line.
  const search = `./pan -m1000000 -w${options.tableBits ?? 22}; times`;
  return {
    run: () => read(run("sh", ["-c", search], folder)),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** Builds and runs the search once; throws if SPIN says what this cannot read. */
export function runSpin(config: RolloutConfig, options: SpinOptions = {}): SpinRun {
  const pan = buildPan(config, options);
  try {
    return pan.run();
  } finally {
    pan.remove();
  }
}

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} failed:\n${stdout}${stderr}`);
  return stdout;
}

function read(printed: string): SpinRun {
  const states = /^\s*(\S+) states, stored/m.exec(printed)?.[1];
  const seconds = /pan: elapsed time (\S+) seconds/.exec(printed)?.[1];
  if (states === undefined || seconds === undefined) throw new Error(`unreadable:\n${printed}`);
  if (/max search depth too small|out of memory/.test(printed)) throw new Error(printed);
  const lastLine = printed.trimEnd().split("\n").at(-1)!;
  // SPIN counts depth from 0, and its first step is the one that sets the initial state.
  const depth = /assertion violated .*\(at depth (\d+)\)/.exec(printed)?.[1];
  return {
    states: Number(states) - 1,
    breachedAfter: depth === undefined ? undefined : Number(depth),
    seconds: Number(seconds),
    cpuSeconds: [...lastLine.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
      (total, [, minutes, rest]) => total + Number(minutes) * 60 + Number(rest),
      0,
    ),
  };
}
