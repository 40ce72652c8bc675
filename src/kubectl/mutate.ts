/**
 * Read, change, patch: how `set`, `rollout pause`, `label` and their like write. Mirrors
 * kubectl/pkg/cmd/set/helper.go CalculatePatches (v0.37.2).
 */
import type { WriteOptions } from "../api/client.ts";
import type { KubeObject } from "../api/meta.ts";
import type { Answer } from "../api/status.ts";
import { withSortedKeys } from "../apiserver/json.ts";
import { createTwoWayPatch } from "../apiserver/patch-three-way.ts";
import { schemaOf } from "../apiserver/schema.ts";
import { heed, type Call } from "./call.ts";
import { isMap, list, map, sameJson, text, withField, type JsonMap } from "./fields.ts";
import type { Info } from "./resolve.ts";

/** A JSON merge patch (RFC 7386) from one object to another. */
function mergeDiff(before: JsonMap, after: JsonMap): JsonMap {
  const patch: Record<string, unknown> = {};
  for (const key of Object.keys(before)) {
    if (after[key] === undefined && before[key] !== undefined) patch[key] = null;
  }
  for (const [key, value] of Object.entries(after)) {
    const old = before[key];
    if (value === undefined || sameJson(old, value)) continue;
    patch[key] = isMap(old) && isMap(value) ? mergeDiff(old, value) : value;
  }
  return patch;
}

/** A merge patch that adds what `modified` has and deletes what only `original` has. */
export function threeWayMerge(original: JsonMap, modified: JsonMap, current: JsonMap): JsonMap {
  const patch: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(modified)) {
    const [before, now] = [original[key], current[key]];
    if (isMap(value) && isMap(now)) {
      const inner = threeWayMerge(isMap(before) ? before : {}, value, now);
      if (Object.keys(inner).length > 0) patch[key] = inner;
    } else if (!sameJson(value, now)) patch[key] = value;
  }
  for (const key of Object.keys(original)) {
    if (modified[key] === undefined && current[key] !== undefined) patch[key] = null;
  }
  return patch;
}

/**
 * As an object is created: without the version that it had where its manifest was taken from, and as Go writes what it
 * has read.
 */
export function unversioned(object: KubeObject): KubeObject {
  if (object.metadata?.resourceVersion === undefined) return withSortedKeys(object);
  const { resourceVersion: _, ...metadata } = object.metadata;
  return withSortedKeys({ ...object, metadata });
}

/**
 * Sends the strategic patch that makes `after` of the object, which `told` is told before; undefined when there
 * is no change.
 */
export function patchTo(
  call: Call,
  info: Info,
  after: KubeObject,
  options: WriteOptions,
  told?: (patch: JsonMap) => void,
): Answer<KubeObject> | undefined {
  const before = info.object;
  if (sameJson(before, after)) return undefined;
  const created =
    schemaOf(before.apiVersion, before.kind) === undefined
      ? undefined
      : createTwoWayPatch(before, before, after);
  const [type, patch] =
    created?.ok === true
      ? (["strategic", created.patch] as const)
      : (["merge", mergeDiff(before, after)] as const);
  told?.(patch);
  return heed(call, call.io.client.patch(info.ref, type, patch, options));
}

/** The same with a JSON merge patch, as `label` and `annotate` send. */
export function mergePatchTo(
  call: Call,
  info: Info,
  after: KubeObject,
  options: WriteOptions,
): Answer<KubeObject> {
  return heed(
    call,
    call.io.client.patch(info.ref, "merge", mergeDiff(info.object, after), options),
  );
}

export function withAnnotation(object: KubeObject, key: string, value: string): KubeObject {
  return withField(object, ["metadata", "annotations", key], value);
}

/** Where a kind keeps its pod spec; undefined for kinds without pods. */
export function podSpecPath(object: KubeObject): readonly string[] | undefined {
  switch (object.kind) {
    case "Pod":
      return ["spec"];
    case "CronJob":
      return ["spec", "jobTemplate", "spec", "template", "spec"];
    case "Deployment":
    case "ReplicaSet":
    case "StatefulSet":
    case "DaemonSet":
    case "Job":
    case "ReplicationController":
      return ["spec", "template", "spec"];
    default:
      return undefined;
  }
}

export type ContainerList = "containers" | "initContainers";

/** The object with every container replaced by what `change` makes of it. */
export function mapContainers(
  object: KubeObject,
  change: (container: JsonMap, where: ContainerList) => JsonMap,
): KubeObject {
  const path = podSpecPath(object) ?? [];
  let changed = object;
  for (const where of ["initContainers", "containers"] as const) {
    const before = list(object, ...path, where);
    if (before.length === 0) continue;
    const after = before.map((container) => change(map(container), where));
    const [first = "spec", ...rest] = path;
    changed = withField(changed, [first, ...rest, where], after);
  }
  return changed;
}

/** Names of the containers of an object that match a name or a pattern with `*`. */
export function containersMatching(object: KubeObject, pattern: string): readonly string[] {
  const path = podSpecPath(object) ?? [];
  const all = [...list(object, ...path, "containers"), ...list(object, ...path, "initContainers")];
  return all.map((container) => text(container, "name")).filter((name) => matches(name, pattern));
}

function matches(name: string, pattern: string): boolean {
  if (pattern === "*") return true;
  const parts = pattern.split("*").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(name);
}
