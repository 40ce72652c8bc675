import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { broken } from "./mutant.ts";
import { mutants } from "./mutants.ts";

const root = new URL("../../", import.meta.url);

test.each(mutants)("the mutant that says $rule finds its text, once", (mutant) => {
  const source = readFileSync(new URL(`src/${mutant.file}`, root), "utf8");
  expect(broken(mutant, source)).not.toBe(source);
  for (const file of mutant.tests ?? [])
    expect(existsSync(new URL(`test/${file}`, root))).toBe(true);
});

test("no two mutants say the same", () => {
  const rules = mutants.map(({ rule }) => rule);
  expect(rules.filter((rule, i) => rules.indexOf(rule) !== i)).toEqual([]);
});
