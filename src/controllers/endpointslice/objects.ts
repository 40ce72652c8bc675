/** EndpointSlice and Endpoints objects as the controllers write them. */
import { compact } from "../../api/json.ts";
import { type KubeObject, type Millis, newControllerRef, type StringMap } from "../../api/meta.ts";
import { byName } from "../../api/order.ts";
import { timestamp } from "../../api/time.ts";
import type { Store } from "../../apiserver/store.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Subsets } from "./legacy.ts";
import type { EndpointPort } from "./ports.ts";

export interface EndpointSliceObject extends KubeObject {
  readonly kind: "EndpointSlice";
  readonly addressType: string;
  /** null where there are none, as the API server stores it. */
  readonly endpoints: readonly Endpoint[] | null;
  readonly ports: readonly EndpointPort[] | null;
}

const TRIGGER_TIME = "endpoints.kubernetes.io/last-change-trigger-time";
const SERVICE_NAME = "kubernetes.io/service-name";
const SLICE_MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
const SLICE_MANAGER = "endpointslice-controller.k8s.io";
const LEGACY_MANAGED_BY = "endpoints.kubernetes.io/managed-by";
const HEADLESS = "service.kubernetes.io/headless";
const OVER_CAPACITY = "endpoints.kubernetes.io/over-capacity";

/** The slices that the controller keeps for a Service, in order of their names. */
export function ownSlices(store: Store, service: KubeObject): readonly EndpointSliceObject[] {
  const { namespace, name, uid } = service.metadata;
  const own: EndpointSliceObject[] = [];
  for (const object of store.all("endpointslices")) {
    const { labels = {}, ownerReferences = [] } = object.metadata;
    if (object.metadata.namespace !== namespace || labels[SERVICE_NAME] !== name) continue;
    if (labels[SLICE_MANAGED_BY] !== SLICE_MANAGER) continue;
    if (!ownerReferences.some((owner) => owner.uid === uid)) continue;
    own.push(object as EndpointSliceObject);
  }
  return own.toSorted(byName);
}

export interface SliceContent {
  readonly addressType: string;
  readonly endpoints: readonly Endpoint[];
  readonly ports: readonly EndpointPort[];
  readonly triggerMs: Millis | undefined;
}

/** A slice to create or to write over `name`; UID, creation time and generation are still to come. */
export function sliceObject(
  service: KubeObject,
  name: string,
  { addressType, endpoints, ports, triggerMs }: SliceContent,
): EndpointSliceObject {
  const { namespace = "default" } = service.metadata;
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: compact({
      name,
      generateName: `${service.metadata.name}-`,
      namespace,
      annotations: triggerAnnotation(triggerMs),
      labels: sliceLabels(service),
      ownerReferences: [newControllerRef(service)],
    }) as KubeObject["metadata"],
    addressType,
    endpoints: endpoints.length === 0 ? null : endpoints,
    ports: ports.length === 0 ? null : ports,
  };
}

/** The Service's labels, and the controller's own. */
function sliceLabels(service: KubeObject): StringMap {
  const labels: Record<string, string> = { ...service.metadata.labels };
  delete labels[HEADLESS];
  if (isHeadless(service)) labels[HEADLESS] = "";
  return { ...labels, [SLICE_MANAGED_BY]: SLICE_MANAGER, [SERVICE_NAME]: service.metadata.name };
}

export function endpointsObject(
  service: KubeObject,
  { subsets, truncated }: Subsets,
  triggerMs: Millis | undefined,
): KubeObject {
  const { name, namespace = "default", labels = {} } = service.metadata;
  const annotations = {
    ...triggerAnnotation(triggerMs),
    ...(truncated ? { [OVER_CAPACITY]: "truncated" } : {}),
  };
  return {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: {
      name,
      namespace,
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      labels: {
        ...labels,
        ...(isHeadless(service) ? { [HEADLESS]: "" } : {}),
        [LEGACY_MANAGED_BY]: "endpoint-controller",
      },
    },
    ...(subsets.length === 0 ? {} : { subsets }),
  };
}

function isHeadless({ spec }: KubeObject): boolean {
  const { clusterIP = "" } = spec as { readonly clusterIP?: string };
  return clusterIP === "" || clusterIP === "None";
}

function triggerAnnotation(triggerMs: Millis | undefined): StringMap | undefined {
  return triggerMs === undefined ? undefined : { [TRIGGER_TIME]: timestamp(triggerMs) };
}
