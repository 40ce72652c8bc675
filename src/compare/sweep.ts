/**
 * One scenario with many settings of its rolling update, in the same worlds: what each costs, and which of them no other
 * one beats. What happens in these worlds is measured, not what might: that is `guarantees`.
 */
import type { Deployment } from "../api/apps.ts";
import type { KubeObject, Millis } from "../api/meta.ts";
import type { MetricName } from "../scenario/schema.ts";
import type { Result } from "../scenario/result.ts";
import { runScenario, type RunOptions } from "../scenario/run.ts";
import type { KubectlStep, Scenario } from "../scenario/scenario.ts";
import { CannotPlay } from "./play.ts";
import { median } from "./median.ts";
import { beats, type Costs } from "./pareto.ts";
import {
  podsOf,
  settingsOf,
  withSettings,
  type Grid,
  type Pods,
  type Settings,
} from "./settings.ts";

export interface SweepOptions {
  readonly grid: Grid;
  /** One world each. */
  readonly seeds: readonly string[];
  readonly run: Omit<RunOptions, "seed" | "stopAt" | "onInstant">;
  /** Told after each run how many there have been. */
  readonly onRun?: (runs: number) => void;
}

/** What came of the Deployment's rollouts after its first, in one world. */
export interface Swept {
  readonly seed: string;
  /** ms that its rollouts took, all in all; Infinity: one did not complete. */
  readonly duration: Millis;
  /** Pods, from when it was first complete; as its status reports. */
  readonly leastAvailable: number;
  /** Terminating ones too. */
  readonly mostPods: number;
  /** Pods beyond spec.replicas x seconds, terminating ones too. */
  readonly extraPodSeconds: number;
  /** Undefined: the scenario has no traffic. */
  readonly failedRequests?: number;
  /** Whether all that the scenario expects held. */
  readonly passed: boolean;
}

/** Medians of all worlds, or the worst of them. */
export interface Summary {
  readonly duration: Millis;
  readonly leastAvailable: number;
  readonly mostPods: number;
  readonly extraPodSeconds: number;
  readonly failedRequests?: number;
  /** Worlds in which all that the scenario expects held. */
  readonly passed: number;
  /** Worlds in which the rollouts took less time than with the file's settings. */
  readonly faster: number;
}

export interface Cell {
  readonly settings: Settings;
  /** Undefined: Recreate. */
  readonly pods: Pods | undefined;
  readonly worlds: readonly Swept[];
  readonly summary: Summary;
  /**
   * `best`: no other is at least as good in duration, available pods, most pods and failed requests, and better in one of
   * them. `breaks`: an expectation fails, and there are settings with which none does.
   */
  readonly standing: "best" | "beaten" | "breaks";
}

export interface Sweep {
  readonly scenario: Scenario;
  readonly deployment: Deployment;
  readonly seeds: readonly string[];
  /** As written first. */
  readonly cells: readonly Cell[];
}

/** Throws CannotPlay where the Deployment has no rollout to measure. */
export function sweep(scenario: Scenario, deployment: Deployment, options: SweepOptions): Sweep {
  const { grid, seeds, run, onRun } = options;
  const played = withRelease(scenario, deployment);
  let runs = 0;
  const drafts = settingsOf(grid, deployment).map((settings, index) => {
    const changed = withSettings(played, deployment, settings);
    const worlds = seeds.map((seed) => {
      const result = runScenario(changed, { ...run, seed });
      if (index === 0) checkMeasurable(result, deployment);
      onRun?.(++runs);
      return sweptOf(result, deployment);
    });
    return { settings, pods: podsOf(settings, deployment), worlds };
  });
  const own = drafts[0]!.worlds;
  const summed = drafts.map((draft) => ({ ...draft, summary: summaryOf(draft.worlds, own) }));
  return { scenario, deployment, seeds, cells: withStandings(summed, seeds.length) };
}

/** A file without steps says nothing of an update: all pods are made anew once, as by a new image that is like the old one. */
export function withRelease(scenario: Scenario, ...deployments: readonly KubeObject[]): Scenario {
  if (scenario.steps.length > 0) return scenario;
  const place = { file: scenario.file, line: 1, column: 1 };
  const step = (after: Millis, line: string): KubectlStep => ({
    verb: "kubectl",
    name: line,
    after,
    place,
    commands: [{ line: `kubectl ${line}`, place }],
    exitCode: 0,
  });
  const steps = deployments.flatMap(({ metadata: { name, namespace = scenario.namespace } }) => {
    const of = `deployment/${name} --namespace=${namespace}`;
    return [step(0, `rollout status ${of}`), step(1000, `rollout restart ${of}`)];
  });
  return { ...scenario, steps };
}

function sweptOf(result: Result, { metadata: { name } }: Deployment): Swept {
  const values = (metric: MetricName): readonly number[] =>
    result.samples[metric].flatMap(({ of, value, weight }) =>
      of === name && weight > 0 ? [value] : [],
    );
  const [, ...updates] = values("rollout_duration");
  const available = values("available_pods");
  return {
    seed: result.seed,
    duration: updates.length === 0 ? Infinity : sum(updates),
    leastAvailable: available.length === 0 ? 0 : Math.min(...available),
    mostPods: values("total_pods").reduce((most, pods) => Math.max(most, pods), 0),
    extraPodSeconds: sum(values("extra_pod_seconds")) / 1000,
    ...(result.traffic.length === 0
      ? {}
      : { failedRequests: sum(result.traffic.map(({ account }) => account.failed)) }),
    passed: result.passed,
  };
}

/** As it is written there has to be something that settings can change. */
function checkMeasurable(result: Result, { metadata: { name } }: Deployment): void {
  const rollouts = result.samples.rollout_duration.filter(({ of }) => of === name);
  if (rollouts.length > 1) return;
  const [failure] = result.failures;
  const isLate = result.endedAt >= result.scenario.until;
  if (isLate && rollouts.some(({ value }) => value === Infinity)) {
    const why = "its first rollout never completes, so there is nothing to compare";
    throw new CannotPlay(`deployment/${name}: ${why}; rollsim explain says what it waits for`);
  }
  if (failure !== undefined)
    throw new CannotPlay(`as written, ${failure.name}: ${failure.message}`);
  const step = `add a step such as kubectl: set image deploy/${name} ...`;
  throw new CannotPlay(`deployment/${name}: after its first rollout no other one begins: ${step}`);
}

function summaryOf(worlds: readonly Swept[], own: readonly Swept[]): Summary {
  const of = (value: (world: Swept) => number): readonly number[] => worlds.map(value);
  const failed = worlds.flatMap(({ failedRequests = [] }) => failedRequests);
  return {
    duration: median(of(({ duration }) => duration)),
    leastAvailable: Math.min(...of(({ leastAvailable }) => leastAvailable)),
    mostPods: Math.max(...of(({ mostPods }) => mostPods)),
    extraPodSeconds: median(of(({ extraPodSeconds }) => extraPodSeconds)),
    ...(failed.length === 0 ? {} : { failedRequests: median(failed) }),
    passed: worlds.filter(({ passed }) => passed).length,
    faster: worlds.filter(({ duration }, i) => duration < own[i]!.duration).length,
  };
}

function withStandings(cells: readonly Omit<Cell, "standing">[], worlds: number): readonly Cell[] {
  const holds = cells.filter(({ summary }) => summary.passed === worlds);
  const field = holds.length === 0 ? cells : holds;
  return cells.map((cell) => {
    if (!field.includes(cell)) return { ...cell, standing: "breaks" };
    const costs = costsOf(cell.summary);
    const isBeaten = field.some(({ summary }) => beats(costsOf(summary), costs));
    return { ...cell, standing: isBeaten ? "beaten" : "best" };
  });
}

/** What settings are judged by. */
export function costsOf(summary: Summary): Costs {
  const { duration, leastAvailable, mostPods, failedRequests = 0 } = summary;
  return [duration, -leastAvailable, mostPods, failedRequests];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
