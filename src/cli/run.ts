/** `rollsim run`: plays scenarios and reports. */
import { checkScenario } from "../scenario/parse.ts";
import { formatProblem } from "../scenario/problem.ts";
import type { Result } from "../scenario/result.ts";
import { runScenario } from "../scenario/run.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { reader } from "./check.ts";
import { inputFiles, readBeside, type InputFile } from "./files.ts";
import {
  exitCodes,
  UsageError,
  wantsColour,
  type CliIo,
  type ExitCode,
  type Output,
} from "./io.ts";
import { progressOn } from "./progress.ts";
import { playing, replayOf, type ReplayArguments } from "./replay.ts";
import { reporterOf } from "./reporters.ts";
import { selectorOf } from "./selector.ts";

export interface RunArguments extends ReplayArguments {
  readonly files: readonly string[];
  readonly output: Output;
  readonly quiet: boolean;
  readonly hash: boolean;
  readonly selector: string | undefined;
}

export async function run(args: RunArguments, io: CliIo): Promise<ExitCode> {
  const replay = replayOf(args);
  const selected = selectorOf(args.selector);
  const colour = wantsColour(io.out, io.env);
  const reporter = await reporterOf(
    args.output,
    { ...args, colour, width: io.out.columns },
    io.out,
  );
  let code: ExitCode = exitCodes.fine;
  let matching = 0;
  for (const file of inputFiles(args.files, io)) {
    const { scenario, problems } = checkScenario(file.text, file.name, { readFile: reader(file) });
    for (const problem of problems) io.err.write(`${formatProblem(problem)}\n`);
    if (scenario === undefined) {
      code = exitCodes.usage;
      reporter.broken(file.name, problems);
    } else if (selected(scenario.labels)) {
      matching++;
      const result = play(scenario, file, replay, io);
      reporter.result(result);
      if (!result.passed && code === exitCodes.fine) code = exitCodes.failed;
    }
  }
  if (args.selector !== undefined && matching === 0 && code === exitCodes.fine) {
    throw new UsageError(`--selector ${args.selector}: no scenario has such labels`);
  }
  reporter.end();
  return code;
}

function play(
  scenario: Scenario,
  file: InputFile,
  replay: ReturnType<typeof replayOf>,
  io: CliIo,
): Result {
  const progress = progressOn(io, scenario.name);
  try {
    const readFile = (path: string) => readBeside(file.folder, path);
    const options = { ...replay, readFile, onInstant: progress.at };
    return playing(file.name, () => runScenario(scenario, options));
  } finally {
    progress.end();
  }
}
