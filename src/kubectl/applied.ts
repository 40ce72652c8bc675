/** The annotation in which client-side apply remembers what it applied. */
import type { KubeObject } from "../api/meta.ts";
import { isMap, without, withAt, type JsonMap } from "./fields.ts";
import { compactJson } from "./output/gojson.ts";

export const lastAppliedKey = "kubectl.kubernetes.io/last-applied-configuration";

/** The configuration as the annotation holds it: one line of JSON with a line break. */
export function configurationText(object: KubeObject): string {
  return `${compactJson(withoutLastApplied(object))}\n`;
}

/** The object without the annotation, but always with a map of annotations. */
export function withoutLastApplied(object: KubeObject): KubeObject {
  const annotations = isMap(object.metadata.annotations) ? object.metadata.annotations : {};
  return {
    ...object,
    metadata: { ...object.metadata, annotations: without(annotations, lastAppliedKey) },
  } as KubeObject;
}

export function withLastApplied(object: KubeObject): KubeObject {
  const path = ["metadata", "annotations", lastAppliedKey];
  return withAt(object, path, configurationText(object)) as KubeObject;
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
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([key, member]) => [key, withoutNulls(member)]),
  );
}
