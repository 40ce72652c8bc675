/** Everything that README.md and docs/ show was printed by a run. UPDATE=1 refreshes what they show. */
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { rollsim } from "../cli/fake-io.ts";
import { documents, examples, rewrite, type Example } from "./examples.ts";

const files = documents().filter((file) => examples(file).length > 0);

test.each(files)("%s shows what its examples print", async (file) => {
  const printed: (readonly [Example, string])[] = [];
  for (const example of examples(file)) printed.push([example, await example.run()]);
  if (process.env["UPDATE"] === "1") rewrite(file, printed);
  else for (const [{ title, expected }, text] of printed) expect(text, title).toBe(expected);
});

test("docs/undo.svg is what a run draws", async () => {
  const path = new URL("../../docs/undo.svg", import.meta.url);
  const { out } = await rollsim(["run", "scenarios/undo.yaml", "--output", "svg"]);
  if (process.env["UPDATE"] === "1") writeFileSync(path, out);
  else expect(readFileSync(path, "utf8")).toBe(out);
});
