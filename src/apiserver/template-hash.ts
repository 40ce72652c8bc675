/**
 * The pod-template-hash of a pod template, byte for byte as the Deployment controller computes it
 * (pkg/controller ComputeHash, v1.37.2): FNV-32a over spew's `%#v` print of the Go struct. The table of
 * Go types (schema.ts) supplies names and order of the fields. The template is meant as the controller
 * holds it: defaulted, and once through protobuf, so empty lists and maps count as absent and fields
 * outside the table do not count at all.
 *
 * Left out: a `creationTimestamp` or `managedFields` inside a template; Go's print of a set time holds the
 * time zone of the machine. They count as absent.
 */
import type { PodTemplateSpec } from "../api/core.ts";
import { compareText } from "../api/order.ts";
import { asRecord } from "./json.ts";
import { parseQuantity, printQuantity, quantityOf } from "./quantity.ts";
import { structType, type FieldInfo, type StructInfo, type TypeInfo } from "./schema.ts";

/** Decimal digits map to these, so that hashes hold no vowels and spell no words. */
const ALPHANUMERICS = "bcdfghjklmnpqrstvwxz2456789";
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** The hash as it stands in names and labels, `7fd664cf4b`; `minor` is that of Kubernetes 1.x. */
export function podTemplateHash(
  template: PodTemplateSpec,
  collisionCount?: number,
  minor = NEWEST_MINOR,
): string {
  let hash = fnv32a(FNV_OFFSET, new TextEncoder().encode(dumpTemplate(template, minor)));
  if (collisionCount !== undefined) {
    // Eight bytes, of which Go fills four.
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setUint32(0, collisionCount, true);
    hash = fnv32a(hash, bytes);
  }
  return safeEncode(String(hash));
}

/** rand.SafeEncodeString: any ASCII text in letters that form no words. */
export function safeEncode(text: string): string {
  let encoded = "";
  for (let i = 0; i < text.length; i++) {
    encoded += ALPHANUMERICS.charAt(text.charCodeAt(i) % ALPHANUMERICS.length);
  }
  return encoded;
}

/** dump.ForHash of the template: the text whose bytes are hashed. */
function dumpTemplate(template: unknown, minor = NEWEST_MINOR): string {
  const type = structType("v1.PodTemplateSpec");
  return `(${type.name})${dump(type, template, minor)}`;
}

export function fnv32a(start: number, bytes: Uint8Array): number {
  let hash = start;
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i]!, FNV_PRIME);
  return hash >>> 0;
}

/** A value without its type, which struct fields print and elements of lists and maps do not. */
function dump(type: TypeInfo, value: unknown, minor: number): string {
  switch (type.kind) {
    case "struct":
      return dumpStruct(type, value, minor);
    case "pointer":
      return value === undefined || value === null ? "<nil>" : dump(type.element, value, minor);
    case "slice": {
      if (!Array.isArray(value) || value.length === 0) return "<nil>";
      return `[${value.map((element) => dump(type.element, element, minor)).join(" ")}]`;
    }
    case "map": {
      const entries = Object.entries(asRecord(value)).toSorted(([a], [b]) => compareText(a, b));
      if (entries.length === 0) return "<nil>";
      const texts = entries.map(([key, item]) => `${key}:${dump(type.element, item, minor)}`);
      return `map[${texts.join(" ")}]`;
    }
    case "string":
      return typeof value === "string" ? value : "";
    case "bool":
      return value === true ? "true" : "false";
    case "int":
      return typeof value === "number" ? String(value) : "0";
    case "quantity":
      return dumpQuantity(value);
    case "intOrString":
      return dumpIntOrString(value);
    case "time":
    case "microTime":
      return "{Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}";
    default:
      return "<nil>";
  }
}

interface DumpedField {
  readonly field: FieldInfo;
  /** `GoName:(go.Type)`. */
  readonly prefix: string;
  /** Prefix and print of the absent value: most fields of a template are absent. */
  readonly whenAbsent: string;
}

/** Plans by type, one for each minor version asked for. */
const plans = new WeakMap<StructInfo, Map<number, readonly DumpedField[]>>();

function planOf(type: StructInfo, minor: number): readonly DumpedField[] {
  const known = plans.get(type)?.get(minor);
  if (known !== undefined) return known;
  const plan = type.fields.flatMap((field) => {
    const name = nameIn(minor, type, field);
    if (name === undefined) return [];
    return [{ field, prefix: name, whenAbsent: name + dump(field.type, undefined, minor) }];
  });
  const ofType = plans.get(type) ?? new Map<number, readonly DumpedField[]>();
  plans.set(type, ofType.set(minor, plan));
  return plan;
}

function dumpStruct(type: StructInfo, value: unknown, minor: number): string {
  const fields = asRecord(value);
  let text = "";
  for (const { field, prefix, whenAbsent } of planOf(type, minor)) {
    const inner = field.inline ? value : fields[field.jsonName];
    const isAbsent = inner === undefined || inner === null;
    const printed = isAbsent ? whenAbsent : prefix + dump(field.type, inner, minor);
    text += (text === "" ? "{" : " ") + printed;
  }
  return text === "" ? "{}" : `${text}}`;
}

/** The table of types is of this version. */
const NEWEST_MINOR = 37;

/** The fields in a pod template that are younger than v1.34, and the minor version they came with. */
const SINCE: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "v1.PodSpec": { SchedulingGroup: 35, EvictionResponders: 37 },
  "v1.PodCertificateProjection": { UserAnnotations: 35, User: 37 },
  "v1.VolumeMount": { BindMountOptions: 37 },
  "v1.EmptyDirVolumeSource": { Mode: 37 },
  "v1.GRPCAction": { Mode: 37 },
  "v1.HTTPGetAction": { Protocol: 37 },
  "v1.ConfigMapVolumeSource": { DefaultUser: 37 },
  "v1.DownwardAPIVolumeSource": { DefaultUser: 37 },
  "v1.ProjectedVolumeSource": { DefaultUser: 37 },
  "v1.SecretVolumeSource": { DefaultUser: 37 },
  "v1.ClusterTrustBundleProjection": { User: 37 },
  "v1.DownwardAPIVolumeFile": { User: 37 },
  "v1.KeyToPath": { User: 37 },
  "v1.ServiceAccountTokenProjection": { User: 37 },
};

/** `GoName:(go.Type)`; undefined where the version does not have the field. */
function nameIn(minor: number, type: StructInfo, { goName, type: { name } }: FieldInfo) {
  const since = SINCE[type.name]?.[goName] ?? 0;
  if (since > minor) return undefined;
  // v1.35 had another field in its place.
  if (goName === "SchedulingGroup" && minor === 35) return "WorkloadRef:(*v1.WorkloadReference)";
  return `${goName}:(${name})`;
}

function dumpQuantity(value: unknown): string {
  const given = quantityOf(value);
  // A trip over the wire prints and parses the quantity.
  const result = given === undefined ? undefined : parseQuantity(printQuantity(given));
  if (result?.ok !== true || value === undefined) {
    return quantityParts("0", "0", "(*inf.Dec)<nil>", "", "");
  }
  const { value: units, scale, big, text, format } = result.quantity;
  if (big === undefined) {
    return quantityParts(String(units), String(scale), "(*inf.Dec)<nil>", text, format);
  }
  const negative = big.unscaled < 0n;
  const magnitude = negative ? -big.unscaled : big.unscaled;
  const number = `(big.Int){neg:(bool)${String(negative)} abs:(big.nat)${dumpWords(magnitude)}}`;
  const decimal = `(*inf.Dec){unscaled:${number} scale:(inf.Scale)${big.scale}}`;
  return quantityParts("0", "0", decimal, text, format);
}

function quantityParts(value: string, scale: string, decimal: string, s: string, format: string) {
  return (
    `{i:(resource.int64Amount){value:(int64)${value} scale:(resource.Scale)${scale}} ` +
    `d:(resource.infDecAmount){Dec:${decimal}} s:(string)${s} Format:(resource.Format)${format}}`
  );
}

/** The 64-bit words of a big.Int, least first. */
function dumpWords(magnitude: bigint): string {
  const words: string[] = [];
  for (let rest = magnitude; rest > 0n; rest >>= 64n) words.push(String(rest & (2n ** 64n - 1n)));
  return `[${words.join(" ")}]`;
}

function dumpIntOrString(value: unknown): string {
  const isText = typeof value === "string";
  const number = typeof value === "number" ? String(value) : "0";
  const type = isText ? "1" : "0";
  return `{Type:(intstr.Type)${type} IntVal:(int32)${number} StrVal:(string)${isText ? value : ""}}`;
}
