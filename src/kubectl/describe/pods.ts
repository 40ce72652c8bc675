/** The description of a pod. Mirrors kubectl/pkg/describe describePod (v0.37.2). */
import type { KubeObject } from "../../api/meta.ts";
import type { Call } from "../call.ts";
import { ageOf, longTime } from "../duration.ts";
import { at, isMap, list, map, text } from "../fields.ts";
import { containerLines } from "./containers.ts";
import { spreadLines, tolerationLines } from "./template.ts";
import { annotationLines, labelLines, line, optionalLine } from "./text.ts";
import { volumeLines } from "./volumes.ts";
import { controlledBy } from "./workloads.ts";

export function describePod(call: Call, pod: KubeObject): string[] {
  const node = text(pod, "spec", "nodeName");
  const start = at(pod, "status", "startTime");
  return [
    line(0, "Name:", pod.metadata.name),
    line(0, "Namespace:", pod.metadata.namespace ?? ""),
    ...(at(pod, "spec", "priority") === undefined
      ? []
      : [line(0, "Priority:", text(pod, "spec", "priority"))]),
    ...optionalLine("Priority Class Name:", text(pod, "spec", "priorityClassName")),
    ...optionalLine("Runtime Class Name:", text(pod, "spec", "runtimeClassName")),
    ...optionalLine("Service Account:", text(pod, "spec", "serviceAccountName")),
    line(0, "Node:", node === "" ? "<none>" : `${node}/${text(pod, "status", "hostIP")}`),
    ...(start === undefined ? [] : [line(0, "Start Time:", longTime(start))]),
    ...labelLines("Labels", map(pod.metadata.labels)),
    ...annotationLines("Annotations", map(pod.metadata.annotations)),
    ...statusLines(call, pod),
    ...optionalLine("Reason:", text(pod, "status", "reason")),
    ...optionalLine("Message:", text(pod, "status", "message")),
    ...optionalLine(
      "SeccompProfile:",
      text(pod, "spec", "securityContext", "seccompProfile", "type"),
    ),
    line(0, "IP:", text(pod, "status", "podIP")),
    ...addressLines(pod),
    ...controlledBy(pod),
    ...optionalLine("NominatedNodeName:", text(pod, "status", "nominatedNodeName")),
    ...allContainerLines(pod),
    ...conditionLines(pod),
    ...volumeLines(list(pod, "spec", "volumes"), "of a pod"),
    line(0, "QoS Class:", text(pod, "status", "qosClass") || "BestEffort"),
    ...labelLines("Node-Selectors", map(pod, "spec", "nodeSelector")),
    ...tolerationLines("Tolerations", list(pod, "spec", "tolerations")),
    ...spreadLines(list(pod, "spec", "topologySpreadConstraints"), "of a pod"),
  ];
}

function statusLines(call: Call, pod: KubeObject): string[] {
  const phase = text(pod, "status", "phase");
  const deleted = pod.metadata.deletionTimestamp;
  if (deleted === undefined || phase === "Failed" || phase === "Succeeded") {
    return [line(0, "Status:", phase)];
  }
  const lasts = ageOf(deleted, call.io.client.wallClockMs);
  return [
    line(0, "Status:", `Terminating (lasts ${lasts})`),
    line(0, "Termination Grace Period:", `${pod.metadata.deletionGracePeriodSeconds ?? 0}s`),
  ];
}

function addressLines(pod: KubeObject): string[] {
  const addresses = list(pod, "status", "podIPs");
  if (addresses.length === 0) return [line(0, "IPs:", "<none>")];
  return [line(0, "IPs:"), ...addresses.map((address) => line(1, "IP:", text(address, "ip")))];
}

function allContainerLines(pod: KubeObject): string[] {
  const lookup = (path: string): string => fieldOf(pod, path);
  const init = list(pod, "spec", "initContainers");
  const initStatuses = list(pod, "status", "initContainerStatuses");
  return [
    ...(init.length === 0
      ? []
      : containerLines("Init Containers", init, initStatuses, "of a pod", lookup)),
    ...containerLines(
      "Containers",
      list(pod, "spec", "containers"),
      list(pod, "status", "containerStatuses"),
      "of a pod",
      lookup,
    ),
  ];
}

/** The downward API's fields: `metadata.name`, `metadata.labels['a']`, `status.podIP`. */
function fieldOf(pod: KubeObject, path: string): string {
  const keyed = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (keyed !== null) return text(pod, "metadata", keyed[1] ?? "", keyed[2] ?? "");
  return text(pod, ...path.split("."));
}

function conditionLines(pod: KubeObject): string[] {
  const gates = list(pod, "spec", "readinessGates");
  const conditions = list(pod, "status", "conditions").filter(isMap);
  const stateOf = (type: string): string =>
    text(
      conditions.find((c) => text(c, "type") === type),
      "status",
    ) || "<none>";
  const gateLines = gates.map((gate) => {
    const type = text(gate, "conditionType");
    return line(1, `${type} `, `${stateOf(type)} `);
  });
  return [
    ...(gates.length === 0 ? [] : ["Readiness Gates:", line(1, "Type", "Status"), ...gateLines]),
    ...(conditions.length === 0
      ? []
      : [
          "Conditions:",
          line(1, "Type", "Status"),
          ...conditions.map((c) => line(1, `${text(c, "type")} `, `${text(c, "status")} `)),
        ]),
  ];
}
