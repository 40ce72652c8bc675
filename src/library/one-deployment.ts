/** The one Deployment of a scenario, or of what its steps apply, that is meant, as the API server keeps it: with all defaults. */
import type { Deployment } from "../api/apps.ts";
import { appliedAtOnce } from "../scenario/granted.ts";
import { clusterAt, type RunOptions } from "../scenario/run.ts";
import type { Scenario } from "../scenario/scenario.ts";

export type Meant =
  | { readonly ok: true; readonly deployment: Deployment }
  | { readonly ok: false; readonly why: string };

/** `wanted`, as in deployment/web, may be left out where there is one. */
export function meantDeployment(
  scenario: Scenario,
  wanted: string | undefined,
  readFile: NonNullable<RunOptions["readFile"]>,
): Meant {
  const all = clusterAt(appliedAtOnce(scenario), 0, { readFile }).api.list("deployments");
  const { file } = scenario;
  const [first, second] = all;
  if (first === undefined) return { ok: false, why: `${file}: no Deployment in it` };
  const names = all.map(({ metadata }) => `deployment/${metadata.name}`);
  if (wanted === undefined) {
    if (second === undefined) return { ok: true, deployment: first };
    return { ok: false, why: `${file}: several Deployments: add ${names.join(" or ")}` };
  }
  const name = /^(?:(?:deploy|deployments?)\/)?(.+)$/u.exec(wanted)?.[1];
  const found = all.find(({ metadata }) => metadata.name === name);
  if (found !== undefined) return { ok: true, deployment: found };
  return { ok: false, why: `${file}: got ${wanted}; it has ${names.join(", ")}` };
}
