/** A pod with which it is over: neither it nor its containers are ready (kubelet/status/generate.go). */
import { Flag, Phase } from "../apiserver/pod-columns.ts";
import { PodReason } from "../apiserver/pod-reasons.ts";
import type { Store } from "../apiserver/store.ts";
import type { PodReports } from "./pod-reports.ts";

/** `sinceS`: seconds since 1970; default now. */
export function failPod(
  store: Store,
  row: number,
  reason: number,
  sinceS = store.wallClockSeconds,
): void {
  const flags = store.pods.columns.flags[row]! & ~(Flag.Ready | Flag.Gated);
  store.editPod(row, { phase: Phase.Failed, flags, reason, readyS: sinceS });
}

export function evictPod(store: Store, reports: PodReports, row: number): void {
  failPod(store, row, PodReason.evicted);
  reports.change(row, "failed");
}
