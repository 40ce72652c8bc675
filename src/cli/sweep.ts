/** `rollsim sweep`: which maxSurge and maxUnavailable, in the worlds of a scenario or of plain manifests. */
import { parseDuration } from "../api/duration.ts";
import type { IntOrString } from "../api/meta.ts";
import { CannotPlay } from "../compare/play.ts";
import { settingsOf, type Grid } from "../compare/settings.ts";
import { sweep as sweepOver, type Sweep } from "../compare/sweep.ts";
import { sweepMarkdown, sweepText } from "../compare/sweep-table.ts";
import { defaultGrid } from "../library/sweep.ts";
import { exitCodes, UsageError, type CliIo, type ExitCode } from "./io.ts";
import { deploymentOf } from "./one-deployment.ts";
import { oneScenario } from "./one-scenario.ts";
import { runsOn } from "./progress.ts";
import { worldsOf } from "./worlds.ts";

export interface SweepArguments {
  readonly file: string;
  /** Which of the file's Deployments, as in deployment/web; may be left out where there is one. */
  readonly object: string | undefined;
  readonly surge: string | undefined;
  readonly unavailable: string | undefined;
  readonly minReady: string | undefined;
  readonly preStop: string | undefined;
  readonly seeds: string | undefined;
  readonly output: "text" | "markdown" | "json";
}

const mostSettings = 1000;

export function sweep(args: SweepArguments, io: CliIo): ExitCode {
  const grid: Grid = {
    surges: amountsOf("surge", args.surge ?? defaultGrid.surges.join(",")),
    unavailables: amountsOf("unavailable", args.unavailable ?? defaultGrid.unavailables.join(",")),
    minReadies: secondsOf("min-ready", args.minReady ?? "0s"),
    preStops: secondsOf("pre-stop", args.preStop ?? "0s"),
  };
  const read = oneScenario("sweep", args.file, io);
  if (read === undefined) return exitCodes.usage;
  const { scenario, readFile } = read;
  const seeds = worldsOf(args.seeds, scenario.seed);
  const deployment = deploymentOf(scenario, args.object, readFile);
  const settings = settingsOf(grid, deployment).length;
  if (settings > mostSettings) {
    throw new UsageError(`${settings} settings: at most ${mostSettings}; try fewer of each`);
  }
  const progress = runsOn(io, settings * seeds.length);
  try {
    const found = sweepOver(scenario, deployment, {
      grid,
      seeds,
      run: { readFile },
      onRun: progress.at,
    });
    progress.end();
    io.out.write(`${textOf(found, args.output)}\n`);
    return exitCodes.fine;
  } catch (error) {
    progress.end();
    if (!(error instanceof CannotPlay)) throw error;
    io.err.write(`rollsim: ${error.message}\n`);
    return exitCodes.failed;
  }
}

function textOf(found: Sweep, output: SweepArguments["output"]): string {
  switch (output) {
    case "text":
      return sweepText(found);
    case "markdown":
      return sweepMarkdown(found);
    case "json": {
      const { deployment, seeds, cells } = found;
      const { namespace, name } = deployment.metadata;
      const { replicas } = deployment.spec;
      // JSON has no Infinity: what never ends has no duration.
      return JSON.stringify({ namespace, name, replicas, seeds, cells }, undefined, 2);
    }
  }
}

/** `0,1,25%`. */
function amountsOf(option: string, list: string): readonly IntOrString[] {
  return list.split(",").map((text) => {
    if (/^\d{1,3}%$/u.test(text)) return text;
    if (/^\d{1,4}$/u.test(text)) return Number(text);
    throw new UsageError(`--${option} ${list}: numbers of pods or percentages, as in 0,1,25%`);
  });
}

/** `0s,10s,1m`. */
function secondsOf(option: string, list: string): readonly number[] {
  return list.split(",").map((text) => {
    const parsed = parseDuration(text);
    if (parsed.ok && parsed.ms % 1000 === 0) return parsed.ms / 1000;
    throw new UsageError(`--${option} ${list}: whole seconds, as in 0s,10s,1m`);
  });
}
