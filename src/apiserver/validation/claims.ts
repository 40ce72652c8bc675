/**
 * Rules for PersistentVolumeClaims (ValidatePersistentVolumeClaim{Spec,Update}, v1.37.2).
 *
 * Left out: data sources.
 */
import type { KubeObject } from "../../api/meta.ts";
import { asArray, asRecord, asString, isNil, type Json } from "../json.ts";
import { isAbsent, specOf } from "../strategy-parts.ts";
import {
  forbidden,
  immutable,
  invalid,
  invalidEach,
  notSupported,
  required,
  type Causes,
} from "./errors.ts";
import { specDifference } from "./pod-diff.ts";
import { printQuantity, quantityOf, scaledUp } from "../quantity.ts";
import { validateLabelSelector } from "./label-selector.ts";
import { validateMetadata, validateMetadataUpdate } from "./metadata.ts";
import { dnsSubdomain } from "./names.ts";

const ALONE = "ReadWriteOncePod";
const ACCESS_MODES = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", ALONE];
export const VOLUME_MODES = ["Block", "Filesystem"];

export function validateClaim(claim: KubeObject): Causes {
  return [
    ...validateMetadata(claim, { nameRule: dnsSubdomain, namespaced: true }),
    ...validateClaimSpec(specOf(claim), "spec"),
  ];
}

export function validateClaimSpec(spec: Json, field: string): Causes {
  const { accessModes, selector, resources, storageClassName, volumeMode } = spec;
  const modes = asArray(accessModes);
  const storageClass = asString(storageClassName);
  return [
    ...(modes.length === 0
      ? [required(`${field}.accessModes`, "at least 1 access mode is required")]
      : []),
    ...(isNil(selector) ? [] : validateLabelSelector(selector, `${field}.selector`)),
    ...validateAccessModes(modes, `${field}.accessModes`),
    ...validateSize(asRecord(asRecord(resources)["requests"])["storage"], field),
    ...(storageClass === ""
      ? []
      : invalidEach(`${field}.storageClassName`, storageClass, dnsSubdomain(storageClass))),
    ...(isNil(volumeMode) || VOLUME_MODES.includes(asString(volumeMode))
      ? []
      : [notSupported(`${field}.volumeMode`, volumeMode, VOLUME_MODES)]),
  ];
}

export function validateAccessModes(modes: readonly unknown[], field: string): Causes {
  const known = modes.filter((mode) => ACCESS_MODES.includes(asString(mode)));
  const isMixed = known.includes(ALONE) && known.some((mode) => mode !== ALONE);
  return [
    ...modes
      .filter((mode) => !ACCESS_MODES.includes(asString(mode)))
      .map((mode) => notSupported(field, mode, ACCESS_MODES)),
    ...(isMixed ? [forbidden(field, "may not use ReadWriteOncePod with other access modes")] : []),
  ];
}

/** Rollsim binds no claim, and the spec of one that is not bound stays as it is. */
export function validateClaimUpdate(next: KubeObject, prev: KubeObject): Causes {
  const [now, before] = [specOf(next), specOf(prev)];
  // What is empty may be said once: the volume, and the class.
  const bindable = {
    ...before,
    ...(isAbsent(before["volumeName"]) ? { volumeName: now["volumeName"] } : {}),
    ...(isNil(before["storageClassName"]) ? { storageClassName: now["storageClassName"] } : {}),
  };
  const sameMode = (now["volumeMode"] ?? "") === (before["volumeMode"] ?? "");
  const difference = specDifference("v1.PersistentVolumeClaimSpec", bindable, now);
  const rule =
    "spec is immutable after creation except resources.requests and " +
    "volumeAttributesClassName for bound claims";
  return [
    ...validateMetadataUpdate(next, prev),
    ...validateClaim(next),
    ...(difference === "" ? [] : [forbidden("spec", `${rule}\n${difference}`)]),
    ...immutable(sameMode, now["volumeMode"] ?? null, "volumeMode"),
  ];
}

function validateSize(storage: unknown, spec: string): Causes {
  const field = `${spec}.resources[storage]`;
  if (isNil(storage)) return [required(field)];
  const size = quantityOf(storage);
  if (size === undefined || scaledUp(size, 9) > 0n) return [];
  return [invalid(field, printQuantity(size), "must be greater than zero")];
}
