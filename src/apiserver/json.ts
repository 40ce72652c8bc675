/** Looking into JSON of unknown shape: what is not of the asked shape counts as empty. */
import { compareText } from "../api/order.ts";

export type Json = Readonly<Record<string, unknown>>;

const EMPTY: Json = Object.freeze({});

export function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function asRecord(value: unknown): Json {
  return isRecord(value) ? value : EMPTY;
}

export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function asString(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Absent or null, which the API takes for the same. */
export function isNil(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

/** With the keys of every map in order, as Go writes maps. */
export function withSortedKeys<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withSortedKeys) as T;
  if (!isRecord(value)) return value;
  const keys = Object.keys(value).toSorted(compareText);
  return Object.fromEntries(keys.map((key) => [key, withSortedKeys(value[key])])) as T;
}
