/**
 * What every API object has (meta/v1). Objects keep the exact JSON shapes of the Kubernetes API;
 * objects in the store are frozen, so a change is always a new object.
 */

/** Virtual time in whole milliseconds since the start of the run. */
export type Millis = number;

/** A time as the API writes it: RFC 3339 in UTC with whole seconds, `2000-01-01T00:00:07Z`. */
export type Timestamp = string;

export type StringMap = Readonly<Record<string, string>>;

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  readonly name: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: Timestamp;
  readonly deletionTimestamp?: Timestamp;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: StringMap;
  readonly annotations?: StringMap;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly finalizers?: readonly string[];
  readonly managedFields?: readonly unknown[];
}

/** Any API object, modelled by rollsim or merely kept. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

export interface LabelSelectorRequirement {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  readonly values?: readonly string[];
}

export interface LabelSelector {
  readonly matchLabels?: StringMap;
  readonly matchExpressions?: readonly LabelSelectorRequirement[];
}

export type ConditionStatus = "True" | "False" | "Unknown";

/** A number of pods, or a share of `spec.replicas` such as `"25%"`. */
export type IntOrString = number | string;

/** The reference of the controller that owns an object, if it has one (meta/v1 GetControllerOf). */
export function controllerOf(meta: ObjectMeta): OwnerReference | undefined {
  return meta.ownerReferences?.find((ref) => ref.controller === true);
}

/** Whether `owner` is the controller that owns an object (meta/v1 IsControlledBy). */
export function isControlledBy(object: KubeObject, owner: KubeObject): boolean {
  const uid = controllerOf(object.metadata)?.uid;
  return uid !== undefined && uid === owner.metadata.uid;
}

/** The reference by which `owner` becomes the controller that owns an object (meta/v1 NewControllerRef). */
export function newControllerRef({ apiVersion, kind, metadata }: KubeObject): OwnerReference {
  const { name, uid = "" } = metadata;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}

/** Deleted, and still held by a finalizer or by its kubelet. */
export function isDeleting(object: KubeObject | undefined): boolean {
  return object?.metadata.deletionTimestamp !== undefined;
}
