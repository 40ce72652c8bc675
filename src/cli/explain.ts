/**
 * `rollsim explain`: plays a scenario up to a time and says why Deployments are where they are, or with
 * --traffic which settings would have saved its requests.
 */
import type { Client } from "../api/client.ts";
import { explanationText } from "../explain/text.ts";
import { explainDeployment } from "../explain/why.ts";
import { formatDuration } from "../api/duration.ts";
import { savingsReport } from "../report/savings.ts";
import { nearest } from "../scenario/nearest.ts";
import { checkScenario } from "../scenario/parse.ts";
import { formatProblem } from "../scenario/problem.ts";
import { clusterAt } from "../scenario/run.ts";
import { savingsOf } from "../scenario/savings.ts";
import { reader } from "./check.ts";
import { inputFiles, readBeside } from "./files.ts";
import { exitCodes, UsageError, type CliIo, type ExitCode } from "./io.ts";
import { durationOption, playing, replayOf, type ReplayArguments } from "./replay.ts";

export interface ExplainArguments extends ReplayArguments {
  readonly file: string;
  readonly object: string | undefined;
  readonly at: string | undefined;
  readonly traffic: boolean;
}

export async function explain(args: ExplainArguments, io: CliIo): Promise<ExitCode> {
  const replay = replayOf(args);
  const stopAt = args.at === undefined ? undefined : durationOption("at", args.at);
  const [file, ...more] = await inputFiles([args.file], io);
  if (file === undefined || more.length > 0) throw new UsageError("explain takes one file");
  const { scenario, problems } = checkScenario(file.text, file.name, { readFile: reader(file) });
  for (const problem of problems) io.err.write(`${formatProblem(problem)}\n`);
  if (scenario === undefined) return exitCodes.usage;
  const options = { ...replay, readFile: (path: string) => readBeside(file.folder, path) };
  if (args.traffic) {
    checkTrafficUsage(args, options.schedule ?? scenario.schedule);
    const width = Math.max(60, Math.min(io.out.columns, 120));
    io.out.write(`${savingsReport(savingsOf(scenario, options), width)}\n`);
    return exitCodes.fine;
  }
  const cluster = playing(file.name, () => clusterAt(scenario, stopAt, options));
  if (stopAt !== undefined && cluster.now < stopAt) {
    io.err.write(`rollsim: the run ended at ${formatDuration(cluster.now)}, before ${args.at}\n`);
  }
  const keys = deploymentKeys(cluster.api, scenario.namespace, args.object);
  const texts = keys.flatMap((key) => {
    const explanation = explainDeployment(cluster, key);
    return explanation === undefined ? [] : [explanationText(explanation)];
  });
  io.out.write(texts.length === 0 ? "There is no Deployment.\n" : texts.join("\n"));
  return exitCodes.fine;
}

function checkTrafficUsage({ at, object }: ExplainArguments, schedule: string): void {
  if (at !== undefined || object !== undefined) {
    throw new UsageError("--traffic explains a whole run: leave out --at and the object");
  }
  if (!["fresh", "random", "random-own"].includes(schedule)) {
    throw new UsageError("--traffic plays changed worlds, which a recorded schedule does not fit");
  }
}

const deploymentWords = ["deployment", "deployments", "deploy"];

/** `namespace/name` of the object that was asked for, or of all Deployments. */
function deploymentKeys(
  client: Client,
  namespace: string,
  object: string | undefined,
): readonly string[] {
  const all = client.list("deployments");
  if (object === undefined) {
    return all.map(({ metadata }) => `${metadata.namespace ?? "default"}/${metadata.name}`);
  }
  const [kind = "", name = kind] = object.includes("/") ? object.split("/") : ["deploy", object];
  if (!deploymentWords.includes(kind)) {
    throw new UsageError(`${object}: only Deployments are explained, as in deployment/web`);
  }
  const names = all
    .filter(({ metadata }) => metadata.namespace === namespace)
    .map(({ metadata }) => metadata.name);
  if (!names.includes(name)) {
    const best = nearest(name, names);
    const hint = best === undefined ? "" : `; did you mean deployment/${best}?`;
    throw new UsageError(`no Deployment "${name}" at this time${hint}`);
  }
  return [`${namespace}/${name}`];
}
