/**
 * The Canary of Flagger (flagger.app/v1beta1) in the shape that the API server stores, and pure questions
 * about one (fluxcd/flagger pkg/apis/flagger/v1beta1/{canary,status}.go).
 */
import { parseDuration } from "./duration.ts";
import type { ConditionStatus, KubeObject, Millis, StringMap, Timestamp } from "./meta.ts";

export type CanaryPhase =
  | ""
  | "Initializing"
  | "Initialized"
  | "Waiting"
  | "Progressing"
  | "WaitingPromotion"
  | "Promoting"
  | "Finalising"
  | "Succeeded"
  | "Failed"
  | "Terminating"
  | "Terminated";

export interface CanaryCondition {
  readonly type: "Promoted";
  readonly status: ConditionStatus;
  readonly lastUpdateTime: Timestamp;
  readonly lastTransitionTime: Timestamp;
  readonly reason: string;
  readonly message: string;
}

export interface CanaryStatus {
  readonly phase?: CanaryPhase;
  readonly failedChecks?: number;
  /** Percent of requests. */
  readonly canaryWeight?: number;
  readonly iterations?: number;
  readonly previousSessionAffinityCookie?: string;
  readonly sessionAffinityCookie?: string;
  readonly primarySessionAffinityCookie?: string;
  readonly trackedConfigs?: StringMap;
  /** Hash of the target's pod template when the status was synced last. */
  readonly lastAppliedSpec?: string;
  /** Hash of the pod template that the primary runs. */
  readonly lastPromotedSpec?: string;
  readonly lastTransitionTime?: Timestamp;
  readonly conditions?: readonly CanaryCondition[];
}

export interface StringMatch {
  readonly exact?: string;
  readonly prefix?: string;
  readonly suffix?: string;
  readonly regex?: string;
}

/** Istio's HTTPMatchRequest, in which Canaries write their matches whatever the provider. */
export interface HttpMatchRequest {
  readonly uri?: StringMatch;
  readonly method?: StringMatch;
  readonly authority?: StringMatch;
  readonly headers?: Readonly<Record<string, StringMatch>>;
  readonly queryParams?: Readonly<Record<string, StringMatch>>;
  readonly sourceLabels?: StringMap;
  readonly [field: string]: unknown;
}

export interface CustomMetadata {
  readonly labels?: StringMap;
  readonly annotations?: StringMap;
}

export interface HeaderOperations {
  readonly add?: StringMap;
  readonly set?: StringMap;
  readonly remove?: readonly string[];
}

export interface CanaryService {
  /** Default: the name of the target. */
  readonly name?: string;
  readonly port: number;
  readonly portName?: string;
  readonly targetPort?: number | string;
  readonly appProtocol?: string;
  readonly trafficDistribution?: string;
  readonly portDiscovery?: boolean;
  readonly headless?: boolean;
  readonly timeout?: string;
  readonly backendTimeout?: string;
  readonly gateways?: readonly string[];
  readonly gatewayRefs?: readonly unknown[];
  readonly hosts?: readonly string[];
  readonly delegation?: boolean;
  readonly trafficPolicy?: unknown;
  readonly match?: readonly HttpMatchRequest[];
  readonly rewrite?: { readonly uri?: string; readonly authority?: string; readonly type?: string };
  readonly retries?: unknown;
  readonly headers?: { readonly request?: HeaderOperations; readonly response?: HeaderOperations };
  readonly mirror?: readonly unknown[];
  readonly corsPolicy?: unknown;
  readonly apex?: CustomMetadata;
  readonly primary?: CustomMetadata;
  readonly canary?: CustomMetadata;
  readonly unmanagedMetadata?: {
    readonly annotations?: readonly string[];
    readonly labels?: readonly string[];
  };
}

export interface CanaryMetric {
  readonly name: string;
  /** Window of the query; default 1m. */
  readonly interval?: string;
  /** Deprecated: the largest value, of request-success-rate the smallest. */
  readonly threshold?: number;
  readonly thresholdRange?: { readonly min?: number; readonly max?: number };
  readonly query?: string;
  readonly templateRef?: { readonly name: string; readonly namespace?: string };
}

export type HookType =
  | "rollout"
  | "pre-rollout"
  | "post-rollout"
  | "confirm-rollout"
  | "confirm-promotion"
  | "confirm-traffic-increase"
  | "rollback"
  | "event";

export interface CanaryWebhook {
  readonly name: string;
  readonly url: string;
  /** Default `rollout`. */
  readonly type?: HookType | "";
  readonly metadata?: StringMap;
}

export interface SessionAffinity {
  readonly cookieName: string;
  readonly primaryCookieName?: string;
  readonly domain?: string;
  readonly httpOnly?: boolean;
  /** Seconds; default a day. */
  readonly maxAge?: number;
  readonly partitioned?: boolean;
  readonly path?: string;
  readonly sameSite?: string;
  readonly secure?: boolean;
}

export interface CanaryAnalysis {
  readonly interval?: string;
  /** Failed checks after which the canary is rolled back. */
  readonly threshold?: number;
  readonly iterations?: number;
  readonly mirror?: boolean;
  readonly mirrorWeight?: number;
  readonly maxWeight?: number;
  readonly stepWeight?: number;
  readonly stepWeights?: readonly number[];
  readonly stepWeightPromotion?: number;
  /** Percent of updated pods that must be available; default 100. */
  readonly primaryReadyThreshold?: number;
  readonly canaryReadyThreshold?: number;
  readonly metrics?: readonly CanaryMetric[];
  readonly webhooks?: readonly CanaryWebhook[];
  readonly match?: readonly HttpMatchRequest[];
  readonly sessionAffinity?: SessionAffinity;
}

export interface CanarySpec {
  readonly provider?: string;
  readonly targetRef: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly name: string;
  };
  readonly autoscalerRef?: {
    readonly kind: string;
    readonly name: string;
    readonly primaryScalerReplicas?: {
      readonly minReplicas?: number;
      readonly maxReplicas?: number;
    };
  };
  readonly ingressRef?: { readonly name: string };
  readonly service?: CanaryService;
  readonly analysis?: CanaryAnalysis;
  /** Deprecated name of `analysis`. */
  readonly canaryAnalysis?: CanaryAnalysis;
  /** Seconds; default 600. */
  readonly progressDeadlineSeconds?: number;
  readonly skipAnalysis?: boolean;
  readonly revertOnDeletion?: boolean;
  readonly suspend?: boolean;
}

export interface Canary extends KubeObject {
  readonly kind: "Canary";
  readonly spec: CanarySpec;
  readonly status?: CanaryStatus;
}

export const FLAGGER_FINALIZER = "finalizer.flagger.app";

const MINUTE: Millis = 60_000;
const SHORTEST_INTERVAL: Millis = 10_000;

export function analysisOf({ spec }: Canary): CanaryAnalysis {
  return spec.analysis ?? spec.canaryAnalysis ?? {};
}

export function phaseOf({ status }: Canary): CanaryPhase {
  return status?.phase ?? "";
}

export function serviceOf({ spec }: Canary): CanaryService {
  return spec.service ?? { port: 0 };
}

export interface ServiceNames {
  readonly apex: string;
  readonly primary: string;
  readonly canary: string;
}

export function serviceNames({ spec }: Canary): ServiceNames {
  const name = spec.service?.name ?? "";
  const apex = name === "" ? spec.targetRef.name : name;
  return { apex, primary: `${apex}-primary`, canary: `${apex}-canary` };
}

/** Between two looks at a Canary: 10 s at least, 1 min where none can be read. */
export function analysisInterval(canary: Canary): Millis {
  const interval = goDurationOf(analysisOf(canary).interval) ?? MINUTE;
  return Math.max(interval, SHORTEST_INTERVAL);
}

export function goDurationOf(text = ""): Millis | undefined {
  const answer = parseDuration(text);
  return answer.ok ? answer.ms : undefined;
}

export function analysisThreshold(canary: Canary): number {
  const { threshold = 0 } = analysisOf(canary);
  return threshold > 0 ? threshold : 1;
}

export function skipsAnalysis({ spec }: Canary): boolean {
  if (spec.analysis === undefined && spec.canaryAnalysis === undefined) return true;
  return spec.skipAnalysis === true;
}

/** `match` alone does not make an A/B test: it needs `iterations` too. */
export function deploymentStrategy(canary: Canary): "canary" | "blue-green" | "ab-testing" {
  const { match = [], iterations = 0 } = analysisOf(canary);
  if (iterations <= 0) return "canary";
  return match.length > 0 ? "ab-testing" : "blue-green";
}

/** Weights sum to this. */
export const TOTAL_WEIGHT = 100;

/** The weight at which the canary is promoted. */
export function maxWeight(canary: Canary): number {
  const { stepWeights = [], maxWeight: most = 0 } = analysisOf(canary);
  const last = stepWeights.at(-1);
  if (last !== undefined) return Math.min(TOTAL_WEIGHT, last);
  return most > 0 ? most : TOTAL_WEIGHT;
}

/** How much the weight grows next; 0: no step is set, and the canary stands still. */
export function nextStepWeight(canary: Canary, weight: number): number {
  const { stepWeight = 0, stepWeights = [] } = analysisOf(canary);
  const [first] = stepWeights;
  if (stepWeight > 0 || first === undefined) return stepWeight;
  const room = TOTAL_WEIGHT - weight;
  // Any step will do: the weight is at its end, and promotion comes next.
  if (room === 0) return 1;
  if (weight === 0) return Math.min(room, first);
  const at = stepWeights.indexOf(weight);
  const next = at < 0 ? undefined : stepWeights[at + 1];
  return next === undefined ? room : Math.min(room, next - weight);
}
