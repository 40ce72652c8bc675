/**
 * `rollsim explain`: plays a scenario up to a time and says why Deployments, Rollouts and Canaries are
 * where they are, or with --traffic which settings would have saved its requests.
 */
import { savingsReport } from "../report/savings.ts";
import { clusterAt } from "../scenario/run.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { savingsOf } from "../scenario/savings.ts";
import { explained } from "./explained.ts";
import { exitCodes, UsageError, widthOf, type CliIo, type ExitCode } from "./io.ts";
import { oneScenario } from "./one-scenario.ts";
import { durationOption, playing, replayOf, tellEnd, type ReplayArguments } from "./replay.ts";

export interface ExplainArguments extends ReplayArguments {
  readonly file: string;
  readonly object: string | undefined;
  readonly at: string | undefined;
  readonly traffic: boolean;
  readonly try: boolean;
}

export function explain(args: ExplainArguments, io: CliIo): ExitCode {
  const replay = replayOf(args);
  const wanted = args.at === undefined ? undefined : durationOption("at", args.at);
  const found = oneScenario("explain", args.file, io);
  if (found === undefined) return exitCodes.usage;
  const { scenario, readFile } = found;
  const width = widthOf(io.out);
  const options = { ...replay, readFile };
  if (args.traffic) {
    checkTrafficUsage(args, options.schedule ?? scenario.schedule);
    io.out.write(`${savingsReport(savingsOf(scenario, options), width)}\n`);
    return exitCodes.fine;
  }
  const stopAt = wanted ?? (isFoundOnly(scenario) ? 0 : undefined);
  const cluster = playing(scenario.file, () => clusterAt(scenario, stopAt, options));
  tellEnd(cluster.now, stopAt, io);
  const answer = explained(cluster, args.object, {
    width,
    tries: args.try ? "all" : "none",
  });
  if (!answer.ok) throw new UsageError(answer.why);
  io.out.write(answer.text);
  return exitCodes.fine;
}

/** Only what a cluster gave: who asks wants to know why it is as it is now. */
function isFoundOnly({ manifests, steps }: Scenario): boolean {
  return steps.length === 0 && manifests.some(({ found }) => found === true);
}

function checkTrafficUsage({ at, object, try: tries }: ExplainArguments, schedule: string): void {
  if (at !== undefined || object !== undefined || tries) {
    throw new UsageError("--traffic explains a whole run: leave out --at, --try and the object");
  }
  if (!["fresh", "random", "random-own"].includes(schedule)) {
    throw new UsageError("--traffic plays changed worlds, which a recorded schedule does not fit");
  }
}
