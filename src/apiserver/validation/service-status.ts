/** Rules for what a load balancer says in the status of a Service (ValidateLoadBalancerStatus, v1.37.2). */
import type { KubeObject } from "../../api/meta.ts";
import { asArray, asRecord, asString } from "../json.ts";
import { specOf } from "../strategy-parts.ts";
import { isIpv4, validateIp } from "./ip.ts";
import { forbidden, invalid, invalidEach, notSupported, required, type Causes } from "./errors.ts";
import { validateMetadataUpdate } from "./metadata.ts";
import { dnsSubdomain } from "./names.ts";

export function validateServiceStatus(next: KubeObject, prev: KubeObject): Causes {
  const { ingress } = asRecord(asRecord(next["status"])["loadBalancer"]);
  const field = "status.loadBalancer.ingress";
  const points = asArray(ingress).map(asRecord);
  const rule = "may only be used when `spec.type` is 'LoadBalancer'";
  const isBalanced = specOf(next)["type"] === "LoadBalancer";
  return [
    ...validateMetadataUpdate(next, prev),
    ...(points.length > 0 && !isBalanced
      ? [forbidden(field, rule)]
      : points.flatMap((point, i) => validatePoint(point, `${field}[${i}]`))),
  ];
}

function validatePoint(
  { ip, ipMode, hostname }: Readonly<Record<string, unknown>>,
  field: string,
): Causes {
  const address = asString(ip);
  const hasAddress = address !== "";
  const mode =
    ipMode === undefined
      ? hasAddress
        ? [required(`${field}.ipMode`, "must be specified when `ip` is set")]
        : []
      : !hasAddress
        ? [forbidden(`${field}.ipMode`, "may not be specified when `ip` is not set")]
        : ["Proxy", "VIP"].includes(asString(ipMode))
          ? []
          : [notSupported(`${field}.ipMode`, ipMode, ["Proxy", "VIP"])];
  const name = asString(hostname);
  const isAddress = isIpv4(name);
  return [
    ...(hasAddress ? validateIp(address, `${field}.ip`) : []),
    ...mode,
    ...(name === "" ? [] : invalidEach(`${field}.hostname`, name, dnsSubdomain(name))),
    ...(isAddress
      ? [invalid(`${field}.hostname`, name, "must be a DNS name, not an IP address")]
      : []),
  ];
}
