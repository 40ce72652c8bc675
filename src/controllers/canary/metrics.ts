/**
 * Metric checks of an analysis: each value within its range, or the Canary halts. Mirrors fluxcd/flagger
 * pkg/controller/scheduler_metrics.go.
 */
import { analysisOf, type CanaryMetric } from "../../api/canary.ts";
import { goDuration } from "../../api/duration.ts";
import { decide } from "../decisions.ts";
import type { Steps } from "../reconcile.ts";
import type { Sync } from "./sync.ts";
import type { Reading } from "./view.ts";

const SUCCESS_RATE = "request-success-rate";
const DURATION = "request-duration";

export function isBuiltin({ name }: CanaryMetric): boolean {
  return name === SUCCESS_RATE || name === DURATION;
}

/** Flagger looks whether it can ask at all, once: a template that is not there is told early. */
export function* checkMetricProviders(sync: Sync): Steps<void> {
  for (const { templateRef } of analysisOf(sync.canary).metrics ?? []) {
    if (templateRef === undefined) continue;
    const { name, namespace = sync.namespace } = templateRef;
    if (sync.find("metrictemplates", name, namespace) !== undefined) continue;
    const why = sync.missing("metrictemplates", name);
    const error = `metric template ${name}.${namespace} error: ${why}`;
    return yield* sync.warning(`Error checking metric providers: ${error}`);
  }
  yield* sync.normal("all the metrics providers are available!");
}

/** Whether all are within their ranges: first the two that Flagger knows, and queries, then templates. */
export function* runMetricChecks(sync: Sync): Steps<boolean> {
  const all = (analysisOf(sync.canary).metrics ?? []).map((metric, i) => ({
    metric,
    reading: sync.view.readings[i] ?? { problem: "nothing answers it" },
  }));
  for (const { metric, reading } of all) {
    if (!isBuiltin(metric) && (metric.query ?? "") === "") continue;
    if (!(yield* check(sync, metric, reading))) return false;
  }
  for (const { metric, reading } of all) {
    if (metric.templateRef !== undefined) {
      const { name, namespace = sync.namespace } = metric.templateRef;
      if (sync.find("metrictemplates", name, namespace) === undefined) {
        const why = sync.missing("metrictemplates", name);
        yield* sync.warning(`Metric template ${name}.${namespace} error: ${why}`);
        return false;
      }
      if (!(yield* check(sync, metric, reading))) return false;
    } else if (!isBuiltin(metric) && (metric.query ?? "") === "") {
      yield* sync.warning(
        "Metric query failed for no usable metrics template and query were configured",
      );
      return false;
    }
  }
  return true;
}

function* check(sync: Sync, metric: CanaryMetric, reading: Reading): Steps<boolean> {
  const { name } = metric;
  if ("problem" in reading) {
    yield decide("canary/metric/unanswered", { metric: name, why: reading.problem });
    const query = isBuiltin(metric) ? "Prometheus query failed" : `Metric query failed for ${name}`;
    yield* sync.warning(`${query}: ${reading.problem}`);
    return false;
  }
  if ("missing" in reading) {
    yield decide("canary/metric/no-values", { metric: name, target: sync.targetName });
    yield* sync.warning(noValues(sync, metric, reading.missing));
    return false;
  }
  const value = name === DURATION ? Math.trunc(reading.value) : reading.value;
  const { min, max } = rangeOf(metric);
  const range = [
    ...(min === undefined ? [] : [`>= ${min}`]),
    ...(max === undefined ? [] : [`<= ${max}`]),
  ].join(" and ");
  const weighed = { metric: name, value: shownNumber(value), range };
  const under = min !== undefined && value < min;
  const over = max !== undefined && value > max;
  if (!under && !over) {
    yield decide("canary/metric/passed", weighed);
    return true;
  }
  yield decide("canary/metric/failed", weighed);
  const told = under ? `< ${limitOf(metric, min)}` : `> ${limitOf(metric, max ?? 0)}`;
  yield* sync.warning(halted(sync, metric, value, told));
  return false;
}

/** The deprecated `threshold` is the most, of the success rate the least. */
function rangeOf(metric: CanaryMetric): { readonly min?: number; readonly max?: number } {
  const { thresholdRange, threshold = 0, name } = metric;
  if (thresholdRange !== undefined) return thresholdRange;
  return name === SUCCESS_RATE ? { min: threshold } : { max: threshold };
}

function halted(sync: Sync, { name }: CanaryMetric, value: number, broken: string): string {
  const halt = `Halt ${sync.named(sync.canary.metadata.name)} advancement`;
  if (name === SUCCESS_RATE) return `${halt} success rate ${value.toFixed(2)}% ${broken}`;
  if (name === DURATION) return `${halt} request duration ${goDuration(value)} ${broken}`;
  return `${halt} ${name} ${value.toFixed(2)} ${broken}`;
}

function limitOf({ name }: CanaryMetric, limit: number): string {
  if (name === SUCCESS_RATE) return `${limit}%`;
  return name === DURATION ? goDuration(Math.trunc(limit)) : String(limit);
}

function noValues(sync: Sync, metric: CanaryMetric, why: string): string {
  const { name } = metric;
  if (metric.templateRef !== undefined) {
    return `Halt advancement no values found for custom metric: ${name}: ${why}`;
  }
  if (!isBuiltin(metric)) return `Halt advancement no values found for metric: ${name}`;
  const text =
    `Halt advancement no values found for ${sync.provider} metric ${name} ` +
    `probably ${sync.named(sync.targetName)} is not receiving traffic`;
  return name === SUCCESS_RATE ? `${text}: running query failed: ${why}` : text;
}

function shownNumber(value: number): number {
  return Math.round(value * 100) / 100;
}
