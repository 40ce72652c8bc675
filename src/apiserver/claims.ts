/**
 * Claims of ownership as patches of `ownerReferences`: what they change, and when the API refuses them.
 * Mirrors the patches of controller_ref_manager.go and apimachinery's validation of owner references.
 */
import { controllerOf, type KubeObject, newControllerRef } from "../api/meta.ts";
import type { StatusCause } from "../api/status.ts";

export function claimed(
  object: KubeObject,
  owner: KubeObject,
  how: "adopt" | "release",
): KubeObject {
  const uid = owner.metadata.uid ?? "";
  const { ownerReferences: references = [], ...metadata } = object.metadata;
  const others = references.filter((ref) => ref.uid !== uid);
  if (how === "release") {
    const kept = others.length === 0 ? metadata : { ...metadata, ownerReferences: others };
    return { ...object, metadata: kept };
  }
  // A strategic merge patch: in the place of the one with this UID, or else before the others.
  const known = references.findIndex((ref) => ref.uid === uid);
  const ownerReferences = others.toSpliced(Math.max(0, known), 0, newControllerRef(owner));
  return { ...object, metadata: { ...metadata, ownerReferences } };
}

/** An object made anew under the same name, or taken by another controller, cannot be claimed. */
export function claimCauses(
  current: KubeObject,
  asked: KubeObject,
  owner: KubeObject,
  how: "adopt" | "release",
): StatusCause[] {
  const { uid = "" } = asked.metadata;
  if (current.metadata.uid !== uid) {
    return [cause("metadata.uid", `Invalid value: "${uid}": field is immutable`)];
  }
  const holder = controllerOf(current.metadata);
  if (how === "release" || holder === undefined || holder.uid === owner.metadata.uid) return [];
  const message =
    'Invalid value: Only one reference can have Controller set to true. Found "true" in ' +
    `references for ${holder.kind}/${holder.name} and ${owner.kind}/${owner.metadata.name}`;
  return [cause("metadata.ownerReferences", message)];
}

function cause(field: string, message: string): StatusCause {
  return { reason: "FieldValueInvalid", message, field };
}
