/** The `scale` subresource of Deployments and ReplicaSets (autoscaling/v1 Scale). */
import type { Deployment } from "../api/apps.ts";
import type { KindInfo } from "../api/client.ts";
import type { KubeObject } from "../api/meta.ts";
import { invalid, type Status } from "../api/status.ts";
import { asRecord } from "./json.ts";
import { selectorText } from "./selectors.ts";

/** What is sent and answered in place of the object. */
export const SCALE: KindInfo = {
  group: "autoscaling",
  version: "v1",
  kind: "Scale",
  resource: "scales",
  singular: "scale",
  shortNames: [],
  namespaced: true,
  categories: [],
  simulated: false,
};

export function scaleOf(object: KubeObject): KubeObject {
  if (object.kind === "Scale") return object;
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const { replicas = 0, selector: selected } = asRecord(object["spec"]);
  const status = asRecord(object["status"]);
  const selector = selectorText(selected);
  return {
    apiVersion: "autoscaling/v1",
    kind: "Scale",
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    },
    // None are not written.
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: status["replicas"] ?? 0, ...(selector === "" ? {} : { selector }) },
  };
}

/** The object with the number of replicas that a Scale asks for; absent is 0. */
export function applyScale(object: KubeObject, scale: KubeObject): KubeObject {
  const { replicas = 0 } = (scale["spec"] ?? {}) as { replicas?: number };
  return { ...object, spec: { ...(object as Deployment).spec, replicas } };
}

/** Fewer than none cannot be asked for. */
export function refuseScale(scale: KubeObject): Status | undefined {
  const { replicas = 0 } = (scale["spec"] ?? {}) as { replicas?: number };
  if (replicas >= 0) return undefined;
  const message = `Invalid value: ${replicas}: must be greater than or equal to 0`;
  const cause = { reason: "FieldValueInvalid", message, field: "spec.replicas" };
  return invalid({ group: "autoscaling", kind: "Scale" }, scale.metadata.name, [cause]);
}
