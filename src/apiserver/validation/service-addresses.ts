/** Rules for the addresses of Services, and what the allocators of addresses and node ports refuse. */
import type { KubeObject } from "../../api/meta.ts";
import { asArray, asRecord, asString, isNil, type Json } from "../json.ts";
import { specOf } from "../strategy-parts.ts";
import { duplicate, invalid, notSupported, required, type Causes } from "./errors.ts";
import { isIpv4, validateIp } from "./ip.ts";

/** What the allocators of addresses and ports refuse; it comes before all rules, and alone. */
export function validateAllocation(service: KubeObject): Causes {
  const spec = specOf(service);
  if (spec["type"] === "ExternalName") return [];
  const related = validateClusterIps(spec);
  if (related.length > 0) return related;
  const ip = asString(spec["clusterIP"]);
  if (ip !== "" && ip !== "None" && !isServiceAddress(ip)) {
    const why = "the provided network does not match the current range";
    const detail = `failed to allocate IP ${ip}: ${why}`;
    return [invalid("spec.clusterIPs", asArray(spec["clusterIPs"]), detail)];
  }
  if (spec["type"] !== "NodePort" && spec["type"] !== "LoadBalancer") return [];
  const rule = "provided port is not in the valid range. The range of valid ports is 30000-32767";
  const bad = asArray(spec["ports"]).flatMap((item, i) => {
    const port = asRecord(item)["nodePort"] ?? 0;
    if (typeof port !== "number" || port === 0 || (port >= 30_000 && port <= 32_767)) return [];
    return [invalid(`spec.ports[${i}].nodePort`, port, rule)];
  });
  return bad.slice(0, 1);
}

/** Addresses of services: 10.96.0.0/12, as kubeadm sets up clusters. */
function isServiceAddress(ip: string): boolean {
  const [first, second] = ip.split(".").map(Number);
  return isIpv4(ip) && first === 10 && second !== undefined && second >= 96 && second < 112;
}

export function validateClusterIps(spec: Json): Causes {
  const ip = asString(spec["clusterIP"]);
  const ips = asArray(spec["clusterIPs"]).map(asString);
  const field = "spec.clusterIPs";
  return [
    ...validateLinkedIps(ip, ips, field),
    ...validateFamilies(spec),
    ...ips.flatMap((each, i) =>
      each === "None" && i === 0 ? [] : validateIp(each, `${field}[${i}]`),
    ),
    ...(ips[0] === "None" && ips.length > 1
      ? [invalid(field, ips, "'None' must be the first and only value")]
      : []),
    ...(ips.length > 2 ? [invalid(field, ips, "may only hold up to 2 values")] : []),
  ];
}

function validateLinkedIps(ip: string, ips: readonly string[], field: string): Causes {
  if (ip === "") {
    const rule = "must be empty when `clusterIP` is not specified";
    return ips.length === 0 ? [] : [invalid(field, ips, rule)];
  }
  if (ips.length === 0) return [required(field)];
  return ips[0] === ip ? [] : [invalid(field, ips, "first value must match `clusterIP`")];
}

function validateFamilies(spec: Json): Causes {
  const families = asArray(spec["ipFamilies"]).map(asString);
  const { ipFamilyPolicy: policy } = spec;
  const policies = ["PreferDualStack", "RequireDualStack", "SingleStack"];
  return [
    ...families.flatMap((family, i) => [
      ...(["IPv4", "IPv6"].includes(family)
        ? []
        : [notSupported(`spec.ipFamilies[${i}]`, family, ["IPv4", "IPv6"])]),
      ...(families.indexOf(family) < i ? [duplicate(`spec.ipFamilies[${i}]`, family)] : []),
    ]),
    ...(isNil(policy) || policies.includes(asString(policy))
      ? []
      : [notSupported("spec.ipFamilyPolicy", policy, policies)]),
  ];
}

export function validateExternalIps(ips: readonly string[]): Causes {
  return ips.flatMap((ip, i) => {
    const field = `spec.externalIPs[${i}]`;
    const errors = validateIp(ip, field);
    return errors.length > 0 ? errors : validateReachable(ip, field);
  });
}

/** Addresses that nobody can send to from outside. */
function validateReachable(ip: string, field: string): Causes {
  if (ip === "0.0.0.0" || ip === "::") {
    return [invalid(field, ip, `may not be unspecified (${ip})`)];
  }
  if (ip.startsWith("127.") || ip === "::1") {
    return [invalid(field, ip, "may not be in the loopback range (127.0.0.0/8, ::1/128)")];
  }
  if (ip.startsWith("169.254.") || ip.toLowerCase().startsWith("fe80:")) {
    const rule = "may not be in the link-local range (169.254.0.0/16, fe80::/10)";
    return [invalid(field, ip, rule)];
  }
  if (!ip.startsWith("224.0.0.") && !ip.toLowerCase().startsWith("ff02:")) return [];
  const rule = "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)";
  return [invalid(field, ip, rule)];
}

export function validateSameAddresses(next: Json, prev: Json): Causes {
  if (next["type"] === "ExternalName" || prev["type"] === "ExternalName") return [];
  if (isHeadless(next) && isHeadless(prev)) return [];
  const now = asArray(next["clusterIPs"]);
  const old = asArray(prev["clusterIPs"]);
  if (now.length === 0 && old.length > 0) {
    return [invalid("spec.clusterIPs[0]", null, "primary clusterIP can not be unset")];
  }
  const changed = old.length > 0 && now[0] !== old[0];
  return changed ? [invalid("spec.clusterIPs[0]", now, "may not change once set")] : [];
}

export function isHeadless(spec: Json): boolean {
  return asArray(spec["clusterIPs"])[0] === "None";
}
