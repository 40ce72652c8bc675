/** The strategies by name. */
import { blueGreen, canary } from "./argo.ts";
import { recreate, rolling, rollingWith } from "./deployment.ts";
import { flagger } from "./flagger.ts";
import type { Strategy } from "./strategy.ts";

export const strategies: readonly Strategy[] = [rolling, recreate, blueGreen, canary, flagger];

export const strategyNames: readonly string[] = strategies.map(({ name }) => name);

/** By its name, or as `rolling:1/0`: with that maxSurge and maxUnavailable. */
export function strategyNamed(name: string): Strategy | undefined {
  const settings = /^rolling:(.*)$/u.exec(name)?.[1];
  if (settings !== undefined) return rollingWith(settings);
  return strategies.find((strategy) => strategy.name === name);
}
