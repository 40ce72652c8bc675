/**
 * How many pods above and below `replicas` a rolling update may go.
 * Mirrors deployment/util/deployment_util.go (ResolveFenceposts, MaxSurge, MaxUnavailable).
 */
import type { Deployment } from "../../api/apps.ts";
import type { IntOrString } from "../../api/meta.ts";

/** Sums of pods are int32 in Kubernetes, and wrap. */
export function int32(value: number): number {
  return value | 0;
}

/** 25% of 10 is 3 rounded up, 2 rounded down. A text that is no percentage counts as 0. */
export function scaled(value: IntOrString = 0, total: number, round: "up" | "down"): number {
  if (typeof value === "number") return value;
  if (!/^\d+%$/.test(value)) return 0;
  const share = (Number(value.slice(0, -1)) * total) / 100;
  return round === "up" ? Math.ceil(share) : Math.floor(share);
}

export function isRollingUpdate(deployment: Deployment): boolean {
  return deployment.spec.strategy.type === "RollingUpdate";
}

/** Both can come to 0 by rounding; then one pod may be unavailable, or nothing could ever move. */
function resolve(deployment: Deployment): { surge: number; unavailable: number } {
  const { maxSurge, maxUnavailable } = deployment.spec.strategy.rollingUpdate ?? {};
  const { replicas } = deployment.spec;
  const surge = scaled(maxSurge, replicas, "up");
  const unavailable = scaled(maxUnavailable, replicas, "down");
  if (surge === 0 && unavailable === 0) return { surge, unavailable: 1 };
  return { surge: int32(surge), unavailable: int32(unavailable) };
}

/** S: pods above `replicas`; 0 for Recreate. */
export function maxSurge(deployment: Deployment): number {
  return isRollingUpdate(deployment) ? resolve(deployment).surge : 0;
}

/** U: pods below `replicas`, never more than there are; 0 for Recreate and for no replicas. */
export function maxUnavailable(deployment: Deployment): number {
  if (!isRollingUpdate(deployment) || deployment.spec.replicas === 0) return 0;
  return Math.min(resolve(deployment).unavailable, deployment.spec.replicas);
}

/** R - U: the pods that must stay available. */
export function minAvailable(deployment: Deployment): number {
  return deployment.spec.replicas - maxUnavailable(deployment);
}

/** R + S: the most that all ReplicaSets together may ask for. */
export function ceiling(deployment: Deployment): number {
  return int32(deployment.spec.replicas + maxSurge(deployment));
}
