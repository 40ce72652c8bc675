/** What a HorizontalPodAutoscaler wants of its target, by which numbers, and what it lacks. */
import type { HorizontalPodAutoscaler } from "../api/autoscaling.ts";
import type { Cluster } from "../cluster.ts";
import { lastDecisions, type OperatedExplanation } from "./operated.ts";

/** The decisions are those of its last look, every 15 s. */
export function explainAutoscaler(
  cluster: Cluster,
  hpa: HorizontalPodAutoscaler,
): OperatedExplanation {
  const { metadata, spec } = hpa;
  const { kind, name } = spec.scaleTargetRef;
  const target = `${kind.toLowerCase()}/${name}`;
  const decisions = lastDecisions(cluster, "horizontal-pod-autoscaler", hpa);
  return {
    object: `hpa/${metadata.name}`,
    at: cluster.now,
    state: stateOf(hpa),
    facts: [`${target} may have ${spec.minReplicas ?? 1} to ${spec.maxReplicas} replicas`],
    replicaSets: [],
    decisions,
    wouldHelp: remedies(hpa, target),
  };
}

function stateOf({ status = {} }: HorizontalPodAutoscaler): string {
  const { conditions = [], currentReplicas = 0, desiredReplicas = 0 } = status;
  if (conditions.length === 0) return "it has not looked yet";
  const refusal = conditions.find(
    ({ type, status: truth }) =>
      ["AbleToScale", "ScalingActive"].includes(type) && truth === "False",
  );
  if (refusal !== undefined) return `${refusal.reason} (${refusal.message})`;
  const had = currentReplicas === 1 ? "1 replica" : `${currentReplicas} replicas`;
  return desiredReplicas === currentReplicas
    ? `${had}, as many as it wants`
    : `it found ${had} and wants ${desiredReplicas}`;
}

/** Messages are those of podautoscaler/horizontal.go and replica_calculator.go. */
function remedies({ spec, status }: HorizontalPodAutoscaler, target: string): string[] {
  const conditions = status?.conditions ?? [];
  return conditions.flatMap(({ type, reason, message }) => {
    const request = /missing request for (\S+)/u.exec(message)?.[1];
    if (request !== undefined) return [`a request for ${request} in every container of ${target}`];
    if (/could not find the requested resource/u.test(message)) {
      return ["metrics: cpu or load under behaviors of the scenario, or traffic"];
    }
    if (reason === "ScalingDisabled") return [`kubectl scale ${target} --replicas=1`];
    if (reason === "AmbiguousSelector") return ["one autoscaler for these pods"];
    const isFull = type === "ScalingLimited" && reason === "TooManyReplicas";
    return isFull ? [`a maxReplicas above ${spec.maxReplicas}`] : [];
  });
}
