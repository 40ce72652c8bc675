/** `rollsim guarantees`: the numbers that a Deployment's settings promise. */
import type { HorizontalPodAutoscaler } from "../api/autoscaling.ts";
import { checkScenario } from "../scenario/parse.ts";
import { formatProblem } from "../scenario/problem.ts";
import { clusterAt } from "../scenario/run.ts";
import { guaranteesOf, guaranteesText } from "../verify/guarantees.ts";
import { reader } from "./check.ts";
import { inputFiles, readBeside } from "./files.ts";
import { exitCodes, UsageError, type CliIo, type ExitCode } from "./io.ts";

export interface GuaranteesArguments {
  readonly file: string;
  readonly output: "text" | "json";
}

export async function guarantees(args: GuaranteesArguments, io: CliIo): Promise<ExitCode> {
  const [file] = await inputFiles([args.file], io);
  if (file === undefined) throw new UsageError("guarantees takes one file");
  const { scenario, problems } = checkScenario(file.text, file.name, { readFile: reader(file) });
  for (const problem of problems) io.err.write(`${formatProblem(problem)}\n`);
  if (scenario === undefined) return exitCodes.usage;
  const readFile = (path: string) => readBeside(file.folder, path)?.map((found) => ({ ...found }));
  // The API server's defaults are part of the settings: what steps apply is applied at once, other steps are left out.
  const applied = scenario.steps.flatMap((step) => (step.verb === "apply" ? step.manifests : []));
  const manifests = [...scenario.manifests, ...applied];
  const cluster = clusterAt({ ...scenario, manifests, steps: [] }, 0, { readFile });
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
  if (found.length === 0) throw new UsageError(`${file.name}: no Deployment in it`);
  const text =
    args.output === "json" ? `${JSON.stringify(found, undefined, 2)}\n` : guaranteesText(...found);
  io.out.write(text);
  return exitCodes.fine;
}
