/**
 * How many replicas a metric asks for. Mirrors podautoscaler/replica_calculator.go and metrics/utilization.go
 * (v1.37.2). In milli-units throughout, with Go's integer divisions.
 *
 * Worked example: 4 pods request 500m each and use 450m, 300m, 500m, 550m: 1800 x 100 / 2000 = 90 %. With a
 * target of 60 % the ratio is 1.5, outside 0.9 to 1.1, and ceil(1.5 x 4) = 6.
 */
import type { Decision } from "../decisions.ts";
import type { PodFacts } from "./view.ts";

export interface Tolerances {
  readonly scaleDown: number;
  readonly scaleUp: number;
}

export type MetricTargetKind =
  /** A share of what pods request, in percent. */
  | { readonly utilization: number }
  /** An average per pod, in milli-units. */
  | { readonly average: number };

export interface CalculationInput {
  /** `cpu`, `memory` ... */
  readonly resource: string;
  /** Absent: all containers of a pod together. */
  readonly container?: string;
  readonly target: MetricTargetKind;
  readonly tolerances: Tolerances;
  /** `spec.replicas` of the target: not the number of pods, which may surge. */
  readonly current: number;
  readonly pods: readonly PodFacts[];
  readonly nowMs: number;
  /** --horizontal-pod-autoscaler-cpu-initialization-period, -initial-readiness-delay */
  readonly initializationMs: number;
  readonly readinessDelayMs: number;
}

export type Calculation =
  | {
      readonly ok: true;
      readonly replicas: number;
      /** Percent, where the target is a share. */
      readonly utilization?: number;
      /** Milli-units per pod. */
      readonly average: number;
      readonly because: Decision;
    }
  | { readonly ok: false; readonly error: string };

interface Usage {
  readonly ratio: number;
  readonly utilization?: number;
  readonly average: number;
}

export function calculateReplicas(input: CalculationInput): Calculation {
  const { pods, resource, current } = input;
  if (pods.length === 0) {
    return failed("no pods returned by selector while calculating replica count");
  }
  const { ready, unready, missing } = groupPods(input);
  const values = new Map(ready.map((pod) => [pod.name, valueOf(input, pod) ?? 0]));
  if (values.size === 0) {
    return failed("did not receive metrics for targeted pods (pods might be unready)");
  }
  const requests = requestsOf(input);
  if (!requests.ok) return requests;
  const usage = usageOf(values, requests.milli, input.target);
  if (usage === undefined) return failed("no metrics returned matched known pods");
  const told = { usage: shown(usage), target: shownTarget(input.target), current };
  const answer = (replicas: number, id: Decision["id"], weighed: object): Calculation => ({
    ok: true,
    replicas,
    ...(usage.utilization === undefined ? {} : { utilization: usage.utilization }),
    average: usage.average,
    because: { id, weighed: { ...told, resource, ...weighed } },
  });
  const growing = unready.length > 0 && usage.ratio > 1;
  if (!growing && missing.length === 0) {
    const ratio = rounded(usage.ratio);
    if (isWithin(input.tolerances, usage.ratio)) {
      const range = { low: 1 - input.tolerances.scaleDown, high: 1 + input.tolerances.scaleUp };
      return answer(current, "hpa/within-tolerance", { ratio, ...range });
    }
    const proposal = Math.ceil(usage.ratio * ready.length);
    return answer(proposal, "hpa/by-ratio", { ratio, pods: ready.length, proposal });
  }
  const others = { missing: missing.length, unready: unready.length };
  for (const pod of missing) {
    const assumed = assumedOf(input, usage.ratio, requests.milli.get(pod.name) ?? 0);
    if (assumed !== undefined) values.set(pod.name, assumed);
  }
  if (growing) for (const pod of unready) values.set(pod.name, 0);
  const cautious = usageOf(values, requests.milli, input.target);
  if (cautious === undefined) return failed("no metrics returned matched known pods");
  const { ratio } = cautious;
  const proposal = Math.ceil(ratio * values.size);
  const turns =
    (usage.ratio < 1 && ratio > 1) ||
    (usage.ratio > 1 && ratio < 1) ||
    (ratio < 1 && proposal > current) ||
    (ratio > 1 && proposal < current);
  if (turns || isWithin(input.tolerances, ratio)) {
    return answer(current, "hpa/too-little-known", { ...others, ratio: rounded(ratio) });
  }
  const numbers = { ...others, ratio: rounded(ratio), pods: values.size, proposal };
  return answer(proposal, "hpa/by-cautious-ratio", numbers);
}

/** A pod without a metric uses, when pods are to go, all that it may; when pods are to come, nothing. */
function assumedOf(
  { target }: CalculationInput,
  ratio: number,
  request: number,
): number | undefined {
  if (ratio > 1) return 0;
  if (ratio === 1) return undefined;
  return "average" in target
    ? target.average
    : Math.trunc((request * Math.max(100, target.utilization)) / 100);
}

interface PodGroups {
  readonly ready: readonly PodFacts[];
  readonly unready: readonly PodFacts[];
  readonly missing: readonly PodFacts[];
}

/** Terminating and failed pods are in no group. */
function groupPods(input: CalculationInput): PodGroups {
  const groups = { ready: [], unready: [], missing: [] } as {
    [group in keyof PodGroups]: PodFacts[];
  };
  for (const pod of input.pods) {
    if (pod.deleting || pod.phase === "Failed") continue;
    if (pod.phase === "Pending") groups.unready.push(pod);
    else if (valueOf(input, pod) === undefined) groups.missing.push(pod);
    else if (input.resource === "cpu" && isWarmingUp(input, pod)) groups.unready.push(pod);
    else groups.ready.push(pod);
  }
  return groups;
}

/** CPU of a pod that starts says little of its load. */
function isWarmingUp(input: CalculationInput, pod: PodFacts): boolean {
  const { ready, startedMs, metric } = pod;
  if (ready === undefined || startedMs === undefined || metric === undefined) return true;
  if (startedMs + input.initializationMs > input.nowMs) {
    return ready.status === "False" || metric.timestampMs < ready.sinceMs + metric.windowMs;
  }
  // Unready since its start: it has never been ready.
  return ready.status === "False" && startedMs + input.readinessDelayMs > ready.sinceMs;
}

function valueOf({ resource, container }: CalculationInput, pod: PodFacts): number | undefined {
  if (resource !== "cpu" || pod.metric === undefined) return undefined;
  return container === undefined ? pod.metric.value : pod.metric.byContainer[container];
}

type Requests =
  | { readonly ok: true; readonly milli: ReadonlyMap<string, number> }
  | { readonly ok: false; readonly error: string };

function requestsOf({ resource, container, target, pods }: CalculationInput): Requests {
  const milli = new Map<string, number>();
  if ("average" in target) return { ok: true, milli };
  for (const pod of pods) {
    const counted = pod.requests.filter(
      ({ name }) => container === undefined || name === container,
    );
    if (container !== undefined && counted.length === 0) {
      return failed(`container ${container} not found in Pod ${pod.name}`);
    }
    let sum = 0;
    for (const { name, milli: requested } of counted) {
      const request = requested[resource];
      if (request === undefined) {
        return failed(`missing request for ${resource} in container ${name} of Pod ${pod.name}`);
      }
      sum += request;
    }
    milli.set(pod.name, sum);
  }
  return { ok: true, milli };
}

function usageOf(
  values: ReadonlyMap<string, number>,
  requests: ReadonlyMap<string, number>,
  target: MetricTargetKind,
): Usage | undefined {
  let used = 0;
  let requested = 0;
  for (const [name, value] of values) {
    used += value;
    requested += requests.get(name) ?? 0;
  }
  const average = Math.trunc(used / values.size);
  if ("average" in target) return { ratio: average / target.average, average };
  if (requested === 0) return undefined;
  const utilization = Math.trunc((used * 100) / requested);
  return { ratio: utilization / target.utilization, utilization, average };
}

function isWithin({ scaleDown, scaleUp }: Tolerances, ratio: number): boolean {
  return 1 - scaleDown <= ratio && ratio <= 1 + scaleUp;
}

function shown({ utilization, average }: Usage): string {
  return utilization === undefined ? `${average}m` : `${utilization} %`;
}

function shownTarget(target: MetricTargetKind): string {
  return "average" in target ? `${target.average}m` : `${target.utilization} %`;
}

function rounded(ratio: number): number {
  return Math.round(ratio * 1000) / 1000;
}

function failed(error: string): { readonly ok: false; readonly error: string } {
  return { ok: false, error };
}
