/**
 * `rollsim explain`: plays a scenario up to a time and says why Deployments, Rollouts and Canaries are
 * where they are, or with --traffic which settings would have saved its requests.
 */
import { savingsReport } from "../report/savings.ts";
import { checkScenario } from "../scenario/parse.ts";
import { formatProblem } from "../scenario/problem.ts";
import { clusterAt } from "../scenario/run.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { savingsOf } from "../scenario/savings.ts";
import { reader } from "./check.ts";
import { explained } from "./explained.ts";
import { inputFiles, readBeside } from "./files.ts";
import { exitCodes, UsageError, widthOf, type CliIo, type ExitCode } from "./io.ts";
import { durationOption, playing, replayOf, tellEnd, type ReplayArguments } from "./replay.ts";

export interface ExplainArguments extends ReplayArguments {
  readonly file: string;
  readonly object: string | undefined;
  readonly at: string | undefined;
  readonly traffic: boolean;
}

export async function explain(args: ExplainArguments, io: CliIo): Promise<ExitCode> {
  const replay = replayOf(args);
  const wanted = args.at === undefined ? undefined : durationOption("at", args.at);
  const [file, ...more] = await inputFiles([args.file], io);
  if (file === undefined || more.length > 0) throw new UsageError("explain takes one file");
  const { scenario, problems } = checkScenario(file.text, file.name, { readFile: reader(file) });
  for (const problem of problems) io.err.write(`${formatProblem(problem)}\n`);
  if (scenario === undefined) return exitCodes.usage;
  const width = widthOf(io.out);
  const options = { ...replay, readFile: (path: string) => readBeside(file.folder, path) };
  if (args.traffic) {
    checkTrafficUsage(args, options.schedule ?? scenario.schedule);
    io.out.write(`${savingsReport(savingsOf(scenario, options), width)}\n`);
    return exitCodes.fine;
  }
  const stopAt = wanted ?? (isFoundOnly(scenario) ? 0 : undefined);
  const cluster = playing(file.name, () => clusterAt(scenario, stopAt, options));
  tellEnd(cluster.now, stopAt, io);
  const answer = explained(cluster, args.object, width);
  if (!answer.ok) throw new UsageError(answer.why);
  io.out.write(answer.text);
  return exitCodes.fine;
}

/** Only what a cluster gave: who asks wants to know why it is as it is now. */
function isFoundOnly({ manifests, steps }: Scenario): boolean {
  return steps.length === 0 && manifests.some(({ found }) => found === true);
}

function checkTrafficUsage({ at, object }: ExplainArguments, schedule: string): void {
  if (at !== undefined || object !== undefined) {
    throw new UsageError("--traffic explains a whole run: leave out --at and the object");
  }
  if (!["fresh", "random", "random-own"].includes(schedule)) {
    throw new UsageError("--traffic plays changed worlds, which a recorded schedule does not fit");
  }
}
