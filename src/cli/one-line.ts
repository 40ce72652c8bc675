/** `rollsim kubectl FILE -- LINE`: one look at, or one change of, a scenario's cluster. */
import { runKubectl } from "../kubectl/cluster-io.ts";
import { clusterAt } from "../scenario/run.ts";
import { exitCodes, UsageError, type CliIo, type ExitCode } from "./io.ts";
import { oneScenario } from "./one-scenario.ts";
import { durationOption, replayOf, tellEnd, type ReplayArguments } from "./replay.ts";

export interface OneLineArguments extends ReplayArguments {
  readonly file: string;
  readonly at: string | undefined;
  readonly line: readonly string[];
}

export function oneLine(args: OneLineArguments, io: CliIo): ExitCode {
  if (args.line.length === 0)
    throw new UsageError("kubectl needs a line after --, as in -- get pods");
  const found = oneScenario("kubectl", args.file, io);
  if (found === undefined) return exitCodes.usage;
  const { scenario, readFile } = found;
  // Of habit: `-- kubectl get pods`.
  const line = args.line[0] === "kubectl" ? args.line.slice(1) : args.line;
  const at = args.at === undefined ? undefined : durationOption("at", args.at);
  const cluster = clusterAt(scenario, at, { ...replayOf(args), readFile });
  tellEnd(cluster.now, at, io);
  const { code } = runKubectl(cluster, line, {
    namespace: scenario.namespace,
    customResources: "any",
    readFile,
    out: (text) => io.out.write(text),
    err: (text) => io.err.write(text),
  });
  return code === 0 ? exitCodes.fine : exitCodes.failed;
}
