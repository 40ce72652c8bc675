/** What a node's status says of its health, and by whom it is kept free of pods. */
import type { KubeObject, Timestamp } from "./meta.ts";

export interface NodeCondition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly lastHeartbeatTime: Timestamp;
  readonly lastTransitionTime: Timestamp;
  readonly reason: string;
  readonly message: string;
}

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
  readonly timeAdded?: Timestamp;
}

export interface Node extends KubeObject {
  readonly kind: "Node";
  readonly spec: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly Taint[];
    readonly [field: string]: unknown;
  };
  readonly status: {
    readonly conditions?: readonly NodeCondition[];
    readonly [field: string]: unknown;
  };
}

const HEALTHY = [
  [
    "MemoryPressure",
    "False",
    "KubeletHasSufficientMemory",
    "kubelet has sufficient memory available",
  ],
  ["DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"],
  ["PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"],
  ["Ready", "True", "KubeletReady", "kubelet is posting ready status"],
] as const;

/** What a kubelet reports that is well, since then (kubernetes/pkg/kubelet/nodestatus setters.go, v1.37.2). */
export function healthyConditions(since: Timestamp): readonly NodeCondition[] {
  const times = { lastHeartbeatTime: since, lastTransitionTime: since };
  return HEALTHY.map(([type, status, reason, message]) => {
    return { type, status, ...times, reason, message };
  });
}

/** The same conditions of a node that is not heard of since `since` (pkg/controller/nodelifecycle, v1.37.2). */
export function unknownConditions(
  conditions: readonly NodeCondition[],
  since: Timestamp,
): readonly NodeCondition[] {
  return conditions.map((condition) => ({
    ...condition,
    status: "Unknown",
    lastTransitionTime: since,
    reason: "NodeStatusUnknown",
    message: "Kubelet stopped posting node status.",
  }));
}
