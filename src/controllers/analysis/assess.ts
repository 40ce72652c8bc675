/**
 * What measurements come to: the phase of a metric, and of the run. Mirrors argo-rollouts
 * analysis/analysis.go (assessMetricStatus, assessRunStatus) and utils/evaluate/evaluate.go.
 */
import type { AnalysisRun, Metric, MetricResult, RunSummary } from "../../api/analysis.ts";
import type { AnalysisPhase } from "../../api/rollout.ts";
import { ExpressionFault } from "./expression-parse.ts";
import { holds } from "./expression.ts";
import { effectiveCount, intOf } from "./metrics.ts";

export interface Judged {
  readonly phase: AnalysisPhase;
  readonly message?: string;
}

/** EvaluateResult: a failure condition wins; with both conditions and neither true: inconclusive. */
export function evaluateResult(metric: Metric, result: unknown): Judged {
  const { successCondition = "", failureCondition = "" } = metric;
  const tested = (name: string, condition: string): boolean | Judged => {
    try {
      return holds(condition, result);
    } catch (error) {
      if (!(error instanceof ExpressionFault)) throw error;
      const empty = result === null || (Array.isArray(result) && result.length === 0);
      const why = empty
        ? "metric result is nil or empty: no data returned from the metric provider"
        : error.message;
      return { phase: "Error", message: `could not evaluate ${name} "${condition}": ${why}` };
    }
  };
  const success =
    successCondition === "" ? undefined : tested("successCondition", successCondition);
  if (typeof success === "object") return success;
  const failure =
    failureCondition === "" ? undefined : tested("failureCondition", failureCondition);
  if (typeof failure === "object") return failure;
  if (success === undefined && failure === undefined) return { phase: "Successful" };
  if (failure ?? success === false) return { phase: "Failed" };
  return { phase: (success ?? true) ? "Successful" : "Inconclusive" };
}

export function isCompleted(phase: AnalysisPhase | undefined): boolean {
  return phase !== undefined && phase !== "Pending" && phase !== "Running";
}

/** IsTerminating: told to end, or a metric (no dry run) has gone wrong. */
export function isTerminating({ spec, status }: AnalysisRun): boolean {
  if (spec.terminate === true) return true;
  return (status?.metricResults ?? []).some(
    ({ dryRun, phase }) => dryRun !== true && ["Failed", "Error", "Inconclusive"].includes(phase),
  );
}

/** assessMetricFailureInconclusiveOrError: a limit that was broken; the last in this order counts. */
export function brokenLimit(metric: Metric, result: MetricResult): Judged | undefined {
  const { failed = 0, inconclusive = 0, consecutiveError = 0 } = result;
  const failureLimit = intOf(metric.failureLimit) ?? 0;
  const inconclusiveLimit = intOf(metric.inconclusiveLimit) ?? 0;
  const errorLimit = intOf(metric.consecutiveErrorLimit) ?? 4;
  if (consecutiveError > errorLimit) {
    const message = `consecutiveErrors (${consecutiveError}) > consecutiveErrorLimit (${errorLimit})`;
    return { phase: "Error", message };
  }
  if (inconclusive > inconclusiveLimit) {
    const message = `inconclusive (${inconclusive}) > inconclusiveLimit (${inconclusiveLimit})`;
    return { phase: "Inconclusive", message };
  }
  if (failureLimit >= 0 && failed > failureLimit) {
    return { phase: "Failed", message: `failed (${failed}) > failureLimit (${failureLimit})` };
  }
  return undefined;
}

/** assessMetricStatus. */
export function assessMetric(
  metric: Metric,
  result: MetricResult,
  run: "terminating" | "going on",
): AnalysisPhase {
  if (isCompleted(result.phase)) return result.phase;
  const last = result.measurements?.at(-1);
  const terminating = run === "terminating";
  if (last === undefined) return terminating ? "Successful" : "Pending";
  if (!isCompleted(last.phase)) return "Running";
  const broken = brokenLimit(metric, result);
  if (broken !== undefined) return broken.phase;
  const needed = intOf(metric.consecutiveSuccessLimit) ?? 0;
  if (needed > 0 && (result.consecutiveSuccess ?? 0) >= needed) return "Successful";
  const count = effectiveCount(metric);
  if (count !== undefined && (result.count ?? 0) >= count) {
    if (needed === 0) return "Successful";
    return (intOf(metric.failureLimit) ?? 0) >= 0 ? "Inconclusive" : "Failed";
  }
  return terminating ? "Successful" : "Running";
}

const ORDER = ["Successful", "Running", "Pending", "Inconclusive", "Error", "Failed"];

export interface AssessedRun extends Judged {
  readonly message: string;
  readonly runSummary: RunSummary;
  readonly dryRunSummary: RunSummary;
}

/** assessRunStatus, once each metric's phase is known: the worst of all that are no dry run. */
export function assessRun(
  run: AnalysisRun,
  metrics: readonly Metric[],
  results: readonly MetricResult[],
): AssessedRun {
  const isDry = (name: string): boolean => matchesAny(run.spec.dryRun ?? [], name);
  const summaries = { run: newSummary(), dry: newSummary() };
  let worst: AnalysisPhase | undefined;
  let message = run.spec.terminate === true ? "Run Terminated" : "";
  let open = false;
  for (const metric of metrics) {
    const dry = isDry(metric.name);
    const summary = dry ? summaries.dry : summaries.run;
    summary.count++;
    const result = results.find(({ name }) => name === metric.name);
    if (result === undefined || !isCompleted(result.phase)) {
      open = true;
      continue;
    }
    const broken = brokenLimit(metric, result);
    const key = (broken?.phase ?? "Successful").toLowerCase() as keyof typeof summary;
    summary[key]++;
    if (dry) {
      worst ??= "Successful";
      continue;
    }
    if (worst !== undefined && ORDER.indexOf(result.phase) <= ORDER.indexOf(worst)) continue;
    worst = result.phase;
    if (broken?.message === undefined) continue;
    message = `Metric "${metric.name}" assessed ${result.phase} due to ${broken.message}`;
    const last = result.message ?? "";
    if (last !== "") message += `: "Error Message: ${last}"`;
  }
  const assessed = {
    message,
    runSummary: withoutZeros(summaries.run),
    dryRunSummary: withoutZeros(summaries.dry),
  };
  const terminating = isTerminating({ ...run, status: { ...run.status, metricResults: results } });
  if (terminating) return { ...assessed, phase: worst ?? "Successful" };
  if (open || worst === undefined) return { ...assessed, phase: "Running", message: "" };
  return { ...assessed, phase: worst };
}

export function matchesAny(
  rules: readonly { readonly metricName: string }[],
  metric: string,
): boolean {
  return rules.some(({ metricName }) => new RegExp(metricName, "u").test(metric));
}

function newSummary(): Record<
  "count" | "successful" | "failed" | "inconclusive" | "error",
  number
> {
  return { count: 0, successful: 0, failed: 0, inconclusive: 0, error: 0 };
}

function withoutZeros(summary: Readonly<Record<string, number>>): RunSummary {
  return Object.fromEntries(Object.entries(summary).filter(([, number]) => number !== 0));
}
