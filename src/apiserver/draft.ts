/** Building JSON objects in place, before anybody else sees them. */
import { asArray, isNil, isRecord } from "./json.ts";

/** JSON under construction: a fresh clone that defaulting may write to. */
export type Draft = Record<string, unknown>;

/** A copy to build on, of JSON that holds no part of itself: many times faster than structuredClone. */
export function cloned<T>(json: T): T {
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) return json.map(cloned) as T;
  const copy = { ...json } as Record<string, unknown>;
  for (const key of Object.keys(copy)) copy[key] = cloned(copy[key]);
  return copy as T;
}

/** The object at `key`, made where it is absent (a Go struct is never absent). */
export function child(parent: Draft, key: string): Draft {
  const value = parent[key];
  if (isDraft(value)) return value;
  const made: Draft = {};
  parent[key] = made;
  return made;
}

export function drafts(list: unknown): readonly Draft[] {
  return asArray(list).filter(isDraft);
}

/** Sets fields that are absent (Go pointers, lists). */
export function fillAbsent(draft: Draft, defaults: Draft): void {
  for (const [key, value] of Object.entries(defaults)) if (isNil(draft[key])) draft[key] = value;
}

/** Sets fields that are absent, "" or 0 (Go values). */
export function fillIn(draft: Draft, defaults: Draft): void {
  for (const [key, value] of Object.entries(defaults)) if (isEmpty(draft[key])) draft[key] = value;
}

export function isDraft(value: unknown): value is Draft {
  return isRecord(value);
}

/** Absent or a zero value. */
export function isEmpty(value: unknown): boolean {
  return isNil(value) || value === "" || value === 0;
}
