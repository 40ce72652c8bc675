/** Argo Rollouts' Experiment (argoproj.io/v1alpha1): pods of other templates beside a Rollout's. */
import type { AnalysisArgument } from "./analysis.ts";
import type { PodTemplateSpec } from "./core.ts";
import type { KubeObject, LabelSelector } from "./meta.ts";
import type { AnalysisPhase, AnalysisTemplateRef } from "./rollout.ts";

export interface ExperimentTemplate {
  readonly name: string;
  /** Default 1. */
  readonly replicas?: number;
  readonly minReadySeconds?: number;
  readonly selector: LabelSelector;
  readonly template: PodTemplateSpec;
  /** A Service of its own, named as its ReplicaSet. */
  readonly service?: object;
  /** Its share of the traffic, in percent. */
  readonly weight?: number;
}

export interface ExperimentStatus {
  readonly phase?: AnalysisPhase;
  readonly message?: string;
  readonly availableAt?: string;
  readonly templateStatuses?: readonly {
    readonly name: string;
    readonly podTemplateHash?: string;
    /** Absent without a Service. */
    readonly serviceName?: string;
  }[];
  readonly analysisRuns?: readonly object[];
}

export interface Experiment extends KubeObject {
  readonly spec: {
    readonly templates: readonly ExperimentTemplate[];
    readonly duration?: string;
    readonly progressDeadlineSeconds?: number;
    readonly scaleDownDelaySeconds?: number;
    readonly terminate?: boolean;
    readonly analyses?: readonly (AnalysisTemplateRef & {
      readonly name: string;
      readonly args?: readonly AnalysisArgument[];
      readonly requiredForCompletion?: boolean;
    })[];
  };
  readonly status?: ExperimentStatus;
}
