/** Lists whose items are told apart by keys. Mirrors kyaml's yaml/walk/associative_sequence.go (v0.21.1). */
import { isNothing, isNull, isTreeMap, textOf, type Tree } from "./tree.ts";

type Names = readonly string[];

/** The patch's items first; what both have is merged. `keys` is [""] for texts. */
export function mergeItems(
  target: Tree[],
  patch: Tree[] | undefined,
  keys: Names,
  merge: (target: Tree | undefined, patch: Tree | undefined) => Tree | undefined,
): Tree[] | undefined {
  const texts = keys.length === 1 && keys[0] === "";
  const lists = patch === undefined ? [target] : [patch, target];
  const seen = new Map<string, Names>();
  for (const item of lists.flat()) {
    const values = texts ? [textOf(item)] : keys.map((key) => keyText(item, key));
    if (!seen.has(values.join("\0"))) seen.set(values.join("\0"), values);
  }
  const all = [...seen.values()];
  const named = keys.length > 1 ? joined(all) : all;
  const added: Tree[] = [];
  let valid: Names = keys;
  for (const values of named) {
    const part = validOf(named, values, keys);
    valid = part.keys;
    const sources = [target, patch].map((list) => {
      const own = validOf([part.values], part.values, part.keys);
      return list === undefined ? undefined : findItem(list, own.keys, own.values);
    });
    const merged = merge(sources[0], sources[1]);
    if (merged === undefined || isNull(merged) || (isTreeMap(merged) && merged.size === 0)) {
      setItem(target, undefined, part.keys, part.values);
      continue;
    }
    keepKeys(merged, part.keys, part.values);
    setItem(added, merged, part.keys, part.values);
  }
  return named.length > 0 ? withRest(added, target, valid) : target;
}

function keyText(item: Tree, key: string): string {
  const value = isTreeMap(item) ? item.get(key) : undefined;
  return isNothing(value) ? "" : textOf(value);
}

/** Items that lack a key are those that agree in the others. */
function joined(all: readonly Names[]): readonly Names[] {
  const lists = [...all];
  for (let i = 0; i < lists.length; i += 1) {
    for (let j = 0; j < lists.length; j += 1) {
      const both = unified(lists[i]!, lists[j]!);
      if (both !== undefined) {
        lists[i] = both;
        lists[j] = both;
      }
    }
  }
  return lists;
}

function unified(a: Names, b: Names): Names | undefined {
  if (a.length !== b.length) return undefined;
  const clash = a.some((text, at) => text !== b[at] && text !== "" && b[at] !== "");
  if (clash || !a.some((text, at) => text === b[at])) return undefined;
  return a.map((text, at) => (text === "" ? (b[at] ?? "") : text));
}

/** The keys that any item has. */
function validOf(
  all: readonly Names[],
  values: Names,
  keys: Names,
): { readonly keys: Names; readonly values: Names } {
  const has = (at: number): boolean => all.some((each) => (each[at] ?? "") !== "");
  if (!keys.some((_, at) => has(at))) return { keys, values };
  return {
    keys: keys.filter((_, at) => has(at)),
    values: values.filter((text, at) => text !== "" || has(at)),
  };
}

function findItem(list: readonly Tree[], keys: Names, values: Names): Tree | undefined {
  if (keys[0] === "") return list.find((item) => textOf(item) === values[0]);
  return list.find(
    (item) =>
      isTreeMap(item) &&
      keys.every((key, at) => item.has(key) && textOf(item.get(key)) === values[at]),
  );
}

function keepKeys(item: Tree, keys: Names, values: Names): void {
  if (!isTreeMap(item)) return;
  for (const [at, key] of keys.entries()) {
    const value = values[at] ?? "";
    if (!item.has(key) && value !== "") item.set(key, value);
  }
}

/** Puts an item in the place of those with its keys, or at the end; without an item they go. */
function setItem(list: Tree[], item: Tree | undefined, keys: Names, values: Names): void {
  const forMaps = keys[0] !== "" && values.length > 0 && values[0] !== "";
  let found = false;
  const rest: Tree[] = [];
  for (const each of list) {
    if (isNull(each) || (isTreeMap(each) && each.size === 0)) continue;
    if (!isTreeMap(each) && forMaps) rest.push(each);
    else if (isSame(each, keys, values)) {
      found = true;
      if (item !== undefined) rest.push(item);
    } else if (values.length > 0) rest.push(each);
  }
  if (item !== undefined && !found) rest.push(item);
  list.splice(0, list.length, ...rest);
}

function isSame(item: Tree, keys: Names, values: Names): boolean {
  if (values.length === 0) return false;
  return keys.every((key, at) => {
    const value = values[Math.min(at, values.length - 1)] ?? "";
    const name = at < values.length ? key : (keys[values.length - 1] ?? "");
    if (name === "") return !isTreeMap(item) && textOf(item) === value;
    if (!isTreeMap(item) || !item.has(name)) return false;
    return value === "" || textOf(item.get(name)) === value;
  });
}

/** The items that were there, in their places where the patch names them, then the rest. */
function withRest(added: Tree[], target: readonly Tree[], keys: Names): Tree[] {
  for (const item of target) {
    if (keys[0] === "") {
      setItem(added, item, [""], [textOf(item)]);
      continue;
    }
    const values: string[] = [];
    for (const key of keys) {
      const value = isTreeMap(item) ? item.get(key) : undefined;
      if (value === undefined) added.push(item);
      else values.push(textOf(value));
    }
    if (keys.length > 1) setItem(added, undefined, keys, values);
    setItem(added, item, keys, values);
  }
  return added;
}
