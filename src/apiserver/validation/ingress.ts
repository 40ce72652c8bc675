/**
 * Rules for Ingresses (pkg/apis/networking/validation, v1.37.2).
 *
 * Left out: addresses in the status, which no controller here writes, and what an update may keep because the old
 * object, written by an older API server, has it already.
 */
import type { KubeObject } from "../../api/meta.ts";
import { asArray, asRecord, asString, isNil, type Json } from "../json.ts";
import { specOf } from "../strategy-parts.ts";
import { asJson, invalid, invalidEach, notSupported, required, type Causes } from "./errors.ts";
import { isIpv4, validateIp } from "./ip.ts";
import { validateMetadata, validateMetadataUpdate } from "./metadata.ts";
import {
  dnsLabel,
  dnsSubdomain,
  pathSegment,
  portName,
  portNumber,
  wildcardSubdomain,
} from "./names.ts";

const CLASS = "kubernetes.io/ingress.class";
const PATH_TYPES = ["Exact", "ImplementationSpecific", "Prefix"];
const FORBIDDEN_PARTS = ["//", "/./", "/../", "%2f", "%2F"];
const FORBIDDEN_ENDS = ["/..", "/."];

export function validateIngress(ingress: KubeObject): Causes {
  const named = ingress.metadata.annotations?.[CLASS];
  const { ingressClassName } = specOf(ingress);
  const other = named !== undefined && !isNil(ingressClassName) && named !== ingressClassName;
  const rule = "must match `ingressClassName` when both are specified";
  return [
    ...validateBody(ingress),
    ...(other ? [invalid(`annotations.${CLASS}`, named, rule)] : []),
  ];
}

export function validateIngressUpdate(next: KubeObject, prev: KubeObject): Causes {
  return [...validateMetadataUpdate(next, prev), ...validateBody(next)];
}

/** The old way to name a class still works, with a warning on creation. */
export function warningsOfIngress(
  ingress: KubeObject,
  prev: KubeObject | undefined,
): readonly string[] {
  const named = ingress.metadata.annotations?.[CLASS] !== undefined;
  if (prev !== undefined || !named || !isNil(specOf(ingress)["ingressClassName"])) return [];
  return [`annotation "${CLASS}" is deprecated, please use 'spec.ingressClassName' instead`];
}

function validateBody(ingress: KubeObject): Causes {
  const { rules, defaultBackend, tls, ingressClassName } = specOf(ingress);
  const listed = asArray(rules);
  const empty = listed.length === 0 && isNil(defaultBackend);
  const rule = "either `defaultBackend` or `rules` must be specified";
  return [
    ...validateMetadata(ingress, { nameRule: dnsSubdomain, namespaced: true }),
    ...(empty ? [invalid("spec", asJson(rules), rule)] : []),
    ...(isNil(defaultBackend)
      ? []
      : validateBackend(asRecord(defaultBackend), "spec.defaultBackend")),
    ...listed.flatMap((each, i) => validateRule(asRecord(each), `spec.rules[${i}]`)),
    ...asArray(tls).flatMap((each, i) => validateTls(asRecord(each), `spec.tls[${i}]`)),
    ...(isNil(ingressClassName)
      ? []
      : invalidEach(
          "spec.ingressClassName",
          ingressClassName,
          dnsSubdomain(asString(ingressClassName)),
        )),
  ];
}

function validateRule(rule: Json, field: string): Causes {
  const host = asString(rule["host"]);
  const isAddress = isIpv4(host) || (host.includes(":") && validateIp(host, "").length === 0);
  const { http } = rule;
  const { paths } = asRecord(http);
  return [
    ...(isAddress ? [invalid(`${field}.host`, host, "must be a DNS name, not an IP address")] : []),
    ...(host === "" ? [] : validateHost(host, `${field}.host`)),
    ...(isNil(http) || asArray(paths).length > 0 ? [] : [required(`${field}.http.paths`)]),
    ...asArray(paths).flatMap((path, i) =>
      validatePath(asRecord(path), `${field}.http.paths[${i}]`),
    ),
  ];
}

function validateHost(host: string, field: string): Causes {
  return invalidEach(
    field,
    host,
    host.includes("*") ? wildcardSubdomain(host) : dnsSubdomain(host),
  );
}

function validatePath(path: Json, field: string): Causes {
  const { pathType, backend } = path;
  if (isNil(pathType)) return [required(`${field}.pathType`, "pathType must be specified")];
  return [
    ...validatePathText(asString(path["path"]), asString(pathType), field),
    ...validateBackend(asRecord(backend), `${field}.backend`),
  ];
}

function validatePathText(path: string, pathType: string, field: string): Causes {
  if (!PATH_TYPES.includes(pathType)) {
    return [notSupported(`${field}.pathType`, pathType, PATH_TYPES)];
  }
  const refuse = (rule: string): Causes => [invalid(`${field}.path`, path, rule)];
  const free = pathType === "ImplementationSpecific";
  const relative = !path.startsWith("/") && !(free && path === "");
  return [
    ...(relative ? refuse("must be an absolute path") : []),
    ...(free ? [] : FORBIDDEN_PARTS)
      .filter((part) => path.includes(part))
      .flatMap((part) => refuse(`must not contain '${part}'`)),
    ...(free ? [] : FORBIDDEN_ENDS)
      .filter((end) => path.endsWith(end))
      .flatMap((end) => refuse(`cannot end with '${end}'`)),
  ];
}

function validateBackend(backend: Json, field: string): Causes {
  const { resource, service } = backend;
  if (!isNil(resource) && !isNil(service)) {
    return [invalid(field, "", "cannot set both resource and service backends")];
  }
  if (!isNil(resource)) return validateReference(asRecord(resource), `${field}.resource`);
  if (isNil(service)) return [invalid(field, "", "resource or service backend is required")];
  const name = asString(asRecord(service)["name"]);
  return [
    ...(name === ""
      ? [required(`${field}.service.name`)]
      : invalidEach(`${field}.service.name`, name, dnsLabel(name))),
    ...validateBackendPort(asRecord(asRecord(service)["port"]), field),
  ];
}

function validateBackendPort({ name, number }: Json, field: string): Causes {
  const hasName = asString(name) !== "";
  const hasNumber = typeof number === "number" && number !== 0;
  if (hasName && hasNumber) {
    return [invalid(field, "", "cannot set both port name & port number")];
  }
  const place = `${field}.service.port`;
  if (hasName) return invalidEach(`${place}.name`, name, portName(asString(name)));
  if (hasNumber) return invalidEach(`${place}.number`, number, portNumber(number));
  return [required(field, "port name or number is required")];
}

/** Another object than a Service that answers. */
function validateReference(reference: Json, field: string): Causes {
  const { apiGroup, kind, name } = reference;
  return [
    ...(isNil(apiGroup)
      ? []
      : invalidEach(`${field}.apiGroup`, apiGroup, dnsSubdomain(asString(apiGroup)))),
    ...validateSegment(kind, `${field}.kind`),
    ...validateSegment(name, `${field}.name`),
  ];
}

function validateSegment(text: unknown, field: string): Causes {
  if (asString(text) === "") return [required(field)];
  return invalidEach(field, text, pathSegment(asString(text)));
}

function validateTls({ hosts, secretName }: Json, field: string): Causes {
  return [
    ...asArray(hosts).flatMap((host, i) => validateHost(asString(host), `${field}.hosts[${i}]`)),
    ...(asString(secretName) === ""
      ? []
      : invalidEach(`${field}.secretName`, secretName, dnsSubdomain(asString(secretName)))),
  ];
}
