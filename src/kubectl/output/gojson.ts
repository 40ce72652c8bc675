/** JSON as Go's encoding/json writes it: keys sorted, `<`, `>` and `&` escaped. */
import { isMap, sortedKeys } from "../fields.ts";

function goString(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${(c.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * Of maps: `sorted`, or `as they come`, as Go prints structs. Objects from the API server come in the
 * order of Go's structs.
 */
export type KeyOrder = "sorted" | "as they come";

/** On one line without spaces. Members whose value is undefined are left out. */
export function compactJson(value: unknown, order: KeyOrder = "sorted"): string {
  if (typeof value === "string") return goString(value);
  if (Array.isArray(value)) return `[${value.map((item) => compactJson(item, order)).join(",")}]`;
  if (!isMap(value)) return value === undefined ? "null" : JSON.stringify(value);
  const members = (order === "sorted" ? sortedKeys(value) : Object.keys(value))
    .filter((key) => value[key] !== undefined)
    .map((key) => `${goString(key)}:${compactJson(value[key], order)}`);
  return `{${members.join(",")}}`;
}

/** json.MarshalIndent with this indent; no line break at the end. */
export function indentedJson(
  value: unknown,
  indent: string,
  outer = "",
  order: KeyOrder = "sorted",
): string {
  const inner = outer + indent;
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    const items = value.map((item) => inner + indentedJson(item, indent, inner, order));
    return `[\n${items.join(",\n")}\n${outer}]`;
  }
  if (!isMap(value)) return compactJson(value);
  const all = order === "sorted" ? sortedKeys(value) : Object.keys(value);
  const keys = all.filter((key) => value[key] !== undefined);
  if (keys.length === 0) return "{}";
  const members = keys.map(
    (key) => `${inner}${goString(key)}: ${indentedJson(value[key], indent, inner, order)}`,
  );
  return `{\n${members.join(",\n")}\n${outer}}`;
}
