/** What the status of a pod says of its containers. */
import type { Pod } from "../api/core.ts";

interface ContainerStatus {
  readonly restartCount?: number;
  readonly state?: {
    readonly running?: { readonly startedAt?: string };
    readonly waiting?: { readonly reason?: string };
  };
}

function statusesOf({ status }: Pod): readonly ContainerStatus[] {
  return (status["containerStatuses"] ?? []) as readonly ContainerStatus[];
}

/** Of the container that has been started anew most often. */
export function restartsOf(pod: Pod): number {
  return statusesOf(pod).reduce((most, { restartCount = 0 }) => Math.max(most, restartCount), 0);
}

/** When its containers run since, as a timestamp; "~", later than any, where they do not. */
export function startedAt(pod: Pod): string {
  return statusesOf(pod)[0]?.state?.running?.startedAt ?? "~";
}

/** No node has room for it. */
export function isUnschedulable({ status }: Pod): boolean {
  return (status.conditions ?? []).some(
    ({ type, status: value }) => type === "PodScheduled" && value === "False",
  );
}

/** It waits for what will not come by itself. */
export function isHopeless(pod: Pod): boolean {
  const waiting = statusesOf(pod).map(({ state }) => state?.waiting?.reason ?? "");
  return (
    waiting.some((reason) => /BackOff|ErrImage|ConfigError/u.test(reason)) || isUnschedulable(pod)
  );
}
