/**
 * The refusal of a change to a pod, with the difference that the server shows: the old and the new spec
 * as its internal types print, all fields under their Go names. These have the names and the order of the
 * v1 types' fields, but no JSON tags; types of meta/v1 have.
 */
import { structuredPatch } from "diff";
import { semanticDeepEqual } from "../equality.ts";
import { asArray, asRecord, isNil, type Json } from "../json.ts";
import { encodeValue } from "../encode.ts";
import { structType, type StructInfo, type TypeInfo } from "../schema.ts";
import { forbidden, goJson, type Causes } from "./errors.ts";

const UPDATABLE = [
  "`spec.containers[*].image`",
  "`spec.initContainers[*].image`",
  "`spec.activeDeadlineSeconds`",
  "`spec.tolerations` (only additions to existing tolerations)",
  "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
];

/** No cause if nothing but the updatable fields differs, which `next` has already taken from `prev`. */
export function validatePodDiff(next: Json, prev: Json): Causes {
  const difference = specDifference("v1.PodSpec", prev, next);
  if (difference === "") return [];
  const rule = `pod updates may not change fields other than ${UPDATABLE.join(",")}`;
  return [forbidden("spec", `${rule}\n${difference}`)];
}

/** Two specs of a type as its internal form prints, compared; "" where they are the same. */
export function specDifference(typeName: string, before: Json, after: Json): string {
  const type = structType(typeName);
  if (semanticDeepEqual(type, after, before)) return "";
  const print = (spec: Json): string => `${goJson(goForm(type, spec), 1)}\n`;
  return unifiedDiff(print(before), print(after));
}

/** A pod's spec as an error shows it. */
export function podSpecShown(spec: Json): unknown {
  return goForm(structType("v1.PodSpec"), spec);
}

/** A template as an error shows it: its metadata has JSON names, being of meta/v1. */
export function podTemplateShown(template: Json): unknown {
  const metadata = encodeValue(structType("v1.ObjectMeta"), asRecord(template["metadata"]));
  return { ...asRecord(metadata), Spec: podSpecShown(asRecord(template["spec"])) };
}

/** A claim of a StatefulSet's templates, in the same way. */
export function claimShown(claim: Json): unknown {
  const metadata = encodeValue(structType("v1.ObjectMeta"), asRecord(claim["metadata"]));
  const part = (name: string, type: string): unknown =>
    goForm(structType(type), asRecord(claim[name]));
  return {
    ...asRecord(metadata),
    Spec: part("spec", "v1.PersistentVolumeClaimSpec"),
    Status: part("status", "v1.PersistentVolumeClaimStatus"),
  };
}

function range(start: number, lines: number): string {
  return lines === 1 ? `${start}` : `${start},${lines}`;
}

function unifiedDiff(before: string, after: string): string {
  const { hunks } = structuredPatch("", "", before, after, "", "", { context: 3 });
  return hunks
    .map((hunk) => {
      const from = range(hunk.oldStart, hunk.oldLines);
      const to = range(hunk.newStart, hunk.newLines);
      return [`@@ -${from} +${to} @@`, ...hunk.lines].map((line) => `${line}\n`).join("");
    })
    .join("");
}

function goFields(type: StructInfo, value: unknown): Json {
  const fields = type.fields.map((field): Json =>
    field.inline && field.type.kind === "struct"
      ? goFields(field.type, value)
      : { [field.goName]: goForm(field.type, asRecord(value)[field.jsonName]) },
  );
  return Object.assign({}, ...fields);
}

/** A value with all fields of its Go type, absent ones as null or zero. */
function goForm(type: TypeInfo, value: unknown): unknown {
  switch (type.kind) {
    case "struct":
      return type.name === "v1.LabelSelector" ? encodeValue(type, value) : goFields(type, value);
    case "pointer":
      return isNil(value) ? null : goForm(type.element, value);
    case "slice":
      return asArray(value).length === 0
        ? null
        : asArray(value).map((item) => goForm(type.element, item));
    case "map":
      return isNil(value)
        ? null
        : Object.fromEntries(
            Object.entries(asRecord(value)).map(([key, item]) => [key, goForm(type.element, item)]),
          );
    case "string":
      return value ?? "";
    case "bool":
      return value ?? false;
    case "int":
    case "intOrString":
      return value ?? 0;
    case "quantity":
      return value ?? "0";
    default:
      return value ?? null;
  }
}
