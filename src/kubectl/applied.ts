/** What applying came to, and the annotation in which client-side apply remembers what it applied. */
import type { KubeObject } from "../api/meta.ts";
import type { Problem } from "./errors.ts";
import { isKubeObject, isMap, without, withField, type JsonMap } from "./fields.ts";
import { compactJson } from "./output/gojson.ts";
import { inStructOrder } from "./output/struct-order.ts";

/** One object applied, or why not. */
export type Applied =
  { readonly object: KubeObject; readonly operation: string } | { readonly problem: Problem };

export const lastAppliedKey = "kubectl.kubernetes.io/last-applied-configuration";

/** The configuration as the annotation holds it: one line of JSON with a line break. */
export function configurationText(object: KubeObject): string {
  return `${compactJson(withoutLastApplied(object))}\n`;
}

/** The object without the annotation, but always with a map of annotations. */
export function withoutLastApplied(object: KubeObject): KubeObject {
  const annotations = isMap(object.metadata.annotations) ? object.metadata.annotations : {};
  return withField(object, ["metadata", "annotations"], without(annotations, lastAppliedKey));
}

export function withLastApplied(object: KubeObject): KubeObject {
  return withField(object, ["metadata", "annotations", lastAppliedKey], configurationText(object));
}

/** The same of an object that kubectl generated: in the order of Go's structs, and no more than it has. */
export function withGenerated(object: KubeObject): KubeObject {
  const text = `${JSON.stringify(inStructOrder(object)).replaceAll(/[<>&]/gu, escaped)}\n`;
  return withField(object, ["metadata", "annotations", lastAppliedKey], text);
}

function escaped(character: string): string {
  return `\\u00${character.charCodeAt(0).toString(16)}`;
}

/** What was applied last, parsed; undefined when nothing was, or nobody can read it. */
export function lastApplied(object: KubeObject): JsonMap | undefined {
  const text = object.metadata.annotations?.[lastAppliedKey];
  if (text === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return isMap(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** Drops null members, as client-side apply does before it creates. */
export function withoutNulls(object: KubeObject): KubeObject {
  const cleaned = nullsDropped(object);
  return isKubeObject(cleaned) ? cleaned : object;
}

function nullsDropped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(nullsDropped);
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([key, member]) => [key, nullsDropped(member)]),
  );
}
