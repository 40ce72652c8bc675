/**
 * What PUT, PATCH and server-side apply make of an object that is there: who owns what, and what is stored.
 * Mirrors apiserver pkg/endpoints/handlers update.go and patch.go (v0.37.2).
 */
import type { KindInfo, ObjectRef, PatchType, WriteOptions } from "../api/client.ts";
import type { KubeObject, Timestamp } from "../api/meta.ts";
import { conflict, notFound, warned, type Answer } from "../api/status.ts";
import { timestamp } from "../api/time.ts";
import { admitUpdate, refuseIdentity, refuseStale, type Admitted } from "./admission.ts";
import { kindIn } from "./custom-kinds.ts";
import {
  applyConfiguration,
  readConfiguration,
  type ApplyRequest,
} from "./field-managers/apply.ts";
import { ownedScale, updatedScale, withScaleOwners } from "./field-managers/scale.ts";
import { trackWrite } from "./field-managers/track.ts";
import { groupResource, groupResourceOf, storeName } from "./kinds.ts";
import { withoutRepeatedOwners } from "./owner-references.ts";
import { applyPatch } from "./patch.ts";
import { managerCauses, refusedOptions } from "./request-options.ts";
import { applyScale, refuseScale, scaleOf } from "./scale-subresource.ts";
import { updateIn } from "./storage.ts";
import type { Store } from "./store.ts";

/** A PUT of a decoded object. */
export function replaceObject(
  store: Store,
  kind: KindInfo,
  current: KubeObject | undefined,
  decoded: Extract<Answer<KubeObject>, { ok: true }>,
  options: WriteOptions,
): Answer<KubeObject> {
  const sent = withoutRepeatedOwners(decoded.value, "as sent");
  const warnings = [...(decoded.warnings ?? []), ...sent.warnings];
  if (current === undefined) {
    const status = notFound(groupResource(kind), decoded.value.metadata.name);
    return { ok: false, status, warnings };
  }
  const stale = refuseStale(kind, decoded.value, current);
  if (stale !== undefined) return { ok: false, status: stale, warnings };
  const admitted = admitUpdate(store, kind, sent.object, current, partOf(options));
  return stored(store, current, admitted, options, warnings);
}

export function patchObject(
  store: Store,
  current: KubeObject,
  type: Exclude<PatchType, "apply">,
  patch: unknown,
  options: WriteOptions,
): Answer<KubeObject> {
  const change = (target: KubeObject): Answer<KubeObject> =>
    applyPatch(target, patch, type, options.fieldValidation);
  if (options.subresource === "scale") {
    return rescale(store, current, options, (scale) => {
      const patched = change(scale);
      if (!patched.ok) return patched;
      const value = updatedScale(scale, patched.value, options, stampOf(store));
      return { ...patched, value };
    });
  }
  const patched = change(current);
  if (!patched.ok) return patched;
  const kind = kindIn(store, current);
  const refused = refuseIdentity(kind, patched.value, current);
  if (refused !== undefined) return warned({ ok: false, status: refused }, patched.warnings);
  const placed = inPlaceOf(patched.value, current);
  const { object, warnings: repeated } = withoutRepeatedOwners(placed, "when patched");
  const admitted = admitUpdate(store, kind, object, current, partOf(options));
  return stored(store, current, admitted, options, [...(patched.warnings ?? []), ...repeated]);
}

/**
 * Server-side apply: whose fields the configuration's are is settled here; the write is no update of its own. Without
 * an object that is there it answers the one that is to be made.
 */
export function applyObject(
  store: Store,
  ref: ObjectRef,
  current: KubeObject | undefined,
  configuration: unknown,
  options: WriteOptions,
): Answer<KubeObject> {
  const { fieldManager = "", force = "nothing", subresource = "", ...rest } = options;
  const unnamed = refusedOptions("PatchOptions", managerCauses(fieldManager, "apply"));
  if (unnamed !== undefined) return unnamed;
  if (current === undefined && subresource !== "") {
    return { ok: false, status: notFound(groupResourceOf(ref.resource), ref.name) };
  }
  const at = stampOf(store);
  const request: ApplyRequest = { manager: fieldManager, force, subresource, at };
  const change = (live: KubeObject | undefined): Answer<KubeObject> => {
    const read = readConfiguration(ref, configuration, subresource);
    return read.ok ? applyConfiguration(live, read.value, request) : read;
  };
  if (current !== undefined && subresource === "scale") {
    return rescale(store, current, rest, change);
  }
  const applied = change(current);
  if (!applied.ok) return applied;
  if (current === undefined) return madeBy(store, ref, applied.value);
  const kind = kindIn(store, current);
  const refused = refuseIdentity(kind, applied.value, current);
  if (refused !== undefined) return { ok: false, status: refused };
  const admitted = admitUpdate(store, kind, applied.value, current, partOf(options));
  return stored(store, current, admitted, rest);
}

/** Who names no namespace means the one of the path. */
function inPlaceOf(object: KubeObject, { metadata }: KubeObject): KubeObject {
  const { namespace } = metadata;
  if (namespace === undefined || (object.metadata.namespace ?? "") !== "") return object;
  return { ...object, metadata: { ...object.metadata, namespace } };
}

/** The object that an apply makes where there was none. */
function madeBy(store: Store, ref: ObjectRef, applied: KubeObject): Answer<KubeObject> {
  const { resourceVersion: _, uid = "", ...metadata } = applied.metadata;
  if (uid !== "") {
    // Who knows the UID means an object that was there once.
    const why = "and no existing object was found";
    const message = `uid mismatch: the provided object specified uid ${uid}, ${why}`;
    return { ok: false, status: conflict(groupResourceOf(ref.resource), ref.name, message) };
  }
  const object = { ...applied, metadata };
  const place = { name: ref.name, namespace: ref.namespace ?? "default" };
  const other = refuseIdentity(kindIn(store, applied), object, { ...applied, metadata: place });
  if (other !== undefined) return { ok: false, status: other };
  return { ok: true, value: { ...applied, metadata: { ...metadata, ...place } } };
}

/** A write of the replicas by way of a Scale, which knows who owns them. */
function rescale(
  store: Store,
  current: KubeObject,
  { dryRun }: WriteOptions,
  change: (scale: KubeObject) => Answer<KubeObject>,
): Answer<KubeObject> {
  const changed = change(ownedScale(current, scaleOf(current)));
  if (!changed.ok) return changed;
  const { value: scale, warnings = [] } = changed;
  const kind = kindIn(store, current);
  const refused = refuseIdentity(kind, scale, current) ?? refuseScale(scale);
  if (refused !== undefined) return { ok: false, status: refused };
  const next = withScaleOwners(applyScale(current, scale), current, scale);
  const admitted = admitUpdate(store, kind, next, current);
  return stored(store, current, admitted, dryRun === undefined ? {} : { dryRun }, warnings);
}

function stored(
  store: Store,
  current: KubeObject,
  admitted: Admitted,
  options: WriteOptions,
  earlier: readonly string[] = [],
): Answer<KubeObject> {
  if (!admitted.ok) return warned(admitted, earlier);
  const next = trackWrite(current, admitted, options, stampOf(store));
  const resource = storeName(kindIn(store, current));
  const value = updateIn(store, resource, current, next, options.dryRun);
  return { ok: true, value, warnings: [...earlier, ...admitted.warnings] };
}

function partOf({ subresource }: WriteOptions): "status" | undefined {
  return subresource === "status" ? subresource : undefined;
}

function stampOf(store: Store): Timestamp {
  return timestamp(store.wallClockMs);
}
