/** Colours, and text that fits a line. Without colours the paints give back what they get. */

export interface Paint {
  dim(text: string): string;
  bold(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
  accent(text: string): string;
}

export const plainPaint: Paint = {
  dim: same,
  bold: same,
  good: same,
  bad: same,
  warn: same,
  accent: same,
};

/** The 16 colours that every terminal has, in the user's own palette. */
export const colourPaint: Paint = {
  dim: (text) => sgr("2", text),
  bold: (text) => sgr("1", text),
  good: (text) => sgr("32", text),
  bad: (text) => sgr("31", text),
  warn: (text) => sgr("33", text),
  accent: (text) => sgr("36", text),
};

function same(text: string): string {
  return text;
}

function sgr(code: string, text: string): string {
  return text === "" ? "" : `\u{1b}[${code}m${text}\u{1b}[0m`;
}

/**
 * Lines of at most `width` characters: the first begins with `first`, the others with `rest`. Words that
 * are longer than a line stay whole.
 */
export function wrap(text: string, width: number, first: string, rest: string): readonly string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(" ")) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = rest;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  lines.push(line);
  return lines;
}

/** No control characters: what a scenario or a command prints cannot drive the terminal. */
export function printable(text: string): string {
  return expandTabs(text).replaceAll(/[\p{Cc}\u2028\u2029\u202a-\u202e]/gu, "\u{fffd}");
}

/** Tab stops are eight columns apart. */
function expandTabs(text: string): string {
  const [first = "", ...rest] = text.split("\t");
  return rest.reduce((line, part) => line + " ".repeat(8 - (line.length % 8)) + part, first);
}
