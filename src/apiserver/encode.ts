/**
 * An object as Go's JSON encoder writes it: fields in struct order, absent ones left out or written as
 * zero as their tags say, quantities in canonical form, map keys sorted. This is the form in which the
 * API server stores objects and gives them back. Fields outside the schema are dropped.
 */
import type { KubeObject } from "../api/meta.ts";
import { compareText } from "../api/order.ts";
import { asArray, asRecord, isNil, isRecord } from "./json.ts";
import { convertedBack } from "./conversion.ts";
import { printQuantity, quantityOf } from "./quantity.ts";
import { schemaOf, type FieldInfo, type StructInfo, type TypeInfo } from "./schema.ts";

/** The object in canonical form; one of a kind outside the schema table comes back unchanged. */
export function canonicalObject(object: KubeObject): KubeObject {
  const type = schemaOf(object.apiVersion, object.kind);
  if (type === undefined) return object;
  // `apiVersion, kind, metadata` first, as the API prints objects.
  const { apiVersion, kind, metadata, ...rest } = convertedBack(object);
  const fields = encodeStruct(type, { ...rest, apiVersion, kind, metadata });
  const meta = { name: metadata.name, ...asRecord(fields["metadata"]) };
  return { apiVersion, kind, ...fields, metadata: meta };
}

/** Any typed value in canonical form. */
export function encodeValue(type: TypeInfo, value: unknown): unknown {
  switch (type.kind) {
    case "struct":
      return encodeStruct(type, value);
    case "pointer":
      return isNil(value) ? null : encodeValue(type.element, value);
    case "slice": {
      const items = asArray(value);
      return items.length === 0 ? null : items.map((item) => encodeValue(type.element, item));
    }
    case "map":
      return encodeMap(type.element, value);
    case "string":
      return value ?? "";
    case "bool":
      return value ?? false;
    case "int":
    case "intOrString":
      return value ?? 0;
    case "quantity":
      return encodeQuantity(value);
    default:
      return value ?? null;
  }
}

function encodeStruct(type: StructInfo, value: unknown): Record<string, unknown> {
  const source = asRecord(value);
  const target: Record<string, unknown> = {};
  for (const field of type.fields) {
    if (field.inline) Object.assign(target, encodeValue(field.type, value));
    else {
      const given = source[field.jsonName];
      if (!isOmitted(field, given)) target[field.jsonName] = encodeValue(field.type, given);
    }
  }
  return target;
}

/** `omitempty` leaves out zero scalars, nil pointers, empty lists and maps, but never a struct. */
function isOmitted(field: FieldInfo, value: unknown): boolean {
  const { kind } = field.type;
  const absent = isNil(value);
  if (field.omitZero && (kind === "time" || kind === "microTime")) return absent;
  if (!field.omitEmpty) return false;
  switch (kind) {
    case "struct":
    case "time":
    case "microTime":
    case "quantity":
    case "intOrString":
      return false;
    case "slice":
      return asArray(value).length === 0;
    case "map":
      return Object.keys(asRecord(value)).length === 0;
    case "pointer":
      return absent;
    default:
      return absent || value === "" || value === 0 || value === false;
  }
}

function encodeMap(element: TypeInfo, value: unknown): unknown {
  if (!isRecord(value)) return null;
  const entries = Object.entries(value).toSorted(([a], [b]) => compareText(a, b));
  return Object.fromEntries(entries.map(([key, item]) => [key, encodeValue(element, item)]));
}

function encodeQuantity(value: unknown): string {
  const quantity = quantityOf(value);
  return quantity === undefined ? "0" : printQuantity(quantity);
}
