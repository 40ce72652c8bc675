/** Runs as JSON for programs. Times are virtual ms; the form may grow, `version` changes if it breaks. */
import type { Problem } from "../scenario/problem.ts";
import type { Result } from "../scenario/result.ts";
import type { TrafficResult } from "../scenario/traffic-metrics.ts";
import { momentsOf } from "./moments.ts";

interface Broken {
  readonly file: string;
  readonly problems: readonly Problem[];
}

/** `hash` gives a run's trace hash, or undefined if it is not wanted. */
export function jsonReport(
  results: readonly Result[],
  broken: readonly Broken[],
  hash: (result: Result) => string | undefined,
): string {
  const report = {
    version: 1,
    passed: broken.length === 0 && results.every(({ passed }) => passed),
    scenarios: results.map((result) => scenarioOf(result, hash(result))),
    invalid: broken,
  };
  return `${JSON.stringify(report, asNumberOrText, 2)}\n`;
}

/** JSON has no infinity: a rollout that never completes takes `"Infinity"`. */
function asNumberOrText(_key: string, value: unknown): unknown {
  return value === Infinity ? "Infinity" : value;
}

function trafficOf({ name, account, abTest }: TrafficResult): object {
  return { name, ...account, ...(abTest && { abTest }) };
}

function scenarioOf(result: Result, hash: string | undefined): object {
  const { scenario, seed, schedule, passed, end, endedAt, settledAt } = result;
  return {
    name: scenario.name,
    file: scenario.file,
    labels: scenario.labels,
    seed,
    schedule,
    ...(result.playedSchedule === "" ? {} : { playedSchedule: result.playedSchedule }),
    passed,
    end,
    endedAt,
    settledAt,
    ...(hash === undefined ? {} : { hash }),
    steps: result.steps.map(({ step, began, ended, ok }) => ({
      name: step.name,
      verb: step.verb,
      began,
      ended,
      ok,
      line: step.place.line,
    })),
    expectations: result.expectations,
    measured: result.measured.map(({ threshold, value, held }) => ({
      metric: threshold.metric,
      threshold: threshold.text,
      value,
      held,
    })),
    ...(result.traffic.length === 0 ? {} : { traffic: result.traffic.map(trafficOf) }),
    failures: result.failures,
    timeline: momentsOf(result.trace),
  };
}
