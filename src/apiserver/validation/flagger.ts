/**
 * Rules for Canaries: those of the schema of Flagger's own CRD (fluxcd/flagger artifacts/flagger/crd.yaml)
 * that a mistake in a manifest is likely to break. Other fields are kept as they are.
 */
import type { KubeObject } from "../../api/meta.ts";
import { asArray, asRecord, isNil, type Json } from "../json.ts";
import { specOf } from "../strategy-parts.ts";
import { invalid, notSupported, required, type Causes } from "./errors.ts";

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

export function validateCanary(canary: KubeObject): Causes {
  const spec = specOf(canary);
  const service = asRecord(spec["service"]);
  return [
    ...pick(spec["provider"], "spec.provider", PROVIDERS),
    ...Object.entries(REFERENCES).flatMap(([name, kinds]) => reference(spec, name, kinds)),
    ...(isNil(spec["service"]) ? [] : typed(service["port"], "spec.service.port", "number")),
    ...analysisOf(spec["analysis"]),
  ];
}

function reference(spec: Json, name: string, kinds: readonly string[]): Causes {
  const field = `spec.${name}`;
  if (isNil(spec[name])) return name === "targetRef" ? [required(field)] : [];
  const ref = asRecord(spec[name]);
  return [
    ...typed(ref["apiVersion"], `${field}.apiVersion`, "string"),
    ...typed(ref["kind"], `${field}.kind`, "string"),
    ...typed(ref["name"], `${field}.name`, "string"),
    ...pick(ref["kind"], `${field}.kind`, kinds),
  ];
}

function analysisOf(value: unknown): Causes {
  const field = "spec.analysis";
  if (isNil(value)) return [required(field)];
  const analysis = asRecord(value);
  const ways = WAYS.filter((name) => !isNil(analysis[name]));
  const oneWay = `must validate one and only one schema (oneOf): give one of ${WAYS.join(", ")}`;
  return [
    ...(ways.length === 1 ? [] : [invalid(field, analysis, oneWay)]),
    ...typed(analysis["interval"], `${field}.interval`, "string"),
    ...matching(analysis["interval"], `${field}.interval`),
    ...typed(analysis["threshold"], `${field}.threshold`, "number"),
    ...asArray(analysis["metrics"]).flatMap((metric, i) => {
      const path = `${field}.metrics[${i}]`;
      const { name, interval } = asRecord(metric);
      return [...typed(name, `${path}.name`, "string"), ...matching(interval, `${path}.interval`)];
    }),
    ...asArray(analysis["webhooks"]).flatMap((webhook, i) => {
      const path = `${field}.webhooks[${i}]`;
      const { name, url, type, timeout } = asRecord(webhook);
      return [
        ...typed(name, `${path}.name`, "string"),
        ...typed(url, `${path}.url`, "string"),
        ...pick(type, `${path}.type`, HOOKS),
        ...matching(timeout, `${path}.timeout`),
      ];
    }),
  ];
}

function typed(value: unknown, field: string, type: "string" | "number"): Causes {
  if (isNil(value)) return [required(field)];
  const detail = `${field} in body must be of type ${type}: ${JSON.stringify(typeof value)}`;
  return typeof value === type ? [] : [invalid(field, value, detail)];
}

function pick(value: unknown, field: string, allowed: readonly string[]): Causes {
  if (isNil(value) || allowed.some((each) => each === value)) return [];
  return [notSupported(field, value, allowed)];
}

function matching(value: unknown, field: string): Causes {
  if (typeof value !== "string" || INTERVAL.test(value)) return [];
  return [invalid(field, value, `${field} in body should match '${INTERVAL.source}'`)];
}
