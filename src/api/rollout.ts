/** Rollout (argoproj.io/v1alpha1), as far as rollsim gives it a meaning; the API keeps what else there is. */
import type { PodTemplateSpec } from "./core.ts";
import type {
  ConditionStatus,
  IntOrString,
  KubeObject,
  LabelSelector,
  StringMap,
  Timestamp,
} from "./meta.ts";

export interface PodTemplateMetadata {
  readonly labels?: StringMap;
  readonly annotations?: StringMap;
}

export interface AnalysisTemplateRef {
  readonly templateName: string;
  readonly clusterScope?: boolean;
}

export interface AnalysisRunArgument {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly podTemplateHashValue?: "Latest" | "Stable";
    readonly fieldRef?: { readonly fieldPath: string };
  };
}

export interface RolloutAnalysis {
  readonly templates?: readonly AnalysisTemplateRef[];
  readonly args?: readonly AnalysisRunArgument[];
  readonly dryRun?: readonly { readonly metricName: string }[];
  readonly measurementRetention?: readonly {
    readonly metricName: string;
    readonly limit: number;
  }[];
  readonly analysisRunMetadata?: PodTemplateMetadata;
}

export interface SetCanaryScale {
  /** Percent of spec.replicas. */
  readonly weight?: number;
  readonly replicas?: number;
  readonly matchTrafficWeight?: boolean;
}

export interface StringMatch {
  readonly exact?: string;
  readonly prefix?: string;
  readonly regex?: string;
}

export interface SetHeaderRoute {
  readonly name: string;
  readonly match?: readonly { readonly headerName: string; readonly headerValue: StringMatch }[];
}

export interface SetMirrorRoute {
  readonly name: string;
  readonly match?: readonly {
    readonly method?: StringMatch;
    readonly path?: StringMatch;
    readonly headers?: Readonly<Record<string, StringMatch>>;
  }[];
  readonly percentage?: number;
}

export interface ExperimentTemplateStep {
  readonly name: string;
  readonly specRef: "stable" | "canary";
  readonly replicas?: number;
  readonly metadata?: PodTemplateMetadata;
  readonly selector?: LabelSelector;
  readonly weight?: number;
}

export interface ExperimentStep {
  readonly templates: readonly ExperimentTemplateStep[];
  readonly duration?: string;
  readonly scaleDownDelaySeconds?: number;
  readonly analyses?: readonly (AnalysisTemplateRef & {
    readonly name: string;
    readonly args?: readonly AnalysisRunArgument[];
    readonly requiredForCompletion?: boolean;
  })[];
}

export interface CanaryStep {
  readonly setWeight?: number;
  /** A duration as Go writes it, or seconds; without one: until promoted. */
  readonly pause?: { readonly duration?: IntOrString };
  readonly setCanaryScale?: SetCanaryScale;
  readonly analysis?: RolloutAnalysis;
  readonly experiment?: ExperimentStep;
  readonly setHeaderRoute?: SetHeaderRoute;
  readonly setMirrorRoute?: SetMirrorRoute;
  readonly plugin?: { readonly name: string };
}

export interface TrafficRouting {
  readonly istio?: unknown;
  readonly nginx?: unknown;
  readonly alb?: unknown;
  readonly smi?: unknown;
  readonly ambassador?: unknown;
  readonly appMesh?: unknown;
  readonly traefik?: unknown;
  readonly apisix?: unknown;
  readonly plugins?: Readonly<Record<string, unknown>>;
  readonly managedRoutes?: readonly { readonly name: string }[];
  /** What weights are parts of; default 100. */
  readonly maxTrafficWeight?: number;
}

export interface CanaryStrategy {
  readonly canaryService?: string;
  readonly stableService?: string;
  readonly steps?: readonly CanaryStep[];
  readonly trafficRouting?: TrafficRouting;
  readonly maxUnavailable?: IntOrString;
  readonly maxSurge?: IntOrString;
  /** In the background, from `startingStep` on. */
  readonly analysis?: RolloutAnalysis & { readonly startingStep?: number };
  readonly dynamicStableScale?: boolean;
  readonly minPodsPerReplicaSet?: number;
  readonly scaleDownDelaySeconds?: number;
  readonly scaleDownDelayRevisionLimit?: number;
  readonly abortScaleDownDelaySeconds?: number;
  readonly canaryMetadata?: PodTemplateMetadata;
  readonly stableMetadata?: PodTemplateMetadata;
  readonly pingPong?: { readonly pingService: string; readonly pongService: string };
  readonly replicaProgressThreshold?: {
    readonly type: "Percentage" | "Pod";
    readonly value: number;
  };
  readonly antiAffinity?: unknown;
}

export interface BlueGreenStrategy {
  readonly activeService: string;
  readonly previewService?: string;
  readonly previewReplicaCount?: number;
  readonly autoPromotionEnabled?: boolean;
  readonly autoPromotionSeconds?: number;
  readonly maxUnavailable?: IntOrString;
  readonly scaleDownDelaySeconds?: number;
  readonly scaleDownDelayRevisionLimit?: number;
  readonly abortScaleDownDelaySeconds?: number;
  readonly prePromotionAnalysis?: RolloutAnalysis;
  readonly postPromotionAnalysis?: RolloutAnalysis;
  readonly activeMetadata?: PodTemplateMetadata;
  readonly previewMetadata?: PodTemplateMetadata;
  readonly antiAffinity?: unknown;
}

export interface WorkloadRef {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly scaleDown?: "never" | "onsuccess" | "progressively";
}

export interface RolloutSpec {
  readonly replicas?: number;
  readonly selector?: LabelSelector;
  readonly template?: PodTemplateSpec;
  readonly workloadRef?: WorkloadRef;
  readonly minReadySeconds?: number;
  readonly strategy?: {
    readonly canary?: CanaryStrategy;
    readonly blueGreen?: BlueGreenStrategy;
  };
  readonly revisionHistoryLimit?: number;
  readonly paused?: boolean;
  readonly progressDeadlineSeconds?: number;
  readonly progressDeadlineAbort?: boolean;
  readonly restartAt?: Timestamp;
  readonly analysis?: {
    readonly successfulRunHistoryLimit?: number;
    readonly unsuccessfulRunHistoryLimit?: number;
  };
  readonly rollbackWindow?: { readonly revisions?: number };
}

export type RolloutConditionType =
  | "Available"
  | "Progressing"
  | "ReplicaFailure"
  | "InvalidSpec"
  | "Paused"
  | "Healthy"
  | "Completed";

export interface RolloutCondition {
  readonly type: RolloutConditionType;
  readonly status: ConditionStatus;
  readonly lastUpdateTime: Timestamp;
  readonly lastTransitionTime: Timestamp;
  readonly reason: string;
  readonly message: string;
}

export type PauseReason =
  "CanaryPauseStep" | "BlueGreenPause" | "InconclusiveAnalysisRun" | "InconclusiveExperiment";

export interface PauseCondition {
  readonly reason: PauseReason;
  readonly startTime: Timestamp;
}

export interface WeightDestination {
  readonly weight: number;
  readonly serviceName?: string;
  readonly podTemplateHash?: string;
}

export interface TrafficWeights {
  readonly canary: WeightDestination;
  readonly stable: WeightDestination;
  readonly additional?: readonly WeightDestination[];
  readonly verified?: boolean;
}

export interface RolloutAnalysisRunStatus {
  readonly name: string;
  readonly status: AnalysisPhase | "";
  readonly message?: string;
}

export interface CanaryStatus {
  readonly currentStepAnalysisRunStatus?: RolloutAnalysisRunStatus;
  readonly currentBackgroundAnalysisRunStatus?: RolloutAnalysisRunStatus;
  readonly currentExperiment?: string;
  readonly weights?: TrafficWeights;
}

export interface BlueGreenStatus {
  readonly previewSelector?: string;
  readonly activeSelector?: string;
  readonly scaleUpPreviewCheckPoint?: boolean;
  readonly prePromotionAnalysisRunStatus?: RolloutAnalysisRunStatus;
  readonly postPromotionAnalysisRunStatus?: RolloutAnalysisRunStatus;
}

export type RolloutPhase = "Healthy" | "Degraded" | "Progressing" | "Paused";

/** Counters are pods; what is zero or empty is left out, as Go leaves it out. */
export interface RolloutStatus {
  readonly abort?: boolean;
  readonly abortedAt?: Timestamp;
  readonly pauseConditions?: readonly PauseCondition[];
  readonly controllerPause?: boolean;
  readonly currentPodHash?: string;
  readonly currentStepHash?: string;
  readonly replicas?: number;
  readonly updatedReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly HPAReplicas?: number;
  readonly currentStepIndex?: number;
  readonly collisionCount?: number;
  readonly observedGeneration?: string;
  readonly workloadObservedGeneration?: string;
  readonly conditions?: readonly RolloutCondition[];
  readonly canary?: CanaryStatus;
  readonly blueGreen?: BlueGreenStatus;
  readonly stableRS?: string;
  readonly restartedAt?: Timestamp;
  readonly promoteFull?: boolean;
  readonly phase?: RolloutPhase;
  readonly message?: string;
  readonly selector?: string;
}

export interface Rollout extends KubeObject {
  readonly kind: "Rollout";
  readonly spec: RolloutSpec;
  readonly status?: RolloutStatus;
}

export type AnalysisPhase =
  "Pending" | "Running" | "Successful" | "Failed" | "Error" | "Inconclusive";
