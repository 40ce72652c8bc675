/** Which columns a kind prints, with the columns of events, nodes and plain kinds. */
import type { KubeObject } from "../../api/meta.ts";
import { compareText } from "../../api/order.ts";
import { ageOf } from "../duration.ts";
import { list, map, text } from "../fields.ts";
import {
  endpointSliceColumns,
  endpointsColumns,
  ingressColumns,
  networkPolicyColumns,
  serviceColumns,
} from "./network.ts";
import { podColumns } from "./pods.ts";
import {
  alertProviderColumns,
  canaryColumns,
  destinationRuleColumns,
  gatewayClassColumns,
  gatewayColumns,
  httpRouteColumns,
  metricTemplateColumns,
  analysisRunColumns,
  rolloutColumns,
  virtualServiceColumns,
} from "./routes.ts";
import { claimColumns, storageClassColumns, volumeColumns } from "./storage.ts";
import type { Column } from "./table.ts";
import {
  ageColumn,
  autoscalerColumns,
  cronJobColumns,
  daemonSetColumns,
  deploymentColumns,
  disruptionBudgetColumns,
  jobColumns,
  nameColumn,
  quotaColumns,
  replicaSetColumns,
  replicationControllerColumns,
  scaleColumns,
  statefulSetColumns,
  word,
} from "./workloads.ts";

/** Who reported an event: `kubelet, node-1`. */
function eventSource(event: KubeObject): string {
  const component = text(event, "source", "component") || text(event, "reportingComponent");
  const host = text(event, "source", "host") || text(event, "reportingInstance");
  return host === "" ? component : `${component}, ${host}`;
}

function eventObject(event: KubeObject): string {
  const kind = text(event, "involvedObject", "kind").toLowerCase();
  const name = text(event, "involvedObject", "name");
  return name === "" ? kind : `${kind}/${name}`;
}

const eventColumns: readonly Column[] = [
  {
    name: "Last Seen",
    cell: (event, { wallClockMs }) =>
      ageOf(text(event, "lastTimestamp") || text(event, "firstTimestamp"), wallClockMs),
  },
  word("Type", "", "type"),
  word("Reason", "", "reason"),
  { name: "Object", cell: eventObject },
  { ...word("Subobject", "", "involvedObject", "fieldPath"), wide: true },
  { name: "Source", wide: true, cell: eventSource },
  { name: "Message", cell: (event) => text(event, "message").trim() },
  {
    name: "First Seen",
    wide: true,
    cell: (event, { wallClockMs }) => ageOf(event["firstTimestamp"], wallClockMs),
  },
  { name: "Count", wide: true, cell: (event) => text(event, "count") || "1" },
  { name: "Name", wide: true, cell: (event) => event.metadata.name },
];

function nodeStatus(node: KubeObject): string {
  const ready = list(node, "status", "conditions").find((c) => text(c, "type") === "Ready");
  const words = [
    ready === undefined ? "Unknown" : text(ready, "status") === "True" ? "Ready" : "NotReady",
  ];
  if (map(node, "spec")["unschedulable"] === true) words.push("SchedulingDisabled");
  return words.join(",");
}

const roleLabel = "node-role.kubernetes.io/";

export function nodeRoles(node: KubeObject): string {
  const roles = Object.entries(node.metadata.labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith(roleLabel)) return [key.slice(roleLabel.length)];
    return key === "kubernetes.io/role" && value !== "" ? [value] : [];
  });
  return [...new Set(roles)].toSorted(compareText).join(",") || "<none>";
}

function nodeAddress(name: string, type: string): Column {
  return {
    name,
    wide: true,
    cell: (node) =>
      text(
        list(node, "status", "addresses").find((a) => text(a, "type") === type),
        "address",
      ) || "<none>",
  };
}

const nodeColumns: readonly Column[] = [
  nameColumn,
  { name: "Status", cell: nodeStatus },
  { name: "Roles", cell: nodeRoles },
  ageColumn,
  word("Version", "", "status", "nodeInfo", "kubeletVersion"),
  nodeAddress("Internal-IP", "InternalIP"),
  nodeAddress("External-IP", "ExternalIP"),
  { ...word("OS-Image", "<unknown>", "status", "nodeInfo", "osImage"), wide: true },
  {
    name: "Kernel-Version",
    wide: true,
    cell: (node) => {
      const kernel = text(node, "status", "nodeInfo", "kernelVersion") || "<unknown>";
      const arch = text(node, "status", "nodeInfo", "architecture");
      return arch === "" ? kernel : `${kernel} (${arch})`;
    },
  },
  {
    ...word("Container-Runtime", "<unknown>", "status", "nodeInfo", "containerRuntimeVersion"),
    wide: true,
  },
];

const dataCount: Column = {
  name: "Data",
  cell: (object) =>
    Object.keys(map(object, "data")).length + Object.keys(map(object, "binaryData")).length,
};

/** Who is bound: of a service account also its namespace. */
function subjectsColumn(name: string, kind: "User" | "Group" | "ServiceAccount"): Column {
  return {
    name,
    wide: true,
    cell: (binding) =>
      list(binding, "subjects")
        .filter((subject) => text(subject, "kind") === kind)
        .map((subject) => {
          const prefix = kind === "ServiceAccount" ? `${text(subject, "namespace")}/` : "";
          return prefix + text(subject, "name");
        })
        .join(", "),
  };
}

const bindingColumns: readonly Column[] = [
  nameColumn,
  {
    name: "Role",
    cell: (binding) => `${text(binding, "roleRef", "kind")}/${text(binding, "roleRef", "name")}`,
  },
  ageColumn,
  subjectsColumn("Users", "User"),
  subjectsColumn("Groups", "Group"),
  subjectsColumn("ServiceAccounts", "ServiceAccount"),
];

/** Kinds to which the API server gives no columns of their own. */
const plainColumns: readonly Column[] = [
  nameColumn,
  { name: "Created At", cell: ({ metadata }) => metadata.creationTimestamp ?? "" },
];

const byKind: Readonly<Record<string, readonly Column[]>> = {
  Pod: podColumns,
  Deployment: deploymentColumns,
  ReplicaSet: replicaSetColumns,
  ReplicationController: replicationControllerColumns,
  Scale: scaleColumns,
  StatefulSet: statefulSetColumns,
  DaemonSet: daemonSetColumns,
  Job: jobColumns,
  CronJob: cronJobColumns,
  HorizontalPodAutoscaler: autoscalerColumns,
  PodDisruptionBudget: disruptionBudgetColumns,
  ResourceQuota: quotaColumns,
  Service: serviceColumns,
  Endpoints: endpointsColumns,
  EndpointSlice: endpointSliceColumns,
  Ingress: ingressColumns,
  NetworkPolicy: networkPolicyColumns,
  PersistentVolume: volumeColumns,
  PersistentVolumeClaim: claimColumns,
  StorageClass: storageClassColumns,
  Event: eventColumns,
  Node: nodeColumns,
  Namespace: [nameColumn, word("Status", "", "status", "phase"), ageColumn],
  ConfigMap: [nameColumn, dataCount, ageColumn],
  Secret: [nameColumn, word("Type", "", "type"), dataCount, ageColumn],
  ServiceAccount: [nameColumn, ageColumn],
  PriorityClass: [
    nameColumn,
    word("Value", "0", "value"),
    word("Global-Default", "false", "globalDefault"),
    ageColumn,
    word("PreemptionPolicy", "", "preemptionPolicy"),
  ],
  LimitRange: plainColumns,
  Role: plainColumns,
  ClusterRole: plainColumns,
  CustomResourceDefinition: plainColumns,
  RoleBinding: bindingColumns,
  ClusterRoleBinding: bindingColumns,
  Canary: canaryColumns,
  MetricTemplate: metricTemplateColumns,
  AlertProvider: alertProviderColumns,
  GatewayClass: gatewayClassColumns,
  Gateway: gatewayColumns,
  HTTPRoute: httpRouteColumns,
  AnalysisRun: analysisRunColumns,
  Experiment: analysisRunColumns,
  Rollout: rolloutColumns,
  VirtualService: virtualServiceColumns,
  DestinationRule: destinationRuleColumns,
};

/** The columns of a kind; kinds without their own print name and age. */
export function columnsOf(kind: string): readonly Column[] {
  return byKind[kind] ?? [nameColumn, ageColumn];
}
