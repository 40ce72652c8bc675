/**
 * Command-line flags in the dialect of spf13/pflag v1.0.10, as kubectl sets it up: flags before and
 * after arguments, `--name value`, `--name=value`, `-n value`, `-nvalue`, `-n=value`, grouped
 * one-letter flags, `--` as the end of flags, `_` accepted for `-` in names.
 */
import { exitWith, fail, goQuote } from "./errors.ts";
import { formatDurationError, parseDuration } from "./duration.ts";

const flagTypes = ["bool", "string", "int", "duration", "list", "array"] as const;

/** `list` splits at commas, `array` does not. */
export type FlagType = (typeof flagTypes)[number];

export interface FlagSpec {
  readonly name: string;
  readonly short?: string;
  readonly type: FlagType;
  /** As typed; lists are comma-separated. */
  readonly initial: string;
  /** Value when the flag is given without one (pflag NoOptDefVal). */
  readonly bare?: string;
  /** What pflag prints after "Flag --name has been deprecated, ". */
  readonly deprecated?: string;
}

/** The values of one command line. Asking for a flag that the command lacks is a bug of ours. */
export interface Flags {
  changed(name: string): boolean;
  bool(name: string): boolean;
  text(name: string): string;
  int(name: string): number;
  /** Milliseconds. */
  duration(name: string): number;
  list(name: string): readonly string[];
  has(name: string): boolean;
  /** The words after `--` begin at this index of the arguments; -1 without `--`. */
  readonly dashAt: number;
  /** Flags as given, each time in its turn (for --record). */
  given(): readonly { readonly name: string; readonly value: string }[];
}

export interface ParsedLine {
  readonly flags: Flags;
  readonly args: readonly string[];
  readonly help: boolean;
  /** Names of deprecated flags in use, with pflag's hint. */
  readonly deprecations: readonly string[];
}

/**
 * Reads the notation of the command tables: `A,all-namespaces:bool`, `timeout:duration=30s`,
 * `dry-run:string=none?unchanged` (the value after `?` is the one of the bare flag).
 */
export function flagSpec(notation: string): FlagSpec {
  const match = /^(?:(\w),)?([\w-]+):(\w+)(?:=([^?]*))?(?:\?(.*))?$/.exec(notation);
  if (match === null) throw new Error(`flag table: ${notation}`);
  const [, short, name = "", type = "", initial, bare] = match;
  const defaults: Record<string, string> = { bool: "false", int: "0", duration: "0s" };
  const kind = flagTypes.find((known) => known === type);
  if (kind === undefined) throw new Error(`flag table: ${notation}`);
  const whenBare = bare ?? (kind === "bool" ? "true" : undefined);
  return {
    name,
    type: kind,
    initial: initial ?? defaults[kind] ?? "",
    ...(short === undefined ? {} : { short }),
    ...(whenBare === undefined ? {} : { bare: whenBare }),
  };
}

interface Scan {
  readonly specs: ReadonlyMap<string, FlagSpec>;
  readonly shorts: ReadonlyMap<string, FlagSpec>;
  readonly values: Map<string, string[]>;
  readonly args: string[];
  readonly given: { readonly name: string; readonly value: string }[];
  readonly rest: string[];
  help: boolean;
  dashAt: number;
}

/** Parses a command's words. Throws the `Exit` of a bad flag; `command` is named in its text. */
export function parseFlags(
  words: readonly string[],
  specs: readonly FlagSpec[],
  command: string,
): ParsedLine {
  const scan: Scan = {
    specs: new Map(specs.map((spec) => [spec.name, spec])),
    shorts: new Map(specs.flatMap((s) => (s.short === undefined ? [] : [[s.short, s] as const]))),
    values: new Map(),
    args: [],
    given: [],
    rest: [...words],
    help: false,
    dashAt: -1,
  };
  const refuse = (text: string): never => {
    // That of diff is told otherwise, as its exit code 1 means a difference (SetFlagErrorFunc).
    if (command === "diff") {
      exitWith(`error: ${text}\nSee 'kubectl diff -h' for help and examples`, 2);
    }
    return fail(`${text}\nSee 'kubectl${command === "" ? "" : ` ${command}`} --help' for usage.`);
  };
  while (scan.rest.length > 0 && !scan.help) {
    const word = scan.rest.shift() ?? "";
    if (!word.startsWith("-") || word === "-") scan.args.push(word);
    else if (word === "--") {
      scan.dashAt = scan.args.length;
      scan.args.push(...scan.rest.splice(0));
    } else if (word.startsWith("--")) scanLong(scan, word, refuse);
    else scanShort(scan, word.slice(1), refuse);
  }
  const deprecations = specs
    .filter((spec) => spec.deprecated !== undefined && scan.values.has(spec.name))
    .map((spec) => `Flag --${spec.name} has been deprecated, ${spec.deprecated}`);
  return { flags: flagsOf(scan), args: scan.args, help: scan.help, deprecations };
}

type Refuse = (text: string) => never;

function scanLong(scan: Scan, word: string, refuse: Refuse): void {
  const equals = word.indexOf("=");
  const raw = equals < 0 ? word.slice(2) : word.slice(2, equals);
  if (raw === "" || raw.startsWith("-")) refuse(`bad flag syntax: ${word}`);
  const spec = scan.specs.get(raw.replaceAll("_", "-"));
  if (spec === undefined) {
    const value = equals < 0 ? "true" : word.slice(equals + 1);
    if (raw === "help" && boolOf(value) === undefined) {
      const why = `strconv.ParseBool: parsing ${goQuote(value)}: invalid syntax`;
      refuse(`invalid argument ${goQuote(value)} for "-h, --help" flag: ${why}`);
    }
    if (raw === "help") scan.help = boolOf(value) === true;
    else refuse(`unknown flag: --${raw}`);
    return;
  }
  if (equals >= 0) return setFlag(scan, spec, word.slice(equals + 1), refuse);
  if (spec.bare !== undefined) return setFlag(scan, spec, spec.bare, refuse);
  const next = scan.rest.shift();
  if (next === undefined) refuse(`flag needs an argument: --${raw}`);
  else setFlag(scan, spec, next, refuse);
}

function scanShort(scan: Scan, letters: string, refuse: Refuse): void {
  for (let i = 0; i < letters.length; i += 1) {
    const letter = letters[i] ?? "";
    const spec = scan.shorts.get(letter);
    if (spec === undefined) {
      if (letter === "h") scan.help = true;
      else refuse(`unknown shorthand flag: '${letter}' in -${letters.slice(i)}`);
      return;
    }
    const tail = letters.slice(i + 1);
    if (tail.length > 1 && tail.startsWith("=")) {
      return setFlag(scan, spec, tail.slice(1), refuse);
    }
    if (spec.bare === undefined) {
      const value = tail === "" ? scan.rest.shift() : tail;
      if (value === undefined) {
        refuse(`flag needs an argument: '${letter}' in -${letters.slice(i)}`);
      } else setFlag(scan, spec, value, refuse);
      return;
    }
    setFlag(scan, spec, spec.bare, refuse);
  }
}

function setFlag(scan: Scan, spec: FlagSpec, value: string, refuse: Refuse): void {
  const wrong = badValue(spec, value);
  if (wrong !== undefined) {
    const shown = spec.short === undefined ? `--${spec.name}` : `-${spec.short}, --${spec.name}`;
    refuse(`invalid argument ${goQuote(value)} for ${goQuote(shown)} flag: ${wrong}`);
  }
  scan.given.push({ name: spec.name, value });
  const earlier = scan.values.get(spec.name);
  if (spec.type === "list") scan.values.set(spec.name, [...(earlier ?? []), ...splitList(value)]);
  else if (spec.type === "array") scan.values.set(spec.name, [...(earlier ?? []), value]);
  else scan.values.set(spec.name, [value]);
}

function badValue(spec: FlagSpec, value: string): string | undefined {
  switch (spec.type) {
    case "bool":
      return boolOf(value) === undefined
        ? `strconv.ParseBool: parsing ${goQuote(value)}: invalid syntax`
        : undefined;
    case "int":
      return Number.isNaN(intOf(value))
        ? `strconv.ParseInt: parsing ${goQuote(value)}: invalid syntax`
        : undefined;
    case "duration":
      return parseDuration(value) === undefined ? formatDurationError(value) : undefined;
    default:
      return undefined;
  }
}

/** Go's strconv.ParseBool. */
function boolOf(text: string): boolean | undefined {
  if (["1", "t", "T", "TRUE", "true", "True"].includes(text)) return true;
  if (["0", "f", "F", "FALSE", "false", "False"].includes(text)) return false;
  return undefined;
}

/** Go's strconv.ParseInt with base 0; NaN when it is no integer. */
function intOf(text: string): number {
  const match = /^([+-]?)(0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|[1-9]\d*|0)$/.exec(text);
  if (match === null) return Number.NaN;
  const digits = (match[2] ?? "").replace(/^0(?=[0-7])/, "0o");
  return (match[1] === "-" ? -1 : 1) * Number(digits);
}

/** One CSV record with double quotes, as pflag reads string slices. */
function splitList(text: string): string[] {
  if (text === "") return [];
  if (!text.includes('"')) return text.split(",");
  return [...text.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    (m) => m[1]?.replaceAll('""', '"') ?? m[2] ?? "",
  );
}

function flagsOf(scan: Scan): Flags {
  const valueOf = (name: string): readonly string[] => {
    const spec = scan.specs.get(name);
    if (spec === undefined) throw new Error(`this command has no flag --${name}`);
    const initial = spec.type === "list" ? splitList(spec.initial) : [spec.initial];
    return scan.values.get(name) ?? (spec.type === "array" && spec.initial === "" ? [] : initial);
  };
  const text = (name: string): string => valueOf(name).join(",");
  return {
    dashAt: scan.dashAt,
    has: (name) => scan.specs.has(name),
    changed: (name) => scan.values.has(name),
    bool: (name) => boolOf(text(name)) === true,
    text,
    int: (name) => intOf(text(name)),
    duration: (name) => parseDuration(text(name)) ?? 0,
    list: valueOf,
    given: () => scan.given,
  };
}
