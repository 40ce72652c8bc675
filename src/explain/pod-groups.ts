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
  for (const pod of cluster.api.list("pods", { namespace })) {
    if (!isControlledBy(pod, rs)) continue;
    const state = stateOf(pod, rs, cluster.api.wallClockMs);
    const group = groups.get(state) ?? { count: 0, ...whyOf(cluster, pod, state) };
    group.count++;
    groups.set(state, group);
  }
  return [...groups].map(([state, group]) => ({ state, ...group, counts: state === "available" }));
}

/** Why a pod does not start, without what the scheduler says of claims and preemption. */
function whyOf(cluster: Cluster, pod: Pod, state: string): { readonly why?: string } {
  const message =
    state === "CreateContainerConfigError"
      ? waitingOf(pod)?.message
      : (reasons[state] ?? [])
          .map((reason) => eventAbout(cluster, pod, reason))
          .find((found) => found !== undefined);
  if (message === undefined) return {};
  const brief = message.replace(/\. (no new claims|preemption:).*$/u, ".");
  return {
    why: brief.replace(/^Failed to create pod sandbox: .* failed \(add\): (add cmd: )?/u, ""),
  };
}

/** The events that say why, by state. */
const reasons: Readonly<Record<string, readonly string[]>> = {
  Unschedulable: ["FailedScheduling"],
  ContainerCreating: ["FailedAttachVolume", "FailedMount", "FailedCreatePodSandBox"],
};

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

interface Waiting {
  readonly reason?: string;
  readonly message?: string;
}

/** Of its first container that waits. */
function waitingOf({ status }: Pod): Waiting | undefined {
  const statuses = (status["containerStatuses"] ?? []) as readonly {
    readonly state?: { readonly waiting?: Waiting };
  }[];
  return statuses.find(({ state }) => state?.waiting !== undefined)?.state?.waiting;
}

function stateOf(pod: Pod, rs: ReplicaSet, wallClockMs: number): string {
  if (pod.metadata.deletionTimestamp !== undefined) return "terminating";
  const { phase, reason, conditions = [] } = pod.status;
  if (phase === "Failed" || phase === "Succeeded") return reason ?? phase;
  const scheduled = conditions.find((c) => c.type === "PodScheduled");
  if (scheduled?.status === "False") return scheduled.reason ?? "Unschedulable";
  const ready = conditions.find((c) => c.type === "Ready");
  if (ready?.status === "True") return availability(ready.lastTransitionTime, rs, wallClockMs);
  return waitingOf(pod)?.reason ?? (phase === "Running" ? "not ready" : "Pending");
}

function availability(since: string | undefined, rs: ReplicaSet, wallClockMs: number): string {
  const minReady = rs.spec.minReadySeconds ?? 0;
  const dueMs = Date.parse(since ?? "") + minReady * 1000;
  if (minReady === 0 || dueMs <= wallClockMs) return "available";
  return `ready, available in ${Math.ceil((dueMs - wallClockMs) / 1000)}s`;
}
