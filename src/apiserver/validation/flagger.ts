/**
 * Rules for Canaries: those of the schema of Flagger's own CRD (fluxcd/flagger artifacts/flagger/crd.yaml)
 * that a mistake in a manifest is likely to break, and types of what the controller reads. Other fields are kept
 * as they are.
 */
import type { KubeObject } from "../../api/meta.ts";
import { asArray, asRecord, isNil, type Json } from "../json.ts";
import { specOf } from "../strategy-parts.ts";
import { invalid, notSupported, type Causes } from "./errors.ts";
import { validateShape, type Fields, type Shape } from "./structure.ts";

const PROVIDERS = [
  "apisix",
  "appmesh",
  "appmesh:v1beta2",
  "contour",
  "gatewayapi:v1",
  "gatewayapi:v1beta1",
  "gloo",
  "istio",
  "knative",
  "kubernetes",
  "kuma",
  "linkerd",
  "nginx",
  "osm",
  "skipper",
  "smi:v1alpha1",
  "smi:v1alpha2",
  "smi:v1alpha3",
  "traefik",
];

const HOOKS = [
  "",
  "confirm-rollout",
  "pre-rollout",
  "rollout",
  "confirm-promotion",
  "post-rollout",
  "event",
  "rollback",
  "confirm-traffic-increase",
];

const REFERENCES = {
  targetRef: ["DaemonSet", "Deployment", "Service"],
  autoscalerRef: ["HorizontalPodAutoscaler", "ScaledObject"],
  ingressRef: ["Ingress"],
} as const;

const INTERVAL = /^[0-9]+(m|s)/u;
const WAYS = ["iterations", "stepWeight", "stepWeights"];

const REFERENCE: Fields = { "apiVersion!": "string", "kind!": "string", "name!": "string" };
const STRING_MATCH: Shape = {
  fields: { exact: "string", prefix: "string", suffix: "string", regex: "string" },
};
const MATCHES: Shape = {
  list: {
    fields: {
      authority: STRING_MATCH,
      headers: { map: STRING_MATCH },
      method: STRING_MATCH,
      queryParams: { map: STRING_MATCH },
      sourceLabels: { map: "string" },
      uri: STRING_MATCH,
    },
  },
};
const METADATA: Shape = {
  fields: { annotations: { map: "string" }, labels: { map: "string" } },
};
const HEADERS: Shape = {
  fields: { add: { map: "string" }, remove: { list: "string" }, set: { map: "string" } },
};
const SERVICE: Shape = {
  fields: {
    apex: METADATA,
    appProtocol: "string",
    canary: METADATA,
    delegation: "boolean",
    gatewayRefs: { list: { fields: { "name!": "string" } } },
    gateways: { list: "string" },
    headers: { fields: { request: HEADERS, response: HEADERS } },
    headless: "boolean",
    hosts: { list: "string" },
    match: MATCHES,
    mirror: { list: { fields: { backendRef: { fields: { "name!": "string" } } } } },
    name: "string",
    "port!": "number",
    portDiscovery: "boolean",
    portName: "string",
    primary: METADATA,
    rewrite: { fields: { authority: "string", type: "string", uri: "string" } },
    targetPort: "intOrString",
    timeout: "string",
    trafficDistribution: "string",
    unmanagedMetadata: { fields: { annotations: { list: "string" }, labels: { list: "string" } } },
  },
};
const METRICS: Shape = {
  list: {
    fields: {
      interval: "string",
      "name!": "string",
      query: "string",
      templateRef: { fields: { "name!": "string", namespace: "string" } },
      templateVariables: { map: "string" },
      threshold: "number",
      thresholdRange: { fields: { max: "number", min: "number" } },
    },
  },
};
const WEBHOOKS: Shape = {
  list: {
    fields: {
      metadata: { map: "string" },
      "name!": "string",
      timeout: "string",
      type: "string",
      "url!": "string",
    },
  },
};
const ANALYSIS: Shape = {
  fields: {
    canaryReadyThreshold: "number",
    "interval!": "string",
    iterations: "number",
    match: MATCHES,
    maxWeight: "number",
    metrics: METRICS,
    mirror: "boolean",
    mirrorWeight: "number",
    primaryReadyThreshold: "number",
    sessionAffinity: {
      fields: { "cookieName!": "string", maxAge: "number", primaryCookieName: "string" },
    },
    stepWeight: "number",
    stepWeightPromotion: "number",
    stepWeights: { list: "number" },
    "threshold!": "number",
    webhooks: WEBHOOKS,
  },
};
const CANARY: Fields = {
  "analysis!": ANALYSIS,
  autoscalerRef: {
    fields: {
      ...REFERENCE,
      primaryScalerReplicas: { fields: { maxReplicas: "integer", minReplicas: "integer" } },
    },
  },
  ingressRef: { fields: REFERENCE },
  progressDeadlineSeconds: "number",
  provider: "string",
  revertOnDeletion: "boolean",
  service: SERVICE,
  skipAnalysis: "boolean",
  suspend: "boolean",
  "targetRef!": { fields: REFERENCE },
};

export function validateCanary(canary: KubeObject): Causes {
  const shape = validateShape(canary, { fields: { "spec!": { fields: CANARY } } }, "");
  if (shape.length > 0) return shape;
  const spec = specOf(canary);
  return [
    ...pick(spec["provider"], "spec.provider", PROVIDERS),
    ...Object.entries(REFERENCES).flatMap(([name, kinds]) =>
      pick(asRecord(spec[name])["kind"], `spec.${name}.kind`, kinds),
    ),
    ...analysisOf(asRecord(spec["analysis"])),
  ];
}

function analysisOf(analysis: Json): Causes {
  const field = "spec.analysis";
  const ways = WAYS.filter((name) => !isNil(analysis[name]));
  const oneWay = `must validate one and only one schema (oneOf): give one of ${WAYS.join(", ")}`;
  return [
    ...(ways.length === 1 ? [] : [invalid(field, analysis, oneWay)]),
    ...matching(analysis["interval"], `${field}.interval`),
    ...asArray(analysis["metrics"]).flatMap((metric, i) =>
      matching(asRecord(metric)["interval"], `${field}.metrics[${i}].interval`),
    ),
    ...asArray(analysis["webhooks"]).flatMap((webhook, i) => {
      const path = `${field}.webhooks[${i}]`;
      const { type, timeout } = asRecord(webhook);
      return [...pick(type, `${path}.type`, HOOKS), ...matching(timeout, `${path}.timeout`)];
    }),
  ];
}

function pick(value: unknown, field: string, allowed: readonly string[]): Causes {
  if (isNil(value) || allowed.some((each) => each === value)) return [];
  return [notSupported(field, value, allowed)];
}

function matching(value: unknown, field: string): Causes {
  if (typeof value !== "string" || INTERVAL.test(value)) return [];
  return [invalid(field, value, `${field} in body should match '${INTERVAL.source}'`)];
}
