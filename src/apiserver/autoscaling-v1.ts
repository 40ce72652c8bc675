/** autoscaling/v1 as the API server takes it: another spelling of the same objects (pkg/apis/autoscaling/v1, v1.37.2). */
import type { KubeObject } from "../api/meta.ts";
import { asRecord } from "./json.ts";

/** A HorizontalPodAutoscaler of v1 as one of v2; any other object as it is. */
export function withoutAutoscalingV1(object: KubeObject): KubeObject {
  if (object.apiVersion !== "autoscaling/v1" || object.kind !== "HorizontalPodAutoscaler") {
    return object;
  }
  const { targetCPUUtilizationPercentage: wanted, ...spec } = asRecord(object["spec"]);
  const { currentCPUUtilizationPercentage: measured, ...status } = asRecord(object["status"]);
  const target = { type: "Utilization", averageUtilization: wanted };
  const metrics = isGiven(wanted) ? { metrics: [ofCpu({ target })] } : {};
  const current = { averageUtilization: measured };
  const currentMetrics = isGiven(measured) ? { currentMetrics: [ofCpu({ current })] } : {};
  return {
    ...object,
    apiVersion: "autoscaling/v2",
    spec: { ...spec, ...metrics },
    ...(object["status"] === undefined ? {} : { status: { ...status, ...currentMetrics } }),
  };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function ofCpu(what: object): object {
  return { type: "Resource", resource: { name: "cpu", ...what } };
}
