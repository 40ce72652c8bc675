/** A printed table: columns and cells, as the API server's Table answers carry them. */
import type { KubeObject } from "../../api/meta.ts";
import { alignTabs, tableTabs, type TabOptions } from "../tabwriter.ts";

export type Cell = string | number;

export interface Column {
  readonly name: string;
  /** Shown with -o wide only (priority 1). */
  readonly wide?: true;
  cell(object: KubeObject, context: CellContext): Cell;
}

export interface CellContext {
  readonly wallClockMs: number;
  readonly wide: boolean;
  /** The whole list that is shown; nothing where objects are asked for by name. */
  readonly listed: readonly KubeObject[];
}

export interface Row {
  readonly object: KubeObject;
  readonly cells: readonly string[];
}

export interface Table {
  readonly headers: readonly string[];
  readonly rows: readonly Row[];
}

export function buildTable(
  columns: readonly Column[],
  objects: readonly KubeObject[],
  context: CellContext,
): Table {
  const shown = columns.filter((column) => context.wide || column.wide === undefined);
  return {
    headers: shown.map((column) => column.name.toUpperCase()),
    rows: objects.map((object) => ({
      object,
      cells: shown.map((column) => oneLine(String(column.cell(object, context)))),
    })),
  };
}

/** Cells are cut at the first line break (cli-runtime printers/tableprinter.go). */
function oneLine(cell: string): string {
  const cut = cell.search(/[\f\n\r]/);
  return cut < 0 ? cell : `${cell.slice(0, cut)}...`;
}

/** The table as text; `remembered` keeps column widths over the rows of a watch. */
export function layTable(lines: readonly (readonly string[])[], remembered?: number[]): string {
  if (lines.length === 0) return "";
  const options: TabOptions = remembered === undefined ? tableTabs : { ...tableTabs, remembered };
  return `${alignTabs(lines.map((cells) => cells.join("\t")).join("\n"), options)}\n`;
}
