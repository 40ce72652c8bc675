/** Decoding single JSON values into Go's scalar types, with Go's messages (encoding/json). */
import { goNumber, goQuote } from "./go-print.ts";
import { isNil } from "./json.ts";
import { parseQuantity } from "./quantity.ts";
import type { TypeInfo } from "./schema.ts";

/** Where a value stands: the struct that has the field, and the JSON names on the way to it. */
export interface FieldContext {
  readonly struct: string;
  readonly path: readonly string[];
}

/** An error of a type's own decoder ends decoding at once. Thrown and caught within decoding. */
export class DecodeAbort extends Error {
  constructor(message: string) {
    super(message);
    this.name = "DecodeAbort";
  }
}

export interface DecodedScalar {
  readonly value?: unknown;
  readonly error?: string;
}

const INT_LIMITS: Readonly<Record<string, readonly [number, number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint8: [0, 255],
};

/** A value of a scalar type, or the type error. Throws DecodeAbort for bad quantities and the like. */
export function decodeScalar(type: TypeInfo, json: unknown, context: FieldContext): DecodedScalar {
  switch (type.kind) {
    case "string":
      if (isNil(json)) return { value: "" };
      return typeof json === "string" ? { value: json } : wrongType(json, type.name, context);
    case "bool":
      if (isNil(json)) return { value: false };
      return typeof json === "boolean" ? { value: json } : wrongType(json, type.name, context);
    case "int":
      if (isNil(json)) return { value: 0 };
      return isGoInt(json, type.name)
        ? { value: json }
        : wrongType(json, type.name, context, literalOf(json));
    case "intOrString":
      if (isNil(json)) return { value: 0 };
      if (typeof json === "string" || isGoInt(json, "int32")) return { value: json };
      throw new DecodeAbort(wrongType(json, "int32", context, literalOf(json)).error ?? "");
    case "quantity":
      return isNil(json) ? { value: "0" } : { value: decodeQuantity(json) };
    case "time":
    case "microTime":
      return isNil(json) ? {} : { value: decodeTime(json, context) };
    case "bytes":
      if (isNil(json)) return {};
      if (typeof json !== "string") return wrongType(json, type.name, context);
      return decodeBytes(json);
    case "any":
      return { value: json };
    default:
      return wrongType(json, type.name, context);
  }
}

/** Whether a JSON value is an integer that fits a Go integer type. */
function isGoInt(json: unknown, goType: string): json is number {
  if (typeof json !== "number" || !Number.isInteger(json)) return false;
  const [min, max] = INT_LIMITS[goType] ?? [-(2 ** 63), 2 ** 63 - 1];
  return json >= min && json <= max;
}

/** `json: cannot unmarshal string into Go struct field ObjectMeta.metadata.name of type int32`. */
function wrongType(
  json: unknown,
  goType: string,
  { struct, path }: FieldContext,
  literal = "",
): DecodedScalar {
  const where = path.length === 0 ? "Go value" : `Go struct field ${struct}.${path.join(".")}`;
  const value = jsonTypeOf(json) + (literal === "" ? "" : ` ${literal}`);
  return { error: `json: cannot unmarshal ${value} into ${where} of type ${goType}` };
}

/** Go names the number itself where it expected another number. */
function literalOf(json: unknown): string {
  return typeof json === "number" ? goNumber(json) : "";
}

function jsonTypeOf(json: unknown): string {
  if (Array.isArray(json)) return "array";
  return typeof json === "boolean" ? "bool" : typeof json;
}

function decodeQuantity(json: unknown): string {
  const text = typeof json === "string" ? json : JSON.stringify(json);
  const result = parseQuantity(text.trim());
  if (result.ok) return text.trim();
  throw new DecodeAbort(result.error);
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** The first part that no calendar or clock has, in the order in which Go looks at them (time/format.go). */
function outOfRange(parts: readonly string[]): string | undefined {
  const [, year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number);
  if (month < 1 || month > 12) return "month";
  if (hour > 23) return "hour";
  if (minute > 59) return "minute";
  if (second > 59) return "second";
  const days = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
  return day < 1 || day > days ? "day" : undefined;
}

function decodeTime(json: unknown, context: FieldContext): string {
  if (typeof json !== "string") {
    throw new DecodeAbort(wrongType(json, "string", context).error ?? "");
  }
  const parts = RFC3339.exec(json);
  const wrong = parts === null ? undefined : outOfRange(parts);
  if (wrong !== undefined) {
    throw new DecodeAbort(`parsing time ${goQuote(json)}: ${wrong} out of range`);
  }
  if (parts !== null) return json;
  const layout = "2006-01-02T15:04:05Z07:00";
  // Go names the first part that does not fit; for texts that are no times at all that is the year.
  const parsing = `parsing time ${goQuote(json)} as "${layout}"`;
  throw new DecodeAbort(`${parsing}: cannot parse ${goQuote(json)} as "2006"`);
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function decodeBytes(text: string): DecodedScalar {
  const compact = text.replace(/[\r\n]/g, "");
  if (BASE64.test(compact)) return { value: compact };
  const bad = /[^A-Za-z0-9+/]/.exec(text)?.index ?? text.length - (text.length % 4);
  return { error: `illegal base64 data at input byte ${bad}` };
}
