/** Rules for HorizontalPodAutoscalers and Scale (pkg/apis/autoscaling/validation, v1.37.2). */
import type { KubeObject } from "../../api/meta.ts";
import { asArray, asRecord, asString, isNil, type Json } from "../json.ts";
import { compareQuantities, quantityOf } from "../quantity.ts";
import { specOf } from "../strategy-parts.ts";
import {
  asJson,
  forbidden,
  invalid,
  invalidEach,
  nonNegative,
  notSupported,
  positive,
  required,
  type Causes,
} from "./errors.ts";
import { validateMetadata, validateMetadataUpdate } from "./metadata.ts";
import { dnsLabel, dnsSubdomain, pathSegment } from "./names.ts";
import { validateContainerResource } from "./resources.ts";

export function validateAutoscaler(autoscaler: KubeObject): Causes {
  return [
    ...validateMetadata(autoscaler, { nameRule: dnsSubdomain, namespaced: true }),
    ...validateSpec(specOf(autoscaler)),
  ];
}

export function validateAutoscalerUpdate(next: KubeObject, prev: KubeObject): Causes {
  return [...validateMetadataUpdate(next, prev), ...validateSpec(specOf(next))];
}

export function validateAutoscalerStatusUpdate(next: KubeObject, prev: KubeObject): Causes {
  const status = asRecord(next["status"]);
  return [
    ...validateMetadataUpdate(next, prev),
    ...nonNegative(status["currentReplicas"], "status.currentReplicas"),
    ...nonNegative(status["desiredReplicas"], "status.desiredReplicas"),
  ];
}

function validateSpec(spec: Json): Causes {
  const { minReplicas: least, maxReplicas, behavior } = spec;
  const most = typeof maxReplicas === "number" ? maxReplicas : 0;
  const field = "spec.maxReplicas";
  const below = typeof least === "number" && most < least;
  return [
    ...(below ? [invalid(field, most, "must be greater than or equal to `minReplicas`")] : []),
    ...validateReference(asRecord(spec["scaleTargetRef"]), "spec.scaleTargetRef", "group"),
    ...validateMetrics(asArray(spec["metrics"]), least),
    ...["scaleUp", "scaleDown"].flatMap((direction) => {
      const rules = asRecord(behavior)[direction];
      return isNil(rules) ? [] : validateRules(asRecord(rules), `spec.behavior.${direction}`);
    }),
    // The server's generated rules come after the hand-written ones.
    ...nonNegative(least, "spec.minReplicas"),
    ...(most === 0 ? [required(field)] : []),
    ...(most < 0 ? [invalid(field, most, "must be greater than or equal to 1")] : []),
  ];
}

function validateReference(reference: Json, field: string, apiGroup: "group" | "anyGroup"): Causes {
  const apiVersion = asString(reference["apiVersion"]);
  const named = ["kind", "name"].flatMap((key) => {
    const value = asString(reference[key]);
    return value === ""
      ? [required(`${field}.${key}`)]
      : invalidEach(`${field}.${key}`, value, pathSegment(value));
  });
  const path = `${field}.apiVersion`;
  if (apiVersion.split("/").length > 2) {
    const rule = `unexpected GroupVersion string: ${apiVersion}`;
    return [...named, invalid(path, apiVersion, rule)];
  }
  if (apiGroup === "anyGroup" || apiVersion.indexOf("/") > 0) return named;
  return [...named, invalid(path, apiVersion, "apiVersion must specify API group")];
}

function validateMetrics(metrics: readonly unknown[], least: unknown): Causes {
  const types = metrics.map((metric) => asRecord(metric)["type"]);
  const toZero = types.includes("Object") || types.includes("External");
  const rule =
    "must specify at least one Object or External metric to support scaling to zero replicas";
  return [
    ...metrics.flatMap((metric, i) => validateMetric(asRecord(metric), `spec.metrics[${i}]`)),
    ...(least === 0 && !toZero ? [forbidden("spec.metrics", rule)] : []),
  ];
}

const SOURCES: Readonly<Record<string, string>> = {
  ContainerResource: "containerResource",
  External: "external",
  Object: "object",
  Pods: "pods",
  Resource: "resource",
};

function validateMetric(metric: Json, field: string): Causes {
  const type = asString(metric["type"]);
  const expected = SOURCES[type];
  const missing = "must populate information for the given metric source";
  const present = ["object", "external", "pods", "resource", "containerResource"].filter(
    (name) => !isNil(metric[name]),
  );
  const [first] = present;
  const others = present.length === 1 ? [] : present.filter((name) => name !== expected);
  const unsupported = notSupported(`${field}.type`, type, Object.keys(SOURCES));
  return [
    ...(type === "" ? [required(`${field}.type`, "must specify a metric source type")] : []),
    ...(expected === undefined ? [unsupported] : []),
    ...(first === undefined ? [] : validateSource(first, asRecord(metric[first]), field)),
    ...(expected === undefined
      ? [unsupported]
      : isNil(metric[expected])
        ? [required(`${field}.${expected}`, missing)]
        : []),
    ...others.map((name) =>
      forbidden(`${field}.${name}`, "must populate the given metric source only"),
    ),
  ];
}

function validateSource(kind: string, source: Json, metric: string): Causes {
  const field = `${metric}.${kind}`;
  const target = asRecord(source["target"]);
  const own = [...validateTarget(target, `${field}.target`)];
  const name = asString(source["name"]);
  const named = name === "" ? [required(`${field}.name`, "must specify a resource name")] : [];
  switch (kind) {
    case "resource":
      return [...named, ...own, ...validateUtilization(target, field)];
    case "containerResource":
      return [
        ...named,
        ...(name === "" ? [] : validateContainerResource(name, `${field}.name`)),
        ...validateContainerName(asString(source["container"]), `${field}.container`),
        ...own,
        ...validateUtilization(target, field),
      ];
    default:
      return [
        ...(kind === "object"
          ? validateReference(
              asRecord(source["describedObject"]),
              `${field}.describedObject`,
              "anyGroup",
            )
          : []),
        ...validateIdentifier(asRecord(source["metric"]), `${field}.metric`),
        ...own,
        ...validateValues(kind, target, `${field}.target`),
      ];
  }
}

function validateContainerName(name: string, field: string): Causes {
  if (name === "") return [required(field, "must specify a container")];
  return invalidEach(field, name, dnsLabel(name));
}

function validateUtilization(target: Json, field: string): Causes {
  const { averageUtilization: share, averageValue: value } = target;
  const either = "must set either a target raw value or a target utilization";
  const both = "may not set both a target raw value and a target utilization";
  return [
    ...(isNil(share) && isNil(value)
      ? [required(`${field}.target.averageUtilization`, either)]
      : []),
    ...(!isNil(share) && !isNil(value) ? [forbidden(`${field}.target.averageValue`, both)] : []),
  ];
}

function validateValues(kind: string, target: Json, field: string): Causes {
  const { value, averageValue: average } = target;
  const path = `${field}.averageValue`;
  if (kind === "pods") {
    return isNil(average) ? [required(path, "must specify a positive target averageValue")] : [];
  }
  const either =
    kind === "object"
      ? "must set either a target value or averageValue"
      : "must set either a target value for metric or a per-pod target";
  if (isNil(value) && isNil(average)) return [required(path, either)];
  const both = "may not set both a target value for metric and a per-pod target";
  const clash = kind === "external" && !isNil(value) && !isNil(average);
  return clash ? [forbidden(`${field}.value`, both)] : [];
}

function validateIdentifier(metric: Json, field: string): Causes {
  const name = asString(metric["name"]);
  if (name === "") return [required(`${field}.name`, "must specify a metric name")];
  return invalidEach(`${field}.name`, name, pathSegment(name));
}

function validateTarget(target: Json, field: string): Causes {
  const type = asString(target["type"]);
  const share = target["averageUtilization"];
  const known = ["Utilization", "Value", "AverageValue"].includes(type);
  const rule = "must be either Utilization, Value, or AverageValue";
  return [
    ...(type === "" ? [required(`${field}.type`, "must specify a metric target type")] : []),
    ...(known ? [] : [invalid(`${field}.type`, asJson(type), rule)]),
    ...["value", "averageValue"].flatMap((name) =>
      isNil(target[name]) || isPositive(target[name])
        ? []
        : [invalid(`${field}.${name}`, target[name], "must be positive")],
    ),
    ...(typeof share === "number" && share < 1
      ? [invalid(`${field}.averageUtilization`, share, "must be greater than 0")]
      : []),
  ];
}

function isPositive(value: unknown): boolean {
  const quantity = quantityOf(value);
  const zero = quantityOf(undefined);
  if (quantity === undefined || zero === undefined) return false;
  return compareQuantities(quantity, zero) > 0;
}

function validateRules(rules: Json, field: string): Causes {
  const { stabilizationWindowSeconds: window, selectPolicy, tolerance } = rules;
  const policies = asArray(rules["policies"]);
  const path = `${field}.stabilizationWindowSeconds`;
  const choices = ["Disabled", "Max", "Min"];
  const negative =
    !isNil(tolerance) && !isPositive(tolerance) && String(quantityOf(tolerance)?.value) !== "0";
  return [
    ...(typeof window === "number" && window < 0
      ? [invalid(path, window, "must be greater than or equal to zero")]
      : []),
    ...(typeof window === "number" && window > 3600
      ? [invalid(path, window, "must be less than or equal to 3600")]
      : []),
    ...(isNil(selectPolicy) || choices.includes(asString(selectPolicy))
      ? []
      : [notSupported(`${field}.selectPolicy`, selectPolicy, choices)]),
    ...(policies.length === 0
      ? [required(`${field}.policies`, "must specify at least one Policy")]
      : []),
    ...policies.flatMap((policy, i) => validatePolicy(asRecord(policy), `${field}.policies[${i}]`)),
    ...(negative
      ? [invalid(`${field}.tolerance`, tolerance, "must be greater than or equal to 0")]
      : []),
  ];
}

function validatePolicy(policy: Json, field: string): Causes {
  const type = asString(policy["type"]);
  const seconds = policy["periodSeconds"];
  const long = typeof seconds === "number" && seconds > 1800;
  return [
    ...(["Pods", "Percent"].includes(type)
      ? []
      : [notSupported(`${field}.type`, type, ["Percent", "Pods"])]),
    ...positive(policy["value"], `${field}.value`),
    ...positive(seconds, `${field}.periodSeconds`),
    ...(long
      ? [invalid(`${field}.periodSeconds`, seconds, "must be less than or equal to 1800")]
      : []),
  ];
}
