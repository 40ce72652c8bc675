/** Where a field belongs that stands at the wrong level of a manifest: mostly a matter of indentation. */
import { fieldsByJsonName, pointedTo, type StructInfo } from "../apiserver/schema.ts";

/** A struct that a field stands in, with the structs around it. */
export interface Enclosing {
  readonly type: StructInfo;
  /** `spec.template.spec`; empty for the object itself. */
  readonly path: string;
  readonly around?: Enclosing | undefined;
}

/** How many levels below the place of the field it is looked for, and below the places around it. */
const DEPTH = 3;
const DEPTH_AROUND = 2;

/**
 * `spec.strategy.rollingUpdate.maxSurge` for a `maxSurge` in `spec`: the nearest place that knows the field, further
 * in first, then further out. Undefined if there is none, or several as near.
 */
export function placeMeant(name: string, at: Enclosing): string | undefined {
  const further = inside(name, at, DEPTH);
  if (further !== undefined) return further;
  for (let outer = at.around; outer !== undefined; outer = outer.around) {
    const found = inside(name, outer, DEPTH_AROUND);
    if (found !== undefined) return found;
  }
  return undefined;
}

interface Candidate extends Enclosing {
  readonly isRequired: boolean;
}

function inside(name: string, { type, path }: Enclosing, depth: number): string | undefined {
  let level: readonly Candidate[] = [{ type, path, isRequired: true }];
  for (let below = 0; below < depth; below++) {
    const found = level.filter((place) => fieldsByJsonName(place.type).has(name));
    // Of containers, initContainers and ephemeralContainers the first is meant: no pod is without.
    const [place, other] = found.length > 1 ? found.filter(({ isRequired }) => isRequired) : found;
    if (found.length > 0) {
      return place === undefined || other !== undefined ? undefined : join(place.path, name);
    }
    level = level.flatMap(structsIn);
  }
  return undefined;
}

/** The structs one level down; nobody writes a status. */
function structsIn({ type, path }: Enclosing): readonly Candidate[] {
  return [...fieldsByJsonName(type)].flatMap(([name, field]) => {
    const inner = pointedTo(field.type);
    const struct = inner.kind === "slice" ? pointedTo(inner.element) : inner;
    if (struct.kind !== "struct" || name === "status") return [];
    const written = inner.kind === "slice" ? `${name}[]` : name;
    return [{ isRequired: !field.omitEmpty, type: struct, path: join(path, written) }];
  });
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
