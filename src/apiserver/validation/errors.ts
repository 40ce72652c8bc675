/** Field errors with the API server's wording (apimachinery util/validation/field, v0.37.2). */
import type { StatusCause } from "../../api/status.ts";
import { goQuote } from "../go-print.ts";
import { isNil } from "../json.ts";

export type Causes = readonly StatusCause[];

const NONE: Causes = [];

/** A value whose Go type is not plain `string`: it prints as JSON, with `<`, `>` and `&` escaped. */
export function asJson(value: unknown): unknown {
  return { [PRINTED_AS_JSON]: value };
}

const PRINTED_AS_JSON = Symbol("printed as JSON");

/** A value that the rule does not allow. */
export function invalid(field: string, value: unknown, detail: string): StatusCause {
  return cause("FieldValueInvalid", field, `Invalid value: ${printed(value)}`, detail);
}

export function required(field: string, detail = ""): StatusCause {
  return cause("FieldValueRequired", field, "Required value", detail);
}

/** A value outside a fixed set; the server lists the set as its rule has it, mostly sorted. */
export function notSupported(
  field: string,
  value: unknown,
  supported: readonly string[],
): StatusCause {
  const detail = `supported values: ${supported.map(goQuote).join(", ")}`;
  // Nearly all of these have a string type of their own, which Go prints as JSON.
  const shown = goJson(value ?? null);
  return cause("FieldValueNotSupported", field, `Unsupported value: ${shown}`, detail);
}

export function forbidden(field: string, detail: string): StatusCause {
  return cause("FieldValueForbidden", field, "Forbidden", detail);
}

export function duplicate(field: string, value: unknown): StatusCause {
  return cause("FieldValueDuplicate", field, `Duplicate value: ${printed(value)}`, "");
}

export function notFound(field: string, value: unknown): StatusCause {
  return cause("FieldValueNotFound", field, `Not found: ${printed(value)}`, "");
}

export function tooLong(field: string, maxBytes: number): StatusCause {
  return cause("FieldValueTooLong", field, "Too long", `may not be more than ${maxBytes} bytes`);
}

export function tooMany(field: string, actual: number, most: number): StatusCause {
  const detail = `must have at most ${most} items`;
  return cause("FieldValueTooMany", field, `Too many: ${actual}`, detail);
}

/** One error for each message of a name rule. */
export function invalidEach(field: string, value: unknown, messages: readonly string[]): Causes {
  return messages.map((message) => invalid(field, value, message));
}

export function nonNegative(value: unknown, field: string): Causes {
  const isNegative = typeof value === "number" && value < 0;
  return isNegative ? [invalid(field, value, "must be greater than or equal to 0")] : NONE;
}

export function positive(value: unknown, field: string): Causes {
  const number = value ?? 0;
  const isPositive = typeof number === "number" && number > 0;
  return isPositive ? NONE : [invalid(field, number, "must be greater than zero")];
}

/** `field is immutable`, unless the two are the same. */
export function immutable(same: boolean, value: unknown, field: string): Causes {
  return same ? NONE : [invalid(field, value, "field is immutable")];
}

/** A scalar against a fixed set; `required` where it is empty. */
export function oneOf(value: unknown, field: string, supported: readonly string[]): Causes {
  if (isNil(value) || value === "") return [required(field)];
  return supported.some((each) => each === value) ? NONE : [notSupported(field, value, supported)];
}

function cause(reason: string, field: string, what: string, detail: string): StatusCause {
  return { reason, message: detail === "" ? what : `${what}: ${detail}`, field };
}

/** Strings as Go literals, numbers plainly, everything else as Go's JSON. */
function printed(value: unknown): string {
  if (typeof value === "string") return goQuote(value);
  if (typeof value === "object" && value !== null && PRINTED_AS_JSON in value) {
    return goJson(value[PRINTED_AS_JSON] ?? null);
  }
  return goJson(value ?? null);
}

/** JSON as Go's encoder writes it, with `<`, `>` and `&` escaped. */
export function goJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
