/**
 * Columns of volumes, claims and storage classes. Mirrors
 * kubernetes/pkg/printers/internalversion/printers.go (v1.37.2).
 */
import type { KubeObject } from "../../api/meta.ts";
import { compareText } from "../../api/order.ts";
import { at, list, text } from "../fields.ts";
import type { Column } from "./table.ts";
import { ageColumn, nameColumn, word } from "./workloads.ts";

const SHORT = {
  ReadWriteOnce: "RWO",
  ReadOnlyMany: "ROX",
  ReadWriteMany: "RWX",
  ReadWriteOncePod: "RWOP",
} as const;

/** `RWO,ROX`, always in this order. */
export function accessModes(modes: readonly unknown[]): string {
  return Object.entries(SHORT)
    .flatMap(([mode, short]) => (modes.includes(mode) ? [short] : []))
    .join(",");
}

const phaseColumn: Column = {
  name: "Status",
  cell: (object) =>
    object.metadata.deletionTimestamp === undefined
      ? text(object, "status", "phase")
      : "Terminating",
};
const classColumns: readonly Column[] = [
  word("StorageClass", "", "spec", "storageClassName"),
  word("VolumeAttributesClass", "<unset>", "spec", "volumeAttributesClassName"),
];
const modeColumn: Column = { ...word("VolumeMode", "<unset>", "spec", "volumeMode"), wide: true };

export const volumeColumns: readonly Column[] = [
  nameColumn,
  word("Capacity", "0", "spec", "capacity", "storage"),
  { name: "Access Modes", cell: (volume) => accessModes(list(volume, "spec", "accessModes")) },
  word("Reclaim Policy", "", "spec", "persistentVolumeReclaimPolicy"),
  phaseColumn,
  { name: "Claim", cell: claimOf },
  ...classColumns,
  word("Reason", "", "status", "reason"),
  ageColumn,
  modeColumn,
];

/** `namespace/name` of the claim that a volume is meant for; nothing where there is none. */
export function claimOf(volume: KubeObject): string {
  const claim = at(volume, "spec", "claimRef");
  return claim === undefined ? "" : `${text(claim, "namespace")}/${text(claim, "name")}`;
}

/** What a claim has got, which it has not before it is bound; rollsim binds none, but a snapshot may hold some. */
export function gotByClaim(claim: KubeObject): { readonly capacity: string; modes: string } {
  if (text(claim, "spec", "volumeName") === "") return { capacity: "", modes: "" };
  return {
    capacity: text(claim, "status", "capacity", "storage") || "0",
    modes: accessModes(list(claim, "status", "accessModes")),
  };
}

export const claimColumns: readonly Column[] = [
  nameColumn,
  phaseColumn,
  word("Volume", "", "spec", "volumeName"),
  { name: "Capacity", cell: (claim) => gotByClaim(claim).capacity },
  { name: "Access Modes", cell: (claim) => gotByClaim(claim).modes },
  ...classColumns,
  ageColumn,
  modeColumn,
];

export function isDefaultClass({ metadata }: KubeObject): boolean {
  const { annotations = {} } = metadata;
  return ["storageclass.kubernetes.io", "storageclass.beta.kubernetes.io"].some(
    (prefix) => annotations[`${prefix}/is-default-class`] === "true",
  );
}

/** Of several defaults the newest counts. */
function defaultAmong(classes: readonly KubeObject[]): KubeObject | undefined {
  return classes
    .filter(isDefaultClass)
    .toSorted(
      ({ metadata: a }, { metadata: b }) =>
        compareText(b.creationTimestamp ?? "", a.creationTimestamp ?? "") ||
        compareText(a.name, b.name),
    )[0];
}

export const storageClassColumns: readonly Column[] = [
  {
    name: "Name",
    cell: (one, { listed }) =>
      one.metadata.name +
      (defaultAmong(listed)?.metadata.name === one.metadata.name ? " (default)" : ""),
  },
  word("Provisioner", "", "provisioner"),
  word("ReclaimPolicy", "Delete", "reclaimPolicy"),
  word("VolumeBindingMode", "Immediate", "volumeBindingMode"),
  word("AllowVolumeExpansion", "false", "allowVolumeExpansion"),
  ageColumn,
];
