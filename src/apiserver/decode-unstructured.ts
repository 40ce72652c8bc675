/**
 * Turning the result of a strategic merge patch into an object of its kind: the server converts maps to
 * structs directly there, with other messages than its JSON decoder
 * (apimachinery runtime FromUnstructured, v0.37.2).
 */
import { compareText } from "../api/order.ts";
import { decodeScalar, DecodeAbort } from "./decode-scalar.ts";
import type { Decoded } from "./decode.ts";
import { isNil, isRecord, type Json } from "./json.ts";
import { fieldsByJsonName, type StructInfo, type TypeInfo } from "./schema.ts";

/** Converts a patched map; the first error in struct order ends it. Strict errors are sorted. */
export function fromUnstructured(type: TypeInfo, map: unknown): Decoded {
  const strictErrors: string[] = [];
  try {
    const value = convert(type, map, "", strictErrors);
    return { value, strictErrors: strictErrors.toSorted(compareText) };
  } catch (abort) {
    if (!(abort instanceof DecodeAbort)) throw abort;
    return { value: undefined, error: abort.message, strictErrors: [] };
  }
}

function convert(type: TypeInfo, value: unknown, path: string, strictErrors: string[]): unknown {
  if (isNil(value)) return zeroOf(type);
  switch (type.kind) {
    case "pointer":
      return convert(type.element, value, path, strictErrors);
    case "struct":
      if (!isRecord(value)) throw new DecodeAbort(`cannot restore struct from: ${kindOf(value)}`);
      return convertStruct(type, value, path, strictErrors);
    case "slice":
      if (!Array.isArray(value))
        throw new DecodeAbort(`cannot restore slice from ${kindOf(value)}`);
      return value.map((item, index) =>
        convert(type.element, item, `${path}[${index}]`, strictErrors),
      );
    case "map":
      if (!isRecord(value)) throw new DecodeAbort(`cannot restore map from ${kindOf(value)}`);
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [
          key,
          convert(type.element, item, path, strictErrors),
        ]),
      );
    case "string":
    case "bool":
    case "int":
      return convertSimple(type, value);
    default:
      return decodeOwn(type, value);
  }
}

function convertStruct(
  type: StructInfo,
  value: Json,
  path: string,
  strictErrors: string[],
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  const fields = fieldsByJsonName(type);
  for (const [name, field] of fields) {
    if (isNil(value[name])) continue;
    const inner = path === "" ? name : `${path}.${name}`;
    result[name] = convert(field.type, value[name], inner, strictErrors);
  }
  for (const key of Object.keys(value)) {
    if (fields.has(key)) continue;
    strictErrors.push(`unknown field "${path === "" ? key : `${path}.${key}`}"`);
  }
  return result;
}

/** Go converts between integers without a check of the range, but not between kinds. */
function convertSimple(type: TypeInfo, value: unknown): unknown {
  const from = kindOf(value);
  const name = type.name;
  if (type.kind === "int" && typeof value === "number") {
    if (Number.isInteger(value)) return name === "int32" ? value | 0 : value;
    throw new DecodeAbort(`cannot convert ${from} to ${name}`);
  }
  if (from === type.kind) return value;
  // An integer is convertible to a string in Go (as a rune), so its message differs.
  if (type.kind === "string" && from === "int64") {
    throw new DecodeAbort(`cannot convert int64 to ${name}`);
  }
  throw new DecodeAbort(`unrecognized type: ${type.kind === "int" ? name : type.kind}`);
}

/** Types with a decoder of their own say what it says, without the place. */
function decodeOwn(type: TypeInfo, value: unknown): unknown {
  const { value: decoded, error } = decodeScalar(type, value, { struct: "", path: [] });
  if (error !== undefined) throw new DecodeAbort(error);
  return decoded;
}

function zeroOf(type: TypeInfo): unknown {
  switch (type.kind) {
    case "struct":
      return {};
    case "string":
      return "";
    case "bool":
      return false;
    case "int":
    case "intOrString":
      return 0;
    default:
      return undefined;
  }
}

/** The Go kind of a decoded JSON value. */
function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "slice";
  if (typeof value === "object") return "map";
  if (typeof value === "number") return Number.isInteger(value) ? "int64" : "float64";
  return typeof value === "boolean" ? "bool" : "string";
}
