/** Descriptions of Endpoints and EndpointSlices. Mirrors kubectl/pkg/describe (v0.37.2). */
import type { KubeObject } from "../../api/meta.ts";
import type { Call } from "../call.ts";
import { at, isMap, list, map, text } from "../fields.ts";
import { annotationLines, labelLines, line } from "./text.ts";

export function describeEndpoints(_call: Call, endpoints: KubeObject): string[] {
  return [...heading(endpoints), "Subsets:", ...list(endpoints, "subsets").flatMap(subsetLines)];
}

export function describeEndpointSlice(_call: Call, slice: KubeObject): string[] {
  const ports = list(slice, "ports");
  const endpoints = list(slice, "endpoints");
  return [
    ...heading(slice),
    line(0, "AddressType:", text(slice, "addressType")),
    ...(ports.length === 0 ? ["Ports: <unset>"] : ["Ports:", ...portTable(1, ports)]),
    ...(endpoints.length === 0 ? ["Endpoints: <none>"] : ["Endpoints:"]),
    ...endpoints.flatMap(endpointLines),
  ];
}

function heading({ metadata }: KubeObject): string[] {
  return [
    line(0, "Name:", metadata.name),
    line(0, "Namespace:", metadata.namespace ?? ""),
    ...labelLines("Labels", map(metadata.labels)),
    ...annotationLines("Annotations", map(metadata.annotations)),
  ];
}

function subsetLines(subset: unknown): string[] {
  const ips = (key: string): string =>
    list(subset, key)
      .map((address) => text(address, "ip"))
      .join(",") || "<none>";
  const ports = list(subset, "ports");
  return [
    line(1, "Addresses:", ips("addresses")),
    line(1, "NotReadyAddresses:", ips("notReadyAddresses")),
    ...(ports.length === 0 ? [] : [line(1, "Ports:"), ...portTable(2, ports)]),
    "",
  ];
}

function portTable(level: number, ports: readonly unknown[]): string[] {
  const rows = ports.map((port) =>
    line(level, ...["name", "port", "protocol"].map((key) => text(port, key) || "<unset>")),
  );
  return [
    line(level, "Name", "Port", "Protocol"),
    line(level, "----", "----", "--------"),
    ...rows,
  ];
}

function endpointLines(endpoint: unknown): string[] {
  const ready = at(endpoint, "conditions", "ready");
  const target = at(endpoint, "targetRef");
  return [
    line(1, "- Addresses:", list(endpoint, "addresses").map(String).join(", ") || "<none>"),
    line(2, "Conditions:"),
    line(3, "Ready:", typeof ready === "boolean" ? String(ready) : "<unset>"),
    line(2, "Hostname:", text(endpoint, "hostname") || "<unset>"),
    ...(isMap(target)
      ? [line(2, "TargetRef:", `${text(target, "kind")}/${text(target, "name")}`)]
      : []),
    line(2, "NodeName:", text(endpoint, "nodeName") || "<unset>"),
    line(2, "Zone:", text(endpoint, "zone") || "<unset>"),
  ];
}
