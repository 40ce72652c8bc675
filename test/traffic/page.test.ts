import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { zeroDowntimePage } from "./page.ts";

test("docs/zero-downtime.md says what a run says now", () => {
  const path = new URL("../../docs/zero-downtime.md", import.meta.url);
  const page = zeroDowntimePage();
  if (process.env["WRITE_PAGES"] === "1") writeFileSync(path, page);
  expect(readFileSync(path, "utf8")).toBe(page);
});
