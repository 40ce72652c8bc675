/** Reading JSON whose shape is not known to the compiler, the way Go reads absent fields: as zeros. */

import type { KubeObject } from "../api/meta.ts";
import { compareText } from "../api/order.ts";

export type JsonMap = Readonly<Record<string, unknown>>;

export function isMap(value: unknown): value is JsonMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at a path of keys and list indices; undefined when something on the way is absent. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let current: unknown = value;
  for (const key of path) {
    if (typeof key === "number") current = Array.isArray(current) ? current[key] : undefined;
    else current = isMap(current) && Object.hasOwn(current, key) ? current[key] : undefined;
  }
  return current;
}

export function text(value: unknown, ...path: readonly (string | number)[]): string {
  const found = at(value, ...path);
  if (typeof found === "string") return found;
  return typeof found === "number" || typeof found === "boolean" ? String(found) : "";
}

export function num(value: unknown, ...path: readonly (string | number)[]): number {
  const found = at(value, ...path);
  return typeof found === "number" ? found : 0;
}

export function list(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? (found as readonly unknown[]) : [];
}

export function map(value: unknown, ...path: readonly (string | number)[]): JsonMap {
  const found = at(value, ...path);
  return isMap(found) ? found : {};
}

/** Keys in the byte order in which Go sorts strings. */
export function sortedKeys(value: JsonMap): string[] {
  return Object.keys(value).toSorted(compareText);
}

/** The value with one path set; maps and lists on the way are copied, never changed. */
export function withAt(value: unknown, path: readonly (string | number)[], leaf: unknown): unknown {
  const [head, ...tail] = path;
  if (head === undefined) return leaf;
  if (typeof head === "number") {
    const copy = Array.isArray(value) ? [...(value as readonly unknown[])] : [];
    copy[head] = withAt(copy[head], tail, leaf);
    return copy;
  }
  const base = isMap(value) ? value : {};
  return { ...base, [head]: withAt(base[head], tail, leaf) };
}

/** An object with one path set; nothing of the given one is changed. */
export function withField(
  object: KubeObject,
  path: readonly [string, ...(string | number)[]],
  leaf: unknown,
): KubeObject {
  const [head, ...tail] = path;
  if (head !== "metadata") return { ...object, [head]: withAt(object[head], tail, leaf) };
  return {
    ...object,
    metadata: { ...object.metadata, ...map(withAt(object.metadata, tail, leaf)) },
  };
}

export function isKubeObject(value: unknown): value is KubeObject {
  return (
    isMap(value) &&
    typeof value["kind"] === "string" &&
    typeof value["apiVersion"] === "string" &&
    isMap(value["metadata"])
  );
}

/** Text for messages and sorting, whatever the value is. */
export function plainText(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined ? "undefined" : JSON.stringify(value);
}

/** The map without one key. */
export function without(value: JsonMap, ...keys: readonly string[]): JsonMap {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}

/** Equality of JSON values; the order of keys does not matter. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, i) => sameJson(item, (b as readonly unknown[])[i]));
  }
  if (!isMap(a) || !isMap(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
  );
}
