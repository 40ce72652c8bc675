/**
 * What is wrong with a file that somebody wrote: where, what, and what was probably meant. All problems
 * of a file are collected and shown together.
 */
import { underMargin } from "../kubectl/word-wrap.ts";

/** A stretch of a source text, by offsets in UTF-16 units; the end is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A place that people can find: 1-based line and column. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface Problem extends Place {
  readonly severity: "error" | "warning";
  /** A stable name such as `unknown-key`. */
  readonly code: string;
  readonly message: string;
  /** What to do, or the word that was probably meant. */
  readonly hint?: string;
  /** The line at fault, and how many characters of it to underline. */
  readonly text: string;
  readonly length: number;
}

/** A text with a name, and the offsets at which its lines begin. */
export interface Source {
  readonly file: string;
  readonly text: string;
  readonly lineStarts: readonly number[];
}

export function sourceOf(file: string, text: string): Source {
  const lineStarts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) {
    lineStarts.push(at + 1);
  }
  return { file, text, lineStarts };
}

/** Thrown for files that cannot be run. The message holds all problems, ready to print. */
export class ScenarioError extends Error {
  override readonly name = "ScenarioError";
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join("\n"));
    this.problems = problems;
  }
}

export function placeOf(source: Source, offset: number): Place {
  let low = 0;
  let high = source.lineStarts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((source.lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return { file: source.file, line: low + 1, column: offset - (source.lineStarts[low] ?? 0) + 1 };
}

/** A problem at a span of a source; what lies behind the end of its first line is not underlined. */
export function problemAt(
  source: Source,
  span: Span,
  what: Pick<Problem, "code" | "message"> & Partial<Pick<Problem, "hint" | "severity">>,
): Problem {
  const place = placeOf(source, span.start);
  const lineStart = span.start - (place.column - 1);
  const lineEnd = endOfLine(source.text, lineStart);
  return {
    severity: "error",
    ...place,
    ...what,
    text: source.text.slice(lineStart, lineEnd),
    length: Math.max(1, Math.min(span.end, lineEnd) - span.start),
  };
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  if (end === -1) return text.length;
  return text[end - 1] === "\r" ? Math.max(from, end - 1) : end;
}

/** Of a terminal, in columns. */
const WIDTH = 80;
const widestLine = 72;

/**
 * `file:line:column: error[code]: message`, the line, and a caret under the place. Long lines are cut
 * around it, and a hint without room beside the caret goes below; control characters are replaced, so that a
 * file cannot drive the terminal.
 */
export function formatProblem(problem: Problem): string {
  const { file, line, column, severity, code, message, hint } = problem;
  const head = `${printable(file)}:${line}:${column}: ${severity}[${code}]: ${printable(message)}`;
  const number = String(line);
  const gutter = " ".repeat(number.length);
  const cut = Math.max(0, Math.min(column - 20, problem.text.length - widestLine));
  const shown = printable(problem.text.slice(cut, cut + widestLine));
  const indent = " ".repeat(Math.max(0, column - 1 - cut));
  const room = Math.max(1, widestLine - (column - 1 - cut));
  const carets = "^".repeat(Math.min(problem.length, room));
  const pointer = `  ${gutter} | ${indent}${carets}`;
  return [head, `  ${number} | ${shown}`, ...withHint(pointer, `  ${gutter} | `, hint)].join("\n");
}

function withHint(pointer: string, margin: string, hint: string | undefined): readonly string[] {
  if (hint === undefined) return [pointer];
  const beside = `${pointer} ${printable(hint)}`;
  if (beside.length <= WIDTH) return [beside];
  return [pointer, ...underMargin(printable(hint), margin)];
}

/** Control characters (a tab included) become one visible character each, so columns stay true. */
function printable(text: string): string {
  return text.replaceAll("\t", " ").replaceAll(/[\p{Cc}\u2028\u2029\u202a-\u202e]/gu, "\u{fffd}");
}
