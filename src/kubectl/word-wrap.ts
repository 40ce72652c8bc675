/**
 * Breaks lines at blanks so that none is longer than `width`, as github.com/mitchellh/go-wordwrap v1.0.1 does
 * for kubectl: all other blanks stay as they are, longer words stay whole.
 */
export function wordWrap(text: string, width: number): string {
  const lines = text.split("\n");
  return lines.map((line) => wrapLine(line, width)).join("\n");
}

/** The lines of a text, each with a margin in front, so that all fit a terminal of 80 columns. */
export function underMargin(text: string, margin: string): readonly string[] {
  return wordWrap(text, 80 - margin.length)
    .split("\n")
    .map((line) => margin + line);
}

function wrapLine(line: string, width: number): string {
  let wrapped = "";
  let length = 0;
  for (const [, blanks = "", word = ""] of line.matchAll(/(\s*)(\S*)/gu)) {
    const before = length + blanks.length;
    if (before + word.length <= width || (word !== "" && before <= 1)) {
      wrapped += blanks + word;
      length = before + word.length;
    } else if (word !== "") {
      wrapped += `\n${word}`;
      length = word.length;
    }
  }
  return wrapped;
}
