/** Where objects of a kind that events are about live, by the kind alone. */
import { kindOfObject, KINDS } from "../kinds.ts";

export function kindOfName(kind: string): {
  readonly resource: string;
  readonly apiVersion: string;
  readonly namespaced: boolean;
} {
  const known = KINDS.find((candidate) => candidate.kind === kind);
  if (known === undefined) {
    const { resource, namespaced } = kindOfObject({ apiVersion: "", kind });
    return { resource, apiVersion: "", namespaced };
  }
  const { group, version, resource, namespaced } = known;
  return { resource, apiVersion: group === "" ? version : `${group}/${version}`, namespaced };
}
