import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { format, resolveConfig } from "prettier";
import { pages } from "./pages.ts";

const all = pages();

test.each(Object.keys(all))("docs/%s is what `npm run docs` writes", async (name) => {
  const path = new URL(`../../docs/${name}`, import.meta.url);
  const options = { ...(await resolveConfig(path)), parser: "markdown" };
  const written = await format(all[name]!, options);
  expect(readFileSync(path, "utf8")).toBe(written);
});
