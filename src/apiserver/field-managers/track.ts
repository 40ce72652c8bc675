/** Keeps managedFields up to date as users write, and adds what controllers own when it is asked for. */
import type { WriteOptions } from "../../api/client.ts";
import type { KubeObject, Timestamp } from "../../api/meta.ts";
import { asArray, asString, isRecord } from "../json.ts";
import { schemaOf } from "../schema.ts";
import { compareFields, elementsOf, type Path } from "./field-set.ts";
import {
  emptyObject,
  ownersAfterUpdate,
  ownersOf,
  withOwners,
  type Manager,
  type Owned,
} from "./managers.ts";

/**
 * The object to store after a create (`before` undefined), update or patch by a user, with its owners.
 * Writes without the name of a field manager, and kinds without a schema, are not tracked. `asked`: the
 * object before the server allocated addresses and ports, which nobody owns; default: the same.
 */
export function trackWrite(
  before: KubeObject | undefined,
  { value: after, asked = after }: { readonly value: KubeObject; readonly asked?: KubeObject },
  options: Pick<WriteOptions, "fieldManager" | "subresource">,
  at: Timestamp,
): KubeObject {
  const { fieldManager = "", subresource = "" } = options;
  if (asksForNoOwners(after)) return withOwners(after, []);
  if (fieldManager === "" || schemaOf(after.apiVersion, after.kind) === undefined) return after;
  const manager: Manager = {
    name: fieldManager,
    operation: "Update",
    apiVersion: after.apiVersion,
    subresource,
  };
  return withOwners(after, ownersAfterUpdate(before, asked, manager, at));
}

/** One entry that says nothing is how owners are taken off an object. */
function asksForNoOwners({ metadata }: KubeObject): boolean {
  const [entry, ...more] = asArray(metadata.managedFields);
  return isRecord(entry) && Object.keys(entry).length === 0 && more.length === 0;
}

const annotations: Path = "f:metadata\nf:annotations";

/**
 * The object with one more owner: the controller, of the status and its own annotations. Controllers'
 * writes are not tracked one by one; nobody else writes these fields, so who owns them is plain.
 */
export function withController(deployment: KubeObject): KubeObject {
  const type = schemaOf(deployment.apiVersion, deployment.kind);
  const owners = ownersOf(deployment);
  if (type === undefined || deployment.kind !== "Deployment" || owners.length === 0)
    return deployment;
  const { changed } = compareFields(type, emptyObject(deployment), deployment);
  const taken = owners.some(({ fields }) => fields.has(annotations));
  const fields = [...changed].filter((path) => {
    const [first, second, third = ""] = elementsOf(path);
    if (first === "f:status") return second !== undefined;
    if (path === annotations) return !taken;
    return second === "f:annotations" && third.startsWith("f:deployment.kubernetes.io/");
  });
  const entry: Owned = {
    manager: {
      name: "kube-controller-manager",
      operation: "Update",
      apiVersion: deployment.apiVersion,
      subresource: "status",
    },
    fields: new Set(fields),
    time: lastStatusTime(deployment),
  };
  return withOwners(deployment, [...owners, entry]);
}

/** When a condition was last written; the creation before there is one. */
function lastStatusTime(deployment: KubeObject): Timestamp {
  const status = deployment["status"];
  const conditions = isRecord(status) ? asArray(status["conditions"]) : [];
  const times = conditions.map((condition) =>
    isRecord(condition) ? asString(condition["lastUpdateTime"]) : "",
  );
  return times.reduce(
    (latest, time) => (time > latest ? time : latest),
    deployment.metadata.creationTimestamp ?? "",
  );
}
