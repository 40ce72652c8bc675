/** The resources of a build, in order, no two of one id. Mirrors api/resmap/reswrangler.go (v0.21.1). */
import { refuse } from "./failure.ts";
import { goId, idKey, idText, sameId, type ResId } from "./ids.ts";
import {
  allIds,
  currentId,
  metaTexts,
  resourceText,
  setMetaTexts,
  setName,
  setNamespace,
  nameOf,
  namespaceOf,
  type Resource,
} from "./resource.ts";
import { textsIn, type Tree } from "./tree.ts";

export function append(resources: Resource[], more: readonly Resource[]): void {
  const known = new Set(resources.map((resource) => idKey(currentId(resource))));
  for (const resource of more) {
    const id = currentId(resource);
    if (known.has(idKey(id))) {
      refuse(`may not add resource with an already registered id: ${idText(id)}`);
    }
    known.add(idKey(id));
    resources.push(resource);
  }
}

/** Adds what a generator made, or puts it in the place of what it is told to replace or to merge into. */
export function absorb(resources: Resource[], made: Resource): void {
  const id = currentId(made);
  const matches = allOf(resources, id);
  const [old] = matches;
  const joins = made.behavior === "merge" || made.behavior === "replace";
  if (old === undefined) {
    if (joins) refuse(`id ${goId(id)} does not exist; cannot merge or replace`);
    return append(resources, [made]);
  }
  if (matches.length > 1) {
    const texts = matches.map(resourceText).join(" ");
    refuse(`found multiple objects [${texts}] that could accept merge of ${idText(id)}`);
  }
  if (!joins) {
    refuse(
      `id ${goId(id)} exists; can not use behavior: '${made.behavior}', ` +
        "behavior must be merge or replace",
    );
  }
  const { behavior } = made;
  takeMetadata(made, old);
  if (behavior === "merge") for (const field of ["data", "binaryData"]) mergeData(made, old, field);
  resources[resources.indexOf(old)] = made;
}

/** Labels and annotations of both, the name of the old one, and what was noted of it. */
export function takeMetadata(resource: Resource, old: Resource): void {
  for (const field of ["labels", "annotations"] as const) {
    const texts = new Map([...metaTexts(old, field), ...metaTexts(resource, field)]);
    setMetaTexts(resource, field, texts);
  }
  resource.previous = old.previous;
  resource.prefixes = old.prefixes;
  resource.suffixes = old.suffixes;
  resource.behavior = old.behavior;
  resource.needsHash &&= old.needsHash;
  setName(resource, nameOf(old));
  setNamespace(resource, namespaceOf(old));
}

function mergeData(resource: Resource, old: Resource, field: string): void {
  const texts = [...textsIn(old.object.get(field)), ...textsIn(resource.object.get(field))];
  resource.object.delete(field);
  if (texts.length > 0) resource.object.set(field, new Map<string, Tree>(texts));
}

/** Drops what a patch has left nothing of. */
export function dropDeleted(resources: Resource[]): void {
  resources.splice(0, resources.length, ...resources.filter(({ object }) => object.size > 0));
}

/** The resources that have or had an id. */
function allOf(resources: readonly Resource[], id: ResId): readonly Resource[] {
  return resources.filter((each) => allIds(each).some((other) => sameId(other, id)));
}

/** The one resource that has or had an id. */
export function theOneOf(resources: readonly Resource[], id: ResId): Resource {
  const found = allOf(resources, id);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const many = found.length > 1 ? "multiple matches" : "no matches";
  const text = idText(id);
  return refuse(`${many} for Id ${text}; failed to find unique target for patch ${text}`);
}
