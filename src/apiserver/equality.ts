/**
 * When two API objects are the same (apimachinery api/equality Semantic.DeepEqual): an empty list or map is
 * as good as none, quantities compare by value, a zero is as good as an absent field. An empty struct
 * behind a pointer, as in `securityContext: {}`, does differ from an absent one.
 */
import { HASH_LABEL } from "../api/apps.ts";
import type { PodTemplateSpec } from "../api/core.ts";
import { isDeepFrozen } from "../api/json.ts";
import { asArray, asRecord, isNil, type Json } from "./json.ts";
import { compareQuantities, quantityOf } from "./quantity.ts";
import { structType, type StructInfo, type TypeInfo } from "./schema.ts";

/** Go-typed equality of two JSON values; get `type` from schemaOf or structType. */
export function semanticDeepEqual(type: TypeInfo, a: unknown, b: unknown): boolean {
  if (a === b) return true;
  switch (type.kind) {
    case "struct":
      return structsEqual(type, a, b);
    case "pointer":
      return isNil(a) || isNil(b) ? isNil(a) && isNil(b) : semanticDeepEqual(type.element, a, b);
    case "slice": {
      const left = asArray(a);
      const right = asArray(b);
      return (
        left.length === right.length &&
        left.every((item, index) => semanticDeepEqual(type.element, item, right[index]))
      );
    }
    case "map":
      return mapsEqual(type.element, asRecord(a), asRecord(b));
    case "string":
      return (a ?? "") === (b ?? "");
    case "bool":
      return (a ?? false) === (b ?? false);
    case "int":
      return (a ?? 0) === (b ?? 0);
    case "intOrString":
      return (a ?? 0) === (b ?? 0);
    case "quantity":
      return quantitiesEqual(a, b);
    case "time":
    case "microTime":
      return (a ?? null) === (b ?? null);
    case "bytes":
      return (a ?? "") === (b ?? "");
    default:
      return jsonEqual(a, b);
  }
}

/** Answers about templates that can never change, as those in the store: every sync asks again. */
const known = new WeakMap<PodTemplateSpec, WeakMap<PodTemplateSpec, boolean>>();

/**
 * Whether two pod templates make the same ReplicaSet: equal but for the label `pod-template-hash`
 * (deployment/util EqualIgnoreHash).
 */
export function templatesEqualIgnoringHash(a: PodTemplateSpec, b: PodTemplateSpec): boolean {
  if (a === b) return true;
  const answers = answersAbout(a);
  if (answers === undefined || answersAbout(b) === undefined) return compareIgnoringHash(a, b);
  let answer = answers.get(b);
  if (answer === undefined) answers.set(b, (answer = compareIgnoringHash(a, b)));
  return answer;
}

/** Undefined for a template that can still change. */
function answersAbout(template: PodTemplateSpec): WeakMap<PodTemplateSpec, boolean> | undefined {
  const answers = known.get(template);
  if (answers !== undefined) return answers;
  if (!isDeepFrozen(template)) return undefined;
  const none = new WeakMap<PodTemplateSpec, boolean>();
  known.set(template, none);
  return none;
}

function compareIgnoringHash(a: PodTemplateSpec, b: PodTemplateSpec): boolean {
  const type = structType("v1.PodTemplateSpec");
  return a.metadata === b.metadata
    ? semanticDeepEqual(type, a, b)
    : semanticDeepEqual(type, withoutHash(a), withoutHash(b));
}

/** Equality of JSON texts, the order of keys aside. */
export function jsonEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((item, index) => jsonEqual(item, b[index]))
    );
  }
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const left = Object.entries(a).filter(([, value]) => value !== undefined);
  const right = asRecord(b);
  const size = Object.values(right).filter((value) => value !== undefined).length;
  return left.length === size && left.every(([key, value]) => jsonEqual(value, right[key]));
}

function withoutHash(template: PodTemplateSpec): PodTemplateSpec {
  const { [HASH_LABEL]: _hash, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

function structsEqual(type: StructInfo, a: unknown, b: unknown): boolean {
  const left = asRecord(a);
  const right = asRecord(b);
  // Most fields are absent from both; then not even their types are parsed.
  for (const field of type.fields) {
    const x = field.inline ? a : left[field.jsonName];
    const y = field.inline ? b : right[field.jsonName];
    if (x !== y && !semanticDeepEqual(field.type, x, y)) return false;
  }
  return true;
}

function mapsEqual(element: TypeInfo, a: Json, b: Json): boolean {
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && semanticDeepEqual(element, a[key], b[key]))
  );
}

function quantitiesEqual(a: unknown, b: unknown): boolean {
  const left = quantityOf(a);
  const right = quantityOf(b);
  return left !== undefined && right !== undefined && compareQuantities(left, right) === 0;
}
