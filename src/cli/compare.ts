/** `rollsim compare`: one scenario's release under several strategies, in the same worlds. */
import { parseDuration } from "../api/duration.ts";
import { compareStrategies, type Comparison } from "../compare/compare.ts";
import { CannotPlay } from "../compare/play.ts";
import { isRelease, releaseOf } from "../compare/release.ts";
import { strategyNamed, strategyNames } from "../compare/strategies.ts";
import type { Strategy } from "../compare/strategy.ts";
import { comparisonMarkdown, comparisonText } from "../compare/table.ts";
import { defaultWatch, type Watch } from "../compare/watch.ts";
import { nearest } from "../scenario/nearest.ts";
import { exitCodes, UsageError, type CliIo, type ExitCode } from "./io.ts";
import { oneScenario } from "./one-scenario.ts";
import { wholeNumber, worldsOf } from "./worlds.ts";

export interface CompareArguments {
  readonly file: string;
  readonly strategies: string | undefined;
  readonly seeds: string | undefined;
  readonly success: string | undefined;
  readonly interval: string | undefined;
  readonly failures: string | undefined;
  readonly weights: string | undefined;
  readonly step: string | undefined;
  readonly output: "text" | "markdown" | "json";
}

const defaultStrategies: readonly string[] = ["rolling", "canary", "blue-green"];

export function compare(args: CompareArguments, io: CliIo): ExitCode {
  const chosen = (args.strategies?.split(",") ?? defaultStrategies).map(chosenStrategy);
  const watch = watchOf(args);
  const found = oneScenario("compare", args.file, io);
  if (found === undefined) return exitCodes.usage;
  const { scenario, readFile } = found;
  const release = releaseOf(scenario);
  if (!isRelease(release)) {
    const { place, message } = release;
    throw new UsageError(`${place.file}:${place.line}:${place.column}: ${message}`);
  }
  const seeds = worldsOf(args.seeds, scenario.seed);
  try {
    const comparison = compareStrategies(release, {
      scenario,
      strategies: chosen,
      watch,
      seeds,
      readFile,
    });
    io.out.write(`${textOf(comparison, args.output)}\n`);
    return exitCodes.fine;
  } catch (error) {
    if (!(error instanceof CannotPlay)) throw error;
    io.err.write(`rollsim: ${error.message}\n`);
    return exitCodes.failed;
  }
}

function textOf(comparison: Comparison, output: CompareArguments["output"]): string {
  switch (output) {
    case "text":
      return comparisonText(comparison);
    case "markdown":
      return comparisonMarkdown(comparison);
    case "json": {
      const { watch, seeds, outcomes } = comparison;
      return JSON.stringify({ watch, seeds, outcomes }, undefined, 2);
    }
  }
}

function chosenStrategy(name: string): Strategy {
  const found = strategyNamed(name);
  if (found !== undefined) return found;
  if (name.startsWith("rolling:")) {
    const what = "maxSurge and maxUnavailable, not both 0, as in rolling:1/0 or rolling:25%/25%";
    throw new UsageError(`unknown strategy ${name}: ${what}`);
  }
  const meant = nearest(name, strategyNames);
  const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
  throw new UsageError(`unknown strategy ${name}: one of ${strategyNames.join(", ")}${hint}`);
}

function watchOf(args: CompareArguments): Watch {
  return {
    interval: durationOf("interval", args.interval, defaultWatch.interval),
    success: args.success === undefined ? defaultWatch.success : shareOf("success", args.success),
    failures:
      args.failures === undefined
        ? defaultWatch.failures
        : wholeNumber("failures", args.failures, 1000),
    weights:
      args.weights === undefined
        ? defaultWatch.weights
        : args.weights.split(",").map((weight) => wholeNumber("weights", weight, 100)),
    step: durationOf("step", args.step, defaultWatch.step),
  };
}

function durationOf(option: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const parsed = parseDuration(text);
  // Controllers measure and pause in whole seconds.
  if (parsed.ok && parsed.ms >= 1000 && parsed.ms % 1000 === 0) return parsed.ms;
  throw new UsageError(`--${option} ${text}: whole seconds, as in 10s or 1m30s`);
}

function shareOf(option: string, text: string): number {
  const percent = /^(\d+(?:\.\d+)?)%$/u.exec(text)?.[1];
  const share = Number(percent ?? "NaN") / 100;
  if (share > 0 && share <= 1) return share;
  throw new UsageError(`--${option} ${text}: a share such as 99% or 99.9%`);
}
