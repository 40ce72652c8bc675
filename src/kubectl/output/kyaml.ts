/** -o kyaml: YAML in braces, each string in quotes. Mirrors sigs.k8s.io/yaml/kyaml (v1.6.0). */
import { isMap, sortedKeys } from "../fields.ts";
import type { KeyOrder } from "./gojson.ts";
import { escapes, resolvesToOther } from "./yaml.ts";

/** One document with its `---`. */
export function kyaml(value: unknown, order: KeyOrder): string {
  return `---\n${node(value, "", order)}\n`;
}

function node(value: unknown, indent: string, order: KeyOrder): string {
  if (typeof value === "string") return quoted(value, `${indent}  `);
  if (Array.isArray(value)) return sequence(value, indent, order);
  if (!isMap(value)) return JSON.stringify(value ?? null);
  const all = order === "sorted" ? sortedKeys(value) : Object.keys(value);
  const keys = all.filter((key) => value[key] !== undefined);
  if (keys.length === 0) return "{}";
  const inner = `${indent}  `;
  const members = keys.map(
    (key) => `${inner}${keyText(key)}: ${node(value[key], inner, order)},\n`,
  );
  return `{\n${members.join("")}${indent}}`;
}

/** Lists of maps and lists open them on their own line. */
function sequence(items: readonly unknown[], indent: string, order: KeyOrder): string {
  if (items.length === 0) return "[]";
  if (items.every((item) => isMap(item) || Array.isArray(item))) {
    return `[${items.map((item) => node(item, indent, order)).join(", ")}]`;
  }
  const inner = `${indent}  `;
  return `[\n${items.map((item) => `${inner}${node(item, inner, order)},\n`).join("")}${indent}]`;
}

/** Without quotes unless it could be taken for something else. */
function keyText(key: string): string {
  const word = /^[\p{L}\p{N}_](?:[\p{L}\p{N}_./-]*[\p{L}\p{N}_])?$/u.test(key);
  return word && !resolvesToOther(key) && !/^[tf]$/i.test(key)
    ? key
    : `"${[...key].map(escaped).join("")}"`;
}

/** Over several lines if the text has some; each line of it then begins at one column. */
function quoted(text: string, indent: string): string {
  if (!text.includes("\n")) return `"${escapedLine(text)}"`;
  const lines = text.split("\n");
  const last = lines.pop() ?? "";
  const lead = (line: string): string =>
    indent + (/^\s/.test(line) ? "\\" : line === "" ? "" : " ");
  const whole = lines.map((line) => `${lead(line)}${escapedLine(line)}\\n\\\n`);
  const rest = last === "" ? "" : `${lead(last)}${escapedLine(last)}\\\n`;
  return `"\\\n${whole.join("")}${rest}${indent}"`;
}

/** Tabs stay as they are in values; in keys they do not. */
function escapedLine(text: string): string {
  return Array.from(text, (c) => (c === "\t" ? c : escaped(c))).join("");
}

const names: Readonly<Record<string, string>> = { ...escapes, "\u00a0": "\\_" };

function escaped(c: string): string {
  const name = names[c];
  if (name !== undefined) return name;
  const code = c.codePointAt(0) ?? 0;
  const hex = (digits: number): string => code.toString(16).padStart(digits, "0");
  if (code < 0x20 || code === 0x7f) return `\\x${hex(2)}`;
  if (/[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(c)) return c;
  return code < 0x10000 ? `\\u${hex(4)}` : `\\U${hex(8)}`;
}
