/** Tables of `get`: the server's columns, and those that kubectl's flags add. */
import { formatLabels } from "../../apiserver/selectors.ts";
import type { KindInfo } from "../../api/client.ts";
import type { KubeObject } from "../../api/meta.ts";
import { buildTable, layTable } from "../columns/table.ts";
import { columnsOf } from "../columns/kinds.ts";
import type { Call } from "../call.ts";
import { qualifiedName } from "../resources.ts";

export interface RowStyle {
  readonly withKind: boolean;
  readonly withNamespace: boolean;
  /** --output-watch-events: a first column EVENT. */
  readonly withEvent: boolean;
}

/** Prints objects of one kind; headers once, column widths remembered. */
export interface TablePrinter {
  print(objects: readonly KubeObject[], event?: string): string;
}

export function tablePrinter(call: Call, kind: KindInfo, style: RowStyle): TablePrinter {
  const remembered: number[] = [];
  let headers = !call.flags.bool("no-headers");
  return {
    print(objects, event = "ADDED") {
      if (objects.length === 0) return "";
      const lines = rowsOf(call, kind, style, objects, event);
      const shown = headers ? lines : lines.slice(1);
      headers = false;
      return layTable(shown, remembered);
    },
  };
}

function rowsOf(
  call: Call,
  kind: KindInfo,
  style: RowStyle,
  objects: readonly KubeObject[],
  event: string,
): readonly (readonly string[])[] {
  const wide = call.flags.text("output") === "wide";
  const serverPrints = !call.flags.has("server-print") || call.flags.bool("server-print");
  const kindName = objects[0]?.kind ?? kind.kind;
  const table = buildTable(columnsOf(serverPrints ? kindName : ""), objects, {
    wallClockMs: call.io.client.wallClockMs,
    wide,
    listed: namesOne(call) ? [] : objects,
  });
  const labelKeys = call.flags.list("label-columns");
  const showLabels = call.flags.bool("show-labels");
  const showKind = style.withKind || call.flags.bool("show-kind");
  const head = [
    ...(style.withEvent ? ["EVENT"] : []),
    ...(style.withNamespace ? ["NAMESPACE"] : []),
    ...table.headers,
    ...labelKeys.map(labelHeader),
    ...(showLabels ? ["LABELS"] : []),
  ];
  const rows = table.rows.map(({ object, cells }) => {
    const labels = object.metadata.labels ?? {};
    const named = cells.map((cell, i) =>
      showKind && table.headers[i] === "NAME" && i === 0
        ? qualifiedName({ group: kind.group, kind: kindName }, cell)
        : cell,
    );
    return [
      ...(style.withEvent ? [event] : []),
      ...(style.withNamespace ? [object.metadata.namespace ?? ""] : []),
      ...named,
      ...labelKeys.map((key) => labels[key] ?? ""),
      ...(showLabels ? [formatLabels(labels)] : []),
    ];
  });
  return [head, ...rows];
}

/** `get TYPE NAME`, `get TYPE/NAME` */
function namesOne({ args: [types = "", ...names] }: Call): boolean {
  return names.length > 0 || types.includes("/");
}

function labelHeader(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1).toUpperCase();
}
