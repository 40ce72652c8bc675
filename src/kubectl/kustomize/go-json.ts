/**
 * JSON read into structs as Go's encoding/json does it: names of fields in any case, what is missing as zero,
 * the first mistake in its words.
 */
import { isMap, sortedKeys } from "../fields.ts";
import { jsonType } from "../manifest.ts";

export interface Shape<T> {
  /** As Go's errors name the type. */
  readonly go: string;
  /** Go's names of embedded structs on the way, `GeneratorArgs.KvPairSources.`. */
  readonly through?: string;
  readonly zero: T;
  read(value: unknown, place: Place): T;
}

interface Place {
  /** The struct that has the field, and the path to it from the outermost; "" outside of all. */
  readonly struct: string;
  readonly path: string;
  /** Filled by who reads; the first counts. */
  readonly mistakes: string[];
}

export type Read<T> = T extends Shape<infer U> ? U : never;

export function readGoJson<T>(value: unknown, shape: Shape<T>): T | { readonly mistake: string } {
  const mistakes: string[] = [];
  const read = shape.read(value, { struct: "", path: "", mistakes });
  const [mistake] = mistakes;
  return mistake === undefined ? read : { mistake: `json: ${mistake}` };
}

function refused<T>(value: unknown, shape: Shape<T>, { struct, path, mistakes }: Place): T {
  // Of a number that is none for the type, Go shows the digits.
  const digits = typeof value === "number" && shape.go.startsWith("int") ? ` ${value}` : "";
  const into = struct === "" ? "value" : `struct field ${struct}.${path}`;
  mistakes.push(`cannot unmarshal ${jsonType(value)}${digits} into Go ${into} of type ${shape.go}`);
  return shape.zero;
}

function scalar<T>(go: string, zero: T, is: (value: unknown) => value is T): Shape<T> {
  const shape: Shape<T> = {
    go,
    zero,
    read: (value, place) =>
      value === null || value === undefined
        ? zero
        : is(value)
          ? value
          : refused(value, shape, place),
  };
  return shape;
}

const isText = (value: unknown): value is string => typeof value === "string";
const isWhole = (value: unknown): value is number => Number.isInteger(value);

/** A text that has a type of its own in Go. */
export function namedText(go: string): Shape<string> {
  return scalar(go, "", isText);
}

export const text = namedText("string");
export const flag = scalar("bool", false, (value) => typeof value === "boolean");
export const whole64 = scalar("int64", 0, isWhole);
export const whole = scalar("int", 0, isWhole);
export const optionalText = scalar<string | undefined>("string", undefined, isText);
/** Read as it is. */
export const anything: Shape<unknown> = { go: "", zero: undefined, read: (value) => value };

/** Undefined where it is missing, which is not the same as empty. */
export function optionalList<T>(item: Shape<T>): Shape<readonly T[] | undefined> {
  const shape: Shape<readonly T[] | undefined> = {
    go: `[]${item.go}`,
    zero: undefined,
    read(value, place) {
      if (value === null || value === undefined) return undefined;
      if (!Array.isArray(value)) return refused(value, shape, place);
      return value.map((each) => item.read(each, place));
    },
  };
  return shape;
}

export function list<T>(item: Shape<T>): Shape<readonly T[]> {
  const inner = optionalList(item);
  return { go: inner.go, zero: [], read: (value, place) => inner.read(value, place) ?? [] };
}

export type Texts = Readonly<Record<string, string>>;

export const optionalTexts: Shape<Texts | undefined> = {
  go: "map[string]string",
  zero: undefined,
  read(value, place) {
    if (value === null || value === undefined) return undefined;
    if (!isMap(value)) return refused(value, optionalTexts, place);
    return Object.fromEntries(
      sortedKeys(value).map((key) => [key, text.read(value[key], place)] as const),
    );
  },
};

export const texts: Shape<Texts> = {
  go: optionalTexts.go,
  zero: {},
  read: (value, place) => optionalTexts.read(value, place) ?? {},
};

type Fields = Readonly<Record<string, Shape<unknown>>>;
type Struct<F extends Fields> = { readonly [K in keyof F]: Read<F[K]> };

export function struct<F extends Fields>(name: string, fields: F): Shape<Struct<F>> {
  const names = Object.keys(fields);
  const zero = Object.fromEntries(names.map((key) => [key, fields[key]?.zero])) as Struct<F>;
  const shape: Shape<Struct<F>> = {
    go: `types.${name}`,
    zero,
    read(value, place) {
      if (value === null || value === undefined) return zero;
      if (!isMap(value)) return refused(value, shape, place);
      const read: Record<string, unknown> = { ...zero };
      for (const key of sortedKeys(value)) {
        const known =
          names.find((one) => one === key) ??
          names.find((one) => one.toLowerCase() === key.toLowerCase());
        const field = known === undefined ? undefined : fields[known];
        if (known === undefined || field === undefined) {
          place.mistakes.push(`unknown field ${JSON.stringify(key)}`);
          continue;
        }
        const before = place.path === "" ? "" : `${place.path}.`;
        const path = `${before}${field.through ?? ""}${known}`;
        read[known] = field.read(value[key], { struct: name, path, mistakes: place.mistakes });
      }
      return read as Struct<F>;
    },
  };
  return shape;
}

/** Undefined where it is missing. */
export function optional<T>(inner: Shape<T>): Shape<T | undefined> {
  return {
    go: inner.go,
    zero: undefined,
    read: (value, place) =>
      value === null || value === undefined ? undefined : inner.read(value, place),
  };
}

/** A field that comes from structs that Go embeds. */
export function through<T>(embedded: string, shape: Shape<T>): Shape<T> {
  return { ...shape, through: `${embedded}.` };
}
