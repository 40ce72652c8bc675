/** The pods of a ReplicaSet in groups: those that count, and why the others do not. */
import type { ReplicaSet } from "../api/apps.ts";
import type { Pod } from "../api/core.ts";
import { controllerOf } from "../api/meta.ts";
import type { Cluster } from "../cluster.ts";

export interface PodGroup {
  /** `available`, `not ready`, `ready, not yet available`, `terminating`, `ImagePullBackOff`, ... */
  readonly state: string;
  readonly count: number;
  /** Whether such a pod counts as available. */
  readonly counts: boolean;
}

export function podGroups(cluster: Cluster, rs: ReplicaSet): readonly PodGroup[] {
  const { namespace = "default", uid } = rs.metadata;
  const groups = new Map<string, number>();
  for (const pod of cluster.api.list("pods", { namespace }) as readonly Pod[]) {
    if (controllerOf(pod.metadata)?.uid !== uid) continue;
    const state = stateOf(pod, rs, cluster.api.wallClockMs);
    groups.set(state, (groups.get(state) ?? 0) + 1);
  }
  return [...groups].map(([state, count]) => ({ state, count, counts: state === "available" }));
}

interface ContainerStatus {
  readonly state?: { readonly waiting?: { readonly reason?: string } };
}

function stateOf(pod: Pod, rs: ReplicaSet, wallClockMs: number): string {
  if (pod.metadata.deletionTimestamp !== undefined) return "terminating";
  const { phase, reason, conditions = [] } = pod.status;
  if (phase === "Failed" || phase === "Succeeded") return reason ?? phase;
  const scheduled = conditions.find((c) => c.type === "PodScheduled");
  if (scheduled?.status === "False") return scheduled.reason ?? "Unschedulable";
  const ready = conditions.find((c) => c.type === "Ready");
  if (ready?.status === "True") return availability(ready.lastTransitionTime, rs, wallClockMs);
  const statuses = (pod.status["containerStatuses"] ?? []) as readonly ContainerStatus[];
  const waiting = statuses.find((status) => status.state?.waiting !== undefined);
  return waiting?.state?.waiting?.reason ?? (phase === "Running" ? "not ready" : "Pending");
}

function availability(since: string | undefined, rs: ReplicaSet, wallClockMs: number): string {
  const minReady = rs.spec.minReadySeconds ?? 0;
  const dueMs = Date.parse(since ?? "") + minReady * 1000;
  if (minReady === 0 || dueMs <= wallClockMs) return "available";
  return `ready, available in ${Math.ceil((dueMs - wallClockMs) / 1000)}s`;
}
