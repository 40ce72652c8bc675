/**
 * Elastic tab stops as Go's text/tabwriter lays them out: a column is a run of consecutive lines
 * that have a tab-terminated cell at that place; the text after a line's last tab is not padded.
 */

export interface TabOptions {
  /** Least width of a column, padding included. */
  readonly minWidth: number;
  readonly padding: number;
  /** Least widths by column, kept and raised from call to call (for `get --watch`). */
  readonly remembered?: number[];
}

/** Tables of `get`. */
export const tableTabs: TabOptions = { minWidth: 6, padding: 3 };
/** Texts of `describe`. */
export const describeTabs: TabOptions = { minWidth: 0, padding: 2 };

export function alignTabs(text: string, options: TabOptions): string {
  const lines = text.split("\n").map((line) => line.split("\t"));
  const widths: number[][] = lines.map(() => []);
  measure(lines, widths, options, { from: 0, to: lines.length, column: 0 });
  return lines.map((cells, row) => layLine(cells, widths[row] ?? [])).join("\n");
}

interface Block {
  readonly from: number;
  readonly to: number;
  readonly column: number;
}

function measure(
  lines: readonly (readonly string[])[],
  widths: number[][],
  options: TabOptions,
  block: Block,
): void {
  let row = block.from;
  while (row < block.to) {
    const hasCell = (at: number): boolean => (lines[at]?.length ?? 0) - 1 > block.column;
    if (!hasCell(row)) {
      row += 1;
      continue;
    }
    let end = row;
    while (end < block.to && hasCell(end)) end += 1;
    let width = options.minWidth;
    for (let at = row; at < end; at += 1) {
      width = Math.max(width, Array.from(lines[at]?.[block.column] ?? "").length + options.padding);
    }
    if (options.remembered !== undefined) {
      width = Math.max(width, options.remembered[block.column] ?? 0);
      options.remembered[block.column] = width;
    }
    for (let at = row; at < end; at += 1) widths[at]?.push(width);
    measure(lines, widths, options, { from: row, to: end, column: block.column + 1 });
    row = end;
  }
}

function layLine(cells: readonly string[], widths: readonly number[]): string {
  const padded = cells.map((cell, i) => {
    const width = i < cells.length - 1 ? (widths[i] ?? 0) : 0;
    return cell + " ".repeat(Math.max(0, width - Array.from(cell).length));
  });
  return padded.join("");
}
