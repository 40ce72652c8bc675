/** What strategic merge patches need to know of the types: merge keys and strategies, by field. */
import { fieldOf, pointedTo, type TypeInfo } from "./schema.ts";
import { goQuote } from "./go-print.ts";

export const DIRECTIVE = "$patch";
export const RETAIN_KEYS = "$retainKeys";
export const SET_ELEMENT_ORDER = "$setElementOrder";
export const DELETE_FROM_LIST = "$deleteFromPrimitiveList";

/**
 * A patch that cannot be made or applied. `kind` says what the API server answers: 400 for a malformed
 * patch, 422 for one that it cannot process, else 500. Thrown and caught within the patch functions.
 */
export class PatchError extends Error {
  readonly kind: "malformed" | "unprocessable" | "internal";

  constructor(kind: PatchError["kind"], message: string) {
    super(message);
    this.name = "PatchError";
    this.kind = kind;
  }
}

/** The type and patch tags of what a field holds. */
export interface PatchMeta {
  readonly type: TypeInfo | undefined;
  /** `merge`, `replace` or "". */
  readonly strategy: string;
  readonly retainKeys: boolean;
  readonly mergeKey: string;
}

const NO_META: Omit<PatchMeta, "type"> = { strategy: "", retainKeys: false, mergeKey: "" };

/** The tags of a field that holds an object. Throws PatchError for a field that the type lacks. */
export function metaOfObject(parent: TypeInfo | undefined, key: string): PatchMeta {
  if (parent === undefined) return { type: undefined, ...NO_META };
  const type = pointedTo(parent);
  if (type.kind === "map") return { type: type.element, ...NO_META };
  const field = type.kind === "struct" ? fieldOf(type, key) : undefined;
  if (field === undefined) {
    const name = type.name.slice(type.name.indexOf(".") + 1);
    throw new PatchError(
      "internal",
      `unable to find api field in struct ${name} for the json field ${goQuote(key)}`,
    );
  }
  return {
    type: field.type,
    strategy: field.patchStrategies.find((strategy) => strategy !== "retainKeys") ?? "",
    retainKeys: field.patchStrategies.includes("retainKeys"),
    mergeKey: field.mergeKey,
  };
}

/** The tags of a field that holds a list; `type` is that of its elements. */
export function metaOfList(parent: TypeInfo | undefined, key: string): PatchMeta {
  const meta = metaOfObject(parent, key);
  if (meta.type === undefined) return meta;
  const type = pointedTo(meta.type);
  if (type.kind === "slice") return { ...meta, type: type.element };
  if (meta.type.kind === "pointer") return { ...meta, type };
  const kind = parent === undefined ? "" : pointedTo(parent).kind;
  throw new PatchError("internal", `expected slice or array type, but got: ${kind}`);
}
