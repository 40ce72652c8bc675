/**
 * How many pods a PodDisruptionBudget can spare. Mirrors kubernetes/pkg/controller/disruption (v1.37.2):
 * getExpectedPodCount, countHealthyPods, buildDisruptedPodMap and updatePdbStatus.
 */
import type { Deployment, ReplicaSet } from "../../api/apps.ts";
import type { Pod } from "../../api/core.ts";
import { controllerOf, type IntOrString, type KubeObject, type Millis } from "../../api/meta.ts";
import { timestamp } from "../../api/time.ts";

export interface DisruptionCondition {
  readonly type: "DisruptionAllowed";
  readonly status: "True" | "False";
  readonly observedGeneration?: number;
  readonly lastTransitionTime: string;
  readonly reason: "SufficientPods" | "InsufficientPods";
  readonly message: "";
}

export interface BudgetStatus {
  readonly currentHealthy: number;
  readonly desiredHealthy: number;
  readonly expectedPods: number;
  readonly disruptionsAllowed: number;
  /** Pods that were evicted and are not marked as deleted yet, with the time of the eviction. */
  readonly disruptedPods?: Readonly<Record<string, string>>;
  readonly observedGeneration?: number;
  readonly conditions?: readonly DisruptionCondition[];
}

export interface Budget extends KubeObject {
  readonly kind: "PodDisruptionBudget";
  readonly spec: {
    readonly minAvailable?: IntOrString;
    readonly maxUnavailable?: IntOrString;
    readonly [field: string]: unknown;
  };
  readonly status?: BudgetStatus;
}

/** An evicted pod that is not being deleted after so long counts again. */
const DELETION_TIMEOUT: Millis = 120_000;

/** The controller of a pod, as far as it scales. */
export type ScaleOf = (pod: Pod) => { readonly uid: string; readonly replicas: number } | undefined;

export function budgetStatus(
  budget: Budget,
  pods: readonly Pod[],
  scaleOf: ScaleOf,
  wallClockMs: Millis,
): BudgetStatus {
  const { expected, desired } = expectations(budget, pods, scaleOf);
  const disrupted = stillDisrupted(budget, pods, wallClockMs);
  const healthy = pods.filter(
    ({ metadata, status }) =>
      metadata.deletionTimestamp === undefined &&
      disrupted[metadata.name] === undefined &&
      isReady(status),
  ).length;
  const spare = expected <= 0 ? 0 : Math.max(0, healthy - desired);
  const observedGeneration = budget.metadata.generation ?? 1;
  return {
    currentHealthy: healthy,
    desiredHealthy: desired,
    expectedPods: expected,
    disruptionsAllowed: spare,
    ...(Object.keys(disrupted).length === 0 ? {} : { disruptedPods: disrupted }),
    observedGeneration,
    conditions: [allowed(budget, spare, wallClockMs)],
  };
}

/** The condition that goes with so many disruptions; its time stays while its status does. */
export function allowed(budget: Budget, spare: number, wallClockMs: Millis): DisruptionCondition {
  const status = spare > 0 ? "True" : "False";
  const before = budget.status?.conditions?.find(({ type }) => type === "DisruptionAllowed");
  return {
    type: "DisruptionAllowed",
    status,
    observedGeneration: budget.metadata.generation ?? 1,
    lastTransitionTime:
      before?.status === status ? before.lastTransitionTime : timestamp(wallClockMs),
    reason: spare > 0 ? "SufficientPods" : "InsufficientPods",
    message: "",
  };
}

export function isReady({ conditions = [] }: Pod["status"]): boolean {
  return conditions.some(({ type, status }) => type === "Ready" && status === "True");
}

function expectations(
  { spec }: Budget,
  pods: readonly Pod[],
  scaleOf: ScaleOf,
): { readonly expected: number; readonly desired: number } {
  const scale = (): number => {
    const owners = pods.flatMap((pod) => scaleOf(pod) ?? []);
    const replicas = new Map(owners.map((owner) => [owner.uid, owner.replicas]));
    return [...replicas.values()].reduce((sum, count) => sum + count, 0);
  };
  if (spec.maxUnavailable !== undefined) {
    const expected = scale();
    return { expected, desired: Math.max(0, expected - scaled(spec.maxUnavailable, expected)) };
  }
  const { minAvailable } = spec;
  if (minAvailable === undefined) return { expected: 0, desired: 0 };
  if (typeof minAvailable === "number") return { expected: pods.length, desired: minAvailable };
  const expected = scale();
  return { expected, desired: scaled(minAvailable, expected) };
}

/** Percentages are rounded up. */
function scaled(value: IntOrString, of: number): number {
  return typeof value === "number" ? value : Math.ceil((Number.parseInt(value, 10) * of) / 100);
}

function stillDisrupted(
  { status }: Budget,
  pods: readonly Pod[],
  wallClockMs: Millis,
): Readonly<Record<string, string>> {
  const evicted = status?.disruptedPods ?? {};
  return Object.fromEntries(
    pods.flatMap(({ metadata: { name, deletionTimestamp } }) => {
      const since = evicted[name];
      if (since === undefined || deletionTimestamp !== undefined) return [];
      return Date.parse(since) + DELETION_TIMEOUT < wallClockMs ? [] : [[name, since]];
    }),
  );
}

/** Replicas of the Deployment behind a pod, or of its ReplicaSet where that has none. */
export function scaleFrom(get: (resource: string, key: string) => KubeObject | undefined): ScaleOf {
  return ({ metadata }) => {
    const { namespace = "default" } = metadata;
    const owner = controllerOf(metadata);
    if (owner?.kind !== "ReplicaSet") return undefined;
    const set = get("replicasets", `${namespace}/${owner.name}`) as ReplicaSet | undefined;
    if (set?.metadata.uid !== owner.uid) return undefined;
    const above = controllerOf(set.metadata);
    if (above?.kind !== "Deployment") return { uid: owner.uid, replicas: set.spec.replicas };
    const deployment = get("deployments", `${namespace}/${above.name}`) as Deployment | undefined;
    if (deployment?.metadata.uid !== above.uid) return undefined;
    return { uid: above.uid, replicas: deployment.spec.replicas };
  };
}
