/** The one Deployment of a file, or of what its steps apply, that a command is about. */
import type { Deployment } from "../api/apps.ts";
import { meantDeployment } from "../library/one-deployment.ts";
import type { RunOptions } from "../scenario/run.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { UsageError } from "./io.ts";

/** Throws UsageError: `wanted`, as in deployment/web, may be left out where there is one. */
export function deploymentOf(
  scenario: Scenario,
  wanted: string | undefined,
  readFile: NonNullable<RunOptions["readFile"]>,
): Deployment {
  const meant = meantDeployment(scenario, wanted, readFile);
  if (!meant.ok) throw new UsageError(meant.why);
  return meant.deployment;
}
