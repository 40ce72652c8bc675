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

function validateAmounts(limit: Json, name: string, field: string): Causes {
  const [max, min, most, asked, ratio] = LISTS.map((list) => amountIn(limit, list, name));
  const above = (
    [list, value]: readonly [string, Quantity | undefined],
    a: Quantity | undefined,
    b: Quantity | undefined,
    rule: (a: string, b: string) => string,
  ): Causes =>
    a === undefined || b === undefined || value === undefined || compareQuantities(a, b) <= 0
      ? []
      : [
          invalid(
            `${field}.${list}[${name}]`,
            printQuantity(value),
            rule(printQuantity(a), printQuantity(b)),
          ),
        ];
  const one = parseQuantity("1");
  const isSmall = ratio !== undefined && one.ok && compareQuantities(ratio, one.quantity) < 0;
  return [
    ...above(["min", min], min, max, (a, b) => `min value ${a} is greater than max value ${b}`),
    ...above(
      ["defaultRequest", asked],
      min,
      asked,
      (a, b) => `min value ${a} is greater than default request value ${b}`,
    ),
    ...above(
      ["defaultRequest", asked],
      asked,
      max,
      (a, b) => `default request value ${a} is greater than max value ${b}`,
    ),
    ...above(
      ["defaultRequest", asked],
      asked,
      most,
      (a, b) => `default request value ${a} is greater than default limit value ${b}`,
    ),
    ...above(
      ["default", min],
      min,
      most,
      (a, b) => `min value ${a} is greater than default value ${b}`,
    ),
    ...above(
      ["default", max],
      most,
      max,
      (a, b) => `default value ${a} is greater than max value ${b}`,
    ),
    ...(isSmall
      ? [
          invalid(
            `${field}.maxLimitRequestRatio[${name}]`,
            printQuantity(ratio),
            `ratio ${printQuantity(ratio)} is less than 1`,
          ),
        ]
      : []),
  ];
}

function amountIn(limit: Json, list: string, name: string): Quantity | undefined {
  const value = asRecord(limit[list])[name];
  return value === undefined ? undefined : quantityOf(value);
}
