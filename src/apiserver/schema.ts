/**
 * Kubernetes' Go types as a table: what fields a kind has, in struct order, with their Go and JSON names,
 * types and merge keys. It drives decoding, patching, hashing and `explain`. The table itself,
 * schema-data.json, is generated from k8s.io/api v0.37.2 by test/conformance/recorder/schema; each type is
 * parsed when it is first asked for.
 */
import data from "./schema-data.json" with { type: "json" };

/** How a type looks in JSON and in Go. `name` is the Go type as `%T` prints it, as in `[]v1.Container`. */
export type TypeInfo =
  | { readonly kind: "struct"; readonly name: string; readonly fields: readonly FieldInfo[] }
  | {
      readonly kind: "slice" | "pointer" | "map";
      readonly name: string;
      readonly element: TypeInfo;
    }
  | { readonly kind: ScalarKind; readonly name: string };

/** `any` is JSON of any shape (managed fields). */
export type ScalarKind =
  "string" | "bool" | "int" | "bytes" | "quantity" | "intOrString" | "time" | "microTime" | "any";

export interface FieldInfo {
  readonly goName: string;
  /** "" for inlined structs. */
  readonly jsonName: string;
  readonly inline: boolean;
  readonly omitEmpty: boolean;
  readonly omitZero: boolean;
  readonly type: TypeInfo;
  readonly mergeKey: string;
  /** `merge`, `retainKeys`, `replace`; may be empty. */
  readonly patchStrategies: readonly string[];
}

export type StructInfo = Extract<TypeInfo, { readonly kind: "struct" }>;

const SCALARS: Readonly<Record<string, ScalarKind>> = {
  string: "string",
  bool: "bool",
  int: "int",
  int32: "int",
  int64: "int",
  uint8: "int",
  "[]uint8": "bytes",
  "resource.Quantity": "quantity",
  "intstr.IntOrString": "intOrString",
  "v1.Time": "time",
  "v1.MicroTime": "microTime",
  "v1.FieldsV1": "any",
  "runtime.RawExtension": "any",
};

const kinds: Readonly<Record<string, string>> = data.kinds;
const named: Readonly<Record<string, string>> = data.named;
const structs: Readonly<Record<string, string>> = data.structs;
/** Parsed types by Go name; a type is always the same object. */
const known = new Map<string, TypeInfo>();

/** The type of a kind, `schemaOf("apps/v1", "Deployment")`; undefined for kinds outside the table. */
export function schemaOf(apiVersion: string, kind: string): StructInfo | undefined {
  const name = Object.hasOwn(kinds, `${apiVersion}/${kind}`) ? kinds[`${apiVersion}/${kind}`] : "";
  return name === undefined || name === "" ? undefined : structType(name);
}

/** A struct by its Go name, `v1.PodTemplateSpec`. Throws if the table lacks it. */
export function structType(name: string): StructInfo {
  const type = typeNamed(name);
  if (type.kind !== "struct") throw new Error(`${name} is not a struct`);
  return type;
}

/** The field of a JSON name, looked for in inlined structs too. */
export function fieldOf(type: StructInfo, jsonName: string): FieldInfo | undefined {
  return fieldsByJsonName(type).get(jsonName);
}

const byJsonName = new WeakMap<StructInfo, ReadonlyMap<string, FieldInfo>>();

/** All JSON fields in struct order, inlined structs flattened. */
export function fieldsByJsonName(type: StructInfo): ReadonlyMap<string, FieldInfo> {
  const seen = byJsonName.get(type);
  if (seen !== undefined) return seen;
  const fields = new Map<string, FieldInfo>();
  for (const field of type.fields) {
    const { kind } = field.type;
    if (!field.inline || kind !== "struct") fields.set(field.jsonName, field);
    else for (const [name, inner] of fieldsByJsonName(field.type)) fields.set(name, inner);
  }
  byJsonName.set(type, fields);
  return fields;
}

/** Pointers aside: `*v1.Probe` is `v1.Probe`. */
export function pointedTo(type: TypeInfo): TypeInfo {
  return type.kind === "pointer" ? type.element : type;
}

function typeNamed(name: string): TypeInfo {
  const seen = known.get(name);
  if (seen !== undefined) return seen;
  const type = parseType(name);
  known.set(name, type);
  return type;
}

function parseType(name: string): TypeInfo {
  const scalar = SCALARS[name];
  if (scalar !== undefined) return { kind: scalar, name };
  const shape = named[name] ?? name;
  if (SCALARS[shape] !== undefined) return { kind: SCALARS[shape], name };
  if (shape.startsWith("*")) return container("pointer", name, shape.slice(1));
  if (shape.startsWith("[]")) return container("slice", name, shape.slice(2));
  if (shape.startsWith("map[")) return container("map", name, shape.slice(shape.indexOf("]") + 1));
  const fields = structs[name];
  if (fields === undefined) throw new Error(`no type ${name} in the schema table`);
  // Lazily, since types refer to each other and to themselves.
  let list: readonly FieldInfo[] | undefined;
  return {
    kind: "struct",
    name,
    get fields(): readonly FieldInfo[] {
      return (list ??= fields.split(" ").map(parseField));
    },
  };
}

function container(kind: "slice" | "pointer" | "map", name: string, element: string): TypeInfo {
  return { kind, name, element: typeNamed(element) };
}

/** Reads `GoName:jsonName:options:type[:mergeKey[:strategies]]`. */
function parseField(text: string): FieldInfo {
  const [goName = "", jsonName = "", options = "", type = "", mergeKey = "", strategies = ""] =
    text.split(":");
  return {
    goName,
    jsonName,
    inline: options.includes("i"),
    omitEmpty: options.includes("o"),
    omitZero: options.includes("z"),
    type: typeNamed(type),
    mergeKey,
    patchStrategies: strategies === "" ? [] : strategies.split(","),
  };
}
