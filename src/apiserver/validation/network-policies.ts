/**
 * Rules for NetworkPolicies (pkg/apis/networking/validation, v1.37.2).
 *
 * Left out: whether an exception lies within its block.
 */
import type { KubeObject } from "../../api/meta.ts";
import { asArray, asRecord, asString, isNil } from "../json.ts";
import { specOf } from "../strategy-parts.ts";
import { forbidden, invalid, invalidEach, notSupported, required, type Causes } from "./errors.ts";
import { validateCidr } from "./ip.ts";
import { validateLabelSelector } from "./label-selector.ts";
import { validateMetadata, validateMetadataUpdate } from "./metadata.ts";
import { dnsSubdomain, portName, portNumber } from "./names.ts";

const PROTOCOLS = ["TCP", "UDP", "SCTP"];
const TYPES = ["Ingress", "Egress"];

export function validateNetworkPolicy(policy: KubeObject): Causes {
  const { podSelector, ingress, egress, policyTypes } = specOf(policy);
  return [
    ...validateMetadata(policy, { nameRule: dnsSubdomain, namespaced: true }),
    ...validateLabelSelector(podSelector, "spec.podSelector"),
    ...validateRules(ingress, "spec.ingress", "from"),
    ...validateRules(egress, "spec.egress", "to"),
    ...validateTypes(asArray(policyTypes)),
  ];
}

export function validateNetworkPolicyUpdate(next: KubeObject, prev: KubeObject): Causes {
  return [...validateMetadataUpdate(next, prev), ...validateNetworkPolicy(next)];
}

function validateRules(rules: unknown, field: string, peers: "from" | "to"): Causes {
  return asArray(rules).flatMap((each, i) => {
    const rule = asRecord(each);
    const path = `${field}[${i}]`;
    return [
      ...asArray(rule["ports"]).flatMap((port, at) => validatePort(port, `${path}.ports[${at}]`)),
      ...asArray(rule[peers]).flatMap((peer, at) => validatePeer(peer, `${path}.${peers}[${at}]`)),
    ];
  });
}

function validatePort(given: unknown, field: string): Causes {
  const { protocol, port, endPort } = asRecord(given);
  const known = isNil(protocol) || PROTOCOLS.includes(asString(protocol));
  const end = `${field}.endPort`;
  const refusal = (why: string): Causes =>
    isNil(endPort) ? [] : [invalid(end, endPort, `may not be specified when \`port\` is ${why}`)];
  return [
    ...(known ? [] : [notSupported(`${field}.protocol`, protocol, PROTOCOLS)]),
    ...(isNil(port) ? refusal("not specified") : []),
    ...(typeof port === "string"
      ? [...refusal("non-numeric"), ...invalidEach(`${field}.port`, port, portName(port))]
      : []),
    ...(typeof port === "number" ? invalidEach(`${field}.port`, port, portNumber(port)) : []),
    ...(typeof port === "number" && typeof endPort === "number"
      ? [
          ...(endPort < port
            ? [invalid(end, endPort, "must be greater than or equal to `port`")]
            : []),
          ...invalidEach(end, endPort, portNumber(endPort)),
        ]
      : []),
  ];
}

function validatePeer(given: unknown, field: string): Causes {
  const peer = asRecord(given);
  const block = peer["ipBlock"];
  const selectors = ["podSelector", "namespaceSelector"].filter((name) => !isNil(peer[name]));
  const rule = "may not specify both ipBlock and another peer";
  return [
    ...selectors.flatMap((name) => validateLabelSelector(peer[name], `${field}.${name}`)),
    ...(isNil(block) ? [] : validateBlock(block, `${field}.ipBlock`)),
    ...(isNil(block) && selectors.length === 0 ? [required(field, "must specify a peer")] : []),
    ...(!isNil(block) && selectors.length > 0 ? [forbidden(field, rule)] : []),
  ];
}

function validateBlock(given: unknown, field: string): Causes {
  const { cidr, except } = asRecord(given);
  if (isNil(cidr) || cidr === "") return [required(`${field}.cidr`)];
  const own = validateCidr(asString(cidr), `${field}.cidr`);
  if (own.length > 0) return own;
  return asArray(except).flatMap((each, i) =>
    validateCidr(asString(each), `${field}.except[${i}]`),
  );
}

function validateTypes(types: readonly unknown[]): Causes {
  const field = "spec.policyTypes";
  if (types.length > TYPES.length) {
    return [invalid(field, types, "may not specify more than two policyTypes")];
  }
  return types.flatMap((type, i) =>
    TYPES.includes(asString(type)) ? [] : [notSupported(`${field}[${i}]`, type, TYPES)],
  );
}
