/** What the strategies of all resources share: system metadata, generations, keeping old fields. */
import { deepEqual } from "../api/json.ts";
import type { KubeObject, ObjectMeta } from "../api/meta.ts";
import { semanticDeepEqual } from "./equality.ts";
import { asArray, asRecord, isNil, isRecord, type Json } from "./json.ts";
import { fieldOf, schemaOf } from "./schema.ts";
import { withoutDisabledTemplateFields } from "./strategy-drop.ts";

/** How one resource prepares objects; `status` is an update through the status subresource. */
export interface Preparation {
  create(object: KubeObject): KubeObject;
  update(next: KubeObject, prev: KubeObject): KubeObject;
  status(next: KubeObject, prev: KubeObject): KubeObject;
}

/** Resources whose spec is the user's and whose status is a controller's. */
export function specAndStatus(options: {
  /** What counts as a new generation; "none" for resources without generations. */
  readonly generation: "spec" | "specAndAnnotations" | "none";
  /** Metadata that the status subresource leaves alone. */
  readonly statusKeeps: readonly (keyof ObjectMeta)[];
  readonly initialStatus?: Json;
}): Preparation {
  const { generation, statusKeeps, initialStatus = {} } = options;
  return {
    create: (object) => {
      const fresh = { ...withoutDisabledTemplateFields(object), status: initialStatus };
      return generation === "none" ? fresh : withMetadata(fresh, { generation: 1 });
    },
    update: (next, prev) => {
      const sameTemplate =
        asRecord(next["spec"])["template"] === asRecord(prev["spec"])["template"];
      const allowed = sameTemplate ? next : withoutDisabledTemplateFields(next);
      const kept = withField(allowed, "status", prev["status"]);
      const changed =
        !sameSpec(kept, prev) ||
        (generation === "specAndAnnotations" && !sameAnnotations(kept, prev));
      return generation === "none" || !changed ? kept : withNextGeneration(kept, prev);
    },
    status: (next, prev) =>
      withMetadata(withField(next, "spec", prev["spec"]), metadataOf(prev, statusKeeps)),
  };
}

/** Resources without a status (ConfigMap, Secret) or with nothing to protect (Event). */
export const UNPROTECTED: Preparation = {
  create: (object) => object,
  update: (next) => next,
  status: (next) => next,
};

/**
 * Custom resources with the status subresource: a new generation is a change of anything but metadata and
 * status (apiextensions-apiserver pkg/registry/customresource/strategy.go).
 */
export const CUSTOM: Preparation = {
  create: (object) => withMetadata(withField(object, "status", undefined), { generation: 1 }),
  update: (next, prev) => {
    const kept = withField(next, "status", prev["status"]);
    return deepEqual({ ...kept, metadata: {} }, { ...prev, metadata: {} })
      ? kept
      : withNextGeneration(kept, prev);
  },
  status: (next, prev) => withField(prev, "status", next["status"]),
};

/** Namespaces keep the finalizer `kubernetes` from creation to the end. */
export const NAMESPACE: Preparation = {
  create: (namespace) => {
    const spec = asRecord(namespace["spec"]);
    const finalizers = asArray(spec["finalizers"]);
    const all = finalizers.includes("kubernetes") ? finalizers : [...finalizers, "kubernetes"];
    return { ...namespace, spec: { ...spec, finalizers: all }, status: { phase: "Active" } };
  },
  update: (next, prev) =>
    withField(withField(next, "status", prev["status"]), "spec", {
      ...asRecord(next["spec"]),
      finalizers: asRecord(prev["spec"])["finalizers"],
    }),
  status: (next, prev) => withField(next, "spec", prev["spec"]),
};

/** BeforeCreate: what only the server may set is wiped. */
export function wipeSystemMetadata(object: KubeObject): KubeObject {
  const {
    uid: _uid,
    creationTimestamp: _created,
    deletionTimestamp: _deleted,
    deletionGracePeriodSeconds: _grace,
    ...metadata
  } = object.metadata;
  return { ...object, metadata };
}

/** BeforeUpdate, first part: a request cannot choose the generation. */
export function keepGeneration(next: KubeObject, prev: KubeObject): KubeObject {
  return withMetadata(next, { generation: prev.metadata.generation });
}

/** None, and 0, are any version. */
export function namesVersion({ metadata }: KubeObject): boolean {
  return Number(metadata.resourceVersion ?? "") !== 0;
}

/** An update that names no resourceVersion is meant for whatever there is. */
export function withOldVersion(next: KubeObject, prev: KubeObject): KubeObject {
  if (namesVersion(next)) return next;
  return withMetadata(next, { resourceVersion: prev.metadata.resourceVersion });
}

/** BeforeUpdate, second part: uid, creation and deletion are the old object's. */
export function keepSystemMetadata(next: KubeObject, prev: KubeObject): KubeObject {
  const { uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds } = prev.metadata;
  return withMetadata(next, {
    uid: (next.metadata.uid ?? "") === "" ? uid : next.metadata.uid,
    creationTimestamp: creationTimestamp ?? next.metadata.creationTimestamp,
    deletionTimestamp: deletionTimestamp ?? next.metadata.deletionTimestamp,
    deletionGracePeriodSeconds:
      next.metadata.deletionGracePeriodSeconds ?? deletionGracePeriodSeconds,
  });
}

export function withNextGeneration(next: KubeObject, prev: KubeObject): KubeObject {
  return withMetadata(next, { generation: (prev.metadata.generation ?? 0) + 1 });
}

type MetadataChange = { readonly [K in keyof ObjectMeta]?: ObjectMeta[K] | undefined };

/** The object with fields of its metadata set, or removed where undefined. */
export function withMetadata(object: KubeObject, change: MetadataChange): KubeObject {
  if (isInMetadata(object, change)) return object;
  const metadata: Record<string, unknown> = { ...object.metadata };
  for (const [key, value] of Object.entries(change)) {
    if (value === undefined) delete metadata[key];
    else metadata[key] = value;
  }
  return { ...object, metadata: { ...metadata, name: object.metadata.name } };
}

function isInMetadata({ metadata }: KubeObject, change: MetadataChange): boolean {
  for (const key of Object.keys(change) as (keyof ObjectMeta)[]) {
    if (metadata[key] !== change[key]) return false;
    if (change[key] === undefined && key in metadata) return false;
  }
  return true;
}

/** The object with one field set, or removed where undefined. */
export function withField(object: KubeObject, field: string, value: unknown): KubeObject {
  if (value !== undefined && object[field] === value) return object;
  if (value !== undefined) return { ...object, [field]: value };
  const { [field]: _old, ...rest } = object;
  return { ...rest, apiVersion: object.apiVersion, kind: object.kind, metadata: object.metadata };
}

/** Semantic equality of the specs of two objects of one kind. */
export function sameSpec(a: KubeObject, b: KubeObject): boolean {
  const type = schemaOf(a.apiVersion, a.kind);
  const info = type === undefined ? undefined : fieldOf(type, "spec");
  if (info === undefined) throw new Error(`${a.kind} has no field spec in the schema table`);
  return semanticDeepEqual(info.type, a["spec"], b["spec"]);
}

function sameAnnotations(a: KubeObject, b: KubeObject): boolean {
  const left = a.metadata.annotations ?? {};
  const right = b.metadata.annotations ?? {};
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => left[key] === right[key]);
}

function metadataOf(object: KubeObject, keys: readonly (keyof ObjectMeta)[]): MetadataChange {
  return Object.fromEntries(keys.map((key) => [key, object.metadata[key]]));
}

/** The spec of an object, `{}` if it has none. */
export function specOf(object: KubeObject): Json {
  return isRecord(object["spec"]) ? object["spec"] : {};
}

export function isAbsent(value: unknown): boolean {
  return isNil(value) || value === "" || (Array.isArray(value) && value.length === 0);
}
