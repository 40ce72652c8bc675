/** The description of a node. Mirrors kubectl/pkg/describe describeNode (v0.37.2). */
import type { KubeObject } from "../../api/meta.ts";
import { compareText } from "../../api/order.ts";
import { printQuantity, quantityOf, scaledUp } from "../../apiserver/quantity.ts";
import type { Call } from "../call.ts";
import { nodeRoles } from "../columns/kinds.ts";
import { ageOf, longTime } from "../duration.ts";
import { at, list, map, sortedKeys, text } from "../fields.ts";
import { annotationLines, labelLines, line } from "./text.ts";

const SYSTEM_INFO = [
  ["Machine ID", "machineID"],
  ["System UUID", "systemUUID"],
  ["Boot ID", "bootID"],
  ["Kernel Version", "kernelVersion"],
  ["OS Image", "osImage"],
  ["Operating System", "operatingSystem"],
  ["Architecture", "architecture"],
  ["Container Runtime Version", "containerRuntimeVersion"],
  ["Kubelet Version", "kubeletVersion"],
] as const;

export function describeNode(call: Call, node: KubeObject): string[] {
  const info = map(node, "status", "nodeInfo");
  const provider = text(node, "spec", "providerID");
  return [
    line(0, "Name:", node.metadata.name),
    line(0, "Roles:", nodeRoles(node)),
    ...labelLines("Labels", map(node.metadata.labels)),
    ...annotationLines("Annotations", map(node.metadata.annotations)),
    line(0, "CreationTimestamp:", longTime(node.metadata.creationTimestamp)),
    ...taintLines(list(node, "spec", "taints")),
    line(0, "Unschedulable:", String(at(node, "spec", "unschedulable") === true)),
    ...conditionLines(list(node, "status", "conditions")),
    "Addresses:",
    ...list(node, "status", "addresses").map((address) =>
      line(1, `${text(address, "type")}:`, text(address, "address")),
    ),
    ...quantityLines("Capacity:", map(node, "status", "capacity")),
    ...quantityLines("Allocatable:", map(node, "status", "allocatable")),
    "System Info:",
    ...SYSTEM_INFO.map(([title, key]) => line(1, `${title}:`, text(info, key))),
    ...(provider === "" ? [] : [line(0, "ProviderID:", provider)]),
    ...podLines(call, node),
  ];
}

function taintLines(taints: readonly unknown[]): string[] {
  if (taints.length === 0) return [line(0, "Taints:", "<none>")];
  const shown = taints.map((taint) => {
    const [key, value, effect] = ["key", "value", "effect"].map((name) => text(taint, name));
    return value === "" ? `${key}:${effect}` : `${key}=${value}:${effect}`;
  });
  return shown.toSorted(compareText).map((each, i) => line(0, i === 0 ? "Taints:" : "", each));
}

function conditionLines(conditions: readonly unknown[]): string[] {
  const titles = ["Type", "Status", "LastHeartbeatTime", "LastTransitionTime", "Reason", "Message"];
  const time = (condition: unknown, key: string): string => longTime(at(condition, key));
  return [
    "Conditions:",
    line(1, ...titles),
    line(1, ...titles.map((title) => "-".repeat(title.length))),
    ...conditions.map((each) =>
      line(
        1,
        `${text(each, "type")} `,
        `${text(each, "status")} `,
        `${time(each, "lastHeartbeatTime")} `,
        `${time(each, "lastTransitionTime")} `,
        `${text(each, "reason")} `,
        text(each, "message"),
      ),
    ),
  ];
}

function quantityLines(title: string, quantities: Readonly<Record<string, unknown>>): string[] {
  return [title, ...sortedKeys(quantities).map((key) => line(1, `${key}:`, text(quantities, key)))];
}

const RESOURCES = ["cpu", "memory", "ephemeral-storage"] as const;
type Resource = (typeof RESOURCES)[number];

function podLines(call: Call, node: KubeObject): string[] {
  const pods = call.io.client
    .list("pods", { fieldSelector: `spec.nodeName=${node.metadata.name}` })
    .filter((pod) => !["Succeeded", "Failed"].includes(text(pod, "status", "phase")));
  const share = (resource: Resource, milli: bigint): string => {
    const whole = milliOf(text(node, "status", "allocatable", resource));
    const percent = whole === 0n ? 0n : (milli * 100n) / whole;
    const format = resource === "cpu" ? "DecimalSI" : "BinarySI";
    return `${printQuantity({ value: milli, scale: -3, text: "", format })} (${percent}%)`;
  };
  const titles = ["CPU Requests", "CPU Limits", "Memory Requests", "Memory Limits", "Age"];
  return [
    line(0, "Non-terminated Pods:", `(${pods.length} in total)`),
    line(1, "Namespace", "Name", "", ...titles),
    line(1, "---------", "----", "", ...titles.map((title) => "-".repeat(title.length))),
    ...pods.map((pod) => {
      const cells = (["cpu", "memory"] as const).flatMap((resource) =>
        (["requests", "limits"] as const).map((what) =>
          share(resource, asked(pod, what, resource)),
        ),
      );
      const { name, namespace = "", creationTimestamp } = pod.metadata;
      const age = ageOf(creationTimestamp, call.io.client.wallClockMs);
      return line(1, namespace, name, "", ...cells, age);
    }),
    "Allocated resources:",
    "  (Total limits may be over 100 percent, i.e., overcommitted.)",
    line(1, "Resource", "Requests", "Limits"),
    line(1, "--------", "--------", "------"),
    ...RESOURCES.map((resource) => {
      const total = (what: "requests" | "limits"): string =>
        share(
          resource,
          pods.reduce((sum, pod) => sum + asked(pod, what, resource), 0n),
        );
      return line(1, resource, total("requests"), total("limits"));
    }),
  ];
}

/**
 * Thousandths that a pod's containers ask for together, or its largest init container if that is more; those
 * that keep running count with the containers (component-helpers/resource, v0.37.2).
 */
function asked(pod: KubeObject, what: "requests" | "limits", resource: Resource): bigint {
  const of = (container: unknown): bigint => milliOf(text(container, "resources", what, resource));
  const sum = (containers: readonly unknown[]): bigint =>
    containers.reduce<bigint>((total, container) => total + of(container), 0n);
  let running = 0n;
  let most = 0n;
  for (const init of list(pod, "spec", "initContainers")) {
    if (text(init, "restartPolicy") === "Always") {
      running += of(init);
      if (running > most) most = running;
    } else if (running + of(init) > most) most = running + of(init);
  }
  const all = running + sum(list(pod, "spec", "containers"));
  return all > most ? all : most;
}

/** Thousandths of a quantity; 0 where there is none. */
function milliOf(text: string): bigint {
  const quantity = quantityOf(text === "" ? undefined : text);
  return quantity === undefined ? 0n : scaledUp(quantity, 3);
}
