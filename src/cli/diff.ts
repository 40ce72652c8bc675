/** `rollsim diff`: what happens when the new file is applied to a cluster on which the old one stands. */
import type { Change } from "../compare/change.ts";
import { changeMarkdown, changeText } from "../compare/change-table.ts";
import { CannotPlay } from "../compare/play.ts";
import { diff as diffOf } from "../library/diff.ts";
import { isFolder } from "./files.ts";
import { exitCodes, UsageError, type CliIo, type ExitCode } from "./io.ts";
import { folderScenario, oneScenario, type OneScenario } from "./one-scenario.ts";
import { worldsOf } from "./worlds.ts";

export interface DiffArguments {
  readonly old: string;
  readonly new: string;
  readonly seeds: string | undefined;
  readonly output: "text" | "markdown" | "json";
}

export function diff(args: DiffArguments, io: CliIo): ExitCode {
  const old = manifestsIn(args.old, io);
  const recent = manifestsIn(args.new, io);
  if (old === undefined || recent === undefined) return exitCodes.usage;
  const seeds = worldsOf(args.seeds, old.scenario.seed);
  try {
    const change = diffOf(old.scenario, recent.scenario, { seeds, readFile: old.readFile });
    if (change.deployments.length === 0) throw new UsageError("no Deployment in either file");
    io.out.write(`${textOf(change, args.output)}\n`);
    const applied = change.deployments.filter(({ how }) => how !== "stays");
    const isEndless = applied.some(({ course }) => course.duration === Infinity);
    return isEndless ? exitCodes.failed : exitCodes.fine;
  } catch (error) {
    if (!(error instanceof CannotPlay)) throw error;
    io.err.write(`rollsim: ${error.message}\n`);
    return exitCodes.failed;
  }
}

function manifestsIn(name: string, io: CliIo): OneScenario | undefined {
  return isFolder(name, io.cwd) ? folderScenario(name, io) : oneScenario("diff", name, io);
}

function textOf(change: Change, output: DiffArguments["output"]): string {
  switch (output) {
    case "text":
      return changeText(change);
    case "markdown":
      return changeMarkdown(change);
    case "json": {
      const deployments = change.deployments.map(({ before: _, after: __, ...rest }) => rest);
      return JSON.stringify({ ...change, deployments }, undefined, 2);
    }
  }
}
