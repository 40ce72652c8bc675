/**
 * YAML in the style of sigs.k8s.io/yaml v1.6.0 (go.yaml.in/yaml/v2): block style, lists not indented
 * under their key, sorted keys, texts with line breaks as literals, long texts folded at spaces
 * beyond column 80.
 */
import { isMap } from "../fields.ts";

/** The document, ending with a line break. */
export function toYaml(value: unknown): string {
  if (isMap(value) && definedKeys(value).length > 0) return mapLines(value, 0).join("\n") + "\n";
  if (Array.isArray(value) && value.length > 0) return listLines(value, 0).join("\n") + "\n";
  return `${scalar(value, 0, 0)}\n`;
}

function definedKeys(value: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .toSorted(naturalOrder);
}

function mapLines(value: Readonly<Record<string, unknown>>, indent: number): string[] {
  const pad = " ".repeat(indent);
  return definedKeys(value).flatMap((key) => {
    const head = `${pad}${scalar(key, 0, 0).replaceAll("\n", " ")}:`;
    const member = value[key];
    if (isMap(member) && definedKeys(member).length > 0)
      return [head, ...mapLines(member, indent + 2)];
    if (Array.isArray(member) && member.length > 0) return [head, ...listLines(member, indent)];
    return `${head} ${scalar(member, indent + 2, head.length + 1)}`.split("\n");
  });
}

function listLines(items: readonly unknown[], indent: number): string[] {
  const pad = " ".repeat(indent);
  return items.flatMap((item) => {
    const nested =
      isMap(item) && definedKeys(item).length > 0
        ? mapLines(item, indent + 2)
        : Array.isArray(item) && item.length > 0
          ? listLines(item, indent + 2)
          : scalar(item, indent + 2, indent + 2).split("\n");
    const [first = "", ...rest] = nested;
    return [`${pad}- ${first.trimStart()}`, ...rest];
  });
}

/** `indent`: of continuation lines; `column`: where the text begins. */
function scalar(value: unknown, indent: number, column: number): string {
  if (typeof value !== "string") {
    if (Array.isArray(value)) return "[]";
    return isMap(value) ? "{}" : value === undefined ? "null" : JSON.stringify(value);
  }
  if (value.includes("\n")) {
    return allowsBlock(value) ? literal(value, indent) : doubleQuoted(value, indent, column);
  }
  if (value === "" || resolvesToOther(value)) return doubleQuoted(value, indent, column);
  if (allowsPlain(value)) return fold(value, indent, column);
  return special.test(value)
    ? doubleQuoted(value, indent, column)
    : fold(`'${value.replaceAll("'", "''")}'`, indent, column);
}

// eslint-disable-next-line no-control-regex -- the characters that YAML calls not printable
const special = /[\u0000-\u0008\u000b-\u001f\u007f-\u0084\u0086-\u009f\ufeff\ufffe\uffff]|\t/;

function allowsBlock(text: string): boolean {
  return !text.endsWith(" ") && !/ \n/.test(text) && !special.test(text);
}

function allowsPlain(text: string): boolean {
  return (
    !/^[ ]|[ ]$/.test(text) &&
    !/^[#,[\]{}&*!|>'"%@`]/.test(text) &&
    !/^[?:-](\s|$)/.test(text) &&
    !/^(---|\.\.\.)/.test(text) &&
    !/:(\s|$)/.test(text) &&
    !/\s#/.test(text) &&
    !special.test(text)
  );
}

const words = new Set(
  (
    "y Y yes Yes YES true True TRUE on On ON n N no No NO false False FALSE off Off OFF " +
    "~ null Null NULL .nan .NaN .NAN .inf .Inf .INF +.inf +.Inf +.INF -.inf -.Inf -.INF"
  ).split(" "),
);

/** Whether YAML 1.1 would read the bare text as something else than a string. */
export function resolvesToOther(text: string): boolean {
  if (words.has(text)) return true;
  if (/^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$/.test(text)) return true;
  if (text.startsWith(".")) return /^\.\d+([eE][-+]?\d+)?$/.test(text);
  if (!/^[-+0-9]/.test(text)) return false;
  if (/^\d{4}-\d{1,2}-\d{1,2}([Tt ].*)?$/.test(text)) return true;
  const plain = text.replaceAll("_", "");
  return (
    /^[-+]?(0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|[1-9]\d*|0)$/.test(plain) ||
    /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/.test(plain)
  );
}

function literal(text: string, indent: number): string {
  const start = /^[ \n]/.test(text) ? "2" : "";
  const end = !text.endsWith("\n") ? "-" : text === "\n" || text.endsWith("\n\n") ? "+" : "";
  const body = text.endsWith("\n") ? text.slice(0, -1) : text;
  const pad = " ".repeat(indent);
  const lines = body.split("\n").map((line) => (line === "" ? "" : pad + line));
  return [`|${start}${end}`, ...lines].join("\n");
}

/** Characters that have a name between double quotes. */
export const escapes: Readonly<Record<string, string>> = {
  "\0": "\\0",
  "\u0007": "\\a",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  "\u001b": "\\e",
  '"': '\\"',
  "\\": "\\\\",
  "\u0085": "\\N",
  "\u2028": "\\L",
  "\u2029": "\\P",
};

function doubleQuoted(text: string, indent: number, column: number): string {
  const escaped = Array.from(text).map((c) => {
    const known = escapes[c];
    if (known !== undefined) return known;
    if (!special.test(c)) return c;
    const code = c.codePointAt(0) ?? 0;
    return code <= 0xff
      ? `\\x${code.toString(16).toUpperCase().padStart(2, "0")}`
      : `\\u${code.toString(16).toUpperCase().padStart(4, "0")}`;
  });
  return fold(`"${escaped.join("")}"`, indent, column);
}

/** Breaks at single spaces once the line is past column 80. */
function fold(text: string, indent: number, start: number): string {
  let column = start;
  let folded = "";
  const characters = Array.from(text);
  characters.forEach((c, i) => {
    const alone = c === " " && characters[i - 1] !== " " && characters[i + 1] !== " ";
    const last = i >= characters.length - 2;
    if (alone && column > 80 && !(last && /["']$/.test(text))) {
      folded += `\n${" ".repeat(indent)}`;
      column = indent;
    } else {
      folded += c;
      column += 1;
    }
  });
  return folded;
}

/** Letters after other characters, runs of digits by value. */
function naturalOrder(a: string, b: string): number {
  const [x, y] = [Array.from(a), Array.from(b)];
  const i = x.findIndex((c, at) => at < y.length && c !== y[at]);
  if (i < 0) return x.length - y.length;
  const [c = "", d = ""] = [x[i], y[i]];
  const [letterC, letterD] = [/\p{L}/u.test(c), /\p{L}/u.test(d)];
  if (letterC && letterD) return c < d ? -1 : 1;
  if (letterC || letterD) return letterD ? -1 : 1;
  const digits = (from: string[]): string => /^\d*/.exec(from.slice(i).join(""))?.[0] ?? "";
  const [m, n] = [digits(x), digits(y)];
  // Inside a number both digits belong to it, so a leading zero counts as a place.
  const inside = (c === "0" || d === "0") && /[1-9]\d*$/.test(x.slice(0, i).join("")) ? "1" : "";
  const difference = Number(inside + m || "0") - Number(inside + n || "0");
  if (difference !== 0) return difference;
  return m.length === n.length ? (c < d ? -1 : 1) : m.length - n.length;
}
