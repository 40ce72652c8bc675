/** Deployment and ReplicaSet (apps/v1), in the shapes that the API server stores. */
import type { PodTemplateSpec } from "./core.ts";
import type { ConditionStatus, IntOrString, KubeObject, LabelSelector, Timestamp } from "./meta.ts";

/** The label with the hash of the pod template (apps/v1 DefaultDeploymentUniqueLabelKey). */
export const HASH_LABEL = "pod-template-hash";
export const ROLLBACK_TO = "deprecated.deployment.rollback.to";

export interface RollingUpdateDeployment {
  /** Pods above `replicas` at most; a percentage rounds up. Default 25%. */
  readonly maxSurge?: IntOrString;
  /** Pods below `replicas` at most; a percentage rounds down. Default 25%. */
  readonly maxUnavailable?: IntOrString;
}

export interface DeploymentStrategy {
  readonly type?: "RollingUpdate" | "Recreate";
  readonly rollingUpdate?: RollingUpdateDeployment;
}

export interface DeploymentSpec {
  /** Pods; default 1. */
  readonly replicas: number;
  readonly selector: LabelSelector;
  readonly template: PodTemplateSpec;
  readonly strategy: DeploymentStrategy;
  /** Seconds; default 0. The API leaves a zero out. */
  readonly minReadySeconds?: number;
  /** ReplicaSets of size 0 to keep; default 10. */
  readonly revisionHistoryLimit?: number;
  readonly paused?: boolean;
  /** Seconds; default 600; 2147483647 means none. */
  readonly progressDeadlineSeconds?: number;
}

export interface DeploymentCondition {
  readonly type: "Available" | "Progressing" | "ReplicaFailure";
  readonly status: ConditionStatus;
  readonly lastUpdateTime: Timestamp;
  readonly lastTransitionTime: Timestamp;
  readonly reason: string;
  readonly message: string;
}

/** Counters are pods; the API leaves zeros out, except terminatingReplicas. */
export interface DeploymentStatus {
  readonly observedGeneration?: number;
  readonly replicas?: number;
  readonly updatedReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly unavailableReplicas?: number;
  readonly terminatingReplicas?: number;
  readonly collisionCount?: number;
  readonly conditions?: readonly DeploymentCondition[];
}

export interface Deployment extends KubeObject {
  readonly kind: "Deployment";
  readonly spec: DeploymentSpec;
  readonly status: DeploymentStatus;
}

export interface ReplicaSetSpec {
  readonly replicas: number;
  readonly minReadySeconds?: number;
  readonly selector: LabelSelector;
  readonly template: PodTemplateSpec;
}

export interface ReplicaSetCondition {
  readonly type: "ReplicaFailure";
  readonly status: ConditionStatus;
  readonly lastTransitionTime: Timestamp;
  readonly reason: string;
  readonly message: string;
}

export interface ReplicaSetStatus {
  /** Always present, zero too. */
  readonly replicas: number;
  readonly fullyLabeledReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly terminatingReplicas?: number;
  readonly observedGeneration?: number;
  readonly conditions?: readonly ReplicaSetCondition[];
}

export interface ReplicaSet extends KubeObject {
  readonly kind: "ReplicaSet";
  readonly spec: ReplicaSetSpec;
  readonly status: ReplicaSetStatus;
}
