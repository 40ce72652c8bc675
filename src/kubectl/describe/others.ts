/**
 * Descriptions of services, autoscalers and, in kubectl's generic form, of every other kind. Mirrors
 * kubectl/pkg/describe (v0.37.2); quotas are left to the generic form.
 */
import { formatLabels } from "../../apiserver/selectors.ts";
import type { KubeObject } from "../../api/meta.ts";
import type { Call } from "../call.ts";
import { longTime } from "../duration.ts";
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

export function describeQuota(_call: Call, quota: KubeObject): string[] {
  const hard = map(quota, "status", "hard");
  return [
    line(0, "Name:", quota.metadata.name),
    line(0, "Namespace:", quota.metadata.namespace ?? ""),
    line(0, "Resource", "Used", "Hard"),
    line(0, "--------", "----", "----"),
    ...sortedKeys(hard).map((key) =>
      line(0, key, text(quota, "status", "used", key) || "0", text(hard, key)),
    ),
  ];
}

export function describeAutoscaler(_call: Call, hpa: KubeObject): string[] {
  const target = map(hpa, "spec", "scaleTargetRef");
  const current = list(hpa, "status", "currentMetrics");
  const metrics = list(hpa, "spec", "metrics").map((metric, i) => metricLine(metric, current[i]));
  const conditions = list(hpa, "status", "conditions");
  return [
    line(0, "Name:", hpa.metadata.name),
    line(0, "Namespace:", hpa.metadata.namespace ?? ""),
    ...labelLines("Labels", map(hpa.metadata.labels)),
    ...annotationLines("Annotations", map(hpa.metadata.annotations)),
    line(0, "CreationTimestamp:", longTime(hpa.metadata.creationTimestamp)),
    line(0, "Reference:", `${text(target, "kind")}/${text(target, "name")}`),
    ...(metrics.length === 0 ? [] : [line(0, "Metrics:", "( current / target )"), ...metrics]),
    line(0, "Min replicas:", text(hpa, "spec", "minReplicas") || "<unset>"),
    line(0, "Max replicas:", String(num(hpa, "spec", "maxReplicas"))),
    line(
      0,
      `${text(target, "kind")} pods:`,
      `${num(hpa, "status", "currentReplicas")} current / ${num(hpa, "status", "desiredReplicas")} desired`,
    ),
    ...(conditions.length === 0
      ? []
      : [
          "Conditions:",
          line(1, "Type", "Status", "Reason", "Message"),
          line(1, "----", "------", "------", "-------"),
          ...conditions.map((c) =>
            line(1, ...["type", "status", "reason", "message"].map((key) => text(c, key))),
          ),
        ]),
  ];
}

/** Resource metrics; other sources print as `<unknown metric type>`. */
function metricLine(metric: unknown, current: unknown): string {
  const resource = at(metric, "resource");
  if (!isMap(resource))
    return line(1, `<unknown metric type ${JSON.stringify(text(metric, "type"))}>`);
  const name = text(resource, "name");
  const average = text(resource, "target", "averageValue");
  if (average !== "") {
    const now = text(current, "resource", "current", "averageValue") || "<unknown>";
    return line(1, `resource ${name} on pods:`, `${now} / ${average}`);
  }
  const used = at(current, "resource", "current", "averageUtilization");
  const wanted = text(resource, "target", "averageUtilization");
  const raw = text(current, "resource", "current", "averageValue");
  const now = typeof used === "number" ? `${used}% (${raw})` : "<unknown>";
  const title = `resource ${name} on pods  (as a percentage of request):`;
  return line(1, title, `${now} / ${wanted === "" ? "<auto>" : `${wanted}%`}`);
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
