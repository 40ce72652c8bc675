import { describe, expect, test } from "vitest";
import { plainPaint, colourPaint, wrap } from "../../src/report/paint.ts";
import { barOf, podsPerCell, type PodCounts } from "../../src/report/pods.ts";

function counts(pods: number, ready: number, available: number, terminating: number): PodCounts {
  return { wanted: pods, pods, ready, available, terminating };
}

describe("a bar", () => {
  test.each([
    [counts(8, 8, 8, 2), "████████××  "],
    [counts(5, 3, 1, 0), "█▓▓░░       "],
    [counts(0, 0, 0, 0), "            "],
    [counts(0, 0, 0, 3), "×××         "],
  ])("shows a cell a pod: %j", (pods, bar) => {
    expect(barOf(pods, 12, 1, plainPaint)).toBe(bar);
  });

  test.each([
    [counts(1000, 1, 1, 0), "█░░░░░░░░░  "],
    [counts(1000, 999, 999, 0), "█████████░  "],
    [counts(1000, 500, 500, 1), "█████░░░░░× "],
  ])("of many pods loses none of its parts: %j", (pods, bar) => {
    expect(barOf(pods, 12, 100, plainPaint)).toBe(bar);
  });

  test("is as wide with colours as without", () => {
    const bar = barOf(counts(5, 3, 1, 1), 12, 1, colourPaint);
    // eslint-disable-next-line no-control-regex
    expect(bar.replaceAll(/\u{1b}\[\d+m/gu, "")).toBe("█▓▓░░×      ");
  });

  test.each([
    [10, 1],
    [13, 2],
    [25, 5],
    [100, 10],
    [1250, 200],
    [100_000, 10_000],
  ])("of at most %i pods has %i pods a cell", (most, perCell) => {
    expect(podsPerCell(most, 12)).toBe(perCell);
  });
});

describe("wrapping", () => {
  test("keeps to the width, with its indents", () => {
    expect(wrap("one two three four", 11, "> ", "  ")).toEqual(["> one two", "  three", "  four"]);
  });

  test("leaves a word whole that is longer than a line", () => {
    expect(wrap("a supercalifragilistic b", 10, "", "")).toEqual([
      "a",
      "supercalifragilistic",
      "b",
    ]);
  });
});
