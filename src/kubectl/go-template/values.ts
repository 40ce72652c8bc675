/**
 * Go values as templates see them: JSON, where whole numbers are int64; bigints are the ints of templates;
 * `undefined` is no value, null a nil interface.
 */
import { isMap, type JsonMap } from "../fields.ts";

/** A floating-point constant of a template, whole or not. */
export class Float {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

export type Kind = "invalid" | "bool" | "int" | "float" | "string" | "list" | "map";

export function kindOf(value: unknown): Kind {
  if (value === undefined || value === null) return "invalid";
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "bigint") return "int";
  if (typeof value === "number") {
    return Number.isInteger(value) && Math.abs(value) < 2 ** 63 ? "int" : "float";
  }
  if (value instanceof Float) return "float";
  return Array.isArray(value) ? "list" : "map";
}

/** reflect's name of the type; nil has none. */
export function typeName(value: unknown): string {
  switch (kindOf(value)) {
    case "invalid":
      return "<nil>";
    case "int":
      return typeof value === "bigint" ? "int" : "int64";
    case "float":
      return "float64";
    case "list":
      return "[]interface {}";
    case "map":
      return "map[string]interface {}";
    default:
      return typeof value === "string" ? "string" : "bool";
  }
}

export function intOf(value: unknown): bigint {
  return typeof value === "bigint" ? value : BigInt(Number(value));
}

export function floatOf(value: unknown): number {
  return value instanceof Float ? value.value : Number(value);
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

export function mapOf(value: unknown): JsonMap {
  return isMap(value) ? value : {};
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** What `if` takes for true: everything but zero values. */
export function isTrue(value: unknown): boolean {
  switch (kindOf(value)) {
    case "invalid":
      return false;
    case "int":
      return intOf(value) !== 0n;
    case "float":
      return floatOf(value) !== 0;
    case "list":
      return listOf(value).length > 0;
    case "map":
      return Object.keys(mapOf(value)).length > 0;
    default:
      return value !== "" && value !== false;
  }
}
