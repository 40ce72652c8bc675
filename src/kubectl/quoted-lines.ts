/**
 * go-yaml reads a quoted text of several lines whose later lines stand no deeper than its key, as in many
 * generated CustomResourceDefinitions; YAML 1.2, and the parser here, ask for one column more.
 */

/** The text with such lines moved in. Text in block scalars (`|`, `>`) is left alone. */
export function withDeeperQuotes(text: string): string {
  let block = Infinity;
  let open: Open | undefined;
  const lines = text.split("\n").map((line) => {
    const depth = line.length - line.trimStart().length;
    if (open !== undefined) {
      const moved = depth > open.depth ? line : `${" ".repeat(open.depth + 1)}${line.trimStart()}`;
      if (isClosed(open.quote, line)) open = undefined;
      return line.trim() === "" ? line : moved;
    }
    if (depth > block && line.trim() !== "") return line;
    if (line.trim() !== "") block = Infinity;
    if (/[:-]\s+[|>][-+\d]*\s*(#.*)?$/.test(line)) block = depth;
    open = opened(line);
    return line;
  });
  return lines.join("\n");
}

interface Open {
  readonly quote: string;
  readonly depth: number;
}

/** The quote of a value, of a key or in a list, that its line does not close. In linear time, for any text. */
function opened(line: string): Open | undefined {
  const depth = (/^\s*(?:- +)*/.exec(line)?.[0] ?? "").length;
  const rest = line.slice(depth);
  const at = rest.search(/['"]/);
  if (at < 0) return undefined;
  const key = rest.slice(0, at);
  const isValue = key === "" || (key.trimEnd().endsWith(":") && /\s/.test(key.at(-1) ?? ""));
  if (!isValue || /^[[{]|#/.test(key)) return undefined;
  const quote = rest[at]!;
  return isClosed(quote, rest.slice(at + 1)) ? undefined : { quote, depth };
}

/** Whether a text that begins inside quotes leaves them. */
function isClosed(quote: string, text: string): boolean {
  const inner = quote === "'" ? text.replaceAll("''", "") : text.replaceAll(/\\./g, "");
  return inner.includes(quote);
}
