/** The strategies by name. */
import { blueGreen, canary } from "./argo.ts";
import { recreate, rolling } from "./deployment.ts";
import { flagger } from "./flagger.ts";
import type { Strategy } from "./strategy.ts";

export const strategies: readonly Strategy[] = [rolling, recreate, blueGreen, canary, flagger];

export const strategyNames: readonly string[] = strategies.map(({ name }) => name);
