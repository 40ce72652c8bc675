/** AnalysisTemplate, ClusterAnalysisTemplate and AnalysisRun (argoproj.io/v1alpha1). */
import type { IntOrString, KubeObject, Timestamp } from "./meta.ts";
import type { AnalysisPhase, AnalysisTemplateRef } from "./rollout.ts";

export interface AnalysisArgument {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly secretKeyRef?: { readonly name: string; readonly key: string };
    readonly fieldRef?: { readonly fieldPath: string };
  };
}

/** Durations are Go's, `1m30s`. Limits may be texts, as they can hold arguments. */
export interface Metric {
  readonly name: string;
  readonly interval?: string;
  readonly initialDelay?: string;
  readonly count?: IntOrString;
  readonly successCondition?: string;
  readonly failureCondition?: string;
  /** Default 0; -1 switches it off. */
  readonly failureLimit?: IntOrString;
  readonly inconclusiveLimit?: IntOrString;
  /** Default 4. */
  readonly consecutiveErrorLimit?: IntOrString;
  readonly consecutiveSuccessLimit?: IntOrString;
  readonly provider: Readonly<Record<string, unknown>>;
}

export interface DryRun {
  /** A regular expression. */
  readonly metricName: string;
}

export interface MeasurementRetention {
  /** A regular expression. */
  readonly metricName: string;
  readonly limit: number;
}

export interface AnalysisTemplateSpec {
  readonly metrics?: readonly Metric[];
  readonly dryRun?: readonly DryRun[];
  readonly measurementRetention?: readonly MeasurementRetention[];
  readonly args?: readonly AnalysisArgument[];
  readonly templates?: readonly AnalysisTemplateRef[];
}

export interface AnalysisTemplate extends KubeObject {
  readonly spec: AnalysisTemplateSpec;
}

export interface Measurement {
  readonly phase: AnalysisPhase;
  readonly message?: string;
  readonly startedAt?: Timestamp;
  readonly finishedAt?: Timestamp;
  readonly resumeAt?: Timestamp;
  readonly value?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface MetricResult {
  readonly name: string;
  readonly phase: AnalysisPhase;
  readonly measurements?: readonly Measurement[];
  readonly message?: string;
  readonly count?: number;
  readonly successful?: number;
  readonly failed?: number;
  readonly inconclusive?: number;
  readonly error?: number;
  readonly consecutiveError?: number;
  readonly consecutiveSuccess?: number;
  readonly dryRun?: boolean;
}

export interface RunSummary {
  readonly count?: number;
  readonly successful?: number;
  readonly failed?: number;
  readonly inconclusive?: number;
  readonly error?: number;
}

export interface AnalysisRunStatus {
  readonly phase?: AnalysisPhase;
  readonly message?: string;
  readonly metricResults?: readonly MetricResult[];
  readonly startedAt?: Timestamp;
  readonly completedAt?: Timestamp;
  readonly runSummary?: RunSummary;
  readonly dryRunSummary?: RunSummary;
}

export interface AnalysisRun extends KubeObject {
  readonly kind: "AnalysisRun";
  readonly spec: {
    readonly metrics: readonly Metric[];
    readonly args?: readonly AnalysisArgument[];
    readonly terminate?: boolean;
    readonly dryRun?: readonly DryRun[];
    readonly measurementRetention?: readonly MeasurementRetention[];
  };
  readonly status?: AnalysisRunStatus;
}
