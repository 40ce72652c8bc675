/** `rollsim diff`: what happens when the new file is applied to a cluster on which the old one stands. */
import { changeOf, type Change } from "../compare/change.ts";
import { changeMarkdown, changeText } from "../compare/change-table.ts";
import { CannotPlay } from "../compare/play.ts";
import { checkScenario } from "../scenario/parse.ts";
import { formatProblem } from "../scenario/problem.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { reader } from "./check.ts";
import { inputFiles, readBeside, type InputFile } from "./files.ts";
import { exitCodes, UsageError, type CliIo, type ExitCode } from "./io.ts";
import { worldsOf } from "./worlds.ts";

export interface DiffArguments {
  readonly old: string;
  readonly new: string;
  readonly seeds: string | undefined;
  readonly output: "text" | "markdown" | "json";
}

export async function diff(args: DiffArguments, io: CliIo): Promise<ExitCode> {
  const old = await oneFile(args.old, io);
  const before = scenarioOf(old, io);
  const after = scenarioOf(await oneFile(args.new, io), io);
  if (before === undefined || after === undefined) return exitCodes.usage;
  const seeds = worldsOf(args.seeds, before.seed);
  const readFile = (path: string) => readBeside(old.folder, path);
  try {
    const change = changeOf(before, after, { seeds, run: { readFile } });
    if (change.deployments.length === 0) throw new UsageError("no Deployment in either file");
    io.out.write(`${textOf(change, args.output)}\n`);
    const isEndless = change.deployments.some(({ course }) => course.duration === Infinity);
    return isEndless ? exitCodes.failed : exitCodes.fine;
  } catch (error) {
    if (!(error instanceof CannotPlay)) throw error;
    io.err.write(`rollsim: ${error.message}\n`);
    return exitCodes.failed;
  }
}

async function oneFile(name: string, io: CliIo): Promise<InputFile> {
  const [file, ...more] = await inputFiles([name], io);
  if (file !== undefined && more.length === 0) return file;
  throw new UsageError(`${name}: several files; diff takes the old one and the new one`);
}

function scenarioOf(file: InputFile, io: CliIo): Scenario | undefined {
  const { scenario, problems } = checkScenario(file.text, file.name, { readFile: reader(file) });
  for (const problem of problems) io.err.write(`${formatProblem(problem)}\n`);
  return scenario;
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
