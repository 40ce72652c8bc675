/**
 * How server-side apply takes objects apart: which lists merge by which keys, and what is one piece.
 * Mirrors the markers `listType`, `listMapKey`, `mapType` and `structType` of k8s.io/api v0.37.2.
 */
import { isRecord } from "../json.ts";
import { fieldsByJsonName, pointedTo, type FieldInfo, type TypeInfo } from "../schema.ts";

/** One step of a path, as managedFields write it: `f:name`, `k:{"name":"web"}`, `v:"x"`. */
export type Element = string;

export interface Child {
  readonly element: Element;
  readonly type: TypeInfo;
  readonly value: unknown;
  readonly field: FieldInfo | undefined;
}

const atomicStructs = new Set(
  (
    "ConfigMapKeySelector EndpointAddress EndpointPort EnvFromSource " +
    "EventSource FileKeySelector LabelSelector LabelSelectorRequirement LocalObjectReference NodeSelector " +
    "NodeSelectorRequirement NodeSelectorTerm ObjectFieldSelector ObjectReference OwnerReference " +
    "ResourceFieldSelector ScopeSelector SecretKeySelector SecretReference ServiceBackendPort " +
    "TypedLocalObjectReference"
  ).split(" "),
);
/** Maps that are one piece, by the struct that has them. */
const atomicMaps: Readonly<Record<string, string>> = {
  nodeSelector: "PodSpec",
  selector: "ServiceSpec",
};
/** Keys of lists where they are not the one merge key of strategic patches; the rest are defaults. */
const listKeys: Readonly<Record<string, readonly string[]>> = {
  ContainerPort: ["containerPort", "protocol"],
  ServicePort: ["port", "protocol"],
  TopologySpreadConstraint: ["topologyKey", "whenUnsatisfiable"],
};
const keyDefaults: Readonly<Record<string, unknown>> = { protocol: "TCP" };

function bareName(type: TypeInfo): string {
  return type.name.replace(/^.*\./, "");
}

/** The parts of a value, in order; undefined when it is one piece. */
export function childrenOf(
  declared: TypeInfo,
  value: unknown,
  field?: FieldInfo,
  owner = "",
): readonly Child[] | undefined {
  const type = pointedTo(declared);
  if (type.kind === "struct") return structChildren(type, value);
  if (type.kind === "map") {
    if (!isRecord(value) || atomicMaps[field?.jsonName ?? ""] === owner) return undefined;
    return Object.entries(value).map(([key, member]) => ({
      element: `f:${key}`,
      type: type.element,
      value: member,
      field: undefined,
    }));
  }
  return type.kind === "slice" ? listChildren(type.element, value, field) : undefined;
}

function structChildren(
  type: Extract<TypeInfo, { kind: "struct" }>,
  value: unknown,
): readonly Child[] | undefined {
  if (!isRecord(value) || atomicStructs.has(bareName(type))) return undefined;
  const fields = fieldsByJsonName(type);
  return Object.entries(value).flatMap(([key, member]) => {
    const field = fields.get(key);
    if (field === undefined || member === undefined) return [];
    return [{ element: `f:${key}`, type: field.type, value: member, field }];
  });
}

function listChildren(
  itemType: TypeInfo,
  value: unknown,
  field: FieldInfo | undefined,
): readonly Child[] | undefined {
  const keys = keysOf(itemType, field);
  if (!Array.isArray(value) || field === undefined) return undefined;
  const items = value as readonly unknown[];
  if (keys !== undefined) {
    return items.map((item) => ({
      element: keyElement(item, keys, itemType),
      type: itemType,
      value: item,
      field: undefined,
    }));
  }
  const isSet = field.patchStrategies.includes("merge") && itemType.kind === "string";
  if (!isSet) return undefined;
  return items.map((item) => ({
    element: `v:${JSON.stringify(item)}`,
    type: itemType,
    value: item,
    field: undefined,
  }));
}

function keysOf(itemType: TypeInfo, field: FieldInfo | undefined): readonly string[] | undefined {
  const known = listKeys[bareName(pointedTo(itemType))];
  if (known !== undefined) return known;
  return field !== undefined && field.mergeKey !== "" ? [field.mergeKey] : undefined;
}

function keyElement(item: unknown, keys: readonly string[], itemType: TypeInfo): Element {
  const values = keys.map((key) => [
    key,
    (isRecord(item) ? item[key] : undefined) ?? keyDefaults[key] ?? zeroKey(itemType, key),
  ]);
  return `k:${JSON.stringify(Object.fromEntries(values))}`;
}

/** Keys that every item has in Go stand in the schema with Go's zero for a default. */
function zeroKey(itemType: TypeInfo, key: string): unknown {
  const struct = pointedTo(itemType);
  const field = struct.kind === "struct" ? fieldsByJsonName(struct).get(key) : undefined;
  return field?.type.kind === "int" ? 0 : field?.type.kind === "string" ? "" : undefined;
}

/** The name of the struct that a child's own children belong to. */
export function ownerName(type: TypeInfo): string {
  return bareName(pointedTo(type));
}

/** A path as conflicts show it: `.spec.containers[name="web"].image`. */
export function elementText(element: Element): string {
  const body = element.slice(2);
  if (element.startsWith("f:")) return `.${body}`;
  if (element.startsWith("v:")) return `[=${body}]`;
  const keys = Object.entries(JSON.parse(body) as Readonly<Record<string, unknown>>);
  return `[${keys.map(([key, value]) => `${key}=${keyText(value)}`).join(",")}]`;
}

/** A map, which is no key, is told by its members, and nothing around them. */
function keyText(value: unknown): string {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return JSON.stringify(value);
  return Object.entries(value)
    .map(([key, member]) => `${key}=${keyText(member)}`)
    .join("");
}
