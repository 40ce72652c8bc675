/**
 * What is wrong with a Rollout by itself: the first fault, in argo-rollouts' words. Mirrors
 * pkg/apis/rollouts/validation/validation.go.
 *
 * Left out: faults of the pod template, which the API server finds in the ReplicaSet; anti-affinity.
 */
import type { IntOrString } from "../../api/meta.ts";
import type { CanaryStep, CanaryStrategy, Rollout } from "../../api/rollout.ts";
import { pauseSeconds } from "./canary-steps.ts";
import {
  blueGreenOf,
  canaryOf,
  maxWeightOf,
  progressDeadlineSeconds,
  REVISION_HISTORY_LIMIT,
  replicasOf,
} from "./defaults.ts";

/** `field: Invalid value: "x": why`. */
export function invalid(field: string, value: unknown, why: string): string {
  const shown = value === undefined || value === null ? "null" : JSON.stringify(value);
  return `${field}: Invalid value: ${shown}: ${why}`;
}

function required(field: string, why: string): string {
  return `${field}: Required value: ${why}`;
}

/** The first fault; undefined where there is none. */
export function validateRollout(rollout: Rollout): string | undefined {
  const { spec } = rollout;
  const { selector, minReadySeconds = 0 } = spec;
  const notNegative = "must be greater than or equal to 0";
  if (replicasOf(rollout) < 0) return invalid("spec.replicas", spec.replicas, notNegative);
  if (selector === undefined) {
    return required("spec.selector", "Rollout has missing field '.spec.selector'");
  }
  const { matchLabels = {}, matchExpressions = [] } = selector;
  if (Object.keys(matchLabels).length + matchExpressions.length === 0) {
    return invalid("spec.selector", {}, "empty selector is invalid for deployment");
  }
  const labels = spec.template?.metadata?.labels ?? {};
  if (Object.entries(matchLabels).some(([key, value]) => labels[key] !== value)) {
    const why = "`selector` does not match template `labels`";
    return invalid("spec.template.metadata.labels", labels, why);
  }
  if ((spec.template?.spec?.containers ?? []).length === 0) {
    return "spec.template.spec.containers: Required value";
  }
  if (minReadySeconds < 0) return invalid("spec.minReadySeconds", minReadySeconds, notNegative);
  const deadline = progressDeadlineSeconds(rollout);
  if (deadline <= minReadySeconds) {
    const why = "must be greater than minReadySeconds";
    return invalid("spec.progressDeadlineSeconds", deadline, why);
  }
  return validateStrategy(rollout);
}

function validateStrategy(rollout: Rollout): string | undefined {
  const canary = canaryOf(rollout);
  const blueGreen = blueGreenOf(rollout);
  if (canary === undefined && blueGreen === undefined) {
    const either = ".spec.strategy.canary or .spec.strategy.blueGreen";
    return required("spec.strategy.strategy", `Rollout has missing field '${either}'`);
  }
  if (canary !== undefined && blueGreen !== undefined) {
    const value = "blueGreen: true canary: true";
    return invalid("spec.strategy.strategy", value, "Multiple Strategies can not be listed");
  }
  return canary === undefined ? validateBlueGreen(rollout) : validateCanary(rollout, canary);
}

const SAME_SERVICE = "This rollout uses the same service for the";

function validateBlueGreen(rollout: Rollout): string | undefined {
  const { activeService, previewService, scaleDownDelayRevisionLimit } = blueGreenOf(rollout) ?? {};
  if ((activeService ?? "") === (previewService ?? "")) {
    const why = `${SAME_SERVICE} active and preview services, but two different services are required.`;
    return invalid("spec.strategy.activeService", activeService ?? "", why);
  }
  const kept = rollout.spec.revisionHistoryLimit ?? REVISION_HISTORY_LIMIT;
  if (scaleDownDelayRevisionLimit !== undefined && kept < scaleDownDelayRevisionLimit) {
    const why =
      "This rollout's revision history limit can not be smaller than the rollout's scale down limit";
    const field = "spec.strategy.scaleDownDelayRevisionLimit";
    return invalid(field, scaleDownDelayRevisionLimit, why);
  }
  return undefined;
}

function validateCanary(rollout: Rollout, canary: CanaryStrategy): string | undefined {
  const { canaryService = "", stableService = "", trafficRouting: routing } = canary;
  const path = "spec.strategy";
  const none = /^0*%?$/;
  const { maxSurge, maxUnavailable } = canary;
  const zero = (value: IntOrString | undefined): boolean =>
    value !== undefined && none.test(String(value));
  if (zero(maxSurge) && zero(maxUnavailable)) {
    const why = "MaxSurge and MaxUnavailable both can not be zero";
    return invalid(`${path}.maxSurge`, maxSurge, why);
  }
  if (canaryService !== "" && canaryService === stableService) {
    const why = `${SAME_SERVICE} stable and canary services, but two different services are required.`;
    return invalid(`${path}.stableService`, stableService, why);
  }
  if (needsServices(canary)) {
    const why = "Canary service and Stable service must to be set to use Traffic Routing";
    if (stableService === "") return invalid(`${path}.stableService`, "", why);
    if (canaryService === "") return invalid(`${path}.canaryService`, "", why);
  }
  const { scaleDownDelaySeconds, dynamicStableScale } = canary;
  if (routing === undefined) {
    const why = "can only be used with traffic routing";
    if (scaleDownDelaySeconds !== undefined) {
      const field = `${path}.scaleDownDelaySeconds`;
      return invalid(field, scaleDownDelaySeconds, `Canary scaleDownDelaySeconds ${why}`);
    }
    if (dynamicStableScale === true) {
      return invalid(`${path}.dynamicStableScale`, true, `Canary dynamicStableScale ${why}`);
    }
  } else if (scaleDownDelaySeconds !== undefined && dynamicStableScale === true) {
    const why = "Canary dynamicStableScale cannot be used with scaleDownDelaySeconds";
    return invalid(`${path}.dynamicStableScale`, true, why);
  } else if (routing.maxTrafficWeight !== undefined && !("nginx" in routing || routing.plugins)) {
    const why = "Canary maxTrafficWeight in traffic routing only supported in Nginx and Plugins";
    return invalid(`${path}.trafficRouting.maxTrafficWeight`, routing.maxTrafficWeight, why);
  }
  for (const [index, step] of (canary.steps ?? []).entries()) {
    const fault = validateStep(rollout, canary, step, `${path}.steps[${index}]`);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function needsServices({ trafficRouting: routing, pingPong }: CanaryStrategy): boolean {
  if (routing === undefined) return false;
  const istio = routing.istio as { readonly destinationRule?: unknown } | undefined;
  const { smi, apisix, ambassador, nginx, appMesh, traefik } = routing;
  return (
    (routing.alb !== undefined && pingPong === undefined) ||
    (istio !== undefined && istio.destinationRule === undefined && pingPong === undefined) ||
    [smi, apisix, ambassador, nginx, appMesh, traefik].some((each) => each !== undefined)
  );
}

const STEP =
  "Step must have one of the following set: experiment, setWeight, setCanaryScale, plugin or pause";
const KINDS = [
  "experiment",
  "pause",
  "setWeight",
  "analysis",
  "setCanaryScale",
  "setHeaderRoute",
  "setMirrorRoute",
  "plugin",
] as const;

function validateStep(
  rollout: Rollout,
  canary: CanaryStrategy,
  step: CanaryStep,
  path: string,
): string | undefined {
  const { trafficRouting: routing } = canary;
  const has = (kind: (typeof KINDS)[number]): boolean => step[kind] !== undefined;
  const named = (kind: (typeof KINDS)[number]): string =>
    `step.${kind[0]!.toUpperCase()}${kind.slice(1)}`;
  const alone = ["experiment", "pause", "setWeight", "analysis"] as const;
  if (alone.filter(has).length > 1) {
    return invalid(path, alone.map((kind) => `${named(kind)}: ${has(kind)}`).join(" "), STEP);
  }
  if (!KINDS.some(has)) {
    return invalid(path, KINDS.map((kind) => `${named(kind)}: true`).join(" "), STEP);
  }
  const { setWeight } = step;
  const max = maxWeightOf(rollout);
  if (setWeight !== undefined && (setWeight < 0 || setWeight > max)) {
    const why = `SetWeight needs to be between 0 and ${max}`;
    return invalid(`${path}.setWeight`, setWeight, why);
  }
  const seconds = pauseSeconds(step);
  if (seconds !== undefined && seconds < 0) {
    const why = "Duration needs to be greater than 0";
    return invalid(`${path}.pause.duration`, seconds, why);
  }
  if (has("setCanaryScale") && routing === undefined) {
    const why = "SetCanaryScale requires TrafficRouting to be set";
    return required("spec.strategy.trafficRouting", why);
  }
  return validateRoutes(canary, step, path);
}

function validateRoutes(
  { trafficRouting: routing }: CanaryStrategy,
  { setHeaderRoute: header, setMirrorRoute: mirror }: CanaryStep,
  path: string,
): string | undefined {
  if (header === undefined && mirror === undefined) return undefined;
  const plugins = Object.keys(routing?.plugins ?? {}).length > 0;
  const { istio, alb, apisix } = routing ?? {};
  if (header !== undefined && (istio ?? alb ?? apisix) === undefined && !plugins) {
    const why = "SetHeaderRoute requires TrafficRouting, supports Istio and ALB and Apisix";
    return invalid(`${path}.setHeaderRoute`, header, why);
  }
  if (mirror !== undefined && istio === undefined && !plugins) {
    const why = "SetMirrorRoute requires TrafficRouting, supports Istio and Plugins";
    return invalid(`${path}.setMirrorRoute`, mirror, why);
  }
  const { managedRoutes } = routing ?? {};
  if (managedRoutes === undefined) {
    const field = "spec.strategy.canary.trafficRouting.managedRoutes";
    const why = `Rollout has missing field '${field}'`;
    return required("spec.strategy.trafficRouting.managedRoutes", why);
  }
  const name = header?.name ?? mirror?.name ?? "";
  if (managedRoutes.some((route) => route.name === name)) return undefined;
  const why =
    "Steps define a route that does not exist in spec.strategy.canary.trafficRouting.managedRoutes";
  return invalid(
    `${path}.${header === undefined ? "setMirrorRoute" : "setHeaderRoute"}`,
    name,
    why,
  );
}
