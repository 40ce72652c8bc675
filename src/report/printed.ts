/**
 * What a command printed, within the width. Prose is folded at its words. A table stays a table: where it
 * is too wide beside the gutter it moves to the left, and only lines that are wider than all are folded.
 */
import { wrap } from "./paint.ts";

export interface Room {
  readonly width: number;
  /** Columns before what is printed. */
  readonly indent: number;
  /** Before a table that would be too wide: at least so many. */
  readonly least: number;
}

export function printedLines(
  texts: readonly string[],
  { width, indent, least }: Room,
): readonly string[] {
  const lines = texts.map((text) => text.trimEnd());
  const isTable = lines.some((line) => /\S {2,}\S/u.test(line));
  const lengths = lines.map(({ length }) => length).filter((length) => length <= width - least);
  const fitting = Math.max(least, Math.min(indent, width - Math.max(0, ...lengths)));
  const begin = " ".repeat(isTable ? fitting : indent);
  return lines
    .flatMap((line) => wrap(line, width, begin, begin + (isTable ? "    " : "  ")))
    .map((line) => line.trimEnd());
}
