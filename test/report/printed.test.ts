import { describe, expect, test } from "vitest";
import { printedLines } from "../../src/report/printed.ts";

const place = { width: 40, indent: 12, least: 2 };

describe("what a command printed", () => {
  test("keeps its place where it fits", () => {
    expect(printedLines(["NAME   READY", "web    1/1"], place)).toEqual([
      "            NAME   READY",
      "            web    1/1",
    ]);
  });

  test("moves to the left as a table that is too wide, all lines alike", () => {
    expect(printedLines(["NAME   READY", "web    1/1   Running   0   10s   a"], place)).toEqual([
      "      NAME   READY",
      "      web    1/1   Running   0   10s   a",
    ]);
  });

  test("folds a line that is wider than all, and leaves no blanks at its end", () => {
    const wide = "20s     FailedScheduling   0/3 nodes are available: 3 Insufficient cpu";
    expect(printedLines(["SEEN    REASON             MESSAGE", wide], place)).toEqual([
      "      SEEN    REASON             MESSAGE",
      "      20s     FailedScheduling   0/3",
      "          nodes are available: 3",
      "          Insufficient cpu",
    ]);
  });

  test("is folded at its words as prose, where it is", () => {
    expect(printedLines(["one two three four five six seven"], place)).toEqual([
      "            one two three four five six",
      "              seven",
    ]);
  });

  test("stays where a time stands beside it", () => {
    const table = ["A  B", "123456789 123456789 123456789 1"];
    expect(printedLines(table, { ...place, least: 12 })).toEqual([
      "            A  B",
      "            123456789 123456789",
      "                123456789 1",
    ]);
  });
});
