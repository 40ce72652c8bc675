/**
 * What server-side apply by `kubectl` does about the annotation of client-side apply. Mirrors apimachinery
 * lastappliedmanager.go and lastappliedupdater.go (v0.37.2).
 */
import type { KubeObject } from "../../api/meta.ts";
import { isRecord, withSortedKeys } from "../json.ts";
import type { StructInfo } from "../schema.ts";
import { compareFields, configuredFields, minus, type FieldSet } from "./field-set.ts";

const lastAppliedKey = "kubectl.kubernetes.io/last-applied-configuration";

/** Fields that client-side apply set and that still hold its values: taken over without a conflict. */
export function takenOver(type: StructInfo, live: KubeObject): FieldSet {
  const applied = lastApplied(live);
  if (applied === undefined || applied["apiVersion"] !== live.apiVersion) return new Set();
  const { changed, removed } = compareFields(type, applied, live);
  return minus(minus(configuredFields(type, applied), changed), removed);
}

function lastApplied(object: KubeObject): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(object.metadata.annotations?.[lastAppliedKey] ?? "");
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** An object that has the annotation gets the new configuration in it, in nobody's name. */
export function withLastAppliedOf(object: KubeObject, configuration: KubeObject): KubeObject {
  const annotations = object.metadata.annotations ?? {};
  if ((annotations[lastAppliedKey] ?? "") === "") return object;
  const { managedFields: _, annotations: given, ...metadata } = configuration.metadata;
  const { [lastAppliedKey]: __, ...others } = given ?? {};
  const shown = given === undefined ? metadata : { ...metadata, annotations: others };
  const text = `${JSON.stringify(withSortedKeys({ ...configuration, metadata: shown }))}\n`;
  const updated = { ...annotations, [lastAppliedKey]: text };
  return { ...object, metadata: { ...object.metadata, annotations: updated } };
}
