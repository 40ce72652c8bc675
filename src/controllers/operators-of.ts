/** The controllers beside those of Deployments and ReplicaSets, in the order in which they take turns. */
import type { MetricsSource, ResourceMetricsSource } from "../api/metrics.ts";
import type { ApiServer } from "../apiserver/server.ts";
import { AnalysisController } from "./analysis/controller.ts";
import { CanaryController, type SavedCanaries } from "./canary/controller.ts";
import type { WebhookRule } from "./canary/webhooks.ts";
import { ExperimentController } from "./experiment/controller.ts";
import type { MetricRule } from "./metric-rules.ts";
import type { Operator, SavedOperators } from "./operators.ts";
import { PodAutoscaler } from "./podautoscaler/controller.ts";
import { RolloutController } from "./rollout/controller.ts";

export interface OperatorOptions {
  /** Flagger: the provider of Canaries that name none; default istio (its flag -mesh-provider). */
  readonly meshProvider?: string;
  /** What webhooks of analyses answer. */
  readonly webhooks?: readonly WebhookRule[];
  /** What queries of analyses read. */
  readonly metricRules?: readonly MetricRule[];
}

export function operatorsOf(
  api: ApiServer,
  metrics: MetricsSource,
  { meshProvider = "istio", webhooks = [], metricRules = [] }: OperatorOptions,
  podMetrics: ResourceMetricsSource,
  saved?: SavedOperators,
): readonly Operator[] {
  const remembered = saved?.memories["flagger"] as SavedCanaries | undefined;
  const canaries = { meshProvider, webhooks, metrics: metricRules };
  return [
    new PodAutoscaler(api.store, podMetrics, saved?.memories["horizontal-pod-autoscaler"]),
    new CanaryController(api, metrics, canaries, remembered),
    new AnalysisController(api, metrics, metricRules),
    new ExperimentController(api),
    new RolloutController(api),
  ];
}
