/** What a sync of an autoscaler reads, and what it remembers: plain data. Times are ms since 1970. */
import type { HorizontalPodAutoscaler } from "../../api/autoscaling.ts";
import type { KubeObject } from "../../api/meta.ts";
import type { PodMetric } from "../../api/metrics.ts";
import type { Answer } from "../../api/status.ts";

export interface PodFacts {
  readonly name: string;
  readonly phase: string;
  readonly deleting: boolean;
  /** The Ready condition; undefined where there is none. */
  readonly ready?: { readonly status: "True" | "False"; readonly sinceMs: number };
  /** `status.startTime`. */
  readonly startedMs?: number;
  /** Containers and sidecars, in order: milli-units of each resource that they request. */
  readonly requests: readonly ContainerRequests[];
  readonly metric?: PodMetric;
}

export interface ContainerRequests {
  readonly name: string;
  readonly milli: Readonly<Record<string, number>>;
}

export interface ScaleTarget {
  readonly resource: string;
  readonly object: KubeObject;
  readonly specReplicas: number;
}

export interface Recommendation {
  readonly replicas: number;
  readonly atMs: number;
}

export interface ScaleEvent {
  /** Not negative. */
  readonly change: number;
  readonly atMs: number;
}

/** What the controller keeps between syncs; lost with the controller, as upstream. */
export interface AutoscalerMemory {
  readonly uid: string;
  /** The generation that was last looked at, and when the next turn is due (every 15 s). */
  readonly generation: number;
  readonly nextMs: number;
  readonly recommendations: readonly Recommendation[];
  readonly scaleUps: readonly ScaleEvent[];
  readonly scaleDowns: readonly ScaleEvent[];
}

export interface AutoscalerView {
  readonly key: string;
  readonly nowMs: number;
  readonly hpa?: HorizontalPodAutoscaler;
  readonly target?: Answer<ScaleTarget>;
  readonly pods: readonly PodFacts[];
  /** `absent`: the cluster has no metrics server. */
  readonly metricsServer: "serves" | "absent";
  /** Of the target, as text. */
  readonly selector: string;
  /** Keys of all autoscalers that select pods of this one, where there are others. */
  readonly overlapping: readonly string[];
  readonly memory?: AutoscalerMemory;
}
