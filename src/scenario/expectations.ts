/** Checks `expect.always` while a run goes on, and `finally` and the thresholds when it has ended. */
import type { Millis } from "../api/meta.ts";
import type { TraceEntry } from "../api/trace.ts";
import type { Cluster } from "../cluster.ts";
import type { Verdict } from "./cel.ts";
import { formatDuration } from "../api/duration.ts";
import { judge, measure, type Measured, type Samples } from "./metrics.ts";
import type { ExpectationResult, Failure, Result } from "./result.ts";
import type {
  AlwaysExpectation,
  Condition,
  Expectations,
  Moment,
  TrafficThreshold,
} from "./scenario.ts";
import { metrics } from "./schema.ts";
import { measureTraffic, type TrafficResult } from "./traffic-metrics.ts";
import { trafficMetrics } from "./traffic-schema.ts";
import { worldOf } from "./world.ts";

type Outcome = ExpectationResult["outcome"];

export class Checker {
  readonly failures: Failure[] = [];
  readonly #expect: Expectations;
  readonly #cluster: Cluster;
  readonly #namespace: string;
  readonly #record: (entry: TraceEntry) => void;
  readonly #begun = new Set<string>();
  readonly #always: Map<AlwaysExpectation, Outcome>;

  constructor(expect: Expectations, cluster: Cluster, namespace: string) {
    this.#expect = expect;
    this.#cluster = cluster;
    this.#namespace = namespace;
    this.#record = (entry) => cluster.trace.add(entry);
    this.#always = new Map(expect.always.map((expectation) => [expectation, "unchecked"]));
  }

  /** A step begins: expectations from it on are checked, those up to it no longer. */
  begin(step: string): void {
    this.#begun.add(step);
  }

  /** After an instant. An expectation that has failed is not looked at again. */
  instant(): void {
    if (this.#always.size === 0) return;
    const at = this.#cluster.now;
    const world = worldOf(this.#cluster, this.#namespace);
    for (const [expectation, outcome] of this.#always) {
      if (outcome === "failed" || !this.#isDue(expectation, at)) continue;
      const verdict = expectation.expression.evaluate(world);
      this.#always.set(expectation, verdict.holds ? "held" : "failed");
      if (!verdict.holds) this.#fail("always", expectation, at, verdict);
    }
  }

  #isDue({ from, to }: AlwaysExpectation, at: Millis): boolean {
    return (from === undefined || this.#reached(from, at)) && !this.#passed(to, at);
  }

  #reached(moment: Moment, at: Millis): boolean {
    return "step" in moment ? this.#begun.has(moment.step) : at >= moment.at;
  }

  /** A step's own begin is past its `to`; a time is still within. */
  #passed(moment: Moment | undefined, at: Millis): boolean {
    if (moment === undefined) return false;
    return "step" in moment ? this.#begun.has(moment.step) : at > moment.at;
  }

  #fail(kind: "always" | "finally", condition: Condition, at: Millis, verdict: Verdict): void {
    if (verdict.holds) return;
    const { name } = condition;
    const { text } = condition.expression;
    const details = verdict.values.map(({ expression, value }) => `${expression} is ${value}`);
    if (verdict.why !== undefined) details.unshift(verdict.why);
    const when = kind === "always" ? `at ${formatDuration(at)}` : "at the end";
    const message = `does not hold ${when}`;
    const hints = "from" in condition || kind === "finally" || at > 0 ? [] : [fromTheStart];
    const told = [...details, ...hints];
    const { place } = condition;
    this.failures.push({ kind, name: name ?? text, at, message, details: told, place });
    const detail = details.join("; ");
    const named = name === undefined ? {} : { name };
    this.#record({ kind: "expectation", at, ...named, that: text, held: false, detail });
  }

  /** The results of all. After a failed step, what belongs to the end is not checked. */
  end(samples: Samples, traffic: readonly TrafficResult[], end: Result["end"]): EndOfChecks {
    const aborted = end === "failed";
    const at = this.#cluster.now;
    const results: ExpectationResult[] = [];
    for (const [{ name, expression, place }, outcome] of this.#always) {
      results.push({ kind: "always", text: name ?? expression.text, place, outcome });
      if (outcome === "held") {
        this.#record({ kind: "expectation", at, that: expression.text, held: true });
      }
    }
    for (const condition of this.#expect.finally) {
      const { name, expression, place } = condition;
      const outcome = aborted ? "unchecked" : this.#finally(condition, at, traffic);
      results.push({ kind: "finally", text: name ?? expression.text, place, outcome });
    }
    const measured: Measured[] = [];
    const all = [
      ...this.#expect.thresholds.map((threshold) => measure(threshold, samples)),
      ...this.#expect.traffic.map((limit) => judge(limit, measureTraffic(limit, traffic))),
    ];
    for (const one of all) {
      const { threshold } = one;
      const text = titleOf(threshold);
      const outcome = aborted ? "unchecked" : one.held ? "held" : "failed";
      results.push({ kind: "threshold", text, place: threshold.place, outcome });
      measured.push(one);
      if (outcome === "failed") this.#exceeded(one, text, at);
    }
    return { results, measured };
  }

  #finally(condition: Condition, at: Millis, traffic: readonly TrafficResult[]): Outcome {
    const world = worldOf(this.#cluster, this.#namespace, traffic);
    const verdict = condition.expression.evaluate(world);
    if (verdict.holds) {
      this.#record({ kind: "expectation", at, that: condition.expression.text, held: true });
      return "held";
    }
    this.#fail("finally", condition, at, verdict);
    return "failed";
  }

  #exceeded(measured: Measured, text: string, at: Millis): void {
    const message = `was ${formatMeasure(measured)}`;
    const { place } = measured.threshold;
    this.failures.push({ kind: "threshold", name: text, at, message, details: [], place });
    this.#record({ kind: "expectation", at, that: text, held: false, detail: message });
  }
}

const fromTheStart =
  "it is checked from 0s on, before any pod can be ready; from a step on: { that: ..., from: STEP }";

export interface EndOfChecks {
  readonly results: readonly ExpectationResult[];
  readonly measured: readonly Measured[];
}

/** `web errors: rate<0.1%`, `rollout_duration: max<2m`. */
function titleOf(threshold: Measured["threshold"]): string {
  const { metric, text } = threshold;
  if (!isOfTraffic(threshold)) return `${metric}: ${text}`;
  const { traffic, cause } = threshold;
  return `${traffic === undefined ? "" : `${traffic} `}${cause ?? metric}: ${text}`;
}

function isOfTraffic(threshold: Measured["threshold"]): threshold is TrafficThreshold {
  return Object.hasOwn(trafficMetrics, threshold.metric);
}

/** A measured value in the unit of its metric. */
export function formatMeasure({ threshold, value }: Measured): string {
  if (isOfTraffic(threshold)) return formatTrafficMeasure(threshold, value);
  if (value === undefined) return "not measured: no Deployment was ever complete";
  if (value === Infinity) return "without end: a rollout did not complete";
  const { metric, aggregate } = threshold;
  if (metrics[metric] === "time" && aggregate !== "count") return formatDuration(Math.round(value));
  return String(Math.round(value * 1000) / 1000);
}

function formatTrafficMeasure(
  { metric, aggregate }: TrafficThreshold,
  value: number | undefined,
): string {
  if (value === undefined) return "not measured: no request was sent, or none was answered";
  if (aggregate === "rate") return formatShare(value);
  return trafficMetrics[metric] === "time" ? formatDuration(Math.round(value)) : String(value);
}

/** A share in per cent, to three digits after the point; never 0% or 100% but where it is. */
export function formatShare(share: number): string {
  const percent = Math.round(share * 100_000) / 1000;
  if (percent === 0 && share > 0) return "<0.001%";
  if (percent === 100 && share < 1) return ">99.999%";
  return `${percent}%`;
}
