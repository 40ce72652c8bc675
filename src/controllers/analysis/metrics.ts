/** Metrics of an analysis: counts, limits, arguments. Mirrors argo-rollouts utils/analysis/factory.go. */
import type { AnalysisArgument, Metric } from "../../api/analysis.ts";
import { parseDuration } from "../../api/duration.ts";
import type { IntOrString, Millis } from "../../api/meta.ts";

/** How many measurements end it; undefined: it goes on for ever. */
export function effectiveCount({ count, interval }: Metric): number | undefined {
  const number = intOf(count) ?? 0;
  if (number !== 0) return number;
  return interval === undefined || interval === "" ? 1 : undefined;
}

export function intOf(value: IntOrString | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = typeof value === "number" ? value : Number.parseInt(value, 10);
  return Number.isNaN(number) ? 0 : number;
}

/** ms; 0 for none. */
export function durationMs(text: string | undefined): Millis {
  if (text === undefined || text === "") return 0;
  const parsed = parseDuration(text);
  return parsed.ok ? parsed.ms : 0;
}

/** ResolveMetricArgs: `{{args.service-name}}` everywhere in the metric. */
export function resolveMetric(
  metric: Metric,
  args: readonly AnalysisArgument[],
): { readonly ok: true; readonly metric: Metric } | { readonly ok: false; readonly error: string } {
  let error: string | undefined;
  const fill = (text: string): string =>
    text.replaceAll(/\{\{([^{}]*)\}\}/g, (whole, tag: string) => {
      const name = /^\s*args\.(\S+)\s*$/.exec(tag)?.[1];
      const value = args.find((arg) => arg.name === name)?.value;
      if (value === undefined) error ??= `failed to resolve ${whole}`;
      return value ?? "";
    });
  const walk = (value: unknown): unknown => {
    if (typeof value === "string") return fill(value);
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, walk(each)]));
  };
  const resolved = walk(metric) as Metric;
  return error === undefined ? { ok: true, metric: resolved } : { ok: false, error };
}

/** ValidateMetrics: the first fault; undefined where there is none. */
export function validateMetrics(metrics: readonly Metric[]): string | undefined {
  if (metrics.length === 0) return "no metrics specified";
  for (const [i, metric] of metrics.entries()) {
    if (metrics.findIndex(({ name }) => name === metric.name) !== i) {
      return `metrics[${i}]: duplicate name '${metric.name}'`;
    }
    const fault = validateMetric(metric);
    if (fault !== undefined) return `metrics[${i}]: ${fault}`;
  }
  return undefined;
}

function validateMetric(metric: Metric): string | undefined {
  const count = intOf(metric.count) ?? 0;
  const failures = intOf(metric.failureLimit) ?? 0;
  const successes = intOf(metric.consecutiveSuccessLimit) ?? 0;
  const inconclusive = intOf(metric.inconclusiveLimit) ?? 0;
  if (successes < 0) return "consecutiveSuccessLimit must be >= 0";
  if (failures < -1) return "failureLimit must be >= 0, or -1 to be disabled";
  if (successes === 0 && failures === -1) {
    return "failureLimit and consecutiveSuccessLimit cannot both be disabled";
  }
  if (inconclusive < 0) return "inconclusiveLimit must be >= 0";
  if ((intOf(metric.consecutiveErrorLimit) ?? 0) < 0) return "consecutiveErrorLimit must be >= 0";
  if (count > 0 && failures >= 0 && count < failures + successes) {
    const sum = `(${failures} + ${successes})`;
    return `count (${count}) must be >= failureLimit + consecutiveSuccessLimit ${sum} if both >= 0`;
  }
  if (count > 0 && failures < 0 && count < successes) {
    return "count must be >= consecutiveSuccessLimit";
  }
  if (count > 0 && count < inconclusive) return "count must be >= inconclusiveLimit";
  const { interval = "", initialDelay = "" } = metric;
  if (count > 1 && interval === "") return "interval must be specified when count > 1";
  if (interval !== "" && !interval.includes("{{") && !parseDuration(interval).ok) {
    return `invalid interval string: time: invalid duration "${interval}"`;
  }
  if (initialDelay !== "" && !initialDelay.includes("{{") && !parseDuration(initialDelay).ok) {
    return `invalid startDelay string: time: invalid duration "${initialDelay}"`;
  }
  const providers = Object.entries(metric.provider ?? {}).filter(([, each]) => each !== undefined);
  if (providers.length === 0) return "no provider specified";
  return providers.length > 1 ? "multiple providers specified" : undefined;
}
