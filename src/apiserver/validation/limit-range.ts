/** Rules for LimitRanges (pkg/apis/core/validation ValidateLimitRange, v1.37.2). */
import type { KubeObject } from "../../api/meta.ts";
import { compareText } from "../../api/order.ts";
import { asArray, asRecord, asString, type Json } from "../json.ts";
import {
  compareQuantities,
  parseQuantity,
  printQuantity,
  quantityOf,
  type Quantity,
} from "../quantity.ts";
import { specOf } from "../strategy-parts.ts";
import {
  asJson,
  duplicate,
  forbidden,
  invalid,
  invalidEach,
  required,
  type Causes,
} from "./errors.ts";
import { validateMetadata } from "./metadata.ts";
import { dnsSubdomain, qualifiedName } from "./names.ts";
import { validateContainerResource } from "./resources.ts";

const TYPES = ["Pod", "Container", "PersistentVolumeClaim"];
const LISTS = ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"] as const;

export function validateLimitRange(range: KubeObject): Causes {
  const limits = asArray(specOf(range)["limits"]).map(asRecord);
  return [
    ...validateMetadata(range, { nameRule: dnsSubdomain, namespaced: true }),
    ...limits.flatMap((limit, i) => {
      const field = `spec.limits[${i}]`;
      const isFirst = limits.findIndex((each) => each["type"] === limit["type"]) === i;
      return [
        ...validateType(limit["type"], `${field}.type`),
        ...(isFirst ? [] : [duplicate(`${field}.type`, asJson(limit["type"]))]),
        ...validateLimit(limit, field),
      ];
    }),
  ];
}

function validateType(given: unknown, field: string): Causes {
  const type = asString(given);
  const bad = invalidEach(field, asJson(type), qualifiedName(type));
  if (bad.length > 0 || type.includes("/") || TYPES.includes(type)) return bad;
  return [invalid(field, asJson(type), "must be a standard limit type or fully qualified")];
}

function validateLimit(limit: Json, field: string): Causes {
  const { type } = limit;
  const namesIn = (list: string): Causes =>
    type === "Pod" || type === "Container"
      ? Object.keys(asRecord(limit[list])).flatMap((name) =>
          validateContainerResource(name, `${field}.${list}[${name}]`),
        )
      : [];
  const onlyOfContainers = (list: string): Causes =>
    Object.keys(asRecord(limit[list])).length > 0
      ? [forbidden(`${field}.${list}`, "may not be specified when `type` is 'Pod'")]
      : [];
  const isOpen =
    type === "PersistentVolumeClaim" &&
    ["max", "min"].every((list) => asRecord(limit[list])["storage"] === undefined);
  const rule = "either minimum or maximum storage value is required, but neither was provided";
  const all = LISTS.flatMap((list) => Object.keys(asRecord(limit[list])));
  return [
    ...["max", "min"].flatMap(namesIn),
    ...["default", "defaultRequest"].flatMap(type === "Pod" ? onlyOfContainers : namesIn),
    ...(isOpen ? [required(`${field}.limits`, rule)] : []),
    ...namesIn("maxLimitRequestRatio"),
    ...[...new Set(all)]
      .toSorted(compareText)
      .flatMap((name) => validateAmounts(limit, name, field)),
  ];
}

type List = (typeof LISTS)[number];

/** Which amounts may not be more than which: the list that is blamed, the amount that is shown with it, and the two. */
const COMPARISONS: readonly (readonly [List, List, List, List])[] = [
  ["min", "min", "min", "max"],
  ["defaultRequest", "defaultRequest", "min", "defaultRequest"],
  ["defaultRequest", "defaultRequest", "defaultRequest", "max"],
  ["defaultRequest", "defaultRequest", "defaultRequest", "default"],
  ["default", "min", "min", "default"],
  ["default", "max", "default", "max"],
];

/** `blamed`: of a default request, the default is told from it by another word. */
function wordOf(list: List, blamed: List): string {
  if (list === "default" && blamed === "defaultRequest") return "default limit";
  return list === "defaultRequest" ? "default request" : list;
}

function validateAmounts(limit: Json, name: string, field: string): Causes {
  const amounts = Object.fromEntries(LISTS.map((list) => [list, amountIn(limit, list, name)]));
  const tooMuch = COMPARISONS.flatMap(([blamed, shown, smaller, larger]) => {
    const [value, least, most] = [amounts[shown], amounts[smaller], amounts[larger]];
    if (value === undefined || least === undefined || most === undefined) return [];
    if (compareQuantities(least, most) <= 0) return [];
    const [a, b] = [smaller, larger].map((list) => `${wordOf(list, blamed)} value`);
    const rule = `${a} ${printQuantity(least)} is greater than ${b} ${printQuantity(most)}`;
    return [invalid(`${field}.${blamed}[${name}]`, printQuantity(value), rule)];
  });
  const ratio = amounts["maxLimitRequestRatio"];
  const one = parseQuantity("1");
  const isSmall = ratio !== undefined && one.ok && compareQuantities(ratio, one.quantity) < 0;
  if (!isSmall) return tooMuch;
  const text = printQuantity(ratio);
  const place = `${field}.maxLimitRequestRatio[${name}]`;
  return [...tooMuch, invalid(place, text, `ratio ${text} is less than 1`)];
}

function amountIn(limit: Json, list: string, name: string): Quantity | undefined {
  const value = asRecord(limit[list])[name];
  return value === undefined ? undefined : quantityOf(value);
}
