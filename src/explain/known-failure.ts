/** What a known failure (docs/failures.md) looks like, and what it is looked for in. */
import type { Deployment, ReplicaSet } from "../api/apps.ts";
import type { HorizontalPodAutoscaler } from "../api/autoscaling.ts";
import type { Pod } from "../api/core.ts";
import { controllerOf, type KubeObject, type Millis } from "../api/meta.ts";
import { asRecord } from "../apiserver/json.ts";
import type { Cluster } from "../cluster.ts";

export interface KnownFailure {
  /** Its name in docs/failures.md: `spread-lost`. */
  readonly story: string;
  /** What shows it here, with the numbers. */
  readonly says: string;
  /** The smallest change that avoids it. */
  readonly better: string;
}

export interface Seen {
  readonly cluster: Cluster;
  readonly deployment: Deployment;
  readonly state: "complete" | "rolling";
  readonly next: ReplicaSet | undefined;
  readonly old: readonly ReplicaSet[];
  readonly nextPods: readonly Pod[];
  readonly oldPods: readonly Pod[];
  /** Virtual ms at which ProgressDeadlineExceeded is due if nothing changes. */
  readonly deadlineAt: Millis | undefined;
}

/** Says what it found, if anything. */
export type Detector = (seen: Seen) => KnownFailure | undefined;

export function podsOf(cluster: Cluster, sets: readonly ReplicaSet[]): readonly Pod[] {
  const [first] = sets;
  if (first === undefined) return [];
  const owners = new Set(sets.map(({ metadata }) => metadata.uid));
  const { namespace = "default" } = first.metadata;
  const pods = cluster.api.list("pods", { namespace });
  return pods.filter(({ metadata }) => owners.has(controllerOf(metadata)?.uid));
}

export function isTerminating({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

export function readyCondition(pod: Pod): NonNullable<Pod["status"]["conditions"]>[0] | undefined {
  return pod.status.conditions?.find(({ type }) => type === "Ready");
}

/** `4 pods`, `one pod`. */
export function count(n: number, noun: string): string {
  return n === 1 ? `one ${noun}` : `${n} ${noun}s`;
}

/** Virtual ms of a timestamp. */
export function virtual({ api }: Cluster, timestamp: string | undefined): Millis {
  return Date.parse(timestamp ?? "") - (api.wallClockMs - api.now);
}

export function autoscalerOf({ cluster, deployment }: Seen): HorizontalPodAutoscaler | undefined {
  const { namespace = "default", name } = deployment.metadata;
  const all = cluster.api.list("horizontalpodautoscalers", { namespace });
  return all.find((each: KubeObject) => {
    const target = asRecord(asRecord(each["spec"])["scaleTargetRef"]);
    return target["kind"] === "Deployment" && target["name"] === name;
  }) as HorizontalPodAutoscaler | undefined;
}
