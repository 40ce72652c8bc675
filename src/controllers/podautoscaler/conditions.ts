/** Conditions of an autoscaler, in the order in which they first came up (setConditionInList, v1.37.2). */
import type { AutoscalerCondition } from "../../api/autoscaling.ts";
import { timestamp } from "../../api/time.ts";
import type { Reason } from "./stabilization.ts";

type Conditions = readonly AutoscalerCondition[];

export function withCondition(
  conditions: Conditions,
  type: AutoscalerCondition["type"],
  status: "True" | "False",
  { reason, message }: Reason,
  nowMs: number,
): Conditions {
  const place = conditions.findIndex((condition) => condition.type === type);
  const old = conditions[place];
  const since = old?.status === status ? old.lastTransitionTime : timestamp(nowMs);
  const next = { type, status, lastTransitionTime: since, reason, message };
  return place < 0 ? [...conditions, next] : conditions.with(place, next);
}
