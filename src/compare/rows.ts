/** Rows of cells as text for people, the titles first. */
import { formatDuration } from "../api/duration.ts";
import type { Millis } from "../api/meta.ts";

export type Rows = readonly (readonly string[])[];

/** Columns aligned by blanks. */
export function alignedLines(rows: Rows): readonly string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join("  ")
      .trimEnd(),
  );
}

export function markdownTable([titles = [], ...rows]: Rows): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(titles), line(titles.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Tenths of seconds. */
export function durationText(duration: Millis): string {
  return duration === Infinity ? "never" : formatDuration(Math.round(duration / 100) * 100);
}
