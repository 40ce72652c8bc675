/**
 * Server-side apply: merges a configuration into an object and says who owns what afterwards. Mirrors
 * structured-merge-diff's Updater.Apply and apimachinery managedfields (v0.37.2).
 */
import type { KindInfo, ObjectRef } from "../../api/client.ts";
import type { KubeObject, Timestamp } from "../../api/meta.ts";
import { compareText } from "../../api/order.ts";
import { failure, type Answer, type Status } from "../../api/status.ts";
import { readBody } from "../body.ts";
import { asKubeObject } from "../decode.ts";
import { fromUnstructured } from "../decode-unstructured.ts";
import { asString, isRecord } from "../json.ts";
import { SCALE } from "../scale-subresource.ts";
import { kindOfObject, kindOfResource } from "../kinds.ts";
import { schemaOf, type StructInfo, type TypeInfo } from "../schema.ts";
import {
  both,
  compareFields,
  configuredFields,
  elementsOf,
  minus,
  ownable,
  pathText,
  union,
  withoutTop,
  withStructFields,
  type FieldSet,
  type Path,
} from "./field-set.ts";
import { takenOver, withLastAppliedOf } from "./last-applied.ts";
import {
  emptyObject,
  ownersOf,
  sameManager,
  withOwners,
  type Manager,
  type Owned,
} from "./managers.ts";
import { childrenOf, ownerName, type Child } from "./structure.ts";
import { typeProblem } from "./typed.ts";

export interface ApplyRequest {
  /** Name of the field manager, `kubectl`. */
  readonly manager: string;
  readonly force: "conflicts" | "nothing";
  /** The part of the object that is applied; "" for all but its status. */
  readonly subresource?: "" | "status" | "scale";
  /** Now. */
  readonly at: Timestamp;
}

/** The body of a server-side apply. Refused: 400 where it is of another kind than the path says. */
export function readConfiguration(
  ref: ObjectRef,
  configuration: unknown,
  subresource: ApplyRequest["subresource"] = "",
): Answer<KubeObject> {
  const asked = subresource === "scale" ? SCALE : kindOfResource(ref.resource);
  if (!isRecord(configuration)) return readBody(configuration);
  const apiVersion = asString(configuration["apiVersion"]);
  const kind = asString(configuration["kind"]);
  if (asked !== undefined && (kind !== asked.kind || apiVersion !== served(asked))) {
    return refused(`invalid object type: ${groupVersion(apiVersion)}, Kind=${kind}`);
  }
  return readBody(configuration);
}

function refused(message: string): Answer<KubeObject> {
  return { ok: false, status: failure(400, "BadRequest", message) };
}

function served({ group, version }: KindInfo): string {
  return group === "" ? version : `${group}/${version}`;
}

/** As Go prints it: with a slash also where the group is the core's. */
function groupVersion(apiVersion: string): string {
  return apiVersion.includes("/") ? apiVersion : `/${apiVersion}`;
}

/**
 * The object to store, with its managedFields, before defaults. `live` is undefined when there is none
 * yet. Refused: 409 with every conflict, 500 for a field outside the schema.
 */
export function applyConfiguration(
  live: KubeObject | undefined,
  configuration: KubeObject,
  request: ApplyRequest,
): Answer<KubeObject> {
  const { apiVersion, kind } = configuration;
  if (kindOfObject(configuration).kind !== kind) {
    const message = `invalid object type: ${apiVersion}, Kind=${kind}`;
    return { ok: false, status: failure(400, "BadRequest", message) };
  }
  const type = schemaOf(apiVersion, kind);
  if (type === undefined) {
    return {
      ok: false,
      status: failure(415, "UnsupportedMediaType", `rollsim knows no fields of ${kind}`),
    };
  }
  if (configuration.metadata.managedFields !== undefined) {
    const message = "metadata.managedFields must be nil";
    return { ok: false, status: failure(400, "BadRequest", message) };
  }
  const { subresource = "" } = request;
  const problem = typeProblem(type, configuration);
  if (problem !== undefined) return { ok: false, status: untyped(configuration, problem) };
  const manager: Manager = {
    name: request.manager,
    operation: "Apply",
    apiVersion,
    subresource,
  };
  // Each part leaves the other one alone.
  const other = subresource === "status" ? "spec" : "status";
  const configured = withoutTop(configuredFields(type, configuration), other);
  const wanted = ownable(configured);
  if (live === undefined) {
    const created = converted(type, configuration);
    if (!created.ok) return created;
    const owned: Owned = { manager, fields: wanted, time: request.at };
    return { ok: true, value: withOwners(created.value, [owned]) };
  }
  const owners = ownersBefore(type, live, manager, request.at);
  const own = owners.find((owned) => sameManager(owned.manager, manager));
  const others = owners.filter((owned) => owned !== own);
  const joined = withoutDropped(
    type,
    mergeInto(type, live, configuration, other),
    own,
    configured,
    others,
  );
  const proper = converted(type, joined);
  if (!proper.ok) return proper;
  const merged = proper.value;
  const compared = compareFields(type, live, merged);
  // What the configuration has as null is modified, not removed.
  const nulled = both(compared.removed, configured);
  const changed = union(compared.changed, nulled);
  const removed = minus(compared.removed, nulled);
  const refused =
    request.force === "conflicts" ? [] : conflictsOf(type, live, changed, others, manager);
  if (refused.length > 0) return { ok: false, status: conflictStatus(refused) };
  const kept = others.map((owned) => ({
    ...owned,
    fields: minus(minus(owned.fields, ownable(changed)), ownable(removed)),
  }));
  // An apply that changes nothing leaves the time as it is; of a new manager there is none then.
  const same = changed.size === 0 && removed.size === 0;
  const entry: Owned = { manager, fields: wanted, time: same ? (own?.time ?? "") : request.at };
  const shown = manager.name === kubectl ? withLastAppliedOf(merged, configuration) : merged;
  return { ok: true, value: withOwners(shown, [...kept, entry]) };
}

/** What nobody owned was there before anybody applied anything (managedfields/skipnonapplied.go). */
function ownersBefore(
  type: StructInfo,
  live: KubeObject,
  { apiVersion, subresource }: Manager,
  at: Timestamp,
): readonly Owned[] {
  const owners = ownersOf(live);
  if (owners.length > 0 || subresource === "status") return owners;
  const { changed } = compareFields(type, emptyObject(live), { ...live, status: undefined });
  const name = "before-first-apply";
  const manager: Manager = { name, operation: "Update", apiVersion, subresource };
  return [{ manager, fields: ownable(changed), time: at }];
}

/** The one manager that takes over from client-side apply. */
const kubectl = "kubectl";

function conflictsOf(
  type: StructInfo,
  live: KubeObject,
  changed: FieldSet,
  others: readonly Owned[],
  { name }: Manager,
): readonly FieldConflict[] {
  const allowed: FieldSet = name === kubectl ? takenOver(type, live) : new Set();
  return others.flatMap((owned) =>
    [...minus(both(owned.fields, ownable(changed)), allowed)]
      .toSorted(byLevel)
      .map((path) => ({ owned, path })),
  );
}

/** As sets of fields are gone through: at each level what ends there, then what goes deeper (fieldpath Set.Iterate). */
function byLevel(a: Path, b: Path): number {
  const [left, right] = [elementsOf(a), elementsOf(b)];
  const length = Math.max(left.length, right.length);
  for (let i = 0; i < length; i++) {
    const [ends, others] = [left.length - 1 === i, right.length - 1 === i];
    if (ends !== others) return ends ? -1 : 1;
    const order = compareText(left[i] ?? "", right[i] ?? "");
    if (order !== 0) return order;
  }
  return 0;
}

function untyped(configuration: KubeObject, problem: string): Status {
  const message = `failed to create typed patch object (${described(configuration)}): ${problem}`;
  return failure(500, "none", message);
}

/** The merged object as Go has it; what the schema's looser types let pass is found here. */
function converted(type: StructInfo, merged: KubeObject): Answer<KubeObject> {
  const { value, error } = fromUnstructured(type, merged);
  if (error === undefined) return { ok: true, value: asKubeObject(value) };
  const version = `${groupVersion(merged.apiVersion)}, Kind=${merged.kind}`;
  const message =
    `failed to convert new object (${described(merged)}) to proper version: ` +
    `unable to convert unstructured object to ${version}: ${error}`;
  return { ok: false, status: failure(500, "none", message) };
}

function described({ apiVersion, kind, metadata }: KubeObject): string {
  const group = apiVersion.includes("/") ? apiVersion : `/${apiVersion}`;
  // A name that is none is left out.
  const [namespace, name] = [metadata.namespace, metadata.name].map(asString);
  return `${namespace}/${name}; ${group}, Kind=${kind}`;
}

interface FieldConflict {
  readonly owned: Owned;
  readonly path: Path;
}

function conflictStatus(conflicts: readonly FieldConflict[]): Status {
  const causes = conflicts.map(({ owned, path }) => ({
    reason: "FieldManagerConflict",
    message: `conflict with ${managerText(owned.manager)}`,
    field: pathText(path),
  }));
  return failure(409, "Conflict", conflictText(conflicts), { causes });
}

function conflictText(conflicts: readonly FieldConflict[]): string {
  const [only] = conflicts;
  if (conflicts.length === 1 && only !== undefined) {
    const { owned, path } = only;
    return `Apply failed with 1 conflict: conflict with ${managerText(owned.manager)}: ${pathText(path)}`;
  }
  const byManager = new Map<string, string[]>();
  for (const { owned, path } of conflicts) {
    const text = managerText(owned.manager);
    byManager.set(text, [...(byManager.get(text) ?? []), pathText(path)]);
  }
  const lines = [...byManager]
    .toSorted(([a], [b]) => compareText(a, b))
    .flatMap(([manager, paths]) => [
      `conflicts with ${manager}:`,
      ...paths.map((path) => `- ${path}`),
    ]);
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join("\n")}`;
}

function managerText({ name, operation, apiVersion, subresource }: Manager): string {
  const quoted = JSON.stringify(name);
  const full =
    subresource === "" ? quoted : `${quoted} with subresource ${JSON.stringify(subresource)}`;
  return operation === "Update" ? `${full} using ${apiVersion}` : full;
}

/** The live object with everything that the configuration names. */
function mergeInto(
  type: StructInfo,
  live: KubeObject,
  configuration: KubeObject,
  without: "spec" | "status",
): KubeObject {
  const { [without]: _, ...wanted } = configuration;
  const merged = mergeValue(type, live, wanted);
  return isObject(merged) ? merged : live;
}

function isObject(value: unknown): value is KubeObject {
  return isRecord(value) && isRecord(value["metadata"]);
}

function mergeValue(
  type: TypeInfo,
  live: unknown,
  wanted: unknown,
  child?: Child,
  owner = "",
): unknown {
  if (live === undefined || live === null) return wanted;
  const known = childrenOf(type, live, child?.field, owner) ?? [];
  // Null has no parts that the live ones could be merged with.
  if (wanted === null && known.length > 0) return live;
  const parts = childrenOf(type, wanted, child?.field, owner);
  if (parts === undefined) return wanted;
  const name = ownerName(type);
  if (!Array.isArray(live)) {
    const merged: Record<string, unknown> = isRecord(live) ? { ...live } : {};
    for (const part of parts) {
      const key = part.element.slice(2);
      merged[key] = mergeValue(part.type, merged[key], part.value, part, name);
    }
    return merged;
  }
  const kept = known.map(({ element, type: itemType, value }) => {
    const part = parts.find((candidate) => candidate.element === element);
    return part === undefined ? value : mergeValue(itemType, value, part.value, part, name);
  });
  const added = parts.filter(({ element }) => known.every((item) => item.element !== element));
  return [...kept, ...added.map(({ value }) => value)];
}

/**
 * Without what this manager applied before and nobody names now. A field of a struct stays while somebody, be it
 * the applier, owns something in it; an item of a list goes with all that others own in it, unless they own it.
 */
function withoutDropped(
  type: StructInfo,
  merged: KubeObject,
  own: Owned | undefined,
  configured: FieldSet,
  others: readonly Owned[],
): KubeObject {
  const kept = [configured, ...others.map(({ fields }) => fields)].reduce(union);
  const named = withStructFields(type, kept);
  const dropped = minus(withStructFields(type, own?.fields ?? new Set()), named);
  let object: unknown = merged;
  for (const path of [...dropped].toSorted((a, b) => a.length - b.length)) {
    object = withoutPath(type, object, elementsOf(path));
  }
  return isObject(object) ? object : merged;
}

function withoutPath(
  type: TypeInfo,
  value: unknown,
  [first, ...rest]: readonly string[],
  child?: Child,
  owner = "",
): unknown {
  const parts = childrenOf(type, value, child?.field, owner) ?? [];
  const part = parts.find(({ element }) => element === first);
  if (part === undefined) return value;
  const name = ownerName(type);
  const inner =
    rest.length === 0 ? undefined : withoutPath(part.type, part.value, rest, part, name);
  if (Array.isArray(value)) {
    const items = value as readonly unknown[];
    const index = parts.indexOf(part);
    return inner === undefined ? items.toSpliced(index, 1) : items.with(index, inner);
  }
  const copy: Record<string, unknown> = isRecord(value) ? { ...value } : {};
  const key = part.element.slice(2);
  if (inner === undefined) delete copy[key];
  else copy[key] = inner;
  return copy;
}
