/**
 * What the metrics of an autoscaler ask for together: the most that any of them proposes. Mirrors
 * computeReplicasForMetrics of podautoscaler/horizontal.go (v1.37.2). CPU only, of pods and of containers;
 * what no API of the cluster serves fails with the error that it fails with there.
 */
import type {
  HorizontalPodAutoscaler,
  MetricSpec,
  MetricStatus,
  MetricTarget,
} from "../../api/autoscaling.ts";
import { milliOfQuantity, printMilli } from "../../apiserver/quantity.ts";
import { decide, type Decision } from "../decisions.ts";
import type { RecordEvent, Steps } from "../reconcile.ts";
import { calculateReplicas, type Tolerances } from "./replica-calculator.ts";
import type { Reason } from "./conditions.ts";
import type { AutoscalerView, ScaleTarget } from "./view.ts";

const TOLERANCE = 0.1;
const INITIALIZATION_MS = 300_000;
const READINESS_DELAY_MS = 30_000;

const NO_SUCH_RESOURCE = "the server could not find the requested resource";
const NO_RESOURCE_METRICS = `unable to fetch metrics from resource metrics API: ${NO_SUCH_RESOURCE} (get pods.metrics.k8s.io)`;
const NO_CUSTOM_METRICS =
  "unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered";

export interface Proposal {
  /** Undefined: nothing is to be scaled by these metrics. */
  readonly replicas: number | undefined;
  /** Of the metric that asks for most. */
  readonly name: string;
  readonly statuses: readonly MetricStatus[];
  /** For ScalingActive. */
  readonly active: Reason & { readonly status: "True" | "False" };
  readonly error?: string;
}

export function* proposeReplicas(
  view: AutoscalerView,
  hpa: HorizontalPodAutoscaler,
  target: ScaleTarget,
): Steps<Proposal> {
  const { metrics } = hpa.spec;
  const results = metrics.map((metric) => computeMetric(view, hpa, target, metric));
  let best: Extract<Computed, { ok: true }> | undefined;
  let firstFailure: Extract<Computed, { ok: false }> | undefined;
  let invalid = 0;
  for (const result of results) {
    if (!result.ok) {
      yield warning(hpa, result.reason, result.cause);
      firstFailure ??= result;
      invalid++;
      continue;
    }
    const { id, weighed } = result.because;
    yield decide(id, weighed);
    if (best === undefined || result.replicas > best.replicas) best = result;
  }
  const statuses = results.map((result): MetricStatus =>
    result.ok ? result.status : { type: "" },
  );
  const error =
    firstFailure === undefined
      ? undefined
      : `invalid metrics (${invalid} invalid out of ${metrics.length}), first error is: ${firstFailure.error}`;
  const fewer = best !== undefined && best.replicas < target.specReplicas;
  if (firstFailure !== undefined && error !== undefined && (best === undefined || fewer)) {
    const { reason, cause } = firstFailure;
    yield decide("hpa/no-metrics", { invalid, metrics: metrics.length, error: cause });
    const message = `the HPA was unable to compute the replica count: ${cause}`;
    const active = { status: "False", reason, message } as const;
    return { replicas: undefined, name: "", statuses, active, error };
  }
  const name = best?.name ?? "";
  const message = `the HPA was able to successfully calculate a replica count from ${name}`;
  return {
    replicas: best?.replicas ?? 0,
    name,
    statuses,
    active: { status: "True", reason: "ValidMetricFound", message },
    ...(error === undefined ? {} : { error }),
  };
}

type Computed =
  | {
      readonly ok: true;
      readonly replicas: number;
      readonly name: string;
      readonly status: MetricStatus;
      readonly because: Decision;
    }
  | {
      readonly ok: false;
      readonly reason: string;
      /** Without and with the words around it. */
      readonly cause: string;
      readonly error: string;
    };

function computeMetric(
  view: AutoscalerView,
  hpa: HorizontalPodAutoscaler,
  target: ScaleTarget,
  metric: MetricSpec,
): Computed {
  const { resource, containerResource } = metric;
  if (metric.type === "Resource" && resource !== undefined) {
    const { name, target: wanted } = resource;
    const found = computeResource(view, hpa, target, { name, wanted });
    const around = (cause: string): string =>
      `failed to get ${name} resource metric value: ${cause}`;
    if (!found.ok) return failure("FailedGetResourceMetric", found.error, around(found.error));
    const { current, rest } = found;
    return { ...rest, ok: true, status: { type: "Resource", resource: { name, current } } };
  }
  if (metric.type === "ContainerResource" && containerResource !== undefined) {
    const { name, container, target: wanted } = containerResource;
    const found = computeResource(view, hpa, target, { name, wanted, container });
    const around = (cause: string): string =>
      `failed to get ${container} container metric value: ${cause}`;
    if (!found.ok) {
      return failure("FailedGetContainerResourceMetric", found.error, around(found.error));
    }
    const { current, rest } = found;
    const status = { type: metric.type, containerResource: { name, container, current } };
    return { ...rest, ok: true, status };
  }
  return unserved(hpa.metadata.namespace ?? "default", metric);
}

/** Metrics of APIs that rollsim's cluster does not have. */
function unserved(namespace: string, { type, pods, object, external }: MetricSpec): Computed {
  if (type === "Pods") {
    const cause = `unable to get metric ${pods?.metric.name}: ${NO_CUSTOM_METRICS}`;
    return failure("FailedGetPodsMetric", cause, `failed to get pods metric value: ${cause}`);
  }
  if (type === "Object") {
    const { kind, name } = object?.describedObject ?? { kind: "", name: "" };
    const of = `${object?.metric.name} on ${kind} ${namespace}/${name}`;
    const cause = `unable to get metric ${of}: ${NO_CUSTOM_METRICS}`;
    return failure("FailedGetObjectMetric", cause, `failed to get object metric value: ${cause}`);
  }
  const name = external?.metric.name ?? "";
  const api = `unable to fetch metrics from external metrics API: ${NO_SUCH_RESOURCE} (get ${name}.external.metrics.k8s.io)`;
  const cause = `unable to get external metric ${namespace}/${name}/nil: ${api}`;
  const around = `failed to get ${name} external metric value: ${cause}`;
  return failure("FailedGetExternalMetric", cause, around);
}

function failure(reason: string, cause: string, error: string): Computed {
  return { ok: false, reason, cause, error };
}

interface ResourceQuery {
  readonly name: string;
  readonly container?: string;
  readonly wanted: MetricTarget;
}

type ResourceResult =
  | {
      readonly ok: true;
      readonly current: { readonly averageUtilization?: number; readonly averageValue: string };
      readonly rest: Pick<Extract<Computed, { ok: true }>, "replicas" | "name" | "because">;
    }
  | { readonly ok: false; readonly error: string };

function computeResource(
  view: AutoscalerView,
  hpa: HorizontalPodAutoscaler,
  target: ScaleTarget,
  { name, container, wanted }: ResourceQuery,
): ResourceResult {
  const { averageUtilization, averageValue } = wanted;
  const byValue = averageValue !== undefined;
  const fail = (error: string): ResourceResult => ({
    ok: false,
    error: `failed to get ${name} ${byValue ? "usage" : "utilization"}: ${error}`,
  });
  if (view.metricsServer === "absent") {
    return fail(`unable to get metrics for resource ${name}: ${NO_RESOURCE_METRICS}`);
  }
  if (view.pods.every(({ metric }) => metric === undefined)) {
    const none = "no metrics returned from resource metrics API";
    return fail(`unable to get metrics for resource ${name}: ${none}`);
  }
  const found = calculateReplicas({
    resource: name,
    ...(container === undefined ? {} : { container }),
    target: byValue
      ? { average: milliOfQuantity(averageValue) }
      : { utilization: averageUtilization ?? 0 },
    tolerances: tolerancesOf(hpa),
    current: target.specReplicas,
    pods: view.pods,
    nowMs: view.nowMs,
    initializationMs: INITIALIZATION_MS,
    readinessDelayMs: READINESS_DELAY_MS,
  });
  if (!found.ok) return fail(found.error);
  const { replicas, utilization, average, because } = found;
  const kind = container === undefined ? "resource" : "container resource";
  const quantity = printMilli(average);
  return {
    ok: true,
    current: {
      ...(utilization === undefined ? {} : { averageUtilization: utilization }),
      averageValue: quantity,
    },
    rest: {
      replicas,
      because,
      name: byValue ? `${name} resource` : `${name} ${kind} utilization (percentage of request)`,
    },
  };
}

function tolerancesOf({ spec: { behavior } }: HorizontalPodAutoscaler): Tolerances {
  const of = (tolerance: string | number | undefined): number =>
    tolerance === undefined ? TOLERANCE : milliOfQuantity(tolerance) / 1000;
  return {
    scaleDown: of(behavior?.scaleDown?.tolerance),
    scaleUp: of(behavior?.scaleUp?.tolerance),
  };
}

export function warning(
  about: HorizontalPodAutoscaler,
  reason: string,
  message: string,
): RecordEvent {
  return { do: "event", about, type: "Warning", reason, message };
}
