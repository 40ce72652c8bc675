/** Go's fmt for the values of templates: Sprint, Sprintln, Sprintf and the verbs of the latter. */
import { compareText } from "../../api/order.ts";
import { sortedKeys } from "../fields.ts";
import { floatOf, intOf, kindOf, listOf, mapOf, textOf, typeName } from "./values.ts";

/** fmt.Sprint: blanks only between two operands of which none is a string. */
export function sprint(values: readonly unknown[]): string {
  return values
    .map((value, i) => {
      const glued = i === 0 || typeof value === "string" || typeof values[i - 1] === "string";
      return (glued ? "" : " ") + formatted(value, plain);
    })
    .join("");
}

export function sprintln(values: readonly unknown[]): string {
  return `${values.map((value) => formatted(value, plain)).join(" ")}\n`;
}

interface Verb {
  readonly letter: string;
  readonly flags: string;
  readonly width?: number;
  readonly precision?: number;
}

const plain: Verb = { letter: "v", flags: "" };

const directive = /%([-+# 0]*)(?:\[(\d+)\])?(\*|\d+)?(?:(\.)(\*|\d+)?)?(?:\[(\d+)\])?(.|$)/gsu;

/** fmt.Sprintf. */
export function sprintf(format: string, values: readonly unknown[]): string {
  let next = 0;
  let reordered = false;
  const star = (text: string | undefined): number | undefined => {
    if (text !== "*") return text === undefined ? undefined : Number(text);
    const value = values[next];
    next += 1;
    return kindOf(value) === "int" ? Number(value) : undefined;
  };
  const out = format.replaceAll(directive, (...parts: readonly (string | undefined)[]) => {
    const [, flags = "", before, width, dot, precision, after, letter = ""] = parts;
    const index = before ?? after;
    if (index !== undefined) {
      reordered = true;
      next = Number(index) - 1;
    }
    const verb: Verb = { letter, flags, ...sized("width", star(width)) };
    const exact = dot === undefined ? verb : { ...verb, precision: star(precision) ?? 0 };
    if (letter === "") return "%!(NOVERB)";
    if (letter === "%") return "%";
    if (next < 0 || next >= values.length) {
      return `%!${letter}(${index === undefined ? "MISSING" : "BADINDEX"})`;
    }
    next += 1;
    return formatted(values[next - 1], exact);
  });
  const extra = values.slice(next);
  if (reordered || extra.length === 0) return out;
  const texts = extra.map((value) =>
    kindOf(value) === "invalid" ? "<nil>" : `${typeName(value)}=${formatted(value, plain)}`,
  );
  return `${out}%!(EXTRA ${texts.join(", ")})`;
}

function sized(name: "width", value: number | undefined): { readonly width?: number } {
  return value === undefined ? {} : { [name]: value };
}

function formatted(value: unknown, verb: Verb): string {
  if (verb.letter === "T") return padded(typeName(value), verb);
  if (verb.letter === "v" && verb.flags.includes("#") && value !== null) {
    return padded(goSyntax(value), verb);
  }
  switch (kindOf(value)) {
    case "invalid":
      return verb.letter === "v" ? padded("<nil>", verb) : `%!${verb.letter}(<nil>)`;
    case "list":
      return `[${listOf(value)
        .map((item) => formatted(item, verb))
        .join(" ")}]`;
    case "map":
      return `map[${sortedKeys(mapOf(value))
        .map((key) => `${formatted(key, verb)}:${formatted(mapOf(value)[key], verb)}`)
        .join(" ")}]`;
    default: {
      const text = scalar(value, verb);
      return text === undefined
        ? `%!${verb.letter}(${typeName(value)}=${formatted(value, { ...verb, letter: "v" })})`
        : padded(text, verb);
    }
  }
}

/** Undefined when the verb is not one for the value. */
function scalar(value: unknown, verb: Verb): string | undefined {
  switch (kindOf(value)) {
    case "int":
      return integerText(intOf(value), verb);
    case "float":
      return floatText(floatOf(value), verb);
    case "string":
      return stringText(textOf(value), verb);
    default:
      return verb.letter === "t" || verb.letter === "v" ? String(value) : undefined;
  }
}

const radix: Readonly<Record<string, readonly [base: number, prefix: string]>> = {
  v: [10, ""],
  d: [10, ""],
  b: [2, "0b"],
  o: [8, "0"],
  O: [8, ""],
  x: [16, "0x"],
  X: [16, "0X"],
};

function integerText(value: bigint, { letter, flags }: Verb): string | undefined {
  const character = value >= 0n && value <= 0x10ffffn ? String.fromCodePoint(Number(value)) : "�";
  if (letter === "c") return character;
  if (letter === "q") return `'${character}'`;
  if (letter === "U") return `U+${value.toString(16).toUpperCase().padStart(4, "0")}`;
  const found = radix[letter];
  if (found === undefined) return undefined;
  const [base, prefix] = found;
  const digits = (value < 0n ? -value : value).toString(base);
  const shown = letter === "X" ? digits.toUpperCase() : digits;
  const marked = letter === "O" ? `0o${shown}` : (flags.includes("#") ? prefix : "") + shown;
  return signOf(value < 0n, flags) + marked;
}

function signOf(negative: boolean, flags: string): string {
  if (negative) return "-";
  return flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
}

function floatText(value: number, { letter, flags, precision }: Verb): string | undefined {
  const found = sizeText(Math.abs(value), letter.toLowerCase(), precision);
  if (found === undefined) return undefined;
  return signOf(value < 0, flags) + (/[GE]/.test(letter) ? found.toUpperCase() : found);
}

function sizeText(size: number, letter: string, precision = 6): string | undefined {
  switch (letter) {
    case "v":
    case "g":
      return shortest(size);
    case "f":
      return fixed(size, precision);
    case "e":
      return twoDigits(size.toExponential(precision));
    default:
      return undefined;
  }
}

/** Rounds a half to the even digit, as Go does. */
function fixed(size: number, digits: number): string {
  const text = size.toFixed(digits);
  const exact = size.toFixed(Math.min(100, digits + 40));
  const half = /^50*$/.test(exact.slice(exact.indexOf(".") + 1 + digits));
  return half && /[13579]$/.test(text) ? (Number(text) - 10 ** -digits).toFixed(digits) : text;
}

/** %v of a float: the exponent form from a million on and below 1e-4. */
function shortest(size: number): string {
  const exponential = size !== 0 && (size < 1e-4 || size >= 1e6);
  return exponential ? twoDigits(size.toExponential()) : String(size);
}

function twoDigits(text: string): string {
  return text.replace(/e([+-])(\d)$/, "e$10$2");
}

function stringText(value: string, { letter, precision }: Verb): string | undefined {
  const cut = precision === undefined ? value : [...value].slice(0, precision).join("");
  const hex = (): string =>
    [...new TextEncoder().encode(cut)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  switch (letter) {
    case "v":
    case "s":
      return cut;
    case "q":
      return JSON.stringify(cut);
    case "x":
      return hex();
    case "X":
      return hex().toUpperCase();
    default:
      return undefined;
  }
}

function padded(text: string, { flags, width = 0 }: Verb): string {
  const missing = width - [...text].length;
  if (missing <= 0) return text;
  if (flags.includes("-")) return text + " ".repeat(missing);
  if (!flags.includes("0")) return " ".repeat(missing) + text;
  const sign = /^[+-]/.exec(text)?.[0] ?? "";
  return sign + "0".repeat(missing) + text.slice(sign.length);
}

/** %#v: the value as Go source. */
export function goSyntax(value: unknown): string {
  switch (kindOf(value)) {
    case "invalid":
      return "interface {}(nil)";
    case "string":
      return JSON.stringify(value);
    case "list":
      return `[]interface {}{${listOf(value).map(goSyntax).join(", ")}}`;
    case "map": {
      const entries = Object.entries(mapOf(value)).toSorted(([a], [b]) => compareText(a, b));
      const texts = entries.map(([key, item]) => `${JSON.stringify(key)}:${goSyntax(item)}`);
      return `map[string]interface {}{${texts.join(", ")}}`;
    }
    default:
      return formatted(value, plain);
  }
}
