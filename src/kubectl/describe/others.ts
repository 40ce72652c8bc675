/**
 * Descriptions of services and, in kubectl's generic form, of kinds without one of their own. Mirrors
 * kubectl/pkg/describe (v0.37.2).
 */
import { formatLabels } from "../../apiserver/selectors.ts";
import type { KubeObject } from "../../api/meta.ts";
import type { Call } from "../call.ts";
import { at, isMap, list, map, num, plainText, sortedKeys, text } from "../fields.ts";
import { annotationLines, labelLines, line, optionalLine } from "./text.ts";

export function describeService(call: Call, service: KubeObject): string[] {
  const spec = map(service, "spec");
  const joined = (key: string): string => list(spec, key).map(String).join(",");
  const slices = call.io.client.list("endpointslices", {
    namespace: service.metadata.namespace ?? call.namespace,
    labelSelector: `kubernetes.io/service-name=${service.metadata.name}`,
  });
  return [
    line(0, "Name:", service.metadata.name),
    line(0, "Namespace:", service.metadata.namespace ?? ""),
    ...labelLines("Labels", map(service.metadata.labels)),
    ...annotationLines("Annotations", map(service.metadata.annotations)),
    line(0, "Selector:", formatLabels(map(spec, "selector"))),
    line(0, "Type:", text(spec, "type")),
    ...optionalLine("IP Family Policy:", text(spec, "ipFamilyPolicy")),
    line(0, "IP Families:", joined("ipFamilies") || "<none>"),
    line(0, "IP:", text(spec, "clusterIP")),
    line(0, "IPs:", joined("clusterIPs") || "<none>"),
    ...optionalLine("External IPs:", joined("externalIPs")),
    ...optionalLine("Desired LoadBalancer IP:", text(spec, "loadBalancerIP")),
    ...optionalLine("External Name:", text(spec, "externalName")),
    ...optionalLine("LoadBalancer Ingress:", ingressText(service)),
    ...list(spec, "ports").flatMap((port) => portLines(port, slices)),
    line(0, "Session Affinity:", text(spec, "sessionAffinity")),
    ...optionalLine("External Traffic Policy:", text(spec, "externalTrafficPolicy")),
    ...optionalLine("Internal Traffic Policy:", text(spec, "internalTrafficPolicy")),
    ...optionalLine("HealthCheck NodePort:", text(spec, "healthCheckNodePort")),
    ...optionalLine("LoadBalancer Source Ranges:", joined("loadBalancerSourceRanges")),
    ...optionalLine("Traffic Distribution:", text(spec, "trafficDistribution")),
  ];
}

function ingressText(service: KubeObject): string {
  return list(service, "status", "loadBalancer", "ingress")
    .map((entry) => {
      const mode = text(entry, "ipMode");
      const ip = text(entry, "ip");
      return ip === "" ? text(entry, "hostname") : `${ip}${mode === "" ? "" : ` (${mode})`}`;
    })
    .join(", ");
}

function portLines(port: unknown, slices: readonly KubeObject[]): string[] {
  const name = text(port, "name");
  const protocol = text(port, "protocol");
  const nodePort = num(port, "nodePort");
  const appProtocol = text(port, "appProtocol");
  return [
    line(0, "Port:", name || "<unset>", `${num(port, "port")}/${protocol}`),
    line(0, "TargetPort:", `${text(port, "targetPort")}/${protocol}`),
    ...(appProtocol === "" ? [] : [line(0, "AppProtocol:", appProtocol)]),
    ...(nodePort === 0 ? [] : [line(0, "NodePort:", name || "<unset>", `${nodePort}/${protocol}`)]),
    line(0, "Endpoints:", readyEndpoints(slices, name)),
  ];
}

/**
 * Ready addresses, at most three. kubectl says "more" as soon as it looks at a further endpoint after
 * three, ready or not, so `+ 0 more...` is right.
 */
export function readyEndpoints(slices: readonly KubeObject[], portName: string): string {
  if (slices.length === 0) return "<none>";
  const shown: string[] = [];
  let count = 0;
  let more = false;
  for (const slice of slices) {
    const ports = list(slice, "ports");
    const wanted =
      ports.length === 0 ? [undefined] : ports.filter((p) => text(p, "name") === portName);
    for (const port of wanted) {
      for (const endpoint of list(slice, "endpoints")) {
        if (shown.length === 3) more = true;
        if (at(endpoint, "conditions", "ready") === false) continue;
        const address = text(endpoint, "addresses", 0);
        if (!more) shown.push(port === undefined ? address : `${address}:${num(port, "port")}`);
        count += 1;
      }
    }
  }
  return more ? `${shown.join(",")} + ${count - 3} more...` : shown.join(",");
}

/** Any other kind: names, then every field under its spaced-out name. */
export function describeGeneric(_call: Call, object: KubeObject): string[] {
  const hidden = ["managedFields", "name", "namespace", "labels", "annotations"];
  const metadata = Object.fromEntries(
    Object.entries(object.metadata).filter(([key]) => !hidden.includes(key)),
  );
  const { metadata: _, apiVersion, kind, ...rest } = object;
  return [
    line(0, "Name:", object.metadata.name),
    line(0, "Namespace:", object.metadata.namespace ?? ""),
    ...labelLines("Labels", map(object.metadata.labels)),
    ...annotationLines("Annotations", map(object.metadata.annotations)),
    ...fieldLines({ apiVersion, kind, metadata, ...rest }, 0),
  ];
}

function fieldLines(value: Readonly<Record<string, unknown>>, level: number): string[] {
  return sortedKeys(value).flatMap((key) => {
    const title = `${spacedName(key)}:`;
    const member = value[key];
    if (isMap(member)) return [line(level, title), ...fieldLines(member, level + 1)];
    if (Array.isArray(member)) {
      const items = (member as readonly unknown[]).flatMap((item) =>
        isMap(item) ? fieldLines(item, level + 1) : [line(level + 1, String(item))],
      );
      return [line(level, title), ...items];
    }
    return [line(level, title, member === null ? "<nil>" : plainText(member))];
  });
}

/** `creationTimestamp` as `Creation Timestamp`, `apiVersion` as `API Version`. */
function spacedName(key: string): string {
  const spaced = key.replaceAll(/([a-z\d])([A-Z])/g, "$1 $2");
  const words = spaced.split(" ").map((word) => {
    const upper = word.toUpperCase();
    if (["API", "URL", "UID", "OSB", "GUID"].includes(upper)) return upper;
    return word.charAt(0).toUpperCase() + word.slice(1);
  });
  return words.join(" ");
}
