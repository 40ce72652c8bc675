import { expect, test } from "vitest";
import { differences } from "./validation-compare.ts";
import { leftOut } from "./validation-left-out.ts";
import { play, readCases } from "./validation-play.ts";

test("kubectl and the API server answer recorded inputs as the real ones do", () => {
  const cases = readCases(new URL("data/validation.json.gz", import.meta.url));
  const judged = cases.filter((each) => !leftOut.some(({ covers }) => covers(each)));
  const differing = judged.filter((recorded) => differences(recorded, play(recorded)).length > 0);
  expect(judged.length).toBe(668);
  expect(differing.map(({ name }) => name)).toEqual([]);
}, 60_000);

test("every class that is left out is recorded, and each case is in one", () => {
  const cases = readCases(new URL("data/validation.json.gz", import.meta.url));
  const covered = leftOut.map(({ covers }) => cases.filter(covers).map(({ name }) => name));
  expect(covered.map((names) => names.length)).toEqual([3, 1, 1]);
  expect(new Set(covered.flat()).size).toBe(5);
});
