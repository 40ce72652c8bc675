/** Who owns which fields of an object: metadata.managedFields. Mirrors apimachinery managedfields. */
import type { KubeObject, Timestamp } from "../../api/meta.ts";
import { asArray, asString, isRecord } from "../json.ts";
import { canonicalObject } from "../encode.ts";
import { schemaOf } from "../schema.ts";
import {
  compareFields,
  fromFieldsV1,
  minus,
  ownable,
  toFieldsV1,
  union,
  type FieldSet,
} from "./field-set.ts";

export interface Manager {
  readonly name: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  /** "" for the object itself. */
  readonly subresource: string;
}

export interface Owned {
  readonly manager: Manager;
  readonly fields: FieldSet;
  readonly time: Timestamp;
}

export function sameManager(a: Manager, b: Manager): boolean {
  return (
    a.name === b.name &&
    a.operation === b.operation &&
    a.subresource === b.subresource &&
    a.apiVersion === b.apiVersion
  );
}

/** Of two entries of one manager the last one counts, as in Go's map of them. */
export function ownersOf(object: KubeObject | undefined): readonly Owned[] {
  const owners = entriesOf(object);
  return owners.filter(
    (owned, i) => !owners.some((each, j) => j > i && sameManager(each.manager, owned.manager)),
  );
}

function entriesOf(object: KubeObject | undefined): readonly Owned[] {
  return asArray(object?.metadata.managedFields).flatMap((entry) => {
    if (!isRecord(entry)) return [];
    const operation = entry["operation"] === "Apply" ? "Apply" : "Update";
    return [
      {
        manager: {
          name: asString(entry["manager"]),
          operation,
          apiVersion: asString(entry["apiVersion"]),
          subresource: typeof entry["subresource"] === "string" ? entry["subresource"] : "",
        },
        fields: fromFieldsV1(entry["fieldsV1"]),
        time: asString(entry["time"]),
      } satisfies Owned,
    ];
  });
}

/** The object with these owners; those of nothing are left out. Apply before Update, then by time, name. */
export function withOwners(object: KubeObject, owners: readonly Owned[]): KubeObject {
  const entries = owners
    .filter(({ fields }) => fields.size > 0)
    .toSorted(byOperationTimeAndName)
    .map(({ manager, fields, time }) => ({
      manager: manager.name,
      operation: manager.operation,
      apiVersion: manager.apiVersion,
      ...(time === "" ? {} : { time }),
      fieldsType: "FieldsV1",
      fieldsV1: toFieldsV1(fields),
      ...(manager.subresource === "" ? {} : { subresource: manager.subresource }),
    }));
  const { managedFields: _, ...metadata } = object.metadata;
  return {
    ...object,
    metadata: entries.length === 0 ? metadata : { ...metadata, managedFields: entries },
  };
}

function byOperationTimeAndName(a: Owned, b: Owned): number {
  const [x, y] = [a, b].map(({ manager, time }) =>
    [manager.operation, time, manager.name, manager.apiVersion, manager.subresource].join("\n"),
  ) as [string, string];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** What a create or update by a manager makes of the owners. `at` is now. */
export function ownersAfterUpdate(
  before: KubeObject | undefined,
  after: KubeObject,
  manager: Manager,
  at: Timestamp,
): readonly Owned[] {
  const type = schemaOf(after.apiVersion, after.kind);
  if (type === undefined) return [];
  const old = before ?? emptyObject(after);
  const { changed, removed } = compareFields(type, old, after);
  const [gained, lost] = [ownable(changed), ownable(removed)];
  const others = ownersOf(before).filter((owned) => !sameManager(owned.manager, manager));
  const own = ownersOf(before).find((owned) => sameManager(owned.manager, manager));
  const fields = union(minus(own?.fields ?? new Set(), lost), gained);
  const unchanged = own !== undefined && gained.size === 0 && lost.size === 0;
  // Who scales comes to the object by way of a Scale, and its time is lost there (managedfields/scalehandler.go).
  const time = manager.subresource === "scale" ? "" : at;
  return [
    ...others.map((owned) => ({ ...owned, fields: minus(minus(owned.fields, gained), lost) })),
    { manager, fields, time: unchanged ? own.time : time },
  ];
}

/** What Go's zero object of a kind encodes to: the parts that are there before anybody sets them. */
export function emptyObject({ apiVersion, kind }: KubeObject): KubeObject {
  return canonicalObject({ apiVersion, kind, metadata: { name: "" } });
}
