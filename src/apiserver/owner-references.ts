/** Owners that are named twice are named once, with a warning (apiserver endpoints/handlers/rest.go, v0.37.2). */
import { deepEqual } from "../api/json.ts";
import type { KubeObject, OwnerReference } from "../api/meta.ts";

/** `found`: at what point of a request the API server comes across them. */
export function withoutRepeatedOwners(
  object: KubeObject,
  found: "as sent" | "when patched",
): { readonly object: KubeObject; readonly warnings: readonly string[] } {
  const { ownerReferences: references = [] } = object.metadata;
  const kept: OwnerReference[] = [];
  const repeated: string[] = [];
  for (const reference of references) {
    if (kept.some((known) => deepEqual(known, reference))) repeated.push(reference.uid);
    else kept.push(reference);
  }
  if (repeated.length === 0) return { object, warnings: [] };
  const when = found === "as sent" ? "" : " after mutating admission happens";
  const warning =
    `.metadata.ownerReferences contains duplicate entries${when}; API server dedups owner ` +
    "references in 1.20+, and may reject such requests as early as 1.24; please fix your " +
    `requests; duplicate UID(s) observed: ${repeated.join(", ")}`;
  const metadata = { ...object.metadata, ownerReferences: kept };
  return { object: { ...object, metadata }, warnings: [warning] };
}
