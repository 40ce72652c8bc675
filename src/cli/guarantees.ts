/** `rollsim guarantees`: the numbers that a Deployment's settings promise. */
import type { HorizontalPodAutoscaler } from "../api/autoscaling.ts";
import { appliedAtOnce } from "../scenario/granted.ts";
import { clusterAt } from "../scenario/run.ts";
import { guaranteesOf, guaranteesText } from "../verify/guarantees.ts";
import { exitCodes, UsageError, type CliIo, type ExitCode } from "./io.ts";
import { oneScenario } from "./one-scenario.ts";

export interface GuaranteesArguments {
  readonly file: string;
  readonly output: "text" | "json";
}

export function guarantees(args: GuaranteesArguments, io: CliIo): ExitCode {
  const read = oneScenario("guarantees", args.file, io);
  if (read === undefined) return exitCodes.usage;
  const { scenario, readFile } = read;
  // The API server's defaults are part of the settings.
  const cluster = clusterAt(appliedAtOnce(scenario), 0, { readFile });
  const deployments = cluster.api.list("deployments");
  for (const { metadata, spec } of cluster.api.list(
    "horizontalpodautoscalers",
  ) as readonly HorizontalPodAutoscaler[]) {
    const { kind, name } = spec.scaleTargetRef;
    const isThere = deployments.some(
      (d) => d.metadata.name === name && d.metadata.namespace === metadata.namespace,
    );
    if (kind !== "Deployment" || !isThere) continue;
    io.err.write(
      `warning: deployment/${name} is scaled by the HorizontalPodAutoscaler ${metadata.name}, ` +
        `${spec.minReplicas ?? 1} to ${spec.maxReplicas}: what assumes const holds while it does nothing\n`,
    );
  }
  const found = deployments.map(guaranteesOf);
  if (found.length === 0) throw new UsageError(`${scenario.file}: no Deployment in it`);
  const text =
    args.output === "json" ? `${JSON.stringify(found, undefined, 2)}\n` : guaranteesText(...found);
  io.out.write(text);
  return exitCodes.fine;
}
