/**
 * What somebody hands over is looked at before it is used: who writes JavaScript has no types to warn him. A check
 * throws a RangeError that says what is wrong, what it is, and what to use.
 */

/** Characters of a value in a message. */
const MOST_SHOWN = 80;

/** `path`: `behaviors[0].ready`. Undefined is nothing that was handed over. */
export type Check = (path: string, value: unknown) => void;

/** One check for each field that a type has. */
export type Fields<T> = { readonly [name in keyof Required<T>]: Check };

export const anything: Check = () => undefined;
export const text: Check = (path, value) => {
  if (typeof value !== "string") refuse(path, value, "a text");
};
export const flag: Check = (path, value) => {
  if (typeof value !== "boolean") refuse(path, value, "true or false");
};
/** A function, which cannot be called to see what it does. */
export const callable: Check = (path, value) => {
  if (typeof value !== "function") refuse(path, value, "a function");
};
export const list =
  (each: Check): Check =>
  (path, value) => {
    if (!Array.isArray(value)) refuse(path, value, "a list");
    for (const [i, item] of value.entries()) each(`${path}[${i}]`, item);
  };

export function whole(least: number, use = `an integer >= ${least}`, most = Infinity): Check {
  return (path, value) => {
    if (!isWhole(value, least) || value > most) refuse(path, value, use);
  };
}

/** Fractions too. */
export function number(least: number, most: number, use: string): Check {
  return (path, value) => {
    if (typeof value !== "number" || !(value >= least && value <= most)) refuse(path, value, use);
  };
}

export function oneOf(words: readonly string[]): Check {
  return (path, value) => {
    if (!words.includes(value as string)) refuse(path, value, `any of ${words.join(", ")}`);
  };
}

export function record(each: Check): Check {
  return (path, value) => {
    if (typeof value !== "object" || value === null) refuse(path, value, "an object");
    for (const [name, item] of Object.entries(value)) each(`${path}.${name}`, item);
  };
}

/** `what`: that each of the fields is. `use`: for what is no object. */
export function shape(
  fields: Readonly<Record<string, Check>>,
  what: string,
  needed: readonly string[] = [],
  use = "an object",
): Check {
  return (path, value) => {
    if (typeof value !== "object" || value === null) refuse(path, value, use);
    const inner = path === "" ? "" : `${path}.`;
    refuseUnknown(inner, value, fields, what);
    for (const [name, check] of Object.entries(fields)) {
      const given = (value as Readonly<Record<string, unknown>>)[name];
      if (given !== undefined || needed.includes(name)) check(`${inner}${name}`, given);
    }
  };
}

/** Each key of `known` is one that `given` may have. */
export function refuseUnknown(path: string, given: object, known: object, what: string): void {
  if (typeof given !== "object" || given === null) refuse(path || `${what}s`, given, "an object");
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(known, key));
  if (unknown === undefined) return;
  throw new RangeError(`${path}${unknown}: no such ${what}; use ${Object.keys(known).join(", ")}`);
}

export function isWhole(value: unknown, least: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least;
}

export function refuse(path: string, got: unknown, use: string): never {
  throw new RangeError(`${path}: got ${shown(got)}; use ${use}`);
}

/** Of a manifest in the wrong place its beginning is enough. */
function shown(got: unknown): string {
  if (typeof got === "number" || typeof got === "bigint") return String(got);
  if (typeof got === "function") return "a function";
  let whole: string;
  try {
    whole = JSON.stringify(got) ?? "undefined";
  } catch {
    return "an object"; // that holds itself
  }
  return whole.length <= MOST_SHOWN ? whole : `${whole.slice(0, MOST_SHOWN - 3)}...`;
}
