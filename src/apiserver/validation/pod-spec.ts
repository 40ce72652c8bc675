/**
 * Rules for the spec of a pod (pkg/apis/core/validation ValidatePodSpec, v1.37.2), in the server's order.
 *
 * Left out: resource claims, sums of containers against pod-level resources, Windows host processes,
 * rules that depend on `os`.
 */
import { asArray, asRecord, asString, isNil, type Json } from "../json.ts";
import {
  validateContainers,
  validateEphemeralContainers,
  validateInitContainers,
} from "./containers.ts";
import {
  duplicate,
  forbidden,
  invalid,
  invalidEach,
  notFound,
  notSupported,
  oneOf,
  required,
  tooLong,
  type Causes,
} from "./errors.ts";
import { validateIp } from "./ip.ts";
import { validateLabels } from "./metadata.ts";
import {
  dnsLabel,
  dnsSubdomain,
  dnsSubdomainWithUnderscore,
  inRange,
  qualifiedName,
  type NameRule,
} from "./names.ts";
import { validateResourceRequirements } from "./resources.ts";
import { validateAffinity, validateSpreadConstraints, validateTolerations } from "./scheduling.ts";
import { validatePodSecurityContext } from "./security.ts";
import { validateVolumes } from "./volumes.ts";

/** Whether the spec is that of a Pod or of a template; a few rules differ. */
export type PodSpecOwner = "pod" | "template";

const MAX_INT32 = 2 ** 31 - 1;

export function validatePodSpec(spec: Json, field: string, owner: PodSpecOwner): Causes {
  const grace = spec["terminationGracePeriodSeconds"];
  const { errors, sources } = validateVolumes(asArray(spec["volumes"]), `${field}.volumes`);
  return [
    ...(isNil(grace) ? [required(`${field}.terminationGracePeriodSeconds`)] : []),
    ...errors,
    ...validateContainers(spec, sources, field),
    ...validateInitContainers(spec, sources, field),
    ...validateEphemeralContainers(spec, sources, field),
    ...validatePodResources(spec["resources"], `${field}.resources`),
    ...validateHostPorts(spec, field, owner),
    ...oneOf(spec["restartPolicy"], `${field}.restartPolicy`, ["Always", "OnFailure", "Never"]),
    ...oneOf(spec["dnsPolicy"], `${field}.dnsPolicy`, DNS_POLICIES),
    ...validateLabels(spec["nodeSelector"], `${field}.nodeSelector`),
    ...validatePodSecurityContext(spec, `${field}.securityContext`),
    ...validateProcessNamespace(spec, field),
    ...validateAffinity(spec["affinity"], `${field}.affinity`),
    ...validateDnsConfig(spec, `${field}.dnsConfig`),
    ...validateGates(spec, field),
    ...validateSpreadConstraints(
      asArray(spec["topologySpreadConstraints"]),
      `${field}.topologySpreadConstraints`,
    ),
    ...validateHostUsers(spec, field),
    ...validateHostnameOverride(spec, `${field}.hostnameOverride`),
    ...validateNamesOf(spec, field),
    ...validatePlacement(spec, field),
    ...validateFileKeys(spec, field),
  ];
}

function validatePodResources(resources: unknown, field: string): Causes {
  return isNil(resources) ? [] : validateResourceRequirements(asRecord(resources), field, "pod");
}

const DNS_POLICIES = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];

function validateHostPorts(spec: Json, field: string, owner: PodSpecOwner): Causes {
  if (spec["hostNetwork"] !== true) return [];
  const rule = "must match `containerPort` when `hostNetwork` is true";
  return asArray(spec["containers"]).flatMap((container, i) =>
    asArray(asRecord(container)["ports"]).flatMap((item, j) => {
      const port = asRecord(item);
      const hostPort = port["hostPort"] ?? 0;
      const judged = owner === "pod" || hostPort !== 0;
      const path = `${field}.containers[${i}].ports[${j}].hostPort`;
      return judged && hostPort !== (port["containerPort"] ?? 0)
        ? [invalid(path, hostPort, rule)]
        : [];
    }),
  );
}

function validateProcessNamespace(spec: Json, field: string): Causes {
  const both = spec["shareProcessNamespace"] === true && spec["hostPID"] === true;
  const rule = "ShareProcessNamespace and HostPID cannot both be enabled";
  return both ? [invalid(`${field}.shareProcessNamespace`, true, rule)] : [];
}

function validateDnsConfig(spec: Json, field: string): Causes {
  const config = asRecord(spec["dnsConfig"]);
  const servers = asArray(config["nameservers"]);
  if (spec["dnsPolicy"] === "None") {
    if (isNil(spec["dnsConfig"])) {
      return [required(field, "must provide `dnsConfig` when `dnsPolicy` is None")];
    }
    if (servers.length === 0) {
      const rule = "must provide at least one DNS nameserver when `dnsPolicy` is None";
      return [required(`${field}.nameservers`, rule)];
    }
  }
  const searches = asArray(config["searches"]).map(asString);
  const path = `${field}.searches`;
  const tooManyText =
    "must not have more than 2048 characters (including spaces) in the search list";
  return [
    ...(servers.length > 3
      ? [invalid(`${field}.nameservers`, servers, "must not have more than 3 nameservers")]
      : []),
    ...servers.flatMap((each, i) => validateIp(asString(each), `${field}.nameservers[${i}]`)),
    ...(searches.length > 32
      ? [invalid(path, searches, "must not have more than 32 search paths")]
      : []),
    ...(searches.join(" ").length > 2048 ? [invalid(path, searches, tooManyText)] : []),
    ...searches.flatMap((search, i) => {
      const name = search === "." ? "a" : search.replace(/\.$/, "");
      return invalidEach(`${path}[${i}]`, name, dnsSubdomainWithUnderscore(name));
    }),
    ...asArray(config["options"]).flatMap((option, i) =>
      asString(asRecord(option)["name"]) === ""
        ? [required(`${field}.options[${i}]`, "must not be empty")]
        : [],
    ),
  ];
}

function validateGates(spec: Json, field: string): Causes {
  const readiness = asArray(spec["readinessGates"]).flatMap((gate, i) => {
    const type = asString(asRecord(gate)["conditionType"]);
    return invalidEach(`${field}.readinessGates[${i}].conditionType`, type, qualifiedName(type));
  });
  const seen = new Set<string>();
  const scheduling = asArray(spec["schedulingGates"]).flatMap((gate, i) => {
    const name = asString(asRecord(gate)["name"]);
    const path = `${field}.schedulingGates[${i}]`;
    const errors = [...invalidEach(path, name, qualifiedName(name))];
    if (seen.has(name)) errors.push(duplicate(path, name));
    seen.add(name);
    return errors;
  });
  return [...readiness, ...scheduling];
}

function validateHostUsers(spec: Json, field: string): Causes {
  if (spec["hostUsers"] !== false) return [];
  const rule = "when `hostUsers` is false";
  const lists = ["initContainers", "containers", "ephemeralContainers"];
  return [
    ...(spec["hostNetwork"] === true ? [forbidden(`${field}.hostNetwork`, rule)] : []),
    ...(spec["hostPID"] === true ? [forbidden(`${field}.HostPID`, rule)] : []),
    ...(spec["hostIPC"] === true ? [forbidden(`${field}.HostIPC`, rule)] : []),
    ...lists.flatMap((list) =>
      asArray(spec[list]).flatMap((container, i) =>
        asArray(asRecord(container)["volumeDevices"]).length > 0
          ? [forbidden(`${field}.${list}[${i}].volumeDevices`, rule)]
          : [],
      ),
    ),
  ];
}

function validateHostnameOverride(spec: Json, field: string): Causes {
  const override = spec["hostnameOverride"];
  if (typeof override !== "string") return [];
  const rule = "may not be specified when";
  return [
    ...(spec["setHostnameAsFQDN"] === true
      ? [forbidden(field, `${rule} setHostnameAsFQDN is true`)]
      : []),
    ...(spec["hostNetwork"] === true ? [forbidden(field, `${rule} hostNetwork is true`)] : []),
    ...(override.length > 64 ? [tooLong(field, 64)] : []),
    ...invalidEach(field, override, dnsSubdomain(override)),
  ];
}

function validateNamesOf(spec: Json, field: string): Causes {
  const named = (name: string, rule: NameRule): Causes => {
    const value = asString(spec[name]);
    return value === "" ? [] : invalidEach(`${field}.${name}`, value, rule(value));
  };
  const account = asString(spec["serviceAccountName"]);
  const deprecated = asString(spec["serviceAccount"]);
  const sameAccount = `must be the same as serviceAccountName: ${JSON.stringify(account)}`;
  const deadline = spec["activeDeadlineSeconds"];
  return [
    ...named("serviceAccountName", dnsSubdomain),
    ...(deprecated === account
      ? []
      : [invalid(`${field}.deprecatedServiceAccount`, deprecated, sameAccount)]),
    ...named("nodeName", dnsSubdomain),
    ...(typeof deadline === "number"
      ? invalidEach(`${field}.activeDeadlineSeconds`, deadline, inRange(deadline, 1, MAX_INT32))
      : []),
    ...named("hostname", dnsLabel),
    ...named("subdomain", dnsLabel),
  ];
}

function validatePlacement(spec: Json, field: string): Causes {
  const { runtimeClassName, preemptionPolicy, overhead } = spec;
  const priorityClass = asString(spec["priorityClassName"]);
  return [
    ...validateTolerations(asArray(spec["tolerations"]), `${field}.tolerations`),
    ...validateHostAliases(asArray(spec["hostAliases"]), `${field}.hostAliases`),
    ...(priorityClass === ""
      ? []
      : invalidEach(`${field}.priorityClassName`, priorityClass, dnsSubdomain(priorityClass))),
    ...(typeof runtimeClassName === "string"
      ? invalidEach(`${field}.runtimeClassName`, runtimeClassName, dnsSubdomain(runtimeClassName))
      : []),
    ...(isNil(preemptionPolicy)
      ? []
      : oneOf(preemptionPolicy, `${field}.preemptionPolicy`, ["PreemptLowerPriority", "Never"])),
    ...(isNil(overhead)
      ? []
      : validateResourceRequirements({ limits: overhead }, `${field}.overhead`)),
    ...validateOs(spec["os"], `${field}.os`),
  ];
}

function validateOs(os: unknown, field: string): Causes {
  if (isNil(os)) return [];
  const name = asString(asRecord(os)["name"]);
  if (name === "") return [required(`${field}.name`)];
  return ["linux", "windows"].includes(name)
    ? []
    : [notSupported(field, name, ["linux", "windows"])];
}

function validateHostAliases(aliases: readonly unknown[], field: string): Causes {
  return aliases.flatMap((item, i) => {
    const alias = asRecord(item);
    return [
      ...validateIp(asString(alias["ip"]), `${field}[${i}].ip`),
      ...asArray(alias["hostnames"]).flatMap((host, j) =>
        invalidEach(`${field}[${i}].hostnames[${j}]`, host, dnsSubdomain(asString(host))),
      ),
    ];
  });
}

/** Environment from a file needs an emptyDir that holds the file. */
function validateFileKeys(spec: Json, field: string): Causes {
  const known = new Map(
    asArray(spec["volumes"]).map((volume) => [asRecord(volume)["name"], asRecord(volume)]),
  );
  return ["initContainers", "containers", "ephemeralContainers"].flatMap((list) =>
    asArray(spec[list]).flatMap((container, i) =>
      asArray(asRecord(container)["env"]).flatMap((variable, j) => {
        const key = asRecord(asRecord(variable)["valueFrom"])["fileKeyRef"];
        if (isNil(key)) return [];
        const name = asString(asRecord(key)["volumeName"]);
        const path = `${field}.${list}[${i}].env[${j}].valueFrom.fileKeyRef.volumeName`;
        const volume = known.get(name);
        if (volume === undefined) return [notFound(path, name)];
        const rule = "referenced volume must be of type emptyDir";
        return isNil(volume["emptyDir"]) ? [invalid(path, name, rule)] : [];
      }),
    ),
  );
}
