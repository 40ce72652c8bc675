/**
 * Rules for PersistentVolumes and StorageClasses (pkg/apis/{core,storage}/validation, v1.37.2).
 *
 * Left out: of the sources of volumes all but host paths, affinities and topologies.
 */
import { deepEqual } from "../../api/json.ts";
import type { KubeObject } from "../../api/meta.ts";
import { asArray, asRecord, asString, isNil, type Json } from "../json.ts";
import { printQuantity, quantityOf, scaledUp } from "../quantity.ts";
import { structType } from "../schema.ts";
import { specOf } from "../strategy-parts.ts";
import { validateAccessModes, VOLUME_MODES } from "./claims.ts";
import {
  forbidden,
  immutable,
  invalid,
  invalidEach,
  notSupported,
  required,
  type Causes,
} from "./errors.ts";
import { validateMetadata, validateMetadataUpdate } from "./metadata.ts";
import { dnsSubdomain, qualifiedName } from "./names.ts";
import { noBacksteps } from "./paths.ts";
import { specDifference } from "./pod-diff.ts";

const NAMED = { nameRule: dnsSubdomain, namespaced: false } as const;
const SOURCE = "v1.PersistentVolumeSource";

export function validateVolume(volume: KubeObject): Causes {
  const spec = specOf(volume);
  const { accessModes, persistentVolumeReclaimPolicy: policy, volumeMode } = spec;
  return [
    ...validateMetadata(volume, NAMED),
    ...(asArray(accessModes).length === 0 ? [required("spec.accessModes")] : []),
    ...validateAccessModes(asArray(accessModes), "spec.accessModes"),
    ...validateCapacity(asRecord(spec["capacity"])),
    ...unlessOneOf(policy, "spec.persistentVolumeReclaimPolicy", ["Delete", "Recycle", "Retain"]),
    ...validateSource(spec),
    ...unlessOneOf(volumeMode, "spec.volumeMode", VOLUME_MODES),
  ];
}

export function validateVolumeUpdate(next: KubeObject, prev: KubeObject): Causes {
  const [now, before] = [specOf(next), specOf(prev)];
  const difference = specDifference(SOURCE, before, now);
  const field = "spec.persistentvolumesource";
  const mode = now["volumeMode"] ?? null;
  return [
    ...validateMetadataUpdate(next, prev),
    ...validateVolume(next),
    ...(difference === ""
      ? []
      : [forbidden(field, `${field} is immutable after creation\n${difference}`)]),
    ...immutable(mode === (before["volumeMode"] ?? null), mode, "volumeMode"),
  ];
}

function validateCapacity(capacity: Json): Causes {
  const field = "spec.capacity";
  const names = Object.keys(capacity);
  const other = names.length !== 1 || names[0] !== "storage";
  return [
    ...(names.length === 0 ? [required(field)] : []),
    ...(other ? [notSupported(field, names.length === 0 ? null : capacity, ["storage"])] : []),
    ...names.flatMap((name) => {
      const size = quantityOf(capacity[name]);
      if (size === undefined || scaledUp(size, 9) > 0n) return [];
      return [invalid(`${field}[${name}]`, printQuantity(size), "must be greater than zero")];
    }),
  ];
}

function validateSource(spec: Json): Causes {
  const types = structType(SOURCE).fields.map(({ jsonName }) => jsonName);
  const [type, ...more] = ["hostPath", ...types.filter((name) => name !== "hostPath")].filter(
    (name) => !isNil(spec[name]),
  );
  if (type === undefined) return [required("spec", "must specify a volume type")];
  const field = "spec.hostPath.path";
  const path = asString(asRecord(spec["hostPath"])["path"]);
  return [
    ...(type !== "hostPath" ? [] : path === "" ? [required(field)] : noBacksteps(path, field)),
    ...more.map((name) => forbidden(`spec.${name}`, "may not specify more than 1 volume type")),
  ];
}

export function validateStorageClass(storage: KubeObject): Causes {
  const { reclaimPolicy, volumeBindingMode } = storage;
  const provisioner = asString(storage["provisioner"]).toLowerCase();
  return [
    ...validateMetadata(storage, NAMED),
    ...(provisioner === ""
      ? [required("provisioner")]
      : invalidEach("provisioner", provisioner, qualifiedName(provisioner))),
    ...unlessOneOf(reclaimPolicy, "reclaimPolicy", ["Delete", "Retain"]),
    ...unlessOneOf(volumeBindingMode, "volumeBindingMode", ["Immediate", "WaitForFirstConsumer"]),
  ];
}

/** Only mount options, topologies and whether volumes may grow can be changed. */
export function validateStorageClassUpdate(next: KubeObject, prev: KubeObject): Causes {
  const fixed = ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"];
  return [
    ...validateMetadataUpdate(next, prev),
    ...validateStorageClass(next),
    // The rules in tags, which tell no value, find these.
    ...fixed.flatMap((field) =>
      immutable(deepEqual(next[field] ?? null, prev[field] ?? null), null, field),
    ),
  ];
}

function unlessOneOf(value: unknown, field: string, supported: readonly string[]): Causes {
  return isNil(value) || supported.includes(asString(value))
    ? []
    : [notSupported(field, value, supported)];
}
