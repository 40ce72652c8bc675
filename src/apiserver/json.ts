/** Looking into JSON of unknown shape: what is not of the asked shape counts as empty. */

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
