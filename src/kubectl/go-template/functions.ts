/** The functions of Go templates (text/template/funcs.go, Go 1.26) and kubectl's own (cli-runtime printers). */
import { base64Text } from "../../api/base64.ts";
import { sprint, sprintf, sprintln } from "./format.ts";
import {
  floatOf,
  intOf,
  isTrue,
  kindOf,
  listOf,
  mapOf,
  textOf,
  typeName,
  type Kind,
} from "./values.ts";

/** `value`: anything, also no value; `any`: no value becomes nil. */
export type Parameter = "value" | "any" | "string";

export interface TemplateFunction {
  readonly fixed: readonly Parameter[];
  /** Of any number of further ones. */
  readonly rest?: Parameter;
  run(values: readonly unknown[]): unknown;
}

/** Why a call failed. */
export class CallError extends Error {}

function refuse(text: string): never {
  throw new CallError(text);
}

/** `and` and `or` are not run: they evaluate their arguments one by one. */
const lazy: TemplateFunction = { fixed: ["value"], rest: "value", run: ([value]) => value };

const compared = (holds: (order: number) => boolean): TemplateFunction => ({
  fixed: ["value", "value"],
  run: ([a, b]) => holds(compare(a, b)),
});

const functions: ReadonlyMap<string, TemplateFunction> = new Map<string, TemplateFunction>([
  ["and", lazy],
  ["or", lazy],
  ["not", { fixed: ["value"], run: ([value]) => !isTrue(value) }],
  ["len", { fixed: ["value"], run: ([value]) => length(value) }],
  ["index", { fixed: ["value"], rest: "value", run: ([item, ...keys]) => indexed(item, keys) }],
  ["slice", { fixed: ["value"], rest: "value", run: ([item, ...bounds]) => slice(item, bounds) }],
  ["eq", { fixed: ["value"], rest: "value", run: ([a, ...others]) => equalsAny(a, others) }],
  ["ne", { fixed: ["value", "value"], run: ([a, b]) => !equalsAny(a, [b]) }],
  ["lt", compared((order) => order < 0)],
  ["le", compared((order) => order <= 0)],
  ["gt", compared((order) => order > 0)],
  ["ge", compared((order) => order >= 0)],
  ["call", { fixed: ["value"], rest: "value", run: ([value]) => called(value) }],
  ["print", { fixed: [], rest: "any", run: sprint }],
  ["println", { fixed: [], rest: "any", run: sprintln }],
  [
    "printf",
    { fixed: ["string"], rest: "any", run: ([format, ...rest]) => sprintf(textOf(format), rest) },
  ],
  ["html", { fixed: [], rest: "any", run: (values) => html(shown(values)) }],
  ["js", { fixed: [], rest: "any", run: (values) => javaScript(shown(values)) }],
  ["urlquery", { fixed: [], rest: "any", run: (values) => queryText(shown(values)) }],
  ["exists", { fixed: ["any"], rest: "any", run: ([item, ...keys]) => exists(item, keys) }],
  ["base64decode", { fixed: ["string"], run: ([text]) => base64Decoded(textOf(text)) }],
]);

export function functionNamed(name: string): TemplateFunction | undefined {
  return functions.get(name);
}

/** No value of JSON is a function. */
function called(value: unknown): never {
  if (kindOf(value) === "invalid") return refuse("call of nil");
  return refuse(`non-function of type ${typeName(value)}`);
}

/** A string's bytes: Go counts, indexes and slices these. */
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function length(value: unknown): bigint {
  if (value === null) return refuse("len of nil pointer");
  switch (kindOf(value)) {
    case "string":
      return BigInt(bytesOf(textOf(value)).length);
    case "list":
      return BigInt(listOf(value).length);
    case "map":
      return BigInt(Object.keys(mapOf(value)).length);
    case "invalid":
      return refuse("reflect: call of reflect.Value.Type on zero Value");
    default:
      return refuse(`len of type ${typeName(value)}`);
  }
}

function indexed(item: unknown, keys: readonly unknown[]): unknown {
  if (item === undefined || item === null) return refuse("index of untyped nil");
  return keys.reduce(elementAt, item);
}

function elementAt(item: unknown, key: unknown): unknown {
  switch (kindOf(item)) {
    case "invalid":
      return refuse("index of nil pointer");
    case "map":
      if (kindOf(key) === "invalid") return refuse("value is nil; should be of type string");
      if (typeof key !== "string") {
        return refuse(`value has type ${typeName(key)}; should be string`);
      }
      return Object.hasOwn(mapOf(item), key) ? mapOf(item)[key] : null;
    case "list": {
      const at = indexWithin(key, listOf(item).length);
      if (at === listOf(item).length) return refuse("reflect: slice index out of range");
      return listOf(item)[at];
    }
    case "string": {
      const bytes = bytesOf(textOf(item));
      const byte = bytes[indexWithin(key, bytes.length)];
      return byte === undefined ? refuse("reflect: string index out of range") : BigInt(byte);
    }
    default:
      return refuse(`can't index item of type ${typeName(item)}`);
  }
}

function indexWithin(key: unknown, most: number): number {
  if (kindOf(key) === "invalid") return refuse("cannot index slice/array with nil");
  if (kindOf(key) !== "int") return refuse(`cannot index slice/array with type ${typeName(key)}`);
  const at = intOf(key);
  return at < 0n || at > BigInt(most) ? refuse(`index out of range: ${at}`) : Number(at);
}

function slice(item: unknown, bounds: readonly unknown[]): unknown {
  const kind = kindOf(item);
  if (kind === "invalid") return refuse("slice of untyped nil");
  if (bounds.length > 3) return refuse(`too many slice indexes: ${bounds.length}`);
  if (kind === "string" && bounds.length === 3) return refuse("cannot 3-index slice a string");
  if (kind !== "string" && kind !== "list") {
    return refuse(`can't slice item of type ${typeName(item)}`);
  }
  const bytes = bytesOf(textOf(item));
  const size = kind === "string" ? bytes.length : listOf(item).length;
  const [from = 0, to = size, most = size] = bounds.map((bound) => indexWithin(bound, size));
  if (from > to) return refuse(`invalid slice index: ${from} > ${to}`);
  if (to > most) return refuse(`invalid slice index: ${to} > ${most}`);
  if (kind === "list") return listOf(item).slice(from, to);
  return new TextDecoder().decode(bytes.slice(from, to));
}

const comparable: readonly Kind[] = ["bool", "int", "float", "string"];

function equalsAny(a: unknown, others: readonly unknown[]): boolean {
  if (others.length === 0) return refuse("missing argument for comparison");
  return others.some((b) => equals(a, b));
}

function equals(a: unknown, b: unknown): boolean {
  const [kindA, kindB] = [kindOf(a), kindOf(b)];
  if (kindA === "invalid" || kindB === "invalid") return kindA === kindB;
  const basic = [kindA, kindB].map((kind) => comparable.includes(kind));
  if (basic.includes(true) && kindA !== kindB) {
    const types = `${typeName(a)} and ${typeName(b)}`;
    return refuse(`incompatible types for comparison: ${types}`);
  }
  if (kindA !== kindB) {
    const types = `${sprintf("%s", [a])}: ${typeName(a)}, ${typeName(b)}: ${sprint([b])}`;
    return refuse(`non-comparable types ${types}`);
  }
  if (!basic.includes(true))
    return refuse(`non-comparable type ${sprintf("%s", [b])}: ${typeName(b)}`);
  if (kindA === "int") return intOf(a) === intOf(b);
  return kindA === "float" ? floatOf(a) === floatOf(b) : a === b;
}

/** Below 0, 0 or above 0. */
function compare(a: unknown, b: unknown): number {
  const [kindA, kindB] = [kindOf(a), kindOf(b)];
  if (!comparable.includes(kindA) || !comparable.includes(kindB)) {
    return refuse("invalid type for comparison");
  }
  if (kindA !== kindB) {
    const types = `${typeName(a)} and ${typeName(b)}`;
    return refuse(`incompatible types for comparison: ${types}`);
  }
  const order = <T extends bigint | number | string>(x: T, y: T): number =>
    x < y ? -1 : x > y ? 1 : 0;
  switch (kindA) {
    case "int":
      return order(intOf(a), intOf(b));
    case "float":
      return order(floatOf(a), floatOf(b));
    case "string":
      return order(textOf(a), textOf(b));
    default:
      return refuse("invalid type for comparison");
  }
}

function shown(values: readonly unknown[]): string {
  return sprint(values.map((value) => value ?? "<no value>"));
}

const htmlEntities: Readonly<Record<string, string>> = {
  "\u0000": "�",
  '"': "&#34;",
  "'": "&#39;",
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
};

function html(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000"'&<>]/g, (c) => htmlEntities[c] ?? c);
}

function javaScript(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replaceAll(/[\\'"<>&=\u0000-\u001f]/g, (c) =>
    /[\\'"]/.test(c)
      ? `\\${c}`
      : `\\u${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`,
  );
}

/** url.QueryEscape. */
function queryText(text: string): string {
  return encodeURIComponent(text)
    .replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", "+");
}

function exists(item: unknown, keys: readonly unknown[]): boolean {
  if (keys.length === 0) return true;
  let current = item;
  for (const key of keys) {
    if (kindOf(current) === "map" && (typeof key === "string" || key === null)) {
      current = mapOf(current)[key ?? ""];
      continue;
    }
    const items = typeof current === "string" ? [...bytesOf(current)] : listOf(current);
    if (kindOf(key) !== "int") return false;
    const at = Number(key);
    if (at < 0 || at >= items.length) return false;
    current = items[at];
  }
  return kindOf(current) !== "invalid";
}

const base64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function base64Decoded(text: string): string {
  const wrong = base64Fault(text);
  if (wrong !== undefined) {
    return refuse(`base64 decode failed: illegal base64 data at input byte ${wrong}`);
  }
  return base64Text(text.replaceAll(/[\r\n]/g, ""));
}

/** The place of the first mistake; undefined without one. */
function base64Fault(text: string): number | undefined {
  const quantum: number[] = [];
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i] ?? "";
    if (c === "\n" || c === "\r") continue;
    if (c === "=") {
      const tail = text.slice(i).replaceAll(/[\r\n]/g, "");
      if (quantum.length < 2) return i;
      if (tail === "=".repeat(4 - quantum.length)) return undefined;
      return quantum.length === 2 && tail === "=" ? text.length : i + 4 - quantum.length;
    }
    if (!base64Digits.includes(c)) return i;
    if (quantum.length === 4) quantum.length = 0;
    quantum.push(i);
  }
  return quantum.length === 4 || quantum.length === 0 ? undefined : quantum[0];
}
