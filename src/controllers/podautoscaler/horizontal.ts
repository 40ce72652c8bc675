/**
 * One sync of a HorizontalPodAutoscaler. Mirrors podautoscaler/horizontal.go reconcileAutoscaler (v1.37.2).
 *
 * The number of replicas that counts is `spec.replicas` of the target. The pods that are looked at are all
 * that the selector finds: in the middle of a rollout those of the surge, too. So within the tolerance a
 * surge changes nothing; outside it, the ratio is taken times more pods than `spec.replicas`.
 *
 * Left out: scaling to and from zero by object and external metrics, which the cluster does not have.
 */
import type { AutoscalerStatus, HorizontalPodAutoscaler } from "../../api/autoscaling.ts";
import { deepEqual } from "../../api/json.ts";
import { timestamp } from "../../api/time.ts";
import { decide } from "../decisions.ts";
import { DONE, write, type Plan, type Steps, type Verdict } from "../reconcile.ts";
import { withCondition, type Reason } from "./conditions.ts";
import { proposeReplicas, warning, type Proposal } from "./metrics.ts";
import { normalize, withScaling, type NormalizationInput } from "./stabilization.ts";
import type { AutoscalerMemory, AutoscalerView, ScaleTarget } from "./view.ts";

/** --horizontal-pod-autoscaler-sync-period */
const SYNC_PERIOD_MS = 15_000;

export function* reconcileAutoscaler(view: AutoscalerView): Plan {
  const { hpa, key, nowMs, target } = view;
  if (hpa === undefined || target === undefined) {
    yield decide("hpa/gone", { hpa: key });
    return { memory: null };
  }
  const remembered = memoryOf(view, hpa);
  const due = nowMs >= remembered.nextMs;
  // Its own writes wake it, too: only another spec, or the next turn, is a reason to look.
  if (!due && remembered.generation === hpa.metadata.generation) return DONE;
  const memory: AutoscalerMemory = {
    ...remembered,
    generation: hpa.metadata.generation ?? 0,
    nextMs: due ? nowMs + SYNC_PERIOD_MS : remembered.nextMs,
  };
  const turn = due ? { requeueAfterMs: SYNC_PERIOD_MS } : {};
  if (!target.ok)
    return { ...turn, ...(yield* withoutScale(view, hpa, target.status.message, memory)) };
  return { ...turn, ...(yield* autoscale(view, hpa, target.value, memory)) };
}

function memoryOf(
  { memory, nowMs }: AutoscalerView,
  hpa: HorizontalPodAutoscaler,
): AutoscalerMemory {
  const uid = hpa.metadata.uid ?? "";
  if (memory?.uid === uid) return memory;
  return { uid, generation: -1, nextMs: nowMs, recommendations: [], scaleUps: [], scaleDowns: [] };
}

function* withoutScale(
  { nowMs }: AutoscalerView,
  hpa: HorizontalPodAutoscaler,
  error: string,
  memory: AutoscalerMemory,
): Steps<Verdict> {
  const target = nameOfTarget(hpa);
  yield decide("hpa/no-scale", { target, error });
  yield warning(hpa, "FailedGetScale", error);
  const message = `the HPA controller was unable to get the target's current scale: ${error}`;
  const able = { reason: "FailedGetScale", message };
  const conditions = withCondition(conditionsOf(hpa), "AbleToScale", "False", able, nowMs);
  yield* writeStatus(hpa, { ...hpa.status, conditions });
  return failed(`failed to query scale subresource for ${target}: ${error}`, memory);
}

/** What is known of the status to write; conditions are those so far. */
interface Progress {
  readonly hpa: HorizontalPodAutoscaler;
  readonly nowMs: number;
  conditions: AutoscalerStatus["conditions"] & object;
}

function* autoscale(
  view: AutoscalerView,
  hpa: HorizontalPodAutoscaler,
  target: ScaleTarget,
  remembered: AutoscalerMemory,
): Steps<Verdict> {
  const { nowMs } = view;
  const current = target.specReplicas;
  const progress: Progress = { hpa, nowMs, conditions: conditionsOf(hpa) };
  set(progress, "AbleToScale", "True", { reason: "SucceededGetScale" });
  const first = [{ replicas: current, atMs: nowMs }];
  const known = remembered.recommendations.length > 0;
  const memory = known ? remembered : { ...remembered, recommendations: first };
  const plain = yield* withoutMetrics(progress, target);
  if (plain !== undefined) {
    return yield* conclude(progress, target, { ...plain, statuses: null, memory });
  }
  const proposal = yield* proposed(view, progress, target);
  const { active, statuses } = proposal;
  set(progress, "ScalingActive", active.status, active);
  if (proposal.replicas === undefined) {
    yield* writeStatus(
      hpa,
      statusOf(progress, current, hpa.status?.desiredReplicas ?? 0, statuses),
    );
    const error = proposal.error ?? "";
    yield warning(hpa, "FailedComputeMetricsReplicas", error);
    return {
      ...failed(error, memory),
      ...(view.metricsServer === "absent" ? { sameUntilEvent: true } : {}),
    };
  }
  const input = normalizationOf(hpa, current, proposal.replicas, { nowMs, memory });
  const normalized = normalize(input);
  for (const { id, weighed } of normalized.because) yield decide(id, weighed);
  set(progress, "AbleToScale", "True", normalized.able);
  set(progress, "ScalingLimited", normalized.limited.status, normalized.limited);
  const reason =
    proposal.replicas > current
      ? `${proposal.name} above target`
      : proposal.replicas < current
        ? "All metrics below target"
        : "";
  const { desired, recommendations } = normalized;
  const next = { ...memory, recommendations };
  const end = { desired, reason, statuses, memory: next, rescale: desired !== current };
  const verdict = yield* conclude(progress, target, end);
  return proposal.error === undefined ? verdict : { ...verdict, ...failed(proposal.error) };
}

interface Conclusion {
  readonly desired: number;
  readonly reason: string;
  readonly rescale: boolean;
  readonly statuses: AutoscalerStatus["currentMetrics"] & (object | null);
  readonly memory: AutoscalerMemory;
}

/** Where the number of replicas alone says what to do. */
function* withoutMetrics(
  progress: Progress,
  { specReplicas: current }: ScaleTarget,
): Steps<Pick<Conclusion, "desired" | "reason" | "rescale"> | undefined> {
  const { spec } = progress.hpa;
  const target = nameOfTarget(progress.hpa);
  const { minReplicas: minimum = 1, maxReplicas: maximum } = spec;
  if (current === 0) {
    yield decide("hpa/disabled-at-zero", { target });
    set(progress, "ScalingActive", "False", { reason: "ScalingDisabled" });
    return { desired: 0, reason: "", rescale: false };
  }
  if (current > maximum) {
    yield decide("hpa/above-maximum", { target, current, maximum });
    const reason = "Current number of replicas above Spec.MaxReplicas";
    return { desired: maximum, reason, rescale: true };
  }
  if (current < minimum) {
    yield decide("hpa/below-minimum", { target, current, minimum });
    const reason = "Current number of replicas below Spec.MinReplicas";
    return { desired: minimum, reason, rescale: true };
  }
  return undefined;
}

function* proposed(
  view: AutoscalerView,
  { hpa }: Progress,
  target: ScaleTarget,
): Steps<Omit<Proposal, "statuses"> & Pick<Conclusion, "statuses">> {
  if (view.overlapping.length === 0) return yield* proposeReplicas(view, hpa, target);
  const others = `[${view.overlapping.slice(0, 2).join(" ")}]`;
  yield decide("hpa/ambiguous-selector", { others });
  const error = `pods by selector ${view.selector} are controlled by more than one HPA (e.g. ${others})`;
  yield warning(hpa, "AmbiguousSelector", error);
  const active = { status: "False", reason: "AmbiguousSelector", message: error } as const;
  return { replicas: undefined, name: "", statuses: null, active, error };
}

function* conclude(
  progress: Progress,
  target: ScaleTarget,
  { desired, reason, rescale, statuses, memory }: Conclusion,
): Steps<Verdict> {
  const { hpa, nowMs } = progress;
  const current = target.specReplicas;
  const named = { target: nameOfTarget(hpa), current, desired, reason };
  if (!rescale) {
    yield decide("hpa/keep", named);
    yield* writeStatus(hpa, statusOf(progress, current, current, statuses));
    return { memory };
  }
  yield decide("hpa/rescale", { ...named, reason: reason || "as recommended before" });
  const { resource, object } = target;
  const patch = { spec: { replicas: desired } };
  const answer = yield* write({
    do: "patch",
    resource,
    object,
    type: "merge",
    patch,
    subresource: "scale",
  });
  if (!answer.ok) {
    const error = answer.status.message;
    yield warning(hpa, "FailedRescale", `New size: ${desired}; reason: ${reason}; error: ${error}`);
    const message = `the HPA controller was unable to update the target scale: ${error}`;
    set(progress, "AbleToScale", "False", { reason: "FailedUpdateScale", message });
    const before = hpa.status?.desiredReplicas ?? 0;
    yield* writeStatus(hpa, statusOf(progress, current, before, statuses));
    return failed(`failed to rescale ${named.target}: ${error}`, memory);
  }
  const message = `the HPA controller was able to update the target scale to ${desired}`;
  set(progress, "AbleToScale", "True", { reason: "SucceededRescale", message });
  yield {
    do: "event",
    about: hpa,
    type: "Normal",
    reason: "SuccessfulRescale",
    message: `New size: ${desired}; reason: ${reason}`,
  };
  set(progress, "ScaledToZero", "False", { reason: "NotScaledToZero" });
  const status = statusOf(progress, current, desired, statuses);
  yield* writeStatus(hpa, { ...status, lastScaleTime: timestamp(nowMs) });
  const { behavior } = hpa.spec;
  return { memory: { ...memory, ...withScaling({ behavior, memory, nowMs }, current, desired) } };
}

function normalizationOf(
  { spec: { behavior, minReplicas: minimum = 1, maxReplicas: maximum } }: HorizontalPodAutoscaler,
  current: number,
  proposal: number,
  rest: Pick<NormalizationInput, "nowMs" | "memory">,
): NormalizationInput {
  return { behavior, current, proposal, minimum, maximum, ...rest };
}

function statusOf(
  { hpa, conditions }: Progress,
  currentReplicas: number,
  desiredReplicas: number,
  currentMetrics: AutoscalerStatus["currentMetrics"] & (object | null),
): AutoscalerStatus {
  const { lastScaleTime } = hpa.status ?? {};
  return {
    observedGeneration: hpa.metadata.generation ?? 1,
    ...(lastScaleTime === undefined ? {} : { lastScaleTime }),
    ...(currentReplicas === 0 ? {} : { currentReplicas }),
    desiredReplicas,
    currentMetrics,
    conditions,
  };
}

/** Nothing is written where nothing has changed. */
function* writeStatus(hpa: HorizontalPodAutoscaler, status: AutoscalerStatus): Steps<void> {
  if (deepEqual(hpa.status, status)) return;
  const object = { ...hpa, status };
  yield* write({ do: "update/status", resource: "horizontalpodautoscalers", object });
}

function set(
  progress: Progress,
  type: Parameters<typeof withCondition>[1],
  status: "True" | "False",
  reason: Reason,
): void {
  progress.conditions = withCondition(progress.conditions, type, status, reason, progress.nowMs);
}

function conditionsOf(hpa: HorizontalPodAutoscaler): AutoscalerStatus["conditions"] & object {
  return hpa.status?.conditions ?? [];
}

function nameOfTarget({ metadata, spec: { scaleTargetRef } }: HorizontalPodAutoscaler): string {
  return `${scaleTargetRef.kind}/${metadata.namespace ?? "default"}/${scaleTargetRef.name}`;
}

/** A failed sync waits for its next turn as any other. */
function failed(error: string, memory?: AutoscalerMemory): Verdict {
  return { error, final: true, ...(memory === undefined ? {} : { memory }) };
}
