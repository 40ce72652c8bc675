/**
 * The shape of what scenario files say of analyses: what queries read, and what webhooks answer. The rules
 * themselves are the controllers' (metric-rules.ts, canary/webhooks.ts).
 */
import * as v from "valibot";
import { durationOf } from "../api/duration.ts";
import type { WebhookRule } from "../controllers/canary/webhooks.ts";
import type { MetricRule } from "../controllers/metric-rules.ts";
import { duration, text } from "./schema-values.ts";

const measures = [
  "success-rate",
  "error-rate",
  "latency",
  "requests",
  "value",
  "result",
  "none",
] as const satisfies readonly MetricRule["measure"][];
const statistics = ["mean", "p50", "p90", "p95", "p99", "max"] as const;
const hooks = [
  "rollout",
  "pre-rollout",
  "post-rollout",
  "confirm-rollout",
  "confirm-promotion",
  "confirm-traffic-increase",
  "rollback",
  "event",
] as const;
const glob = (what: string) => v.optional(v.pipe(text, v.description(`${what}, a glob.`)));
const when = {
  from: v.optional(v.pipe(duration, v.description("Virtual time. Default 0s."))),
  to: v.optional(v.pipe(duration, v.description("Until then. Default: the end of the run."))),
};

export const metricRuleSchema = v.strictObject({
  match: v.optional(
    v.pipe(
      v.strictObject({
        metric: glob("The metric's name"),
        template: glob("Name of its template (MetricTemplate, AnalysisTemplate)"),
      }),
      v.description("Which metrics; all given must match. Without it: all."),
    ),
  ),
  measure: v.pipe(
    v.picklist(measures),
    v.description(
      "success-rate and error-rate (0 to 1), latency (ms), requests (a second), value, none, or result.",
    ),
  ),
  value: v.optional(
    v.pipe(v.number(), v.description("With measure: value. Of a Job: its exit code.")),
  ),
  result: v.optional(
    v.pipe(
      v.unknown(),
      v.description("With measure: result. What the conditions of an AnalysisRun see: any JSON."),
    ),
  ),
  statistic: v.optional(v.pipe(v.picklist(statistics), v.description("Of latency. Default p99."))),
  scale: v.optional(v.pipe(v.number(), v.description("Times this: 100 for percent. Default 1."))),
  service: v.optional(
    v.pipe(text, v.description("Requests to this Service. Default: those to the new version.")),
  ),
  ...when,
});

export const webhookRuleSchema = v.strictObject({
  match: v.optional(
    v.pipe(
      v.strictObject({
        name: glob("The webhook's name"),
        type: v.optional(v.pipe(v.picklist(hooks), v.description("As Flagger names them."))),
        url: glob("Its URL"),
        canary: glob("Name of the Canary"),
      }),
      v.description("Which webhooks; all given must match. Without it: all."),
    ),
  ),
  answer: v.pipe(v.picklist(["pass", "fail"]), v.description("fail: as a status of 400 or more.")),
  ...when,
});

type When = { readonly from?: string | undefined; readonly to?: string | undefined };

/** Texts as milliseconds; keys that are not given stay away. */
export function metricRule(input: v.InferInput<typeof metricRuleSchema>): MetricRule {
  return timed(input);
}

export function webhookRule(input: v.InferInput<typeof webhookRuleSchema>): WebhookRule {
  return timed(input);
}

function timed<R>(input: When): R {
  const { from, to, ...rest } = input;
  const rule = {
    ...rest,
    ...(from === undefined ? {} : { from: durationOf(from) }),
    ...(to === undefined ? {} : { to: durationOf(to) }),
  };
  return rule as R;
}
