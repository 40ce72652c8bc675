/** The pods of a ReplicaSet in groups: those that count, and why the others do not. */
import type { ReplicaSet } from "../api/apps.ts";
import type { Pod } from "../api/core.ts";
import { isControlledBy } from "../api/meta.ts";
import { asRecord, asString } from "../apiserver/json.ts";
import type { Cluster } from "../cluster.ts";

export interface PodGroup {
  /** `available`, `not ready`, `ready, not yet available`, `terminating`, `ImagePullBackOff`, ... */
  readonly state: string;
  readonly count: number;
  /** Whether such a pod counts as available. */
  readonly counts: boolean;
  /** What the scheduler says of the first that fits on no node: `0/3 nodes are available: ...`. */
  readonly why?: string;
}

export function podGroups(cluster: Cluster, rs: ReplicaSet): readonly PodGroup[] {
  const { namespace = "default" } = rs.metadata;
  const groups = new Map<string, { count: number; readonly why?: string }>();
  for (const pod of cluster.api.list("pods", { namespace }) as readonly Pod[]) {
    if (!isControlledBy(pod, rs)) continue;
    const state = stateOf(pod, rs, cluster.api.wallClockMs);
    const group = groups.get(state) ?? { count: 0, ...whyOf(cluster, pod, state) };
    group.count++;
    groups.set(state, group);
  }
  return [...groups].map(([state, group]) => ({ state, ...group, counts: state === "available" }));
}

/** The event that says why a pod does not start, without what the scheduler says of claims and preemption. */
function whyOf(cluster: Cluster, pod: Pod, state: string): { readonly why?: string } {
  const reasons: Readonly<Record<string, string>> = {
    Unschedulable: "FailedScheduling",
    ContainerCreating: "FailedAttachVolume",
  };
  const reason = reasons[state];
  const message = reason === undefined ? undefined : eventAbout(cluster, pod, reason);
  if (message === undefined) return {};
  return { why: message.replace(/\. (no new claims|preemption:).*$/u, ".") };
}

/** The message of an event about a pod. */
export function eventAbout(
  { api }: Cluster,
  { metadata }: Pod,
  reason: string,
): string | undefined {
  const { namespace = "default", name } = metadata;
  const event = api.list("events", { namespace }).find((each) => {
    return each["reason"] === reason && asRecord(each["involvedObject"])["name"] === name;
  });
  return event === undefined ? undefined : asString(event["message"]);
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
