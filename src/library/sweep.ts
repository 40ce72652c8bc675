/** `sweep` of the library: many settings of a rolling update in the same worlds, and which of them no other one beats. */
import { callable, list, refuse, shape, text, whole, type Check } from "../api/check-shape.ts";
import type { Fields } from "../api/check-shape.ts";
import type { IntOrString } from "../api/meta.ts";
import { sweep as sweepOver, type Sweep, type SweepOptions as Options } from "../compare/sweep.ts";
import { checkScenarioGiven, type RunOptions } from "../scenario/run.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { meantDeployment } from "./one-deployment.ts";

/** Each is tried with each of the others; the Deployment as it is written comes first. */
export interface SweepOptions {
  /** As in `deployment/web`; may be left out where there is one. */
  readonly deployment?: string;
  /** maxSurge, in pods or percent; default 0, 1, 25%, 50%, 100%. */
  readonly surges?: readonly IntOrString[];
  /** maxUnavailable likewise; default 0, 1, 25%, 50%. */
  readonly unavailables?: readonly IntOrString[];
  /** Seconds; default 0: as written. */
  readonly minReadySeconds?: readonly number[];
  /** Seconds that containers sleep before they are told to stop; default 0: as written. */
  readonly preStopSeconds?: readonly number[];
  /** One world each; default the scenario's own seed. */
  readonly seeds?: readonly string[];
  /** Files that kubectl lines name; without it there are none. */
  readonly readFile?: NonNullable<RunOptions["readFile"]>;
  /** Told after each run how many there have been. */
  readonly onRun?: (runs: number) => void;
}

export const defaultGrid = {
  surges: [0, 1, "25%", "50%", "100%"],
  unavailables: [0, 1, "25%", "50%"],
} as const;

const amount: Check = (path, value) => {
  const isPods = Number.isSafeInteger(value) && (value as number) >= 0;
  const isShare = typeof value === "string" && /^\d{1,3}%$/u.test(value);
  if (!isPods && !isShare) refuse(path, value, 'pods or a percentage, as in 1 or "25%"');
};
const seconds = list(whole(0, "whole seconds, 0 or more"));

const fields: Fields<SweepOptions> = {
  deployment: text,
  surges: list(amount),
  unavailables: list(amount),
  minReadySeconds: seconds,
  preStopSeconds: seconds,
  seeds: list(text),
  readFile: callable,
  onRun: callable,
};

/**
 * Plays a scenario (as `parseScenario` gave it) with each setting in each world, and measures; plain manifests are restarted once.
 * RangeError for options that are none; CannotPlay where the Deployment has no rollout to measure.
 */
export function sweep(scenario: Scenario, options: SweepOptions = {}): Sweep {
  checkScenarioGiven(scenario);
  shape(fields, "option")("options", options);
  const { surges = defaultGrid.surges, unavailables = defaultGrid.unavailables } = options;
  const { minReadySeconds = [0], preStopSeconds = [0], seeds = [scenario.seed] } = options;
  if (seeds.length === 0) refuse("options.seeds", seeds, "one seed or more");
  const readFile = options.readFile ?? ((): undefined => undefined);
  const meant = meantDeployment(scenario, options.deployment, readFile);
  if (!meant.ok) throw new RangeError(meant.why);
  const over: Options = {
    grid: { surges, unavailables, minReadies: minReadySeconds, preStops: preStopSeconds },
    seeds,
    run: { readFile },
    ...(options.onRun === undefined ? {} : { onRun: options.onRun }),
  };
  return sweepOver(scenario, meant.deployment, over);
}
