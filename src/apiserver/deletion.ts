/** Why an object is not deleted that is there. Mirrors apiserver registry/rest BeforeDelete and the admission after it. */
import type { DeleteOptions, KindInfo } from "../api/client.ts";
import type { KubeObject } from "../api/meta.ts";
import { conflict, type Status } from "../api/status.ts";
import { refuseNamespaceDeletion } from "./namespace-deletion.ts";

export function refuseDeletion(
  { group, kind, resource }: KindInfo,
  { metadata }: KubeObject,
  { preconditions }: DeleteOptions,
): Status | undefined {
  const { name, uid, resourceVersion } = metadata;
  const other = (what: string, asked: string, known: string | undefined, end: string): Status =>
    conflict(
      // By its kind, and not by its resource as everywhere else.
      { group, resource: kind },
      name,
      `the ${what} in the precondition (${asked}) does not match the ${what} in record (${known}). ` +
        `The object might have been ${end}`,
    );
  const { uid: wantedUid, resourceVersion: wantedVersion } = preconditions ?? {};
  if (wantedUid != null && wantedUid !== uid) {
    return other("UID", wantedUid, uid, "deleted and then recreated");
  }
  if (wantedVersion != null && wantedVersion !== resourceVersion) {
    return other("ResourceVersion", wantedVersion, resourceVersion, "modified");
  }
  return refuseNamespaceDeletion(resource, name);
}
