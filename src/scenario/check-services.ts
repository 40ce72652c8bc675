/** Requests to a Service that nothing in the file makes would reach nobody, and nobody would be told. */
import { appliedIn, linesIn } from "./granted.ts";
import { nearest } from "./nearest.ts";
import { problemAt, type Problem, type Source } from "./problem.ts";
import type { Scenario } from "./scenario.ts";
import type { Located } from "./yaml.ts";

/** Controllers of these make pods, labels and Services of their own. */
export const MAKERS: ReadonlySet<string> = new Set(["Canary", "Experiment", "Rollout"]);

/** `list`: what the scenario says under `traffic`. */
export function unknownServices(
  { manifests, steps, traffic }: Scenario,
  list: Located | undefined,
  source: Source,
): readonly Problem[] {
  const objects = [...manifests, ...appliedIn(steps)].map(({ object }) => object);
  const lines = linesIn(steps);
  if (objects.some(({ kind }) => MAKERS.has(kind)) || lines.some(makesFromFiles)) return [];
  const services = objects.flatMap(({ kind, metadata }) =>
    kind === "Service" ? [metadata.name] : [],
  );
  return traffic.flatMap(({ options }, index) => {
    if (!("service" in options)) return [];
    const name = options.service.slice(options.service.indexOf("/") + 1);
    if (services.includes(name) || lines.some((line) => makesService(line, name))) return [];
    const entry = list?.items?.[index]?.entries?.get("service");
    const best = nearest(name, services);
    const hint =
      best === undefined ? "add its manifest after a line ---" : `did you mean "${best}"?`;
    const message = `there is no Service ${JSON.stringify(name)}: no request would be sent`;
    return [
      problemAt(source, (entry?.node ?? list!).span, { code: "unknown-service", message, hint }),
    ];
  });
}

/** A Deployment's name in a line is most often its Service's too. */
function makesService(line: string, name: string): boolean {
  return /(?:^|\s)(?:create|expose|run)\s/u.test(line) && line.includes(name);
}

/** What a file or a whole folder brings is seen in the run. */
function makesFromFiles(line: string): boolean {
  return /(?:^|\s)(?:-f|-k|--filename|--kustomize)\b/u.test(line);
}
