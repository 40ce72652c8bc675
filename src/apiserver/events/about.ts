/** Where objects of a kind that events are about live, by the kind alone. */
import { kindOfObject, KINDS } from "../kinds.ts";

export function kindOfName(kind: string): {
  readonly resource: string;
  readonly apiVersion: string;
} {
  const known = KINDS.find((candidate) => candidate.kind === kind);
  if (known === undefined)
    return { resource: kindOfObject({ apiVersion: "", kind }).resource, apiVersion: "" };
  const { group, version, resource } = known;
  return { resource, apiVersion: group === "" ? version : `${group}/${version}` };
}
