/** Rules for an object's metadata (apimachinery api/validation objectmeta, v0.37.2). */
import type { KubeObject, ObjectMeta } from "../../api/meta.ts";
import { compareText } from "../../api/order.ts";
import { asArray, asRecord, asString, isNil } from "../json.ts";
import {
  forbidden,
  immutable,
  invalid,
  invalidEach,
  nonNegative,
  required,
  tooLong,
  type Causes,
} from "./errors.ts";
import {
  asPrefix,
  dnsLabel,
  labelValue,
  pathSegment,
  qualifiedName,
  type NameRule,
} from "./names.ts";

/** Bytes of all annotations of one object. */
const MAX_ANNOTATIONS = 262_144;

export interface MetadataRules {
  readonly nameRule: NameRule;
  readonly namespaced: boolean;
}

/** Metadata of a new object of a built-in kind; a name that was generated is there already. */
export function validateMetadata(object: KubeObject, rules: MetadataRules): Causes {
  return [
    ...validateAnyMetadata(object, rules),
    ...validateShortFinalizers(object.metadata.finalizers ?? []),
  ];
}

function validateAnyMetadata(object: KubeObject, rules: MetadataRules): Causes {
  const { name, generateName = "", namespace = "" } = object.metadata;
  const generated =
    generateName === ""
      ? []
      : invalidEach("metadata.generateName", generateName, rules.nameRule(asPrefix(generateName)));
  const named =
    name === ""
      ? [required("metadata.name", "name or generateName is required")]
      : invalidEach("metadata.name", name, rules.nameRule(name));
  return [
    ...generated,
    ...named,
    ...validateNamespace(namespace, rules.namespaced),
    ...validateRest(object.metadata),
    ...validateFinalizers(object.metadata.finalizers ?? []),
  ];
}

/** The part of every create that runs after the resource's own rules have found nothing. */
export function validateCommonMetadata(object: KubeObject, namespaced: boolean): Causes {
  return validateAnyMetadata(object, { nameRule: pathSegment, namespaced });
}

/** Metadata of an update of an object of a built-in kind: most of it cannot change. */
export function validateMetadataUpdate(next: KubeObject, prev: KubeObject): Causes {
  return [
    ...validateCommonMetadataUpdate(next, prev),
    ...validateShortFinalizers(next.metadata.finalizers ?? []),
  ];
}

/** The part of every update that runs before the resource's own rules. */
export function validateCommonMetadataUpdate(next: KubeObject, prev: KubeObject): Causes {
  const now = next.metadata;
  const old = prev.metadata;
  const same = (field: keyof ObjectMeta): Causes =>
    immutable((now[field] ?? "") === (old[field] ?? ""), now[field] ?? "", `metadata.${field}`);
  const generation = now.generation ?? 0;
  return [
    ...validateNewFinalizers(now, old),
    ...((now.resourceVersion ?? "") === ""
      ? [invalid("metadata.resourceVersion", "", "must be specified for an update")]
      : []),
    ...nonNegative(generation, "metadata.generation"),
    ...(generation < (old.generation ?? 0)
      ? [invalid("metadata.generation", generation, "must not be decremented")]
      : []),
    ...same("name"),
    ...same("namespace"),
    ...same("uid"),
    ...same("creationTimestamp"),
    ...same("deletionTimestamp"),
    ...same("deletionGracePeriodSeconds"),
    ...validateRest(now),
  ];
}

function validateNamespace(namespace: string, namespaced: boolean): Causes {
  const field = "metadata.namespace";
  if (!namespaced) return namespace === "" ? [] : [forbidden(field, "not allowed on this type")];
  if (namespace === "") return [required(field)];
  return invalidEach(field, namespace, dnsLabel(namespace));
}

function validateRest(metadata: ObjectMeta): Causes {
  return [
    ...nonNegative(metadata.generation, "metadata.generation"),
    ...validateLabels(metadata.labels, "metadata.labels"),
    ...validateAnnotations(metadata.annotations, "metadata.annotations"),
    ...validateOwnerReferences(metadata.ownerReferences ?? [], "metadata.ownerReferences"),
  ];
}

export function validateLabels(labels: unknown, field: string): Causes {
  return Object.entries(asRecord(labels)).flatMap(([key, value]) => [
    ...invalidEach(field, key, qualifiedName(key)),
    ...invalidEach(field, value, labelValue(asString(value))),
  ]);
}

export function validateAnnotations(annotations: unknown, field: string): Causes {
  const entries = Object.entries(asRecord(annotations));
  const keys = entries.flatMap(([key]) =>
    invalidEach(field, key, qualifiedName(key.toLowerCase())),
  );
  const encoder = new TextEncoder();
  const size = entries.reduce(
    (sum, [key, value]) => sum + encoder.encode(key + asString(value)).length,
    0,
  );
  return size > MAX_ANNOTATIONS ? [...keys, tooLong(field, MAX_ANNOTATIONS)] : keys;
}

function validateOwnerReferences(references: readonly unknown[], field: string): Causes {
  const errors = references.flatMap((reference, index) =>
    validateOwnerReference(asRecord(reference), `${field}[${index}]`),
  );
  const controllers = references.map(asRecord).filter((each) => each["controller"] === true);
  const [first, ...others] = controllers.map(
    (each) => `${asString(each["kind"])}/${asString(each["name"])}`,
  );
  const extra = others.map((other) => {
    const names = `${first ?? ""} and ${other}`;
    const rule = "Only one reference can have Controller set to true.";
    return invalid(field, references, `${rule} Found "true" in references for ${names}`);
  });
  return [...errors, ...extra];
}

function validateOwnerReference(
  reference: Readonly<Record<string, unknown>>,
  field: string,
): Causes {
  const apiVersion = asString(reference["apiVersion"]);
  const version = apiVersion.split("/").at(-1) ?? "";
  const badVersion = apiVersion.split("/").length > 2 || version === "";
  const first =
    apiVersion === ""
      ? [required(`${field}.apiVersion`, "must not be empty")]
      : badVersion
        ? [invalid(`${field}.apiVersion`, apiVersion, "must be <group>/<version> or <version>")]
        : [];
  const missing = ["kind", "name", "uid"].filter((key) => asString(reference[key]) === "");
  const isEvent = apiVersion === "v1" && reference["kind"] === "Event";
  const banned = "/v1, Kind=Event is disallowed from being an owner";
  return [
    ...first,
    ...missing.map((key) => required(`${field}.${key}`, "must not be empty")),
    ...(isEvent ? [invalid(field, reference, banned)] : []),
  ];
}

function validateFinalizers(finalizers: readonly string[]): Causes {
  const field = "metadata.finalizers";
  const names = finalizers.flatMap((each) => invalidEach(field, each, qualifiedName(each)));
  const both = ["orphan", "foregroundDeletion"].every((each) => finalizers.includes(each));
  const clash = "finalizer orphan and foregroundDeletion cannot be both set";
  return [...names, ...(both ? [invalid(field, finalizers, clash)] : [])];
}

const STANDARD_FINALIZERS = ["kubernetes", "orphan", "foregroundDeletion"];

/** Only the oldest finalizers go without a domain. */
function validateShortFinalizers(finalizers: readonly string[]): Causes {
  const rule = "name is neither a standard finalizer name nor is it fully qualified";
  return finalizers.flatMap((each, index) =>
    each.includes("/") || STANDARD_FINALIZERS.includes(each)
      ? []
      : [invalid(`metadata.finalizers[${index}]`, each, rule)],
  );
}

function validateNewFinalizers(now: ObjectMeta, old: ObjectMeta): Causes {
  if (isNil(old.deletionTimestamp)) return [];
  const known = asArray(old.finalizers);
  const added = [...new Set(now.finalizers)].filter((each) => !known.includes(each));
  if (added.length === 0) return [];
  const list = added.toSorted(compareText).map((each) => JSON.stringify(each));
  const rule = "no new finalizers can be added if the object is being deleted";
  const detail = `${rule}, found new finalizers []string{${list.join(", ")}}`;
  return [forbidden("metadata.finalizers", detail)];
}
