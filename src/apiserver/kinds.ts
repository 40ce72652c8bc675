/** The kinds that the API server serves. Other kinds in manifests are kept under a name derived from theirs. */
import type { KindInfo } from "../api/client.ts";
import type { KubeObject } from "../api/meta.ts";
import type { GroupResource } from "../api/status.ts";

type Row = readonly [
  group: string,
  version: string,
  kind: string,
  resource: string,
  shortNames: string,
  options?: "cluster" | "all" | "kept" | "cluster kept" | "all kept",
];

// "all": listed by `kubectl get all`; "kept": stored and given back, nothing acts on it.
const ROWS: readonly Row[] = [
  ["", "v1", "Pod", "pods", "po", "all"],
  ["", "v1", "Service", "services", "svc", "all"],
  ["", "v1", "Event", "events", "ev"],
  ["", "v1", "Namespace", "namespaces", "ns", "cluster"],
  ["", "v1", "Node", "nodes", "no", "cluster"],
  ["", "v1", "Endpoints", "endpoints", "ep"],
  ["", "v1", "ConfigMap", "configmaps", "cm", "kept"],
  ["", "v1", "Secret", "secrets", "", "kept"],
  ["", "v1", "ServiceAccount", "serviceaccounts", "sa", "kept"],
  ["", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", "pvc", "kept"],
  ["", "v1", "ResourceQuota", "resourcequotas", "quota"],
  ["apps", "v1", "Deployment", "deployments", "deploy", "all"],
  ["apps", "v1", "ReplicaSet", "replicasets", "rs", "all"],
  ["apps", "v1", "StatefulSet", "statefulsets", "sts", "all kept"],
  ["apps", "v1", "DaemonSet", "daemonsets", "ds", "all kept"],
  ["autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", "hpa", "all"],
  ["batch", "v1", "Job", "jobs", "", "all kept"],
  ["batch", "v1", "CronJob", "cronjobs", "cj", "all kept"],
  ["discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", ""],
  ["networking.k8s.io", "v1", "Ingress", "ingresses", "ing"],
  ["networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", "netpol", "kept"],
  ["policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", "pdb"],
  ["flagger.app", "v1beta1", "Canary", "canaries", "", "all"],
  ["flagger.app", "v1beta1", "MetricTemplate", "metrictemplates", "", "all"],
  ["flagger.app", "v1beta1", "AlertProvider", "alertproviders", "", "all kept"],
  ["gateway.networking.k8s.io", "v1", "GatewayClass", "gatewayclasses", "gc", "cluster kept"],
  ["gateway.networking.k8s.io", "v1", "Gateway", "gateways", "gtw", "kept"],
  ["gateway.networking.k8s.io", "v1", "HTTPRoute", "httproutes", ""],
  ["networking.istio.io", "v1beta1", "DestinationRule", "destinationrules", "dr", "kept"],
  ["networking.istio.io", "v1beta1", "VirtualService", "virtualservices", "vs"],
  ["rbac.authorization.k8s.io", "v1", "Role", "roles", "", "kept"],
  ["rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", "", "kept"],
];

function kindInfo([group, version, kind, resource, shortNames, options]: Row): KindInfo {
  const words = options?.split(" ") ?? [];
  return {
    group,
    version,
    kind,
    resource,
    singular: kind.toLowerCase(),
    shortNames: shortNames === "" ? [] : [shortNames],
    namespaced: !words.includes("cluster"),
    categories: words.includes("all") ? ["all"] : [],
    simulated: !words.includes("kept"),
  };
}

export const KINDS: readonly KindInfo[] = ROWS.map(kindInfo);

export function kindOfResource(resource: string): KindInfo | undefined {
  const [name = "", ...group] = resource.split(".");
  return KINDS.find(
    (kind) => kind.resource === name && (group.length === 0 || kind.group === group.join(".")),
  );
}

/** The kind of an object; one that is not served is made up from its apiVersion and kind, as for a CRD. */
export function kindOfObject(object: Pick<KubeObject, "apiVersion" | "kind">): KindInfo {
  const slash = object.apiVersion.indexOf("/");
  const group = slash < 0 ? "" : object.apiVersion.slice(0, slash);
  const known = KINDS.find((kind) => kind.kind === object.kind && kind.group === group);
  if (known !== undefined) return known;
  const singular = object.kind.toLowerCase();
  return {
    group,
    version: object.apiVersion.slice(slash + 1),
    kind: object.kind,
    resource: plural(singular),
    singular,
    shortNames: [],
    namespaced: true,
    categories: [],
    simulated: false,
  };
}

export function groupResource(kind: KindInfo): GroupResource {
  return { group: kind.group, resource: kind.resource };
}

function plural(singular: string): string {
  if (/(s|x|z|ch|sh)$/.test(singular)) return `${singular}es`;
  if (/[^aeiou]y$/.test(singular)) return `${singular.slice(0, -1)}ies`;
  return `${singular}s`;
}
