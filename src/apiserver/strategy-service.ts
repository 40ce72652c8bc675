/**
 * How Services are prepared (pkg/registry/core/service, v1.37.2): fields that no longer apply are wiped on
 * a change of type, addresses and node ports are allocated or carried over. The cluster is single-stack
 * IPv4.
 *
 * Left out: dual-stack clusters; what a request names is taken as it is here (admission.ts sees what is taken).
 */
import type { KubeObject } from "../api/meta.ts";
import { child, drafts, type Draft } from "./draft.ts";
import { jsonEqual } from "./equality.ts";
import { asArray, asRecord, isNil, type Json } from "./json.ts";
import { isAbsent, specOf, withField, type Preparation } from "./strategy-parts.ts";

/** Where a cluster's addresses and ports come from: each call gives one that is free. */
export interface ServicePools {
  clusterIp(): string;
  /** 30000 to 32767; 0 where all are taken. `what` it is for. */
  nodePort(what: "a nodePort" | "a HealthCheck NodePort 0"): number;
}

export type Allocate = (
  next: KubeObject,
  prev: KubeObject | undefined,
  pools: ServicePools,
) => KubeObject;

export const SERVICE: Preparation = {
  create: (service) => ({ ...service, status: { loadBalancer: {} } }),
  update: (next, prev) => dropUnused(withField(next, "status", prev["status"]), prev),
  status: (next, prev) => withField(next, "spec", prev["spec"]),
};

/** The service with cluster IP, node ports and IP families; before preparation and validation. */
export function allocateService(
  next: KubeObject,
  prev: KubeObject | undefined,
  pools: ServicePools,
): KubeObject {
  const service = structuredClone(next);
  const spec = child(service, "spec");
  const old = prev === undefined ? undefined : specOf(prev);
  if (old !== undefined) carryOver(spec, old);
  linkClusterIps(spec, old);
  if (spec["type"] === "ExternalName") {
    // Gone whenever it is read (storage.go defaultOnReadInternalTrafficPolicy).
    delete spec["internalTrafficPolicy"];
    return service;
  }
  const headless = spec["clusterIP"] === "None";
  const selectorless = Object.keys(asRecord(spec["selector"])).length === 0;
  if (isNil(spec["ipFamilyPolicy"])) {
    const policy = headless && selectorless ? "RequireDualStack" : "SingleStack";
    spec["ipFamilyPolicy"] = old?.["ipFamilyPolicy"] ?? policy;
  }
  if (isAbsent(spec["clusterIP"]) && isAbsent(spec["clusterIPs"])) {
    spec["clusterIP"] = pools.clusterIp();
    spec["clusterIPs"] = [spec["clusterIP"]];
  }
  if (isAbsent(spec["ipFamilies"])) {
    const dual = headless && spec["ipFamilyPolicy"] === "RequireDualStack";
    spec["ipFamilies"] = dual ? ["IPv4", "IPv6"] : ["IPv4"];
  }
  if (needsNodePort(spec)) allocateNodePorts(spec, old === undefined, pools);
  if (needsHealthPort(spec) && isZero(spec["healthCheckNodePort"])) {
    spec["healthCheckNodePort"] = pools.nodePort("a HealthCheck NodePort 0");
  }
  return service;
}

/** patchAllocatedValues: a client that sends its first manifest again keeps what was allocated. */
function carryOver(spec: Draft, old: Json): void {
  if (old["type"] !== "ExternalName" && spec["type"] !== "ExternalName") {
    if (isAbsent(spec["clusterIP"])) spec["clusterIP"] = old["clusterIP"];
    if (isAbsent(spec["clusterIPs"])) spec["clusterIPs"] = old["clusterIPs"];
    if (isAbsent(spec["ipFamilies"])) spec["ipFamilies"] = old["ipFamilies"];
  }
  if (needsNodePort(old) && needsNodePort(spec)) {
    const taken = nodePorts(old).filter((port) => nodePorts(spec).includes(port));
    const byName = new Map(
      asArray(old["ports"]).map((port) => [asRecord(port)["name"] ?? "", asRecord(port)]),
    );
    for (const port of drafts(spec["ports"])) {
      const before = byName.get(port["name"] ?? "")?.["nodePort"];
      if (isZero(port["nodePort"]) && typeof before === "number" && !taken.includes(before)) {
        port["nodePort"] = before;
      }
    }
  }
  if (needsHealthPort(old) && needsHealthPort(spec) && isZero(spec["healthCheckNodePort"])) {
    spec["healthCheckNodePort"] = old["healthCheckNodePort"];
  }
}

/** normalizeClusterIPs: an old client sets clusterIP only. */
function linkClusterIps(spec: Draft, old: Json | undefined): void {
  const ip = spec["clusterIP"] ?? "";
  if (old === undefined) {
    if (ip !== "" && isAbsent(spec["clusterIPs"])) spec["clusterIPs"] = [ip];
    return;
  }
  const sameList = jsonEqual(asArray(old["clusterIPs"]), asArray(spec["clusterIPs"]));
  if (ip === (old["clusterIP"] ?? "") || !sameList) return;
  if (ip === "") delete spec["clusterIPs"];
  else spec["clusterIPs"] = [ip];
}

/** initNodePorts: what a new Service has for two protocols has one node port for both; updateNodePorts does not look. */
function allocateNodePorts(spec: Draft, isNew: boolean, pools: ServicePools): void {
  const ports = drafts(spec["ports"]);
  for (const port of ports) {
    if (!isZero(port["nodePort"])) continue;
    const alike = (each: Draft): boolean =>
      each["port"] === port["port"] && !isZero(each["nodePort"]);
    const same = isNew ? ports.find(alike) : undefined;
    port["nodePort"] = same?.["nodePort"] ?? pools.nodePort("a nodePort");
  }
}

/** dropTypeDependentFields: wipes what the new type has no use for and the user did not change. */
function dropUnused(next: KubeObject, prev: KubeObject): KubeObject {
  const service = structuredClone(next);
  const spec = child(service, "spec");
  const old = specOf(prev);
  const same = (field: string): boolean => jsonEqual(old[field] ?? null, spec[field] ?? null);
  if (old["type"] !== "ExternalName" && spec["type"] === "ExternalName") {
    const sameIps = same("clusterIP") && same("clusterIPs");
    if (sameIps) {
      delete spec["clusterIP"];
      delete spec["clusterIPs"];
    }
    if (same("ipFamilies")) delete spec["ipFamilies"];
    if (same("ipFamilyPolicy")) delete spec["ipFamilyPolicy"];
  }
  if (mayUseNodePorts(old) && !mayUseNodePorts(spec)) {
    const known = nodePorts(old);
    if (nodePorts(spec).every((port) => known.includes(port))) {
      for (const port of drafts(spec["ports"])) delete port["nodePort"];
    }
  }
  if (needsHealthPort(old) && !needsHealthPort(spec) && same("healthCheckNodePort")) {
    delete spec["healthCheckNodePort"];
  }
  if (old["type"] === "LoadBalancer" && spec["type"] !== "LoadBalancer") {
    if (same("allocateLoadBalancerNodePorts")) delete spec["allocateLoadBalancerNodePorts"];
    if (same("loadBalancerClass")) delete spec["loadBalancerClass"];
  }
  if (isReachable(old) && !isReachable(spec) && same("externalTrafficPolicy")) {
    delete spec["externalTrafficPolicy"];
  }
  if (spec["type"] !== "LoadBalancer") child(service, "status")["loadBalancer"] = {};
  return service;
}

/** Whether a service is meant to be reached from outside the cluster. */
function isReachable(spec: Json): boolean {
  const { type } = spec;
  if (type === "LoadBalancer" || type === "NodePort") return true;
  return type === "ClusterIP" && asArray(spec["externalIPs"]).length > 0;
}

function mayUseNodePorts(spec: Json): boolean {
  return spec["type"] === "NodePort" || spec["type"] === "LoadBalancer";
}

function needsNodePort(spec: Json): boolean {
  if (spec["type"] === "NodePort") return true;
  return spec["type"] === "LoadBalancer" && spec["allocateLoadBalancerNodePorts"] !== false;
}

function needsHealthPort(spec: Json): boolean {
  return spec["type"] === "LoadBalancer" && spec["externalTrafficPolicy"] === "Local";
}

function nodePorts(spec: Json): readonly number[] {
  return asArray(spec["ports"])
    .map((port) => asRecord(port)["nodePort"])
    .filter((port) => typeof port === "number")
    .filter((port) => port !== 0);
}

function isZero(value: unknown): boolean {
  return isNil(value) || value === 0;
}
