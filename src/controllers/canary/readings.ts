/**
 * What the metrics of an analysis come to. The two that Flagger knows are measured on the requests that the
 * target's pods got (fluxcd/flagger pkg/metrics/observers); what a query means, the scenario says.
 */
import type { Deployment } from "../../api/apps.ts";
import { analysisOf, goDurationOf, type Canary, type CanaryMetric } from "../../api/canary.ts";
import type { Millis } from "../../api/meta.ts";
import type { MetricsSource } from "../../api/metrics.ts";
import { podTemplateHash } from "../../apiserver/template-hash.ts";
import { measured, ruleFor, unanswered, type MetricRule } from "../metric-rules.ts";
import { isBuiltin } from "./metrics.ts";
import type { FoundObject, Reading } from "./view.ts";

const DEFAULT_WINDOW: Millis = 60_000;

export function readingsOf(
  source: MetricsSource,
  rules: readonly MetricRule[],
  canary: Canary,
  objects: readonly FoundObject[],
  now: Millis,
): readonly Reading[] {
  const { namespace = "default" } = canary.metadata;
  const target = objects.find(
    ({ resource, object }) =>
      resource === "deployments" && object.metadata.name === canary.spec.targetRef.name,
  )?.object as Deployment | undefined;
  const hash = target === undefined ? "" : podTemplateHash(target.spec.template);
  return (analysisOf(canary).metrics ?? []).map((metric) => {
    const template = metric.templateRef?.name;
    const asked = { metric: metric.name, ...(template === undefined ? {} : { template }) };
    const rule = ruleFor(rules, asked, now) ?? builtin(metric);
    if (rule === undefined) return { problem: unanswered(asked) };
    const window = goDurationOf(metric.interval) ?? DEFAULT_WINDOW;
    const from = Math.max(0, now - window);
    const value = measured(rule, source, { namespace, podTemplateHash: hash, from, to: now });
    return value === undefined ? { missing: "no values found" } : { value };
  });
}

function builtin(metric: CanaryMetric): MetricRule | undefined {
  if (!isBuiltin(metric)) return undefined;
  return metric.name === "request-success-rate"
    ? { measure: "success-rate", scale: 100 }
    : { measure: "latency" };
}
