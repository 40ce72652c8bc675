/**
 * What expressions see of the cluster: objects by name, with what the API leaves out filled in (counters
 * read 0, labels and annotations are maps) and `status.conditions` as a map by type.
 */
import type { Client } from "../api/client.ts";
import type { KubeObject } from "../api/meta.ts";
import type { Cluster } from "../cluster.ts";
import type { CelContext } from "./cel.ts";
import type { TrafficResult } from "./traffic-metrics.ts";

type CelMap = Map<string, unknown>;

const deploymentCounters = [
  "observedGeneration",
  "replicas",
  "updatedReplicas",
  "readyReplicas",
  "availableReplicas",
  "unavailableReplicas",
  "terminatingReplicas",
  "collisionCount",
];
const replicaSetCounters = [
  "observedGeneration",
  "replicas",
  "fullyLabeledReplicas",
  "readyReplicas",
  "availableReplicas",
  "terminatingReplicas",
];

/** Status counters that the API leaves out when they are zero, by kind. */
export const omittedCounters: Readonly<Record<string, readonly string[]>> = {
  Deployment: deploymentCounters,
  ReplicaSet: replicaSetCounters,
};

/** Objects never change, so each is converted once; so are specs and managed fields, which most changes leave alone. */
const converted = new WeakMap<object, CelMap>();

/**
 * The cluster as it is now; objects and accounts are fetched when an expression asks for
 * them. `closed`: accounts as they were when the run had settled.
 */
export function worldOf(
  { api: client, traffic }: Pick<Cluster, "api" | "traffic">,
  namespace: string,
  closed: readonly TrafficResult[] = [],
): CelContext {
  const named = new Map<string, CelMap>();
  const all = (resource: string): CelMap => {
    let objects = named.get(resource);
    if (objects === undefined) {
      const list = client.list(resource, resource === "nodes" ? {} : { namespace });
      objects = new Map(list.map((object) => [object.metadata.name, convert(object)]));
      named.set(resource, objects);
    }
    return objects;
  };
  return {
    get deploy() {
      return all("deployments");
    },
    get rs() {
      return all("replicasets");
    },
    get pod() {
      return all("pods");
    },
    get svc() {
      return all("services");
    },
    get node() {
      return all("nodes");
    },
    get canary() {
      return all("canaries");
    },
    get rollout() {
      return all("rollouts");
    },
    get traffic() {
      const accounts = traffic.accounts.map(({ name, snapshot }) => {
        const { account, abTest } = closed.find((each) => each.name === name) ?? {};
        const seen = { ...(account ?? snapshot()), ...(abTest && { abTest }) };
        return [name, toCel(seen)] as const;
      });
      return new Map(accounts);
    },
    t: client.now / 1000,
    pods: (selector) => client.list("pods", { namespace, labelSelector: selector }).map(convert),
    endpoints: (service) => endpointsOf(client, namespace, service).map(convert),
    share: (service, selector) => {
      const every = endpointsOf(client, namespace, service).length;
      const some = endpointsOf(client, namespace, service, selector).length;
      return every === 0 ? 0 : some / every;
    },
  };
}

/** Ready pods, not terminating, that the service's selector selects; of those, what `only` selects. */
function endpointsOf(
  client: Client,
  namespace: string,
  service: string,
  only?: string,
): readonly KubeObject[] {
  const found = client.get({ resource: "services", namespace, name: service });
  const selector = found.ok ? (found.value["spec"] as { selector?: object }).selector : undefined;
  if (selector === undefined || Object.keys(selector).length === 0) return [];
  const terms = Object.entries(selector).map(([key, value]) => `${key}=${String(value)}`);
  const labelSelector = [...terms, ...(only === undefined ? [] : [only])].join(",");
  return client.list("pods", { namespace, labelSelector }).filter(isServing);
}

function isServing(pod: KubeObject): boolean {
  const status = pod["status"] as
    { conditions?: readonly { type: string; status: string }[] } | undefined;
  const ready = status?.conditions?.find((condition) => condition.type === "Ready");
  return ready?.status === "True" && pod.metadata.deletionTimestamp === undefined;
}

function convert(object: KubeObject): CelMap {
  let map = converted.get(object);
  if (map === undefined) {
    const { spec, metadata, ...rest } = object as KubeObject & { readonly spec?: object };
    const { managedFields, ...own } = metadata;
    map = toCel({ ...rest, metadata: own }) as CelMap;
    if (spec !== undefined) map.set("spec", convertOnce(spec));
    if (managedFields !== undefined) {
      const entries = (managedFields as readonly object[]).map(convertOnce);
      part(map, "metadata").set("managedFields", entries);
    }
    complete(map, object.kind);
    converted.set(object, map);
  }
  return map;
}

function convertOnce(value: object): CelMap {
  let map = converted.get(value);
  if (map === undefined) converted.set(value, (map = toCel(value) as CelMap));
  return map;
}

function toCel(value: unknown): unknown {
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(toCel);
  if (typeof value !== "object" || value === null) return value;
  const map: CelMap = new Map();
  for (const key in value) map.set(key, toCel((value as Record<string, unknown>)[key]));
  return map;
}

function complete(object: CelMap, kind: string): void {
  const metadata = part(object, "metadata");
  part(metadata, "labels");
  part(metadata, "annotations");
  const counters = omittedCounters[kind];
  if (counters !== undefined) {
    const status = part(object, "status");
    for (const counter of counters) if (!status.has(counter)) status.set(counter, 0n);
    const spec = part(object, "spec");
    if (!spec.has("minReadySeconds")) spec.set("minReadySeconds", 0n);
    if (kind === "Deployment" && !spec.has("paused")) spec.set("paused", false);
    if (!status.has("conditions")) status.set("conditions", []);
  }
  const status = object.get("status");
  const conditions = status instanceof Map ? (status as CelMap).get("conditions") : undefined;
  if (status instanceof Map && Array.isArray(conditions)) {
    const byType = (conditions as CelMap[]).map(
      (item) => [String(item.get("type")), item] as const,
    );
    (status as CelMap).set("conditions", new Map(byType));
  }
}

function part(map: CelMap, key: string): CelMap {
  const known = map.get(key);
  if (known instanceof Map) return known as CelMap;
  const made: CelMap = new Map();
  map.set(key, made);
  return made;
}
