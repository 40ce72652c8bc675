/**
 * What queries of analyses are to read: rollsim does not run PromQL, so the scenario says which measure of the
 * simulated requests a metric stands for. The first rule that matches, and whose time it is, answers.
 */
import { globMatcher } from "../api/glob.ts";
import type { Millis } from "../api/meta.ts";
import type { LatencyMetrics, MetricsSource, RequestQuery } from "../api/metrics.ts";

export interface MetricRule {
  /** All that are given must match; globs. */
  readonly match?: {
    /** The metric's name. */
    readonly metric?: string;
    /** Of its template (MetricTemplate, AnalysisTemplate). */
    readonly template?: string;
  };
  /**
   * success-rate and error-rate are 0 to 1, latency is in ms, requests in requests per second. A value is itself;
   * `none`: the query finds nothing. For analyses of Argo Rollouts `result` is what their conditions see, and
   * the value of a Job is its exit code.
   */
  readonly measure:
    "success-rate" | "error-rate" | "latency" | "requests" | "value" | "result" | "none";
  /** Of `value`. */
  readonly value?: number;
  /** Of `result`: any JSON. */
  readonly result?: unknown;
  /** Of latency; default p99. */
  readonly statistic?: keyof LatencyMetrics;
  /** What the measure is multiplied by, as 100 for percent or 0.001 for seconds; default 1. */
  readonly scale?: number;
  /** Requests to this Service; default those that the new version got. */
  readonly service?: string;
  /** Virtual ms; default from the start, and to the end of the run. */
  readonly from?: Millis;
  readonly to?: Millis;
}

export interface AskedMetric {
  readonly metric: string;
  readonly template?: string;
}

/** The rule for a metric at a time; undefined: the scenario says nothing of it. */
export function ruleFor(
  rules: readonly MetricRule[],
  asked: AskedMetric,
  now: Millis,
): MetricRule | undefined {
  return rules.find(
    ({ match = {}, from = 0, to = Infinity }) =>
      now >= from &&
      now < to &&
      isLike(match.metric, asked.metric) &&
      isLike(match.template, asked.template ?? ""),
  );
}

/** What the metric reads; undefined: no request fits, and a query would find nothing. */
export function measured(
  rule: MetricRule,
  source: MetricsSource,
  { service: _, podTemplateHash, ...query }: RequestQuery,
): number | undefined {
  const { measure, value = 0, scale = 1, statistic = "p99", service } = rule;
  if (measure === "none" || measure === "result") return undefined;
  if (measure === "value") return value * scale;
  const of =
    service !== undefined ? { service } : podTemplateHash === undefined ? {} : { podTemplateHash };
  const { requests, successRate, latency } = source.metrics({ ...query, ...of });
  const found = {
    "success-rate": successRate,
    "error-rate": successRate === undefined ? undefined : 1 - successRate,
    latency: latency?.[statistic],
    requests: (requests * 1000) / Math.max(1, query.to - query.from),
  }[measure];
  return found === undefined ? undefined : found * scale;
}

/** What to add to a scenario so that a metric can be read. */
export function unanswered({ metric, template }: AskedMetric, measure = "success-rate"): string {
  const what = template === undefined ? "" : `, template: ${template}`;
  return (
    `nothing says what the query of metric ${metric} reads; ` +
    `add to the scenario: metrics: [{ match: { metric: ${metric}${what} }, measure: ${measure} }]`
  );
}

function isLike(glob: string | undefined, text: string): boolean {
  if (glob === undefined) return true;
  return globMatcher(glob)(text);
}
