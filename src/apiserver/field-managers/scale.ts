/**
 * Who owns the number of replicas when it is written by way of a Scale. The owners of the object are made owners of the
 * Scale, and these are made owners of the object again. Mirrors apimachinery managedfields/scalehandler.go (v0.37.2).
 */
import type { WriteOptions } from "../../api/client.ts";
import type { KubeObject, Timestamp } from "../../api/meta.ts";
import { minus, type FieldSet } from "./field-set.ts";
import { ownersAfterUpdate, ownersOf, withOwners, type Manager, type Owned } from "./managers.ts";

const REPLICAS: FieldSet = new Set(["f:spec\nf:replicas"]);
const SCALE_VERSION = "autoscaling/v1";

function ownsReplicas({ fields }: Owned): boolean {
  return [...REPLICAS].some((path) => fields.has(path));
}

/** The Scale of an object, with those who own its replicas. */
export function ownedScale(object: KubeObject, scale: KubeObject): KubeObject {
  const owners = ownersOf(object)
    .filter(ownsReplicas)
    .map(({ manager, time }) => ({
      manager: { ...manager, apiVersion: SCALE_VERSION },
      fields: REPLICAS,
      time,
    }));
  return withOwners(scale, owners);
}

/** The Scale as an update by a manager leaves it. */
export function updatedScale(
  before: KubeObject,
  after: KubeObject,
  { fieldManager = "" }: Pick<WriteOptions, "fieldManager">,
  at: Timestamp,
): KubeObject {
  // Of a Scale that nobody owns it is not noted who writes it, either (managedfields/internal/skipnonapplied.go).
  if (fieldManager === "" || ownersOf(before).length === 0) return after;
  const manager: Manager = {
    name: fieldManager,
    operation: "Update",
    apiVersion: SCALE_VERSION,
    subresource: "scale",
  };
  return withOwners(after, ownersAfterUpdate(before, after, manager, at));
}

/** The object with the owners of its Scale for those of its replicas. */
export function withScaleOwners(
  object: KubeObject,
  parent: KubeObject,
  scale: KubeObject,
): KubeObject {
  const left = [...ownersOf(scale)];
  const known = ownersOf(parent);
  const owners = known.map((owned): Owned => {
    if (!ownsReplicas(owned)) return owned;
    const index = left.findIndex(({ manager }) => isSame(manager, owned.manager));
    if (index < 0) return { ...owned, fields: minus(owned.fields, REPLICAS) };
    left.splice(index, 1);
    return owned;
  });
  const gained = left.filter(ownsReplicas).map(({ manager }) => ({
    manager: { ...manager, apiVersion: parent.apiVersion },
    fields: REPLICAS,
    // Times are looked up among the object's owners, where those who update have another version.
    time: known.find((owned) => isSame(owned.manager, manager))?.time ?? "",
  }));
  return withOwners(object, [...owners, ...gained]);
}

/** Those who apply are the same in every version. */
function isSame(a: Manager, b: Manager): boolean {
  return (
    a.name === b.name &&
    a.operation === b.operation &&
    a.subresource === b.subresource &&
    (a.operation === "Apply" || a.apiVersion === b.apiVersion)
  );
}
