/**
 * Breaks lines at blanks so that none is longer than `width`, as github.com/mitchellh/go-wordwrap v1.0.1 does
 * for kubectl: all other blanks stay as they are, longer words stay whole.
 */
export function wordWrap(text: string, width: number): string {
  const lines = text.split("\n");
  return lines.map((line) => wrapLine(line, width)).join("\n");
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
