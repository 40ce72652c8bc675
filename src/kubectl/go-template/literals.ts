/** Go's literals: strings, characters, numbers (strconv). */
import { Float } from "./values.ts";

const simple: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  "'": "'",
  '"': '"',
};

const escape =
  /\\(?:([abfnrtv\\'"])|x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|.?)/gsu;

/** strconv.Unquote of a literal with its quotes; undefined when an escape is wrong. */
export function unquoted(literal: string): string | undefined {
  const quote = literal[0] ?? "";
  const inside = literal.slice(1, -1);
  if (quote === "`") return inside.replaceAll("\r", "");
  let valid = true;
  const text = inside.replaceAll(escape, (whole, ...parts: readonly (string | undefined)[]) => {
    const [letter, hex, octal, short, long] = parts;
    const other = quote === '"' ? "'" : '"';
    if (letter !== undefined && letter !== other) return simple[letter] ?? whole;
    const digits = hex ?? short ?? long;
    const code =
      octal === undefined ? Number.parseInt(digits ?? "", 16) : Number.parseInt(octal, 8);
    const allowed = octal === undefined ? code <= 0x10ffff : code <= 0xff;
    if (allowed && !(code >= 0xd800 && code < 0xe000)) return String.fromCodePoint(code);
    valid = false;
    return whole;
  });
  return valid ? text : undefined;
}

const integer =
  /^([+-]?)(0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO]?(?:_?[0-7])+|[1-9](?:_?\d)*|0)$/;
const float = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const [least, most] = [-(2n ** 63n), 2n ** 63n - 1n];

/** An int, a floating-point number, `unsigned` for one that only an uint64 holds, or an error's text. */
export function numberLiteral(text: string): bigint | Float | "unsigned" | { error: string } {
  const found = integer.exec(text);
  if (found !== null) {
    const digits = (found[2] ?? "0").replaceAll("_", "").replace(/^0(?=[0-7])/, "0o");
    const value = BigInt(digits) * (found[1] === "-" ? -1n : 1n);
    if (value >= least && value <= most) return value;
    if (found[1] === "" && value < 2n ** 64n) return "unsigned";
    return { error: `integer overflow: ${JSON.stringify(text)}` };
  }
  if (float.test(text) && /[.eE]/.test(text)) return new Float(Number(text));
  if (/^[+-]?\d+$/.test(text)) return { error: `integer overflow: ${JSON.stringify(text)}` };
  return { error: `illegal number syntax: ${JSON.stringify(text)}` };
}
