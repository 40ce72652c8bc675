/**
 * JSON Patch as the API server does it: all or nothing, with the liberties of evanphx/json-patch v4, which
 * is not RFC 6902 to the letter. `replace` also adds a member, `copy` of nothing gives null, indices may be
 * negative, and a pointer need not begin with a slash.
 */
import { compareText } from "../api/order.ts";
import { isRecord } from "./json.ts";
import { jsonEqual } from "./equality.ts";

export type JsonPatched =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: string };

/** An operation that cannot be done. */
class Undoable extends Error {}

type Members = Record<string, unknown>;

interface Patching {
  root: unknown;
  /** What was looked into. Go keeps that as maps, whose keys come out in order; the rest stays as it came. */
  readonly opened: Set<unknown>;
}

interface Place {
  readonly parent: Members | unknown[];
  readonly key: string;
}

/** The target after all operations, or why one of them failed; the target is not changed. */
export function jsonPatch(target: unknown, operations: readonly unknown[]): JsonPatched {
  const root: unknown = structuredClone(target);
  const document: Patching = { root, opened: new Set([root]) };
  try {
    for (const operation of operations) perform(document, isRecord(operation) ? operation : {});
    return { ok: true, value: printed(document.root, document.opened) };
  } catch (error) {
    if (error instanceof Undoable) return { ok: false, error: error.message };
    throw error;
  }
}

function perform(document: Patching, operation: Members): void {
  const { op, value = null } = operation;
  switch (op) {
    case "add": {
      const { pointer, ...place } = to(
        document,
        operation,
        (path) => `doc is missing path: "${path}"`,
      );
      return within(`error in add for path: '${pointer}'`, () =>
        add(place, structuredClone(value)),
      );
    }
    case "remove": {
      const { pointer, ...place } = to(
        document,
        operation,
        (path) => `doc is missing path: "${path}"`,
      );
      return within(`error in remove for path: '${pointer}'`, () => remove(place));
    }
    case "replace":
      return performReplace(document, operation, value);
    case "move": {
      const place = from(document, operation);
      const moved = within(`error in move for path: '${place.key}'`, () => {
        const member = memberOf(place);
        remove(place);
        return member ?? null;
      });
      const target = to(document, operation, (path) => `doc is missing destination path: ${path}`);
      return within(`error in move for path: '${target.pointer}'`, () => add(target, moved));
    }
    case "test": {
      if (operation["path"] === "") return requireEqual(document.root, value, "");
      const { pointer, ...place } = to(document, operation, (path) => `is missing path: ${path}`);
      const found = within(`error in test for path: '${pointer}'`, () => memberOf(place));
      return requireEqual(found, value, pointer);
    }
    case "copy": {
      const { pointer, ...place } = from(document, operation);
      const found = within(`error in copy for from: '${pointer}'`, () => memberOf(place));
      const copied: unknown = structuredClone(found ?? null);
      const target = to(document, operation, (path) => `doc is missing destination path: ${path}`);
      return within("error while adding value during copy", () => add(target, copied));
    }
    default:
      throw new Undoable(`Unexpected kind: ${typeof op === "string" ? op : "unknown"}`);
  }
}

function performReplace(document: Patching, operation: Members, value: unknown): void {
  if (operation["path"] === "") {
    if (!isRecord(value) && !Array.isArray(value)) {
      throw new Undoable("replace operation value must be object or array: invalid state detected");
    }
    document.root = structuredClone(value);
    document.opened.add(document.root);
    return;
  }
  const { pointer, ...place } = to(document, operation, (path) => `doc is missing path: ${path}`);
  const missing =
    Array.isArray(place.parent) && indexIn(place.parent, place.key, "item") === undefined;
  if (missing) {
    throw new Undoable(
      `replace operation does not apply: doc is missing key: ${pointer}: missing value`,
    );
  }
  replace(place, structuredClone(value));
}

function requireEqual(found: unknown, value: unknown, pointer: string): void {
  if (!jsonEqual(found ?? null, value)) {
    throw new Undoable(`testing value ${pointer} failed: test failed`);
  }
}

function within<T>(doing: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof Undoable) throw new Undoable(`${doing}: ${error.message}`);
    throw error;
  }
}

interface Pointed extends Place {
  readonly pointer: string;
}

function to(document: Patching, operation: Members, missing: (path: string) => string): Pointed {
  return find(document, operation, "path", missing);
}

function from(document: Patching, operation: Members): Pointed {
  return find(document, operation, "from", (path) => `doc is missing from path: ${path}`);
}

/** What holds the member that a pointer names. */
function find(
  document: Patching,
  operation: Members,
  field: "path" | "from",
  missing: (pointer: string) => string,
): Pointed {
  const pointer = operation[field];
  const op = String(operation["op"]);
  if (typeof pointer !== "string") {
    throw new Undoable(`${op} operation failed to decode ${field}: missing value`);
  }
  const absent = (): Undoable =>
    new Undoable(`${op} operation does not apply: ${missing(pointer)}: missing value`);
  const keys = pointer
    .split("/")
    .slice(1)
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
  const key = keys.at(-1);
  if (key === undefined) throw absent();
  let parent = document.root;
  for (const step of keys.slice(0, -1)) {
    if (!isContainer(parent)) throw absent();
    const at = Array.isArray(parent) ? indexIn(parent, step, "item") : step;
    parent = at === undefined ? undefined : memberOf({ parent, key: String(at) });
    document.opened.add(parent);
  }
  if (!isContainer(parent)) throw absent();
  return { parent, key, pointer };
}

function isContainer(value: unknown): value is Members | unknown[] {
  return typeof value === "object" && value !== null;
}

function printed(value: unknown, opened: ReadonlySet<unknown>): unknown {
  if (Array.isArray(value)) return value.map((item) => printed(item, opened));
  if (!isRecord(value)) return value;
  const members = Object.entries(value);
  if (opened.has(value)) members.sort(([a], [b]) => compareText(a, b));
  return Object.fromEntries(members.map(([key, member]) => [key, printed(member, opened)]));
}

/** Undefined for a member that an object lacks; an item that a list lacks cannot be asked for. */
function memberOf({ parent, key }: Place): unknown {
  if (Array.isArray(parent)) return parent[requireIndex(parent, key, "item")];
  return Object.hasOwn(parent, key) ? parent[key] : undefined;
}

/** Go's strconv.Atoi; from the end where it is negative. `place`: one more than there are items. */
function indexIn(list: readonly unknown[], key: string, of: "item" | "place"): number | undefined {
  if (!/^[+-]?\d+$/.test(key)) return undefined;
  const last = of === "item" ? list.length - 1 : list.length;
  const index = Number(key);
  const at = index < 0 ? index + last + 1 : index;
  return at < 0 || at > last ? undefined : at;
}

function requireIndex(list: readonly unknown[], key: string, of: "item" | "place"): number {
  const at = indexIn(list, key, of);
  if (at !== undefined) return at;
  if (/^[+-]?\d+$/.test(key)) {
    throw new Undoable(`Unable to access invalid index: ${Number(key)}: invalid index referenced`);
  }
  const syntax = `strconv.Atoi: parsing ${JSON.stringify(key)}: invalid syntax`;
  throw new Undoable(
    of === "place" ? `value was not a proper array index: '${key}': ${syntax}` : syntax,
  );
}

function add({ parent, key }: Place, value: unknown): void {
  if (!Array.isArray(parent)) define(parent, key, value);
  else if (key === "-") parent.push(value);
  else parent.splice(requireIndex(parent, key, "place"), 0, value);
}

function replace({ parent, key }: Place, value: unknown): void {
  if (Array.isArray(parent)) parent[requireIndex(parent, key, "item")] = value;
  else define(parent, key, value);
}

/** A member of its own, whatever it is called. */
function define(parent: Members, key: string, value: unknown): void {
  Object.defineProperty(parent, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

function remove({ parent, key }: Place): void {
  if (Array.isArray(parent)) parent.splice(requireIndex(parent, key, "item"), 1);
  else if (Object.hasOwn(parent, key)) delete parent[key];
  else throw new Undoable(`Unable to remove nonexistent key: ${key}: missing value`);
}
