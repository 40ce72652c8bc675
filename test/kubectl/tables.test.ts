import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { humanDuration } from "../../src/kubectl/duration.ts";
import { alignTabs, describeTabs, tableTabs } from "../../src/kubectl/tabwriter.ts";
import { readRecording } from "../conformance/kubectl-recording.ts";

const data = fileURLToPath(new URL("../conformance/data/", import.meta.url));
const recorded = readdirSync(data)
  .filter((name) => /^kubectl-.*\.gz$/.test(name))
  .flatMap((name) => readRecording(data + name));

/** Cells of a printed table, cut where its headers begin. */
function cellsOf(table: string): readonly (readonly string[])[] {
  const lines = table.split("\n");
  const starts = [...(lines[0] ?? "").matchAll(/(?:^| {2,})(?=\S)/g)].map(
    (m) => m.index + m[0].length,
  );
  return lines.map((line) =>
    starts.map((start, i) => line.slice(start, starts[i + 1]).replace(/ +$/, "")),
  );
}

describe("tables", () => {
  const tables = recorded
    .filter(({ args, code }) => code === 0 && args[0] === "get" && !args.includes("-w"))
    .map(({ stdout }) => stdout.replace(/\n$/, ""))
    .filter((text) => /^NAME +[A-Z]/.test(text) && !text.includes("\n\n"))
    // An address that was replaced after recording no longer fits its column.
    .filter((text) => !text.includes("192.0.2.10"));

  test("are laid out again, blank by blank, as the real kubectl laid them out", () => {
    expect(tables.length).toBeGreaterThan(60);
    for (const table of tables) {
      const tabbed = cellsOf(table).map((cells) => cells.join("\t"));
      expect(alignTabs(tabbed.join("\n"), tableTabs)).toBe(table);
    }
  });

  test("a watch keeps the widths of the widest rows so far", () => {
    const remembered: number[] = [];
    const lay = (text: string) => alignTabs(text, { ...tableTabs, remembered });
    expect(lay("NAME\tREADY\nlong-name\t1/1")).toBe("NAME        READY\nlong-name   1/1");
    expect(lay("x\t0/1")).toBe("x           0/1");
  });
});

describe("descriptions", () => {
  test("align cells only with lines next to them that have such a cell", () => {
    const text = "Name:\tweb\nLabels:\ta=b\n\tc=d\nEvents:\n  Type\tReason\n  Normal\tScaled";
    expect(alignTabs(text, describeTabs)).toBe(
      "Name:    web\nLabels:  a=b\n         c=d\nEvents:\n  Type    Reason\n  Normal  Scaled",
    );
  });
});

describe("ages", () => {
  const [s, m, h, d] = [1000, 60_000, 3_600_000, 86_400_000] as const;
  test.each([
    [0, "0s"],
    [119 * s, "119s"],
    [120 * s, "2m"],
    [5 * m + 3 * s, "5m3s"],
    [10 * m + 59 * s, "10m"],
    [179 * m, "179m"],
    [180 * m, "3h"],
    [7 * h + 5 * m, "7h5m"],
    [8 * h + 59 * m, "8h"],
    [47 * h, "47h"],
    [48 * h, "2d"],
    [2 * d + 3 * h, "2d3h"],
    [8 * d + 23 * h, "8d"],
    [729 * d, "729d"],
    [730 * d, "2y"],
    [730 * d + 5 * d, "2y5d"],
    [3000 * d, "8y"],
    [-1 * s, "0s"],
    [-2 * s, "<invalid>"],
  ])("%i ms is %s", (ms, shown) => {
    expect(humanDuration(ms)).toBe(shown);
  });
});
