/** The kinds of core/v1 that rollsim gives a meaning to. Fields it has no use for are kept as they are. */
import type { ConditionStatus, KubeObject, ObjectMeta, StringMap, Timestamp } from "./meta.ts";

export interface Container {
  readonly name: string;
  readonly image?: string;
  readonly [field: string]: unknown;
}

export interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly terminationGracePeriodSeconds?: number;
  readonly nodeName?: string;
  readonly [field: string]: unknown;
}

export interface PodTemplateSpec {
  readonly metadata?: Partial<ObjectMeta>;
  readonly spec: PodSpec;
}

export type PodPhase = "Pending" | "Running" | "Succeeded" | "Failed" | "Unknown";

export interface PodCondition {
  readonly type: string;
  readonly status: ConditionStatus;
  readonly lastProbeTime?: Timestamp | null;
  readonly lastTransitionTime?: Timestamp;
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
}

export interface Pod extends KubeObject {
  readonly kind: "Pod";
  readonly spec: PodSpec;
  readonly status: {
    readonly phase?: PodPhase;
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: readonly PodCondition[];
    readonly [field: string]: unknown;
  };
}

/** A Kubernetes Event (core/v1), as controllers record it. */
export interface Event extends KubeObject {
  readonly kind: "Event";
  readonly involvedObject: {
    readonly apiVersion?: string;
    readonly kind: string;
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
  };
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  readonly firstTimestamp: Timestamp;
  readonly lastTimestamp: Timestamp;
  readonly source: { readonly component: string };
}

export interface Service extends KubeObject {
  readonly kind: "Service";
  readonly spec: { readonly selector?: StringMap; readonly [field: string]: unknown };
}
