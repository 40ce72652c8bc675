/**
 * go-yaml reads a quoted text of several lines whose later lines stand no deeper than its key, as in many
 * generated CustomResourceDefinitions; YAML 1.2, and the parser here, ask for one column more.
 */

/** The text with such lines moved in. Text in block scalars (`|`, `>`) is left alone. */
export function withDeeperQuotes(text: string): string {
  let block = Infinity;
  let open: { readonly quote: string; readonly depth: number } | undefined;
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
    const [, before = "", quote, rest = ""] =
      /^(\s*(?:- +)*)(?:[^\s'"#[{][^'"#]*?:\s+)?(['"])(.*)$/.exec(line) ?? [];
    if (quote !== undefined && !isClosed(quote, rest)) open = { quote, depth: before.length };
    return line;
  });
  return lines.join("\n");
}

/** Whether a text that begins inside quotes leaves them. */
function isClosed(quote: string, text: string): boolean {
  const inner = quote === "'" ? text.replaceAll("''", "") : text.replaceAll(/\\./g, "");
  return inner.includes(quote);
}
