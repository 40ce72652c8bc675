/** Rules for references to a pod's own fields and resources (pkg/apis/core/validation, v1.37.2). */
import { asString, isNil, type Json } from "../json.ts";
import { compareQuantities, printQuantity, quantityOf } from "../quantity.ts";
import { invalid, invalidEach, notSupported, required, type Causes } from "./errors.ts";
import { qualifiedName } from "./names.ts";

/** Fields for environment variables, sorted. */
export const ENV_FIELD_PATHS = [
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
  "spec.nodeName",
  "spec.serviceAccountName",
  "status.hostIP",
  "status.hostIPs",
  "status.podIP",
  "status.podIPs",
];

/** Fields for files of the downward API, sorted. */
export const VOLUME_FIELD_PATHS = [
  "metadata.annotations",
  "metadata.labels",
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
];

/** All that the server can translate, whether or not the place allows it. */
const KNOWN_PATHS = [
  ...new Set([...ENV_FIELD_PATHS, ...VOLUME_FIELD_PATHS]),
  "spec.restartPolicy",
  "spec.schedulerName",
  "status.phase",
];

const RESOURCES = [
  "limits.cpu",
  "limits.ephemeral-storage",
  "limits.memory",
  "requests.cpu",
  "requests.ephemeral-storage",
  "requests.memory",
];

export function validateFieldRef(ref: Json, field: string, supported: readonly string[]): Causes {
  const apiVersion = asString(ref["apiVersion"]);
  const given = asString(ref["fieldPath"]);
  if (apiVersion === "") return [required(`${field}.apiVersion`)];
  if (given === "") return [required(`${field}.fieldPath`)];
  const subscripted = /^(.+)\['([^']*)'\]$/.exec(given);
  const error = conversionError(apiVersion, given, subscripted?.[1]);
  if (error !== undefined) {
    return [invalid(`${field}.fieldPath`, given, `error converting fieldPath: ${error}`)];
  }
  if (subscripted !== null) {
    const key = subscripted[2] ?? "";
    const judged = subscripted[1] === "metadata.annotations" ? key.toLowerCase() : key;
    return invalidEach(field, judged, qualifiedName(judged));
  }
  const path = given === "spec.host" ? "spec.nodeName" : given;
  return supported.includes(path) ? [] : [notSupported(`${field}.fieldPath`, path, supported)];
}

function conversionError(
  apiVersion: string,
  given: string,
  subscripted: string | undefined,
): string | undefined {
  if (apiVersion !== "v1") return `unsupported pod version: ${apiVersion}`;
  if (subscripted !== undefined) {
    const known = ["metadata.annotations", "metadata.labels"].includes(subscripted);
    return known ? undefined : `field label does not support subscript: ${given}`;
  }
  const known = given === "spec.host" || KNOWN_PATHS.includes(given);
  return known ? undefined : `field label not supported: ${given}`;
}

export function validateResourceFieldRef(
  ref: Json,
  field: string,
  place: "env" | "volume",
): Causes {
  const resource = asString(ref["resource"]);
  const huge = /^(requests|limits)\.hugepages-/.test(resource);
  const first =
    place === "volume" && asString(ref["containerName"]) === ""
      ? [required(`${field}.containerName`)]
      : resource === ""
        ? [required(`${field}.resource`)]
        : RESOURCES.includes(resource) || huge
          ? []
          : [notSupported(`${field}.resource`, resource, RESOURCES)];
  return [...first, ...validateDivisor(resource, ref["divisor"], `${field}.divisor`)];
}

const SIZES = ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];

function validateDivisor(resource: string, divisor: unknown, field: string): Causes {
  const quantity = isNil(divisor) ? undefined : quantityOf(divisor);
  const zero = quantityOf(undefined);
  if (quantity === undefined || zero === undefined) return [];
  if (compareQuantities(quantity, zero) === 0) return [];
  const printed = printQuantity(quantity);
  if (resource.endsWith(".cpu")) {
    const rule = "only divisor's values 1m and 1 are supported with the cpu resource";
    return ["1m", "1"].includes(printed) ? [] : [invalid(field, resource, rule)];
  }
  const kind = resource.endsWith(".memory")
    ? "memory"
    : resource.endsWith(".ephemeral-storage")
      ? "local ephemeral storage"
      : /\.hugepages-/.test(resource)
        ? "hugepages"
        : "";
  if (kind === "" || SIZES.includes(printed)) return [];
  const rule = `only divisor's values ${SIZES.join(", ")} are supported with the ${kind} resource`;
  return [invalid(field, resource, rule)];
}
