/**
 * Rules for PersistentVolumeClaims (ValidatePersistentVolumeClaimSpec, v1.37.2).
 *
 * Left out: data sources, and what may not be changed any more.
 */
import type { KubeObject } from "../../api/meta.ts";
import { asArray, asRecord, asString, isNil } from "../json.ts";
import { specOf } from "../strategy-parts.ts";
import { forbidden, invalid, invalidEach, notSupported, required, type Causes } from "./errors.ts";
import { printQuantity, quantityOf, scaledUp } from "../quantity.ts";
import { validateLabelSelector } from "./label-selector.ts";
import { validateMetadata } from "./metadata.ts";
import { dnsSubdomain } from "./names.ts";

const ALONE = "ReadWriteOncePod";
const ACCESS_MODES = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", ALONE];
const VOLUME_MODES = ["Block", "Filesystem"];

export function validateClaim(claim: KubeObject): Causes {
  const { accessModes, selector, resources, storageClassName, volumeMode } = specOf(claim);
  const modes = asArray(accessModes);
  const field = "spec.accessModes";
  const known = modes.filter((mode) => ACCESS_MODES.includes(asString(mode)));
  const isMixed = known.includes(ALONE) && known.some((mode) => mode !== ALONE);
  const storageClass = asString(storageClassName);
  return [
    ...validateMetadata(claim, { nameRule: dnsSubdomain, namespaced: true }),
    ...(modes.length === 0 ? [required(field, "at least 1 access mode is required")] : []),
    ...(isNil(selector) ? [] : validateLabelSelector(selector, "spec.selector")),
    ...modes
      .filter((mode) => !ACCESS_MODES.includes(asString(mode)))
      .map((mode) => notSupported(field, mode, ACCESS_MODES)),
    ...(isMixed ? [forbidden(field, "may not use ReadWriteOncePod with other access modes")] : []),
    ...validateSize(asRecord(asRecord(resources)["requests"])["storage"]),
    ...(storageClass === ""
      ? []
      : invalidEach("spec.storageClassName", storageClass, dnsSubdomain(storageClass))),
    ...(isNil(volumeMode) || VOLUME_MODES.includes(asString(volumeMode))
      ? []
      : [notSupported("spec.volumeMode", volumeMode, VOLUME_MODES)]),
  ];
}

function validateSize(storage: unknown): Causes {
  const field = "spec.resources[storage]";
  if (isNil(storage)) return [required(field)];
  const size = quantityOf(storage);
  if (size === undefined || scaledUp(size, 9) > 0n) return [];
  return [invalid(field, printQuantity(size), "must be greater than zero")];
}
