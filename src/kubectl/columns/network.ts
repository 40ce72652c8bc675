/**
 * Columns of services and what belongs to them. Mirrors
 * kubernetes/pkg/printers/internalversion/printers.go (v1.37.2).
 */
import { formatLabels, selectorText } from "../../apiserver/selectors.ts";
import type { KubeObject } from "../../api/meta.ts";
import { compareText } from "../../api/order.ts";
import { at, list, map, num, text } from "../fields.ts";
import type { Column } from "./table.ts";
import { ageColumn, nameColumn, word } from "./workloads.ts";

export const serviceColumns: readonly Column[] = [
  nameColumn,
  word("Type", "", "spec", "type"),
  { name: "Cluster-IP", cell: (svc) => text(svc, "spec", "clusterIPs", 0) || "<none>" },
  { name: "External-IP", cell: (svc, { wide }) => externalIp(svc, wide ? "wide" : "narrow") },
  { name: "Port(s)", cell: servicePorts },
  ageColumn,
  { name: "Selector", wide: true, cell: (svc) => formatLabels(map(svc, "spec", "selector")) },
];

function externalIp(svc: KubeObject, width: "wide" | "narrow"): string {
  const external = list(svc, "spec", "externalIPs").map(String);
  switch (text(svc, "spec", "type")) {
    case "ClusterIP":
    case "NodePort":
      return external.join(",") || "<none>";
    case "LoadBalancer": {
      const balancer = ingressAddresses(svc, width);
      const all = balancer === "" ? external : [...balancer.split(","), ...external];
      return all.join(",") || "<pending>";
    }
    case "ExternalName":
      return text(svc, "spec", "externalName");
    default:
      return "<unknown>";
  }
}

/** Addresses of a load balancer, cut to 16 characters unless wide. */
function ingressAddresses(object: KubeObject, width: "wide" | "narrow"): string {
  const ingress = list(object, "status", "loadBalancer", "ingress");
  const names = ingress.map((entry) => text(entry, "ip") || text(entry, "hostname"));
  const joined = [...new Set(names.filter((name) => name !== ""))].toSorted(compareText).join(",");
  return width === "narrow" && joined.length > 16 ? `${joined.slice(0, 13)}...` : joined;
}

function servicePorts(svc: KubeObject): string {
  const ports = list(svc, "spec", "ports").map((port) => {
    const nodePort = num(port, "nodePort");
    const number = nodePort > 0 ? `${num(port, "port")}:${nodePort}` : String(num(port, "port"));
    return `${number}/${text(port, "protocol")}`;
  });
  return ports.join(",") || "<none>";
}

/** `ip:port` of the ready addresses, at most three and how many more. */
function formatEndpoints(endpoints: unknown): string {
  const subsets = list(endpoints, "subsets");
  if (subsets.length === 0) return "<none>";
  const all = subsets.flatMap((subset) => {
    const addresses = list(subset, "addresses").map((address) => text(address, "ip"));
    const ports = list(subset, "ports");
    if (ports.length === 0) return addresses;
    return ports.flatMap((port) => addresses.map((ip) => `${ip}:${num(port, "port")}`));
  });
  return firstThree(all);
}

export const endpointsColumns: readonly Column[] = [
  nameColumn,
  { name: "Endpoints", cell: (endpoints) => formatEndpoints(endpoints) },
  ageColumn,
];

function firstThree(all: readonly string[]): string {
  const shown = all.slice(0, 3).join(",");
  return all.length > 3 ? `${shown} + ${all.length - 3} more...` : shown;
}

export const endpointSliceColumns: readonly Column[] = [
  nameColumn,
  word("AddressType", "", "addressType"),
  {
    name: "Ports",
    cell: (slice) =>
      firstThree(
        list(slice, "ports").map((port) => text(port, "port") || text(port, "name") || "*"),
      ) || "<unset>",
  },
  {
    name: "Endpoints",
    cell: (slice) =>
      firstThree(list(slice, "endpoints").flatMap((e) => list(e, "addresses").map(String))) ||
      "<unset>",
  },
  ageColumn,
];

export const ingressColumns: readonly Column[] = [
  nameColumn,
  word("Class", "<none>", "spec", "ingressClassName"),
  {
    name: "Hosts",
    cell: (ingress) => {
      const rules = list(ingress, "spec", "rules");
      const hosts = rules.map((rule) => text(rule, "host")).filter((host) => host !== "");
      if (hosts.length === 0) return "*";
      const shown = hosts.slice(0, 3).join(",");
      return rules.length > 3 ? `${shown} + ${rules.length - 3} more...` : shown;
    },
  },
  {
    name: "Address",
    cell: (ingress, { wide }) => ingressAddresses(ingress, wide ? "wide" : "narrow"),
  },
  {
    name: "Ports",
    cell: (ingress) => (list(ingress, "spec", "tls").length > 0 ? "80, 443" : "80"),
  },
  ageColumn,
];

export const networkPolicyColumns: readonly Column[] = [
  nameColumn,
  {
    name: "Pod-Selector",
    cell: (policy) => selectorText(at(policy, "spec", "podSelector")) || "<none>",
  },
  ageColumn,
];
