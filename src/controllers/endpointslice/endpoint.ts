/**
 * One pod as an endpoint of a Service. Mirrors k8s.io/endpointslice utils.go podToEndpoint and
 * util/controller_utils.go ShouldPodBeInEndpoints (v0.37.2). Pods have one IPv4 address; zones and
 * topology hints are left out.
 */
import { deepFreeze } from "../../api/json.ts";
import type { KubeObject } from "../../api/meta.ts";
import { podAddress } from "../../apiserver/pod-objects.ts";
import type { Store } from "../../apiserver/store.ts";
import { uidText } from "../../apiserver/uids.ts";

export interface Endpoint {
  readonly addresses: readonly string[];
  readonly conditions: {
    readonly ready: boolean;
    readonly serving: boolean;
    readonly terminating: boolean;
  };
  readonly hostname?: string;
  readonly nodeName: string;
  readonly targetRef: {
    readonly kind: "Pod";
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
  };
}

/**
 * The endpoint of a pod of this Service. A pod is listed from when it has an address until it has ended,
 * ready or not, terminating or not; otherwise it has no endpoint.
 */
export function endpointOf(store: Store, service: KubeObject, row: number): Endpoint | undefined {
  const { pods, registry } = store;
  if (!pods.isPresent(row) || pods.isTerminal(row)) return undefined;
  const ip = podAddress(store, row);
  if (ip === undefined) return undefined;
  const { columns } = pods;
  const source = columns.source[row]!;
  const { namespace, template } = registry.sources[source]!;
  const { publishNotReadyAddresses = false } = service["spec"] as {
    readonly publishNotReadyAddresses?: boolean;
  };
  const serving = pods.isReady(row);
  const terminating = pods.isDeleting(row);
  const { hostname = "", subdomain } = template.spec as {
    readonly hostname?: string;
    readonly subdomain?: string;
  };
  const named = hostname !== "" && subdomain === service.metadata.name;
  return deepFreeze({
    addresses: [ip],
    conditions: {
      ready: publishNotReadyAddresses || (serving && !terminating),
      serving,
      terminating,
    },
    ...(named ? { hostname } : {}),
    nodeName: registry.nodeNames[columns.node[row]!]!,
    targetRef: {
      kind: "Pod" as const,
      namespace,
      name: registry.nameOf(source, columns.ordinal[row]!),
      uid: uidText(columns.uid[row]!),
    },
  });
}

/** Equal but for what makes it the same endpoint (its pod, address and host name). */
export function sameCondition(a: Endpoint, b: Endpoint): boolean {
  return (
    a.conditions.ready === b.conditions.ready &&
    a.conditions.serving === b.conditions.serving &&
    a.conditions.terminating === b.conditions.terminating &&
    a.nodeName === b.nodeName &&
    a.targetRef.uid === b.targetRef.uid
  );
}
