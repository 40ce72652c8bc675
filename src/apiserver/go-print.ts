/** How Go prints JSON values in messages. */
import { compareText } from "../api/order.ts";
import { isNil, isRecord } from "./json.ts";

/** `%v` of decoded JSON: `map[a:1 b:[x y]]`, keys sorted. */
export function goPrint(value: unknown): string {
  if (isNil(value)) return "<nil>";
  if (Array.isArray(value)) return `[${value.map(goPrint).join(" ")}]`;
  if (isRecord(value)) {
    const entries = Object.entries(value).toSorted(([a], [b]) => compareText(a, b));
    return `map[${entries.map(([key, item]) => `${key}:${goPrint(item)}`).join(" ")}]`;
  }
  if (typeof value === "string") return value;
  return typeof value === "number" ? goNumber(value) : JSON.stringify(value);
}

/** A JSON number as Go prints it: integers plainly, others as `%v` of a float64. */
export function goNumber(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  const magnitude = Math.abs(value);
  const exponential = magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e21);
  if (!exponential) return String(value);
  return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
}

/** `%q`: a Go string literal. */
export function goQuote(text: string): string {
  let quoted = '"';
  for (const char of text) quoted += quotedChar(char);
  return `${quoted}"`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\u0007": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};

function quotedChar(char: string): string {
  const escape = ESCAPES[char];
  if (escape !== undefined) return escape;
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, "0")}`;
  if (code < 0x7f || /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(char)) return char;
  return code > 0xffff
    ? `\\U${code.toString(16).padStart(8, "0")}`
    : `\\u${code.toString(16).padStart(4, "0")}`;
}
