/**
 * Fields, types and what is required of custom resources: the part of a CRD's structural schema that a
 * mistake breaks, with the server's words (apiextensions-apiserver pkg/apiserver/validation, v1.37.2).
 */
import { isRecord } from "../json.ts";
import { invalid, required, type Causes } from "./errors.ts";

type Scalar = "string" | "integer" | "number" | "boolean" | "intOrString";

/** Fields that end in `!` are required; others than these are taken as they are. */
export type Shape =
  Scalar | { readonly list: Shape } | { readonly map: Shape } | { readonly fields: Fields };

export type Fields = Readonly<Record<string, Shape>>;

/** Where a value is not of the shape. */
export function validateShape(value: unknown, shape: Shape, path: string): Causes {
  const actual = typeOf(value);
  const expected = expectedOf(shape);
  if (!expected.includes(actual)) {
    const wanted = expected.at(-1) ?? "";
    const detail = `${path} in body must be of type ${wanted}: ${JSON.stringify(actual)}`;
    return [invalid(path, actual, detail)];
  }
  if (typeof shape === "string") return [];
  if ("list" in shape) {
    const items = value as readonly unknown[];
    return items.flatMap((item, i) => validateShape(item, shape.list, `${path}[${i}]`));
  }
  const object = value as Readonly<Record<string, unknown>>;
  if ("map" in shape) {
    return Object.entries(object).flatMap(([key, item]) =>
      validateShape(item, shape.map, joined(path, key)),
    );
  }
  return Object.entries(shape.fields).flatMap(([field, inner]) => {
    const name = field.replace(/!$/u, "");
    const item = Object.hasOwn(object, name) ? object[name] : undefined;
    if (item !== undefined) return validateShape(item, inner, joined(path, name));
    return name === field ? [] : [required(joined(path, name))];
  });
}

function joined(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

/** Types in the words of JSON Schema; the last is the one that messages name. */
function expectedOf(shape: Shape): readonly string[] {
  if (shape === "intOrString") return ["string", "integer"];
  if (shape === "number") return ["integer", "number"];
  if (typeof shape === "string") return [shape];
  return ["list" in shape ? "array" : "object"];
}

function typeOf(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "array";
  if (isRecord(value)) return "object";
  return Number.isInteger(value) ? "integer" : typeof value;
}
