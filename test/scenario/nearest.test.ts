import { describe, expect, test } from "vitest";
import { editDistance, nearest } from "../../src/scenario/nearest.ts";

describe("did you mean", () => {
  test.each([
    ["expcet", ["expect", "steps"], "expect"],
    ["replicaz", ["replicas", "selector"], "replicas"],
    ["Ready", ["ready"], "ready"],
    ["delya", ["delay", "after"], "delay"],
    ["banana", ["expect", "steps"], undefined],
    ["x", ["at", "on"], undefined],
    ["", ["at"], undefined],
    ["p", ["t"], undefined],
  ])("%j among %j is %j", (word, known, best) => {
    expect(nearest(word, known)).toBe(best);
  });

  test("a swap of neighbours is one edit, and so are an insertion, a deletion, a replacement", () => {
    expect(["ba", "abc", "b", "ac"].map((word) => editDistance("ab", word))).toEqual([1, 1, 1, 1]);
  });
});
