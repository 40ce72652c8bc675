/** autoscaling/v1 as the API server takes it: another spelling of the same objects (pkg/apis/autoscaling/v1, v1.37.2). */
import type { KubeObject } from "../api/meta.ts";
import { asRecord } from "./json.ts";

/** A HorizontalPodAutoscaler of v1 as one of v2; any other object as it is. */
export function withoutAutoscalingV1(object: KubeObject): KubeObject {
  if (object.apiVersion !== "autoscaling/v1" || object.kind !== "HorizontalPodAutoscaler") {
    return object;
  }
  const { targetCPUUtilizationPercentage: cpu, ...spec } = asRecord(object["spec"]);
  const target = { type: "Utilization", averageUtilization: cpu };
  const metrics = [{ type: "Resource", resource: { name: "cpu", target } }];
  const rest = cpu === undefined || cpu === null ? spec : { ...spec, metrics };
  return { ...object, apiVersion: "autoscaling/v2", spec: rest };
}
