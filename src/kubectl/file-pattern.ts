/** Patterns of files as Go matches them (path/filepath.Match), of one name: `*` and `?`, `[a-z]`, `[^a]`, `\` before any of these. */

/** Undefined for a syntax error. Go sees one only where it gets as far: with a name that matches what is before it. */
export function filePattern(pattern: string): RegExp | undefined {
  let source = "";
  for (let rest = pattern; rest !== "";) {
    const [token, part] = tokenOf(rest) ?? [undefined, ""];
    if (token === undefined) return undefined;
    source += part;
    rest = rest.slice(token.length);
  }
  return new RegExp(`^${source}$`, "su");
}

/** What the pattern begins with, and that as a regular expression. */
function tokenOf(rest: string): readonly [token: string, source: string] | undefined {
  if (rest.startsWith("*")) return ["*", "[^/]*"];
  if (rest.startsWith("?")) return ["?", "[^/]"];
  if (rest.startsWith("[")) return classOf(rest);
  const literal = LITERAL.exec(rest)?.[0];
  return literal === undefined ? undefined : [literal, quoted(literal)];
}

const LITERAL = /^(?:\\[^]|[^\\])/u;

/** In a class `-` and `]` stand for themselves only after a backslash. */
const LETTER = String.raw`(?:\\[^]|[^\\\]-])`;
const CLASS = new RegExp(String.raw`^\[(\^|(?!\^))((?:${LETTER}(?:-${LETTER})?)+)\]`, "u");
const RANGE = new RegExp(`(${LETTER})(?:-(${LETTER}))?`, "gu");

function classOf(rest: string): readonly [string, string] | undefined {
  const [token, not = "", inside = ""] = CLASS.exec(rest) ?? [];
  if (token === undefined) return undefined;
  const ranges = [...inside.matchAll(RANGE)].flatMap(([, from = "", to = from]) => {
    const [low, high] = [bare(from), bare(to)];
    // From z to a there is nothing.
    return low.codePointAt(0)! > high.codePointAt(0)! ? [] : [`${quoted(low)}-${quoted(high)}`];
  });
  if (ranges.length === 0) return [token, not === "" ? "[]" : "[^]"];
  return [token, `[${not}${ranges.join("")}]`];
}

function bare(letter: string): string {
  return letter.length > 1 && letter.startsWith("\\") ? letter.slice(1) : letter;
}

/** For a regular expression, inside a class or not. */
function quoted(literal: string): string {
  return `\\u{${bare(literal).codePointAt(0)!.toString(16)}}`;
}
