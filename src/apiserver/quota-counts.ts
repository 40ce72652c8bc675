/**
 * Quotas on how many objects of a kind a namespace has: `count/deployments.apps` of any kind, the older words that some kinds of the
 * core group have, such as `secrets`, and the ports and load balancers of Services. Mirrors quota/v1/generic/evaluator.go and
 * evaluator/core/registry.go and services.go (v1.37.2). Left out: the storage of claims. Pods are in quotas.ts.
 */
import type { KubeObject } from "../api/meta.ts";
import type { GroupResource } from "../api/status.ts";
import { asArray, asRecord } from "./json.ts";
import { groupResource, kindOfResource } from "./kinds.ts";
import type { Amounts } from "./pod-resources.ts";
import type { Store } from "./store.ts";

/** Limits without `count/`, and the resource that they are on. */
const BY_NAME: ReadonlyMap<string, string> = new Map([
  ["configmaps", "configmaps"],
  ["persistentvolumeclaims", "persistentvolumeclaims"],
  ["resourcequotas", "resourcequotas"],
  ["secrets", "secrets"],
  ["services", "services"],
  ["services.loadbalancers", "services"],
  ["services.nodeports", "services"],
]);

/** Whether a limit is on the number of objects, pods aside; of some kinds there never are any. */
export function isCount(limit: string): boolean {
  return BY_NAME.has(limit) || (limit.startsWith("count/") && limit !== "count/pods");
}

/** The resource that a limit is on; undefined: none of which there are objects. */
export function countedBy(limit: string): string | undefined {
  const named = BY_NAME.get(limit);
  if (named !== undefined || !isCount(limit)) return named;
  const kind = kindOfResource(limit.slice("count/".length));
  if (kind === undefined || limitOn(groupResource(kind)) !== limit) return undefined;
  return kind.namespaced && kind.resource !== "events" ? kind.resource : undefined;
}

/** What one object takes of each limit, in milli-units. */
export function usageOfObject(of: GroupResource, object: KubeObject): Amounts {
  const usage = { [limitOn(of)]: 1000 };
  if (of.group !== "" || !BY_NAME.has(of.resource)) return usage;
  const ports = of.resource === "services" ? usageOfService(asRecord(object["spec"])) : {};
  return { ...usage, [of.resource]: 1000, ...ports };
}

function usageOfService({
  type,
  ports,
  allocateLoadBalancerNodePorts: nodePorts,
}: Readonly<Record<string, unknown>>): Amounts {
  const each = 1000 * asArray(ports).length;
  if (type === "NodePort") return { "services.nodeports": each };
  if (type !== "LoadBalancer") return {};
  return {
    "services.loadbalancers": 1000,
    ...(nodePorts === false ? {} : { "services.nodeports": each }),
  };
}

/** Milli-units of those of the limits that are on objects of a namespace. */
export function countObjects(
  store: Store,
  namespace: string,
  limits: readonly string[],
): readonly (readonly [string, number])[] {
  return limits.flatMap((limit) => {
    const resource = countedBy(limit);
    if (resource === undefined) return [];
    const of = groupResource(kindOfResource(resource)!);
    let used = 0;
    for (const object of store.all(resource)) {
      if (object.metadata.namespace === namespace) used += usageOfObject(of, object)[limit] ?? 0;
    }
    return [[limit, used] as const];
  });
}

function limitOn({ group, resource }: GroupResource): string {
  return `count/${resource}${group === "" ? "" : `.${group}`}`;
}
