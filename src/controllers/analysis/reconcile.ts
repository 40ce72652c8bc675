/**
 * One sync of an AnalysisRun: takes the measurements that are due, and judges them. Mirrors argo-rollouts
 * analysis/analysis.go.
 */
import type {
  AnalysisArgument,
  AnalysisRun,
  AnalysisRunStatus,
  Measurement,
  Metric,
  MetricResult,
} from "../../api/analysis.ts";
import { compact, deepEqual } from "../../api/json.ts";
import type { Millis } from "../../api/meta.ts";
import { parseTimestamp, timestamp } from "../../api/time.ts";
import { decide } from "../decisions.ts";
import { DONE, write, type Plan, type RecordEvent, type Steps } from "../reconcile.ts";
import {
  assessMetric,
  assessRun,
  brokenLimit,
  evaluateResult,
  isCompleted,
  isTerminating,
  matchesAny,
} from "./assess.ts";
import { durationMs, effectiveCount, resolveMetric, validateMetrics } from "./metrics.ts";
import type { Reading } from "./readings.ts";

export interface AnalysisRunView {
  /** Wall-clock ms since 1970. */
  readonly now: Millis;
  /** Absent when it is gone. */
  readonly run: AnalysisRun | undefined;
  /** Its arguments, with what Secrets hold. */
  readonly args: readonly AnalysisArgument[];
  /** What each metric would read now, in the order of the run's metrics. */
  readonly readings: readonly Reading[];
  /** An argument's Secret that is not there. */
  readonly missing?: string;
}

/** A measurement that was an error is tried again after so long. */
const ERROR_RETRY_MS = 10_000;
const KEPT_MEASUREMENTS = 10;

export function* reconcileAnalysisRun(view: AnalysisRunView): Plan {
  const { run, now } = view;
  if (run === undefined || isCompleted(run.status?.phase)) return DONE;
  const metrics: Metric[] = [];
  let fault = view.missing;
  for (const metric of run.spec.metrics) {
    const resolved = resolveMetric(metric, view.args);
    if (resolved.ok) metrics.push(resolved.metric);
    else fault ??= `Unable to resolve metric arguments: ${resolved.error}`;
  }
  if (fault === undefined) {
    const invalid = validateMetrics(metrics) ?? unmatchedRule(run, metrics);
    fault = invalid === undefined ? undefined : `Analysis spec invalid: ${invalid}`;
  }
  if (fault !== undefined) return yield* end(run, { phase: "Error", message: fault });
  const status = run.status ?? {};
  let results = status.metricResults ?? [];
  for (const [i, metric] of metrics.entries()) {
    const due = measurementDue(
      { ...run, status: { ...status, metricResults: results } },
      metric,
      now,
    );
    if (due === "none") continue;
    const reading = view.readings[i] ?? { problem: "nothing answers it" };
    results = yield* measure(view, metric, results, reading);
  }
  results = yield* assessAll(run, metrics, results);
  const assessed = assessRun(run, metrics, results);
  const { phase, message, runSummary, dryRunSummary } = assessed;
  const over = isCompleted(phase);
  const next: AnalysisRunStatus = compact({
    ...status,
    phase,
    message: over && message !== "" ? message : undefined,
    metricResults: results.map((result) => trimmed(run, result)),
    startedAt: status.startedAt ?? timestamp(now),
    completedAt: over ? timestamp(now) : undefined,
    runSummary,
    dryRunSummary,
  }) as AnalysisRunStatus;
  if (over) return yield* end(run, next);
  yield* store(run, next);
  const at = nextLook({ ...run, status: next }, metrics, now);
  return at === undefined ? DONE : { requeueAfterMs: Math.max(at - now, 1) };
}

function unmatchedRule({ spec }: AnalysisRun, metrics: readonly Metric[]): string | undefined {
  for (const key of ["dryRun", "measurementRetention"] as const) {
    const rules = spec[key] ?? [];
    const at = rules.findIndex((rule) => !metrics.some(({ name }) => matchesAny([rule], name)));
    if (at >= 0) return `${key}[${at}]: Rule didn't match any metric name(s)`;
  }
  return undefined;
}

function* end(run: AnalysisRun, status: AnalysisRunStatus): Plan {
  const { phase = "Error", message = "" } = status;
  yield decide("analysis/run-over", {
    run: run.metadata.name,
    phase,
    why: message === "" ? "all metrics are assessed" : message,
  });
  yield tell(run, `AnalysisRun${phase}`, `Analysis Completed. Result: ${phase}`);
  yield* store(run, { ...run.status, ...status });
  return DONE;
}

function* store(run: AnalysisRun, status: AnalysisRunStatus): Steps<void> {
  if (deepEqual(run.status, status)) return;
  yield* write({ do: "update/status", resource: "analysisruns", object: { ...run, status } });
}

function tell(run: AnalysisRun, reason: string, message: string): RecordEvent {
  const type = /(Failed|Error)$/.test(reason) ? "Warning" : "Normal";
  return { do: "event", about: run, type, reason, message };
}

/** generateMetricTasks: begin, go on with one in flight, or neither. A real clock is always a little late. */
function measurementDue(
  run: AnalysisRun,
  metric: Metric,
  now: Millis,
): "begin" | "resume" | "none" {
  const result = run.status?.metricResults?.find(({ name }) => name === metric.name);
  if (isCompleted(result?.phase)) return "none";
  const terminating = isTerminating(run);
  const last = result?.measurements?.at(-1);
  if (last !== undefined && last.finishedAt === undefined) {
    const waits = last.resumeAt !== undefined && parseTimestamp(last.resumeAt) > now;
    return waits && !terminating ? "none" : "resume";
  }
  if (terminating) return "none";
  if (last === undefined) {
    const delay = durationMs(metric.initialDelay);
    if (delay === 0) return "begin";
    const { startedAt } = run.status ?? {};
    return startedAt === undefined || parseTimestamp(startedAt) + delay > now ? "none" : "begin";
  }
  const count = effectiveCount(metric);
  if (count !== undefined && (result?.count ?? 0) >= count) return "none";
  return parseTimestamp(last.finishedAt ?? "") + intervalAfter(metric, last) <= now
    ? "begin"
    : "none";
}

function intervalAfter(metric: Metric, last: Measurement): Millis {
  if (last.phase === "Error" || (metric.interval ?? "") === "") return ERROR_RETRY_MS;
  return durationMs(metric.interval);
}

function* measure(
  view: AnalysisRunView,
  metric: Metric,
  results: readonly MetricResult[],
  reading: Reading,
): Steps<readonly MetricResult[]> {
  const { now } = view;
  const run = view.run!;
  const before = results.find(({ name }) => name === metric.name);
  const last = before?.measurements?.at(-1);
  const inFlight = last !== undefined && last.finishedAt === undefined ? last : undefined;
  const started = inFlight?.startedAt ?? timestamp(now);
  const terminating = isTerminating({ ...run, status: { ...run.status, metricResults: results } });
  const measured = measurementOf(metric, reading, { now, started, inFlight, terminating });
  const next: Measurement = { startedAt: started, ...measured };
  if (isCompleted(next.phase)) {
    const value = next.value ?? (next.message === undefined ? "its exit" : next.message);
    yield decide("analysis/measured", { metric: metric.name, value, phase: next.phase });
  } else yield decide("analysis/job-runs", { metric: metric.name });
  const measurements = before?.measurements ?? [];
  const kept = inFlight === undefined ? measurements : measurements.slice(0, -1);
  const base: MetricResult = before ?? {
    name: metric.name,
    phase: "Running",
    ...(matchesAny(run.spec.dryRun ?? [], metric.name) ? { dryRun: true } : {}),
  };
  const counted = { ...count(base, next), measurements: [...kept, next] };
  return before === undefined
    ? [...results, counted]
    : results.map((each) => (each === before ? counted : each));
}

interface Progress {
  readonly now: Millis;
  readonly started: string;
  readonly inFlight: Measurement | undefined;
  readonly terminating: boolean;
}

function measurementOf(metric: Metric, reading: Reading, at: Progress): Measurement {
  const finishedAt = timestamp(at.now);
  if (at.inFlight !== undefined && at.terminating) {
    return { ...at.inFlight, phase: "Successful", message: "Metric Terminated", finishedAt };
  }
  if ("problem" in reading) return { phase: "Error", message: reading.problem, finishedAt };
  if ("exitCode" in reading) {
    const ends = parseTimestamp(at.started) + reading.after;
    if (ends > at.now) return { phase: "Running", resumeAt: timestamp(ends + 999) };
    return { phase: reading.exitCode === 0 ? "Successful" : "Failed", finishedAt };
  }
  const { phase, message } = evaluateResult(metric, reading.result);
  return {
    phase,
    value: reading.shown,
    ...(message === undefined ? {} : { message }),
    finishedAt,
  };
}

function count(result: MetricResult, { phase }: Measurement): MetricResult {
  if (!isCompleted(phase)) return result;
  const { error = 0, consecutiveError = 0, consecutiveSuccess = 0 } = result;
  const { consecutiveError: _e, consecutiveSuccess: _s, ...rest } = result;
  if (phase === "Error")
    return { ...rest, error: error + 1, consecutiveError: consecutiveError + 1 };
  const key = phase.toLowerCase() as "successful" | "failed" | "inconclusive";
  return {
    ...rest,
    count: (result.count ?? 0) + 1,
    [key]: (result[key] ?? 0) + 1,
    ...(phase === "Successful" ? { consecutiveSuccess: consecutiveSuccess + 1 } : {}),
  };
}

function* assessAll(
  run: AnalysisRun,
  metrics: readonly Metric[],
  results: readonly MetricResult[],
): Steps<readonly MetricResult[]> {
  const assessed: MetricResult[] = [];
  const ending = isTerminating({ ...run, status: { ...run.status, metricResults: results } });
  for (const result of results) {
    const metric = metrics.find(({ name }) => name === result.name);
    const phase =
      metric === undefined
        ? result.phase
        : assessMetric(metric, result, ending ? "terminating" : "going on");
    if (metric === undefined || phase === result.phase) {
      assessed.push(result);
      continue;
    }
    if (isCompleted(phase)) {
      const why = brokenLimit(metric, result)?.message ?? "its limits hold";
      yield decide("analysis/metric-over", { metric: metric.name, phase, why });
      const message = `Metric '${metric.name}' Completed. Result: ${phase}`;
      yield tell(run, `Metric${phase}`, message);
    }
    const message = result.measurements?.at(-1)?.message;
    assessed.push({ ...result, phase, ...(message === undefined ? {} : { message }) });
  }
  return assessed;
}

/** garbageCollectMeasurements. */
function trimmed({ spec }: AnalysisRun, result: MetricResult): MetricResult {
  const rule = (spec.measurementRetention ?? []).find((each) => matchesAny([each], result.name));
  const limit = rule !== undefined && rule.limit > 0 ? rule.limit : KEPT_MEASUREMENTS;
  return { ...result, measurements: (result.measurements ?? []).slice(-limit) };
}

/** calculateNextReconcileTime. */
function nextLook(run: AnalysisRun, metrics: readonly Metric[], now: Millis): Millis | undefined {
  const times = metrics.flatMap((metric) => {
    const result = run.status?.metricResults?.find(({ name }) => name === metric.name);
    if (isCompleted(result?.phase)) return [];
    const last = result?.measurements?.at(-1);
    if (last === undefined) {
      const delay = durationMs(metric.initialDelay);
      const { startedAt } = run.status ?? {};
      return delay === 0 ? [] : [parseTimestamp(startedAt ?? timestamp(now)) + delay];
    }
    if (last.finishedAt === undefined) {
      return last.resumeAt === undefined ? [] : [parseTimestamp(last.resumeAt)];
    }
    const count = effectiveCount(metric);
    if (count !== undefined && (result?.count ?? 0) >= count) return [];
    return [parseTimestamp(last.finishedAt) + intervalAfter(metric, last)];
  });
  return times.length === 0 ? undefined : Math.min(...times);
}
