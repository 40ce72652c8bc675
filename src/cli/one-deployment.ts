/** The one Deployment of a file, or of what its steps apply, that a command is about, as the API server keeps it: with all defaults. */
import type { Deployment } from "../api/apps.ts";
import { clusterAt, type RunOptions } from "../scenario/run.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { UsageError } from "./io.ts";
import { appliedAtOnce } from "./one-scenario.ts";

/** Throws UsageError: `wanted`, as in deployment/web, may be left out where there is one. */
export function deploymentOf(
  scenario: Scenario,
  wanted: string | undefined,
  readFile: NonNullable<RunOptions["readFile"]>,
): Deployment {
  const cluster = clusterAt(appliedAtOnce(scenario), 0, { readFile });
  return chosen(cluster.api.list("deployments"), wanted, scenario.file);
}

/** The Deployment that is meant: the only one, or the one that is named. */
function chosen(all: readonly Deployment[], wanted: string | undefined, file: string): Deployment {
  const [first, second] = all;
  if (first === undefined) throw new UsageError(`${file}: no Deployment in it`);
  const has = all.map(({ metadata }) => `deployment/${metadata.name}`).join(", ");
  if (wanted === undefined) {
    if (second === undefined) return first;
    throw new UsageError(`${file}: several Deployments: add ${has.replaceAll(", ", " or ")}`);
  }
  const name = /^(?:(?:deploy|deployments?)\/)?(.+)$/u.exec(wanted)?.[1];
  const found = all.find(({ metadata }) => metadata.name === name);
  if (found === undefined) throw new UsageError(`${file}: got ${wanted}; it has ${has}`);
  return found;
}
