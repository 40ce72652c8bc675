/** What a pod's spec says of its end. */
import type { PodSpec } from "../api/core.ts";
import type { Millis } from "../api/meta.ts";

interface Lifecycle {
  readonly preStop?: {
    readonly sleep?: { readonly seconds: number };
    readonly exec?: { readonly command?: readonly string[] };
  };
}

/**
 * ms between the deletion and SIGTERM to the first container: `preStop.sleep`, or a command that sleeps
 * (`sh -c "sleep 5"`), at most the grace period. Other hooks are taken to need no time.
 */
export function preStopOf({ containers, terminationGracePeriodSeconds = 30 }: PodSpec): Millis {
  const { lifecycle } = (containers[0] ?? {}) as { readonly lifecycle?: Lifecycle };
  const { sleep, exec } = lifecycle?.preStop ?? {};
  const command = exec?.command?.join(" ") ?? "";
  const seconds = sleep?.seconds ?? Number(/\bsleep\s+(\d+(\.\d+)?)/.exec(command)?.[1] ?? 0);
  return Math.round(Math.min(seconds, terminationGracePeriodSeconds) * 1000);
}

/** minimumGracePeriodInSeconds of kubelet/kuberuntime (v1.37.2), so that few containers are killed. */
const LEAST_AFTER_HOOK_MS = 2000;

/**
 * ms from the deletion to SIGKILL: the grace period, which the preStop hook is part of, but at least 2 s from
 * SIGTERM on. Mirrors kuberuntime_container.go killContainer (v1.37.2).
 */
export function killedAfter(graceMs: Millis, preStopMs: Millis): Millis {
  return Math.max(graceMs, Math.min(preStopMs, graceMs) + LEAST_AFTER_HOOK_MS);
}
