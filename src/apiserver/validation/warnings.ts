/**
 * What the server warns of although it accepts the object (pkg/api/pod and pkg/api/service warnings,
 * v1.37.2), in its order.
 *
 * Left out: warnings of deprecated node labels and alpha annotations, of volumes whose paths overlap, and
 * of addresses in unusual spellings.
 */
import type { KubeObject } from "../../api/meta.ts";
import { goQuote } from "../go-print.ts";
import { asArray, asRecord, asString, isNil, type Json } from "../json.ts";
import { printQuantity, quantityOf } from "../quantity.ts";
import { specOf } from "../strategy-parts.ts";
import { dnsLabel } from "./names.ts";
import { isFractional } from "./resources.ts";

export function warningsOfWorkload(object: KubeObject, prev: KubeObject | undefined): string[] {
  const template = asRecord(specOf(object)["template"]);
  if (prev !== undefined) {
    const unchanged = prev.metadata.generation === object.metadata.generation;
    return unchanged ? [] : warningsOfPodSpec(asRecord(template["spec"]), "spec.template.");
  }
  const name = nameWarning(
    object.metadata.name,
    "metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior",
  );
  return [...name, ...warningsOfPodSpec(asRecord(template["spec"]), "spec.template.")];
}

export function warningsOfPod(pod: KubeObject, prev: KubeObject | undefined): string[] {
  if (prev !== undefined) return [];
  const name = nameWarning(
    pod.metadata.name,
    "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior",
  );
  return [...name, ...warningsOfPodSpec(specOf(pod), "")];
}

export function warningsOfService(service: KubeObject): string[] {
  const spec = specOf(service);
  const headless = spec["clusterIP"] === "None" && spec["type"] === "ClusterIP";
  const external = asArray(spec["externalIPs"]).length > 0;
  const isName = spec["type"] === "ExternalName";
  const hints = "service.kubernetes.io/topology-aware-hints";
  const checks: readonly (readonly [boolean, string])[] = [
    [
      asRecord(service.metadata.annotations)[hints] !== undefined,
      `annotation ${hints} is deprecated, please use service.kubernetes.io/topology-mode instead`,
    ],
    [
      headless && asString(spec["loadBalancerIP"]) !== "",
      "spec.loadBalancerIP is ignored for headless services",
    ],
    [headless && external, "spec.externalIPs is ignored for headless services"],
    [
      headless && spec["sessionAffinity"] !== "None",
      "spec.SessionAffinity is ignored for headless services",
    ],
    [
      external && !headless && !isName,
      "spec.externalIPs is deprecated and may no longer be implemented in some clusters",
    ],
    [isName && external, 'spec.externalIPs is ignored when spec.type is "ExternalName"'],
    [
      !isName && asString(spec["externalName"]) !== "",
      'spec.externalName is ignored when spec.type is not "ExternalName"',
    ],
    [
      spec["trafficDistribution"] === "PreferClose",
      'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"',
    ],
  ];
  return checks.filter(([applies]) => applies).map(([, text]) => text);
}

function nameWarning(name: string, text: string): string[] {
  const messages = dnsLabel(name);
  if (messages.length === 0) return [];
  return [`${text}; a DNS label is recommended: [${messages.join(" ")}]`];
}

/** `prefix` is `spec.template.`, or "" for a Pod. */
function warningsOfPodSpec(spec: Json, prefix: string): string[] {
  const field = `${prefix}spec`;
  const containers = ["initContainers", "containers", "ephemeralContainers"].flatMap((list) =>
    asArray(spec[list]).map((item, index): readonly [string, Json] => [
      `${field}.${list}[${index}]`,
      asRecord(item),
    ]),
  );
  const grace = spec["terminationGracePeriodSeconds"];
  const negative = "must be >= 0; negative values are invalid and will be treated as 1";
  return [
    ...warningsOfSpread(spec, field),
    ...warningsOfVolumes(asArray(spec["volumes"]), `${field}.volumes`),
    ...warningsOfLists(spec, field),
    ...warningsOfFractions(asRecord(spec["overhead"]), `${field}.overhead`),
    ...containers.flatMap(([path, container]) => [
      ...warningsOfResources(container, path),
      ...warningsOfEnv(container, path),
    ]),
    ...warningsOfPorts(containers),
    ...warningsOfPortNames(containers),
    ...(typeof grace === "number" && grace < 0
      ? [`${field}.terminationGracePeriodSeconds: ${negative}`]
      : []),
    ...warningsOfAffinity(asRecord(spec["affinity"]), `${field}.affinity`),
  ];
}

const NO_POD = "a null labelSelector results in matching no pod";

function warningsOfSpread(spec: Json, field: string): string[] {
  return asArray(spec["topologySpreadConstraints"]).flatMap((constraint, index) =>
    isNil(asRecord(constraint)["labelSelector"])
      ? [`${field}.topologySpreadConstraints[${index}].labelSelector: ${NO_POD}`]
      : [],
  );
}

const OLD_VOLUMES: Readonly<Record<string, string>> = {
  photonPersistentDisk: "deprecated in v1.11, non-functional in v1.16+",
  gitRepo: "deprecated in v1.11, and disabled by default in v1.33+",
  scaleIO: "deprecated in v1.16, non-functional in v1.22+",
  flocker: "deprecated in v1.22, non-functional in v1.25+",
  storageos: "deprecated in v1.22, non-functional in v1.25+",
  quobyte: "deprecated in v1.22, non-functional in v1.25+",
  glusterfs: "deprecated in v1.25, non-functional in v1.26+",
  cephfs: "deprecated in v1.28, non-functional in v1.31+",
  rbd: "deprecated in v1.28, non-functional in v1.31+",
};

function warningsOfVolumes(volumes: readonly unknown[], field: string): string[] {
  return volumes.flatMap((volume, index) =>
    Object.entries(OLD_VOLUMES)
      .filter(([kind]) => !isNil(asRecord(volume)[kind]))
      .map(([kind, text]) => {
        const name = kind === "storageos" ? "storageOS" : kind;
        return `${field}[${index}].${name}: ${text}`;
      }),
  );
}

function warningsOfLists(spec: Json, field: string): string[] {
  const repeated = (list: string, key: string, what: string): string[] => {
    const seen = new Set<string>();
    return asArray(spec[list]).flatMap((item, index) => {
      const value = asString(asRecord(item)[key]);
      const warns = seen.has(value);
      seen.add(value);
      return warns
        ? [`${field}.${list}[${index}].${key}: duplicate ${what} ${goQuote(value)}`]
        : [];
    });
  };
  const unnamed = asArray(spec["imagePullSecrets"]).flatMap((item, index) =>
    asString(asRecord(item)["name"]) === ""
      ? [`${field}.imagePullSecrets[${index}].name: invalid empty name ""`]
      : [],
  );
  return [
    ...repeated("hostAliases", "ip", "ip"),
    ...repeated("imagePullSecrets", "name", "name"),
    ...unnamed,
  ];
}

function warningsOfResources(container: Json, field: string): string[] {
  const resources = asRecord(container["resources"]);
  return BYTE_RESOURCES.flatMap((resource) =>
    ["limits", "requests"].flatMap((list) =>
      warningsOfFraction(asRecord(resources[list]), resource, `${field}.resources.${list}`),
    ),
  );
}

const BYTE_RESOURCES = ["memory", "ephemeral-storage"];

function warningsOfFractions(amounts: Json, field: string): string[] {
  return BYTE_RESOURCES.flatMap((resource) => warningsOfFraction(amounts, resource, field));
}

function warningsOfFraction(amounts: Json, resource: string, field: string): string[] {
  const value = amounts[resource];
  if (isNil(value) || !isFractional(value)) return [];
  const quantity = quantityOf(value);
  const shown = goQuote(quantity === undefined ? "" : printQuantity(quantity));
  return [`${field}[${resource}]: fractional byte value ${shown} is invalid, must be an integer`];
}

/** A variable that is defined twice, unless the second builds on the first. */
function warningsOfEnv(container: Json, field: string): string[] {
  const seen = new Set<string>();
  return asArray(container["env"]).flatMap((item, index) => {
    const variable = asRecord(item);
    const name = asString(variable["name"]);
    const value = asString(variable["value"]);
    const reference = `$(${name})`;
    const builds = isNil(variable["valueFrom"]) && value !== reference && value.includes(reference);
    const warns = seen.has(name) && !builds;
    seen.add(name);
    const text = "which may be dropped when using apply";
    return warns
      ? [`${field}.env[${index}]: hides previous definition of ${goQuote(name)}, ${text}`]
      : [];
  });
}

interface PortPlace {
  readonly field: string;
  readonly hostIp: string;
  readonly hostPort: number;
}

function warningsOfPorts(containers: readonly (readonly [string, Json])[]): string[] {
  const known = new Map<string, PortPlace[]>();
  return containers.flatMap(([path, container]) =>
    asArray(container["ports"]).flatMap((item, index) => {
      const port = asRecord(item);
      const number = typeof port["containerPort"] === "number" ? port["containerPort"] : 0;
      const key = `${number}/${asString(port["protocol"])}`;
      const place: PortPlace = {
        field: `${path}.ports[${index}]`,
        hostIp: asString(port["hostIP"]),
        hostPort: typeof port["hostPort"] === "number" ? port["hostPort"] : 0,
      };
      const others = known.get(key) ?? [];
      known.set(key, [...others, place]);
      return others.flatMap((other) => portWarning(place, other));
    }),
  );
}

function portWarning(port: PortPlace, other: PortPlace): string[] {
  const where = `definition with ${other.field}`;
  if (port.hostIp === other.hostIp && port.hostPort === other.hostPort) {
    return [`${port.field}: duplicate port ${where}`];
  }
  if (port.hostPort === 0 || other.hostPort === 0) {
    return [`${port.field}: overlapping port ${where}`];
  }
  const oneOpen = (port.hostIp === "") !== (other.hostIp === "");
  if (port.hostPort !== other.hostPort || !oneOpen) return [];
  return [`${port.field}: dangerously ambiguous port ${where}`];
}

function warningsOfPortNames(containers: readonly (readonly [string, Json])[]): string[] {
  const known = new Map<string, string>();
  return containers.flatMap(([path, container]) =>
    asArray(container["ports"]).flatMap((item, index) => {
      const name = asString(asRecord(item)["name"]);
      const field = `${path}.ports[${index}]`;
      if (name === "") return [];
      const other = known.get(name);
      if (other === undefined) {
        known.set(name, field);
        return [];
      }
      const use = `services and probes that select ports by name will use ${other}`;
      return [`${field}: duplicate port name ${goQuote(name)} with ${other}, ${use}`];
    }),
  );
}

function warningsOfAffinity(affinity: Json, field: string): string[] {
  return ["podAffinity", "podAntiAffinity"].flatMap((kind) => {
    const terms = asRecord(affinity[kind]);
    const required = "requiredDuringSchedulingIgnoredDuringExecution";
    const preferred = "preferredDuringSchedulingIgnoredDuringExecution";
    return [
      ...asArray(terms[required]).flatMap((term, index) =>
        isNil(asRecord(term)["labelSelector"])
          ? [`${field}.${kind}.${required}[${index}].labelSelector: ${NO_POD}`]
          : [],
      ),
      ...asArray(terms[preferred]).flatMap((term, index) =>
        isNil(asRecord(asRecord(term)["podAffinityTerm"])["labelSelector"])
          ? [`${field}.${kind}.${preferred}[${index}].podAffinityTerm.labelSelector: ${NO_POD}`]
          : [],
      ),
    ];
  });
}
