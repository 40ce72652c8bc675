/**
 * Defaulting: the fields that the API server fills in before it validates and stores an object
 * (pkg/apis/{core,apps,autoscaling,policy} SetDefaults_*, v1.37.2).
 *
 * Left out: pod-level resource requests, which the server derives from pod-level limits.
 */
import { base64Of } from "../api/base64.ts";
import type { KubeObject } from "../api/meta.ts";
import {
  defaultClaim,
  defaultCronJob,
  defaultDaemonSet,
  defaultJob,
  defaultNetworkPolicy,
  defaultReplicationController,
  defaultStatefulSet,
  defaultVolume,
} from "./defaults-kept.ts";
import { defaultPodOnly, defaultPodSpec } from "./defaults-pod.ts";
import {
  child,
  cloned,
  drafts,
  fillAbsent,
  fillIn,
  isDraft,
  isEmpty,
  type Draft,
} from "./draft.ts";
import { asArray, isNil, isRecord } from "./json.ts";

/**
 * The object with its defaults, as a new object; objects of kinds without defaults come back unchanged.
 * A Service gets no cluster IP here: allocation is the store's.
 */
export function applyDefaults(object: KubeObject): KubeObject {
  const fill = FILLERS[`${object.apiVersion}/${object.kind}`];
  if (fill === undefined) return object;
  const draft = cloned(object);
  fill(draft);
  return draft;
}

const FILLERS: Readonly<Record<string, (object: Draft) => void>> = {
  "apps/v1/DaemonSet": defaultDaemonSet,
  "apps/v1/Deployment": defaultDeployment,
  "apps/v1/ReplicaSet": defaultReplicaSet,
  "apps/v1/StatefulSet": defaultStatefulSet,
  "autoscaling/v2/HorizontalPodAutoscaler": defaultAutoscaler,
  "batch/v1/CronJob": defaultCronJob,
  "batch/v1/Job": defaultJob,
  "scheduling.k8s.io/v1/PriorityClass": (object) =>
    fillAbsent(object, { preemptionPolicy: "PreemptLowerPriority" }),
  "v1/LimitRange": defaultLimitRange,
  "v1/Namespace": defaultNamespace,
  "networking.k8s.io/v1/NetworkPolicy": defaultNetworkPolicy,
  "storage.k8s.io/v1/StorageClass": (storage) =>
    fillAbsent(storage, { reclaimPolicy: "Delete", volumeBindingMode: "Immediate" }),
  "v1/PersistentVolume": defaultVolume,
  "v1/PersistentVolumeClaim": defaultClaim,
  "v1/Pod": (pod) => {
    const spec = child(pod, "spec");
    defaultPodOnly(spec);
    defaultPodSpec(spec);
  },
  "v1/PodTemplate": (object) => defaultPodSpec(child(child(object, "template"), "spec")),
  "v1/ReplicationController": defaultReplicationController,
  "v1/Secret": defaultSecret,
  "v1/Service": defaultService,
};

/** What containers get follows from what they may have at most, and at least. */
function defaultLimitRange(range: Draft): void {
  for (const limit of drafts(child(range, "spec")["limits"])) {
    if (limit["type"] !== "Container") continue;
    for (const [list, from] of [
      ["default", "max"],
      ["defaultRequest", "default"],
      ["defaultRequest", "min"],
    ] as const) {
      const given = limit[from];
      if (isDraft(given)) fillAbsent(child(limit, list), given);
    }
  }
}

/** stringData is another way to write data, and is not kept. */
function defaultSecret(secret: Draft): void {
  fillIn(secret, { type: "Opaque" });
  const { stringData } = secret;
  delete secret["stringData"];
  for (const [key, text] of Object.entries(isDraft(stringData) ? stringData : {})) {
    child(secret, "data")[key] = base64Of(String(text));
  }
}

function defaultDeployment(deployment: Draft): void {
  const spec = child(deployment, "spec");
  fillAbsent(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
  const strategy = child(spec, "strategy");
  fillIn(strategy, { type: "RollingUpdate" });
  if (strategy["type"] === "RollingUpdate") {
    fillAbsent(child(strategy, "rollingUpdate"), { maxUnavailable: "25%", maxSurge: "25%" });
  }
  defaultPodSpec(child(child(spec, "template"), "spec"));
}

function defaultReplicaSet(replicaSet: Draft): void {
  const spec = child(replicaSet, "spec");
  fillAbsent(spec, { replicas: 1 });
  defaultPodSpec(child(child(spec, "template"), "spec"));
}

function defaultNamespace(namespace: Draft): void {
  const metadata = child(namespace, "metadata");
  if (typeof metadata["name"] === "string" && metadata["name"] !== "") {
    child(metadata, "labels")["kubernetes.io/metadata.name"] = metadata["name"];
  }
  fillIn(child(namespace, "status"), { phase: "Active" });
}

function defaultService(service: Draft): void {
  const spec = child(service, "spec");
  fillIn(spec, { sessionAffinity: "None" });
  if (spec["sessionAffinity"] === "None") delete spec["sessionAffinityConfig"];
  if (spec["sessionAffinity"] === "ClientIP") {
    const seconds = clientIpTimeout(spec["sessionAffinityConfig"]);
    // Three hours.
    if (seconds === undefined) {
      spec["sessionAffinityConfig"] = { clientIP: { timeoutSeconds: 10_800 } };
    }
  }
  fillIn(spec, { type: "ClusterIP" });
  for (const port of drafts(spec["ports"])) {
    fillIn(port, { protocol: "TCP" });
    const target = port["targetPort"];
    if (isNil(target) || target === 0 || target === "") port["targetPort"] = port["port"] ?? 0;
  }
  const { type } = spec;
  const isBalancer = type === "LoadBalancer";
  const hasExternalIps = type === "ClusterIP" && asArray(spec["externalIPs"]).length > 0;
  if (isBalancer || type === "NodePort" || hasExternalIps) {
    fillIn(spec, { externalTrafficPolicy: "Cluster" });
  }
  if (isBalancer || type === "NodePort" || type === "ClusterIP") {
    fillAbsent(spec, { internalTrafficPolicy: "Cluster" });
  }
  if (isBalancer) {
    fillAbsent(spec, { allocateLoadBalancerNodePorts: true });
    const balancer = child(child(service, "status"), "loadBalancer");
    for (const ingress of drafts(balancer["ingress"])) {
      if (!isEmpty(ingress["ip"])) fillAbsent(ingress, { ipMode: "VIP" });
    }
  }
}

function clientIpTimeout(config: unknown): number | undefined {
  const clientIp = isRecord(config) ? config["clientIP"] : undefined;
  const seconds = isRecord(clientIp) ? clientIp["timeoutSeconds"] : undefined;
  return typeof seconds === "number" ? seconds : undefined;
}

function defaultAutoscaler(autoscaler: Draft): void {
  const spec = child(autoscaler, "spec");
  fillAbsent(spec, { minReplicas: 1 });
  if (asArray(spec["metrics"]).length === 0) {
    const target = { type: "Utilization", averageUtilization: 80 };
    spec["metrics"] = [{ type: "Resource", resource: { name: "cpu", target } }];
  }
  if (isNil(spec["behavior"])) return;
  const behavior = child(spec, "behavior");
  const percent = { type: "Percent", value: 100, periodSeconds: 15 };
  fillAbsent(child(behavior, "scaleUp"), {
    stabilizationWindowSeconds: 0,
    selectPolicy: "Max",
    policies: [{ type: "Pods", value: 4, periodSeconds: 15 }, percent],
  });
  fillAbsent(child(behavior, "scaleDown"), { selectPolicy: "Max", policies: [percent] });
}
