/**
 * Rules for Services (pkg/apis/core/validation, v1.37.2) in a single-stack IPv4 cluster.
 *
 * Left out: checks of dual-stack upgrades.
 */
import type { KubeObject } from "../../api/meta.ts";
import { jsonEqual } from "../equality.ts";
import { asArray, asRecord, asString, isNil, type Json } from "../json.ts";
import { specOf } from "../strategy-parts.ts";
import {
  asJson,
  duplicate,
  forbidden,
  invalid,
  invalidEach,
  notSupported,
  oneOf,
  required,
  type Causes,
} from "./errors.ts";
import { validateCidr } from "./ip.ts";
import { validateLabels, validateMetadata, validateMetadataUpdate } from "./metadata.ts";
import { dnsLabel, dnsSubdomain, portNumber, qualifiedName } from "./names.ts";
import { validatePort } from "./probes.ts";
import {
  isHeadless,
  validateAllocation,
  validateClusterIps,
  validateExternalIps,
  validateSameAddresses,
} from "./service-addresses.ts";

const RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges";
const HINTS = "service.kubernetes.io/topology-aware-hints";
const MODE = "service.kubernetes.io/topology-mode";
const MAX_CLIENT_IP_SECONDS = 86_400;

export function validateService(service: KubeObject): Causes {
  const early = validateAllocation(service);
  if (early.length > 0) return early;
  return [
    ...validateMetadata(service, { nameRule: dnsLabel, namespaced: true }),
    ...validateServiceBody(service),
  ];
}

export function validateServiceUpdate(next: KubeObject, prev: KubeObject): Causes {
  const early = validateAllocation(next);
  if (early.length > 0) return early;
  return [
    ...validateMetadataUpdate(next, prev),
    ...validateSameAddresses(specOf(next), specOf(prev)),
    ...validateSameClass(specOf(next), specOf(prev)),
    ...validateSameHealthPort(specOf(next), specOf(prev)),
    ...validateServiceBody(next),
  ];
}

function validateServiceBody(service: KubeObject): Causes {
  const spec = specOf(service);
  const ports = asArray(spec["ports"]).map(asRecord);
  return [
    ...validateTopologyAnnotations(asRecord(service.metadata.annotations)),
    ...validateType(spec, ports),
    ...validatePorts(ports),
    ...validateLabels(spec["selector"], "spec.selector"),
    ...validateAffinity(spec),
    ...(spec["type"] === "ExternalName" ? [] : validateClusterIps(spec)),
    ...validateExternalIps(asArray(spec["externalIPs"]).map(asString)),
    ...oneOf(spec["type"], "spec.type", ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]),
    ...validatePortClashes(ports, spec),
    ...validateBalancer(service, spec),
    ...validateTraffic(spec),
  ];
}

function validateTopologyAnnotations(annotations: Json): Causes {
  const { [HINTS]: hints, [MODE]: mode } = annotations;
  if (hints === undefined || mode === undefined || hints === mode) return [];
  const rule = `must match annotations[${HINTS}] when both are specified`;
  return [invalid(`metadata.annotations[${MODE}]`, mode, rule)];
}

function validateType(spec: Json, ports: readonly Json[]): Causes {
  const { type } = spec;
  const needsPorts = ports.length === 0 && !isHeadless(spec) && type !== "ExternalName";
  const first = needsPorts ? [required("spec.ports")] : [];
  if ((type === "LoadBalancer" || type === "NodePort") && isHeadless(spec)) {
    const rule = `may not be set to 'None' for ${type} services`;
    return [...first, invalid("spec.clusterIPs[0]", "None", rule)];
  }
  return type === "ExternalName" ? [...first, ...validateExternalName(spec)] : first;
}

function validateExternalName(spec: Json): Causes {
  const rule = "may not be set for ExternalName services";
  const name = asString(spec["externalName"]).replace(/\.$/, "");
  return [
    ...(asArray(spec["clusterIPs"]).length > 0 ? [forbidden("spec.clusterIPs", rule)] : []),
    ...(asArray(spec["ipFamilies"]).length > 0 ? [forbidden("spec.ipFamilies", rule)] : []),
    ...(isNil(spec["ipFamilyPolicy"]) ? [] : [forbidden("spec.ipFamilyPolicy", rule)]),
    ...(name === ""
      ? [required("spec.externalName")]
      : invalidEach("spec.externalName", name, dnsSubdomain(name))),
  ];
}

function validatePorts(ports: readonly Json[]): Causes {
  const names = new Set<string>();
  return ports.flatMap((port, index) => {
    const field = `spec.ports[${index}]`;
    const name = asString(port["name"]);
    const number = typeof port["port"] === "number" ? port["port"] : 0;
    const repeated = name !== "" && names.has(name);
    names.add(name);
    const { appProtocol } = port;
    return [
      ...(name === "" && ports.length > 1 ? [required(`${field}.name`)] : []),
      ...(name === "" ? [] : invalidEach(`${field}.name`, name, dnsLabel(name))),
      ...(repeated ? [duplicate(`${field}.name`, name)] : []),
      ...invalidEach(`${field}.port`, number, portNumber(number)),
      ...oneOf(port["protocol"], `${field}.protocol`, ["SCTP", "TCP", "UDP"]),
      ...validatePort(port["targetPort"], `${field}.targetPort`),
      ...(typeof appProtocol === "string"
        ? invalidEach(`${field}.appProtocol`, appProtocol, qualifiedName(appProtocol))
        : []),
    ];
  });
}

function validateAffinity(spec: Json): Causes {
  const { sessionAffinity: affinity, sessionAffinityConfig: config } = spec;
  const field = "spec.sessionAffinityConfig";
  const kind = oneOf(affinity, "spec.sessionAffinity", ["ClientIP", "None"]);
  if (affinity === "None" && !isNil(config)) {
    return [...kind, forbidden(field, "must not be set when session affinity is None")];
  }
  if (affinity !== "ClientIP") return kind;
  const seconds = asRecord(asRecord(config)["clientIP"])["timeoutSeconds"];
  const place = `${field}.clientIP.timeoutSeconds`;
  if (typeof seconds !== "number") {
    return [...kind, required(place, "when session affinity type is ClientIP")];
  }
  const rule = `must be greater than 0 and less than ${MAX_CLIENT_IP_SECONDS}`;
  const fits = seconds > 0 && seconds <= MAX_CLIENT_IP_SECONDS;
  return fits ? kind : [...kind, invalid(place, seconds, rule)];
}

function validatePortClashes(ports: readonly Json[], spec: Json): Causes {
  const nodePorts = new Set<string>();
  const numbers = new Set<string>();
  const rule = "may not be used when `type` is 'ClusterIP'";
  const isClusterIp = spec["type"] === "ClusterIP";
  const used = ports.map((port) => (typeof port["nodePort"] === "number" ? port["nodePort"] : 0));
  const onNodes = ports.flatMap((port, i) => {
    const key = `${asString(port["protocol"])}/${used[i]}`;
    const repeated = used[i] !== 0 && nodePorts.has(key);
    nodePorts.add(key);
    return repeated ? [duplicate(`spec.ports[${i}].nodePort`, used[i])] : [];
  });
  const inService = ports.flatMap((port, i) => {
    const shown = shownPort(port);
    const key = JSON.stringify(shown);
    const repeated = numbers.has(key);
    numbers.add(key);
    return repeated ? [duplicate(`spec.ports[${i}]`, shown)] : [];
  });
  return [
    ...used.flatMap((port, i) =>
      isClusterIp && port !== 0 ? [forbidden(`spec.ports[${i}].nodePort`, rule)] : [],
    ),
    ...onNodes,
    ...inService,
  ];
}

/** The key of a port as the server's internal type prints. */
function shownPort(port: Json): unknown {
  return {
    Name: "",
    Protocol: port["protocol"] ?? "",
    AppProtocol: null,
    Port: port["port"] ?? 0,
    TargetPort: 0,
    NodePort: 0,
  };
}

function validateBalancer(service: KubeObject, spec: Json): Causes {
  const isBalancer = spec["type"] === "LoadBalancer";
  const only = "may only be used when `type` is 'LoadBalancer'";
  const { allocateLoadBalancerNodePorts: allocates, loadBalancerClass: name } = spec;
  return [
    ...validateSourceRanges(service, spec, isBalancer ? [] : [only]),
    ...(!isNil(allocates) && !isBalancer
      ? [forbidden("spec.allocateLoadBalancerNodePorts", only)]
      : []),
    ...(isNil(allocates) && isBalancer ? [required("allocateLoadBalancerNodePorts")] : []),
    ...(isNil(name)
      ? []
      : isBalancer
        ? invalidEach("spec.loadBalancerClass", name, qualifiedName(asString(name)))
        : [forbidden("spec.loadBalancerClass", only)]),
  ];
}

function validateSourceRanges(
  service: KubeObject,
  spec: Json,
  refusals: readonly string[],
): Causes {
  const ranges = asArray(spec["loadBalancerSourceRanges"]).map((range) => asString(range).trim());
  if (ranges.length > 0) {
    const field = "spec.LoadBalancerSourceRanges";
    return [
      ...refusals.map((rule) => forbidden(field, rule)),
      ...ranges.flatMap((range, i) => validateCidr(range, `${field}[${i}]`)),
    ];
  }
  const annotation = service.metadata.annotations?.[RANGES];
  if (annotation === undefined) return [];
  const field = `metadata.annotations[${RANGES}]`;
  const listed = annotation.trim() === "" ? [] : annotation.split(",");
  return [
    ...refusals.map((rule) => forbidden(field, rule)),
    ...listed.flatMap((range) => validateCidr(range.trim(), field)),
  ];
}

function validateTraffic(spec: Json): Causes {
  const {
    externalTrafficPolicy: external = "",
    internalTrafficPolicy: internal,
    trafficDistribution: distribution,
  } = spec;
  const reachable = isReachable(spec);
  const only = "may only be set for externally-accessible services";
  const outside = reachable
    ? oneOf(external, "spec.externalTrafficPolicy", ["Cluster", "Local"])
    : external === ""
      ? []
      : [invalid("spec.externalTrafficPolicy", asJson(external), only)];
  const policies = ["Cluster", "Local"];
  const needsInternal = ["NodePort", "LoadBalancer", "ClusterIP"].includes(asString(spec["type"]));
  const inside = isNil(internal)
    ? needsInternal
      ? [required("spec.internalTrafficPolicy")]
      : []
    : policies.includes(asString(internal))
      ? []
      : [notSupported("spec.internalTrafficPolicy", internal, policies)];
  const spreads = ["PreferClose", "PreferSameZone", "PreferSameNode"];
  return [
    ...outside,
    ...validateHealthPort(spec),
    ...inside,
    ...(isNil(distribution) || spreads.includes(asString(distribution))
      ? []
      : [notSupported("spec.trafficDistribution", distribution, spreads)]),
  ];
}

function isReachable(spec: Json): boolean {
  const { type } = spec;
  if (type === "LoadBalancer" || type === "NodePort") return true;
  return type === "ClusterIP" && asArray(spec["externalIPs"]).length > 0;
}

function checksHealth(spec: Json): boolean {
  return spec["type"] === "LoadBalancer" && spec["externalTrafficPolicy"] === "Local";
}

function validateHealthPort(spec: Json): Causes {
  const port = typeof spec["healthCheckNodePort"] === "number" ? spec["healthCheckNodePort"] : 0;
  const field = "spec.healthCheckNodePort";
  if (checksHealth(spec)) {
    return port === 0 ? [required(field)] : invalidEach(field, port, portNumber(port));
  }
  const rule =
    "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
  return port === 0 ? [] : [invalid(field, port, rule)];
}

function validateSameClass(next: Json, prev: Json): Causes {
  const both = next["type"] === "LoadBalancer" && prev["type"] === "LoadBalancer";
  const now = next["loadBalancerClass"] ?? null;
  const same = jsonEqual(now, prev["loadBalancerClass"] ?? null);
  return !both || same ? [] : [invalid("spec.loadBalancerClass", now, "may not change once set")];
}

function validateSameHealthPort(next: Json, prev: Json): Causes {
  if (!checksHealth(next) || !checksHealth(prev)) return [];
  const same = (next["healthCheckNodePort"] ?? 0) === (prev["healthCheckNodePort"] ?? 0);
  return same ? [] : [forbidden("spec.healthCheckNodePort", "field is immutable")];
}
