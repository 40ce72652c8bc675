/** Conditions of an autoscaler, in the order in which they first came up (setConditionInList, v1.37.2). */
import type { AutoscalerCondition } from "../../api/autoscaling.ts";
import { timestamp } from "../../api/time.ts";

/** Reasons that are always told in the same words (podautoscaler/horizontal.go). */
const messages = {
  SucceededGetScale: "the HPA controller was able to get the target's current scale",
  ScalingDisabled: "scaling is disabled since the replica count of the target is zero",
  NotScaledToZero: "the HPA controller did not scale the workload to zero",
  ReadyForNewScale: "recommended size matches current size",
  ScaleUpStabilized:
    "recent recommendations were lower than current one, applying the lowest recent recommendation",
  ScaleDownStabilized:
    "recent recommendations were higher than current one, applying the highest recent recommendation",
  DesiredWithinRange: "the desired count is within the acceptable range",
  TooManyReplicas: "the desired replica count is more than the maximum replica count",
  TooFewReplicas: "the desired replica count is less than the minimum replica count",
  ScaleUpLimit: "the desired replica count is increasing faster than the maximum scale rate",
  ScaleDownLimit: "the desired replica count is decreasing faster than the maximum scale rate",
} as const;

export type KnownReason = keyof typeof messages;
export type Reason =
  { readonly reason: KnownReason } | { readonly reason: string; readonly message: string };

type Conditions = readonly AutoscalerCondition[];

export function withCondition(
  conditions: Conditions,
  type: AutoscalerCondition["type"],
  status: "True" | "False",
  why: Reason,
  nowMs: number,
): Conditions {
  const place = conditions.findIndex((condition) => condition.type === type);
  const old = conditions[place];
  const since = old?.status === status ? old.lastTransitionTime : timestamp(nowMs);
  const { reason } = why;
  const message = "message" in why ? why.message : messages[why.reason];
  const next = { type, status, lastTransitionTime: since, reason, message };
  return place < 0 ? [...conditions, next] : conditions.with(place, next);
}
