/** The order of texts in which Go sorts strings, as far as they are ASCII: by code units, without a locale. */
import type { KubeObject } from "./meta.ts";

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function byName(a: KubeObject, b: KubeObject): number {
  return compareText(a.metadata.name, b.metadata.name);
}
