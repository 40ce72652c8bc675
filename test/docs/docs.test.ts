/** Everything that README.md and docs/ show was printed by a run. UPDATE=1 refreshes what they show. */
import { describe, expect, test } from "vitest";
import { documents, examples, rewrite, type Example } from "./examples.ts";

describe.each(documents())("%s", (file) => {
  const found = examples(file);
  test.skipIf(found.length === 0)("shows what its examples print", async () => {
    const printed: (readonly [Example, string])[] = [];
    for (const example of found) printed.push([example, await example.run()]);
    if (process.env["UPDATE"] === "1") rewrite(file, printed);
    else for (const [{ title, expected }, text] of printed) expect(text, title).toBe(expected);
  });
});
