/**
 * JSON Patch as the API server does it: all or nothing, with the liberties of evanphx/json-patch v4, which
 * is not RFC 6902 to the letter. `replace` also adds a member, `copy` of nothing gives null, indices may be
 * negative, and a pointer need not begin with a slash.
 */
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
  const path = (): Place => find(document, operation, "path");
  switch (op) {
    case "add":
      return add(path(), structuredClone(value));
    case "remove":
      return remove(path());
    case "replace":
      if (operation["path"] === "") {
        if (!isRecord(value) && !Array.isArray(value)) throw new Undoable("no object or array");
        document.root = structuredClone(value);
        document.opened.add(document.root);
        return;
      }
      return replace(path(), structuredClone(value));
    case "move": {
      const from = find(document, operation, "from");
      const moved = memberOf(from);
      remove(from);
      return add(path(), moved ?? null);
    }
    case "test": {
      const found = operation["path"] === "" ? document.root : memberOf(path());
      if (!jsonEqual(found ?? null, value)) throw new Undoable(`testing value failed`);
      return;
    }
    case "copy": {
      const copied: unknown = structuredClone(memberOf(find(document, operation, "from")) ?? null);
      return add(path(), copied);
    }
    default:
      throw new Undoable("unexpected kind of operation");
  }
}

/** What holds the member that a pointer names. */
function find(document: Patching, operation: Members, field: "path" | "from"): Place {
  const pointer = operation[field];
  const tokens = typeof pointer === "string" ? pointer.split("/") : [];
  if (tokens.length < 2) throw new Undoable(`missing ${field}`);
  const keys = tokens.slice(1).map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
  let parent = document.root;
  for (const key of keys.slice(0, -1)) {
    if (!isContainer(parent)) throw new Undoable(`missing ${field}: ${String(pointer)}`);
    parent = memberOf({ parent, key });
    document.opened.add(parent);
  }
  if (!isContainer(parent)) throw new Undoable(`missing ${field}: ${String(pointer)}`);
  return { parent, key: keys.at(-1)! };
}

function isContainer(value: unknown): value is Members | unknown[] {
  return typeof value === "object" && value !== null;
}

function printed(value: unknown, opened: ReadonlySet<unknown>): unknown {
  if (Array.isArray(value)) return value.map((item) => printed(item, opened));
  if (!isRecord(value)) return value;
  const members = Object.entries(value);
  if (opened.has(value)) members.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(members.map(([key, member]) => [key, printed(member, opened)]));
}

/** Undefined for a member that an object lacks; an item that a list lacks cannot be asked for. */
function memberOf({ parent, key }: Place): unknown {
  if (Array.isArray(parent)) return parent[indexIn(parent, key, parent.length - 1)];
  return Object.hasOwn(parent, key) ? parent[key] : undefined;
}

/** Go's strconv.Atoi; from the end where it is negative. */
function indexIn(list: readonly unknown[], key: string, last: number): number {
  if (!/^[+-]?\d+$/.test(key)) throw new Undoable(`not a proper array index: ${key}`);
  const index = Number(key);
  const at = index < 0 ? index + last + 1 : index;
  if (at < 0 || at > last) throw new Undoable(`invalid index ${key} of ${list.length}`);
  return at;
}

function add({ parent, key }: Place, value: unknown): void {
  if (!Array.isArray(parent)) define(parent, key, value);
  else if (key === "-") parent.push(value);
  else parent.splice(indexIn(parent, key, parent.length), 0, value);
}

function replace({ parent, key }: Place, value: unknown): void {
  if (Array.isArray(parent)) parent[indexIn(parent, key, parent.length - 1)] = value;
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
  if (Array.isArray(parent)) parent.splice(indexIn(parent, key, parent.length - 1), 1);
  else if (Object.hasOwn(parent, key)) delete parent[key];
  else throw new Undoable(`nonexistent key: ${key}`);
}
