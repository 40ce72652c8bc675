/** Rules for resource requests and limits (pkg/apis/core/validation, v1.37.2). */
import { compareText } from "../../api/order.ts";
import { asRecord, asString, type Json } from "../json.ts";
import {
  compareQuantities,
  printQuantity,
  quantityOf,
  scaledUp,
  type Quantity,
} from "../quantity.ts";
import {
  asJson,
  forbidden,
  invalid,
  invalidEach,
  notSupported,
  required,
  type Causes,
} from "./errors.ts";
import { qualifiedName } from "./names.ts";

const HUGE_PAGES = "hugepages-";
const CONTAINER_RESOURCES = ["cpu", "memory", "ephemeral-storage"];
const INTEGER_RESOURCES = [
  "pods",
  "resourcequotas",
  "services",
  "replicationcontrollers",
  "secrets",
  "configmaps",
  "persistentvolumeclaims",
  "services.nodeports",
  "services.loadbalancers",
];
const STANDARD_RESOURCES = [
  ...CONTAINER_RESOURCES,
  ...INTEGER_RESOURCES,
  "storage",
  "requests.cpu",
  "requests.memory",
  "requests.storage",
  "requests.ephemeral-storage",
  "limits.cpu",
  "limits.memory",
  "limits.ephemeral-storage",
];

/** Whose resources: those of a whole pod are fewer, a quota counts objects, too. */
export type ResourceOwner = "container" | "pod" | "quota";

/** What a ResourceQuota limits (ValidateResourceQuotaSpec). */
export function validateHard(hard: Json, field: string): Causes {
  return sorted(hard).flatMap(([name, value]) =>
    validateAmount(name, value, `${field}[${name}]`, "quota"),
  );
}

/** Requests and limits; resource claims are not looked at. */
export function validateResourceRequirements(
  resources: Json,
  field: string,
  owner: ResourceOwner = "container",
): Causes {
  const limits = asRecord(resources["limits"]);
  const requests = asRecord(resources["requests"]);
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  const hugeAlone =
    names.some(isHugePages) && !names.some((name) => name === "cpu" || name === "memory");
  return [
    ...sorted(limits).flatMap(([name, value]) =>
      validateAmount(name, value, `${field}.limits[${name}]`, owner),
    ),
    ...sorted(requests).flatMap(([name, value]) => [
      ...validateAmount(name, value, `${field}.requests[${name}]`, owner),
      ...validateAgainstLimit(name, value, limits[name], field),
    ]),
    ...(hugeAlone ? [forbidden(field, "HugePages require cpu or memory")] : []),
  ];
}

/** Go walks maps in random order; here it is that of the names. */
function sorted(list: Json): readonly (readonly [string, unknown])[] {
  return Object.entries(list).toSorted(([a], [b]) => compareText(a, b));
}

function validateAmount(name: string, value: unknown, field: string, owner: ResourceOwner): Causes {
  const quantity = amountOf(value);
  const negative = compareQuantities(quantity, amountOf(undefined)) < 0;
  const fractional = isInteger(name) && scaledUp(quantity, 3) % 1000n !== 0n;
  const printed = printQuantity(quantity);
  const pages = `${printed} is not positive integer multiple of ${name}`;
  return [
    ...validateName(name, field, owner),
    ...(negative ? [invalid(field, printed, "must be greater than or equal to 0")] : []),
    ...(fractional ? [invalid(field, printed, "must be an integer")] : []),
    ...(owner !== "quota" && isHugePages(name) && !isWholePages(name, quantity)
      ? [invalid(field, printed, pages)]
      : []),
  ];
}

function validateName(name: string, field: string, owner: ResourceOwner): Causes {
  const badName = invalidEach(field, asJson(name), qualifiedName(name));
  const standard =
    badName.length === 0 && !name.includes("/") && !isStandard(name)
      ? [invalid(field, asJson(name), "must be a standard resource type or fully qualified")]
      : [];
  const own = [...badName, ...standard];
  if (owner === "quota") {
    const isKnown = name.includes("/") || (isStandard(name) && name !== "storage");
    const rule = "must be a standard resource for quota";
    return isKnown ? own : [...own, invalid(field, asJson(name), rule)];
  }
  if (owner === "container") return [...own, ...containerOnly(name, field)];
  if (own.length > 0 || name === "cpu" || name === "memory" || isHugePages(name)) return own;
  return [notSupported(field, name, ["cpu", HUGE_PAGES, "memory"])];
}

function isStandard(name: string): boolean {
  return (
    STANDARD_RESOURCES.includes(name) ||
    isHugePages(name) ||
    name.startsWith(`requests.${HUGE_PAGES}`)
  );
}

/** A resource that a container may ask for. */
export function validateContainerResource(name: string, field: string): Causes {
  return validateName(name, field, "container");
}

function containerOnly(name: string, field: string): Causes {
  if (name.includes("/")) {
    const rule = "doesn't follow extended resource name standard";
    return isNative(name) || isExtended(name) ? [] : [invalid(field, asJson(name), rule)];
  }
  const known = CONTAINER_RESOURCES.includes(name) || isHugePages(name);
  return known ? [] : [invalid(field, asJson(name), "must be a standard resource for containers")];
}

function validateAgainstLimit(name: string, value: unknown, limit: unknown, field: string): Causes {
  const overcommits = isNative(name) && !isHugePages(name);
  if (limit === undefined) {
    const rule = "Limit must be set for non overcommitable resources";
    return overcommits ? [] : [required(`${field}.limits`, rule)];
  }
  const request = amountOf(value);
  const most = amountOf(limit);
  const order = compareQuantities(request, most);
  const shown = `${name} limit of ${printQuantity(most)}`;
  const path = `${field}.requests`;
  if (order !== 0 && !overcommits) {
    return [invalid(path, printQuantity(request), `must be equal to ${shown}`)];
  }
  if (order <= 0) return [];
  return [invalid(path, printQuantity(request), `must be less than or equal to ${shown}`)];
}

/** Whether a quantity has a fraction of a unit, as `1m` bytes of memory. */
export function isFractional(value: unknown): boolean {
  return scaledUp(amountOf(value), 3) % 1000n !== 0n;
}

function amountOf(value: unknown): Quantity {
  return quantityOf(value) ?? { value: 0n, scale: 0, text: "0", format: "DecimalSI" };
}

function isHugePages(name: string): boolean {
  return name.startsWith(HUGE_PAGES);
}

function isWholePages(name: string, quantity: Quantity): boolean {
  const size = quantityOf(asString(name.slice(HUGE_PAGES.length)));
  if (size === undefined) return false;
  const bytes = scaledUp(size, 0);
  if (bytes <= 0n || scaledUp(size, 3) % 1000n !== 0n) return false;
  return scaledUp(quantity, 0) % bytes === 0n;
}

function isNative(name: string): boolean {
  return !name.includes("/") || name.includes("kubernetes.io/");
}

function isExtended(name: string): boolean {
  if (isNative(name) || name.startsWith("requests.")) return false;
  return qualifiedName(`requests.${name}`).length === 0;
}

function isInteger(name: string): boolean {
  return INTEGER_RESOURCES.includes(name) || isExtended(name);
}
