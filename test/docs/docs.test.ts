/** Everything that README.md and docs/ show was printed by a run. UPDATE=1 refreshes what they show. */
import { expect, test } from "vitest";
import { documents, examples, rewrite, type Example } from "./examples.ts";

const files = documents().filter((file) => examples(file).length > 0);

test.each(files)("%s shows what its examples print", async (file) => {
  const printed: (readonly [Example, string])[] = [];
  for (const example of examples(file)) printed.push([example, await example.run()]);
  if (process.env["UPDATE"] === "1") rewrite(file, printed);
  else for (const [{ title, expected }, text] of printed) expect(text, title).toBe(expected);
});
