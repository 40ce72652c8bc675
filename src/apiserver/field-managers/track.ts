/** Keeps managedFields up to date as users write (controllers.ts has what others own). */
import type { WriteOptions } from "../../api/client.ts";
import type { KubeObject, Timestamp } from "../../api/meta.ts";
import { asArray, isRecord } from "../json.ts";
import { schemaOf } from "../schema.ts";
import { ownersAfterUpdate, withOwners, type Manager } from "./managers.ts";

/**
 * The object to store after a create (`before` undefined), update or patch by a user, with its owners.
 * Writes without the name of a field manager, and kinds without a schema, are not tracked. `asked`: the
 * object before the server added to it what nobody owns: addresses and ports, priorities, tolerations.
 */
export function trackWrite(
  before: KubeObject | undefined,
  { value: after, asked }: { readonly value: KubeObject; readonly asked: () => KubeObject },
  options: Pick<WriteOptions, "fieldManager" | "subresource">,
  at: Timestamp,
): KubeObject {
  const { fieldManager = "", subresource = "" } = options;
  if (before !== undefined && asksForNoOwners(after)) return withOwners(after, []);
  if (fieldManager === "" || schemaOf(after.apiVersion, after.kind) === undefined) return after;
  const manager: Manager = {
    name: fieldManager,
    operation: "Update",
    apiVersion: after.apiVersion,
    subresource,
  };
  return withOwners(after, ownersAfterUpdate(before, asked(), manager, at));
}

/** One entry that says nothing is how owners are taken off an object. */
function asksForNoOwners({ metadata }: KubeObject): boolean {
  const [entry, ...more] = asArray(metadata.managedFields);
  return isRecord(entry) && Object.keys(entry).length === 0 && more.length === 0;
}
