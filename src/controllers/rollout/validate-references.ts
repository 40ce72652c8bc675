/**
 * What a Rollout names, and is not there or does not fit. Mirrors argo-rollouts
 * pkg/apis/rollouts/validation/validation_references.go.
 *
 * Left out: routes of VirtualServices, which the router refuses itself.
 */
import type { AnalysisTemplate, Metric } from "../../api/analysis.ts";
import type { KubeObject } from "../../api/meta.ts";
import type { Rollout, RolloutAnalysis } from "../../api/rollout.ts";
import { asArray, asRecord, asString } from "../../apiserver/json.ts";
import { effectiveCount, validateMetrics } from "../analysis/metrics.ts";
import { flattenTemplates, templatesOf } from "../analysis/templates.ts";
import { blueGreenOf, canaryOf, HASH_LABEL, MANAGED_BY } from "./defaults.ts";
import { invalid } from "./validation.ts";
import type { RolloutView } from "./view.ts";

/** The first fault; undefined where there is none. */
export function validateReferences(rollout: Rollout, view: RolloutView): string | undefined {
  const services = namedServices(rollout);
  for (const [path, name] of services) {
    if (view.services.some(({ metadata }) => metadata.name === name)) continue;
    return invalid(path, name, `service "${name}" not found`);
  }
  return (
    firstOf(analysesOf(rollout), ([path, analysis, place]) =>
      validateAnalysis(view, path, analysis, place),
    ) ??
    firstOf(namedIngresses(rollout), ([path, name]) =>
      validateIngress(rollout, view, path, name),
    ) ??
    firstOf(services, ([path, name]) => validateService(rollout, view, path, name))
  );
}

function firstOf<T>(
  items: readonly T[],
  fault: (item: T) => string | undefined,
): string | undefined {
  for (const item of items) {
    const found = fault(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

type Named = readonly [path: string, name: string];

function namedServices(rollout: Rollout): readonly Named[] {
  const { activeService = "", previewService = "" } = blueGreenOf(rollout) ?? {};
  const { stableService = "", canaryService = "" } = canaryOf(rollout) ?? {};
  const all: readonly Named[] = [
    ["spec.strategy.blueGreen.activeService", activeService],
    ["spec.strategy.blueGreen.previewService", previewService],
    ["spec.strategy.canary.stableService", stableService],
    ["spec.strategy.canary.canaryService", canaryService],
  ];
  return all.filter(([, name]) => name !== "");
}

function validateService(
  { metadata, spec }: Rollout,
  view: RolloutView,
  path: string,
  name: string,
): string | undefined {
  const service = view.services.find((each) => each.metadata.name === name);
  const labels = spec.template?.metadata?.labels ?? {};
  for (const [key, value] of Object.entries(service?.spec.selector ?? {})) {
    if (key === HASH_LABEL || labels[key] === value) continue;
    return invalid(path, name, `Service "${name}" has unmatch label "${key}" in rollout`);
  }
  const manager = service?.metadata.annotations?.[MANAGED_BY];
  if (manager === undefined || manager === metadata.name) return undefined;
  return invalid(path, name, `Service "${name}" is managed by another Rollout`);
}

type Place = "background" | "awaited";

function analysesOf(
  rollout: Rollout,
): readonly (readonly [path: string, analysis: RolloutAnalysis, place: Place])[] {
  const { prePromotionAnalysis, postPromotionAnalysis } = blueGreenOf(rollout) ?? {};
  const { steps = [], analysis } = canaryOf(rollout) ?? {};
  const path = "spec.strategy";
  const all = [
    [`${path}.blueGreen.prePromotionAnalysis.templates`, prePromotionAnalysis, "awaited"],
    [`${path}.blueGreen.postPromotionAnalysis.templates`, postPromotionAnalysis, "awaited"],
    ...steps.map(
      (step, i) =>
        [`${path}.canary.steps[${i}].analysis.templates`, step.analysis, "awaited"] as const,
    ),
    [`${path}.canary.analysis.templates`, analysis, "background"],
  ] as const;
  return all.flatMap(([where, each, place]) =>
    each === undefined ? [] : [[where, each, place] as const],
  );
}

function validateAnalysis(
  view: RolloutView,
  path: string,
  analysis: RolloutAnalysis,
  place: Place,
): string | undefined {
  const refs = analysis.templates ?? [];
  const found = templatesOf(view, refs);
  if (!found.ok) {
    const missing = /'([^']*)'/.exec(found.error)?.[1] ?? "";
    return invalid(path, missing, found.error);
  }
  const given = (analysis.args ?? []).map(({ name, value = "dummy-value" }) => ({ name, value }));
  const flat = flattenTemplates(found.value, given, analysis);
  if (!flat.ok) {
    const names = found.value.map(({ metadata }) => metadata.name);
    return invalid(path, `templateNames: [${names.join(" ")}]`, flat.error);
  }
  if (place === "background") return undefined;
  return firstOf(found.value, (template) => validateTemplate(template, path));
}

/** What a step waits for has to end. */
function validateTemplate({ metadata, spec }: AnalysisTemplate, path: string): string | undefined {
  const { name } = metadata;
  const metrics: readonly Metric[] = spec.metrics ?? [];
  if (metrics.length === 0 && (spec.templates ?? []).length > 0) return undefined;
  const fault = validateMetrics(metrics);
  if (fault !== undefined) return invalid(path, name, `AnalysisTemplate ${name}: ${fault}`);
  const endless = metrics.find((metric) => effectiveCount(metric) === undefined);
  if (endless === undefined) return undefined;
  const why = `has metric ${endless.name} which runs indefinitely. Invalid value for count: nil`;
  return invalid(path, name, `AnalysisTemplate ${name} ${why}`);
}

function namedIngresses(rollout: Rollout): readonly Named[] {
  const { nginx, alb } = canaryOf(rollout)?.trafficRouting ?? {};
  const path = "spec.strategy.canary.trafficRouting";
  const of = (settings: unknown, router: string, one: string, many: string): readonly Named[] => {
    const fields = asRecord(settings);
    const several = asArray(fields[many]).map(
      (name) => [`${path}.${router}.${many}`, asString(name)] as const,
    );
    const single = asString(fields[one]);
    return single === "" ? several : [[`${path}.${router}.${one}`, single], ...several];
  };
  return [
    ...of(nginx, "nginx", "stableIngress", "stableIngresses"),
    ...of(alb, "alb", "ingress", "ingresses"),
  ];
}

function validateIngress(
  rollout: Rollout,
  view: RolloutView,
  path: string,
  name: string,
): string | undefined {
  const ingress = view.routes["ingresses"]?.find(({ metadata }) => metadata.name === name);
  if (ingress === undefined) {
    return invalid(path, name, `ingress.networking.k8s.io "${name}" not found`);
  }
  const canary = canaryOf(rollout);
  const root = asString(asRecord(canary?.trafficRouting?.alb)["rootService"]);
  const service = path.includes(".alb.") && root !== "" ? root : (canary?.stableService ?? "");
  if (hasBackend(ingress, service)) return undefined;
  return invalid(path, name, `ingress \`${name}\` has no rules using service ${service} backend`);
}

function hasBackend(ingress: KubeObject, service: string): boolean {
  return asArray(asRecord(ingress["spec"])["rules"]).some((rule) =>
    asArray(asRecord(asRecord(rule)["http"])["paths"]).some((path) => {
      const backend = asRecord(asRecord(path)["backend"]);
      return asRecord(backend["service"])["name"] === service;
    }),
  );
}
