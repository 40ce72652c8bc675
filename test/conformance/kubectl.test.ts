/** What was recorded with the real kubectl, played again: docs/kubectl.md says how much agrees. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { compareFile, recordedFiles } from "./kubectl-main.ts";
import { noReason, report } from "./kubectl-report.ts";

const page = new URL("../../docs/kubectl.md", import.meta.url);

test("docs/kubectl.md is what the comparison says, and every difference has a reason", () => {
  const text = report(recordedFiles().flatMap(compareFile));
  expect(text).not.toContain(noReason);
  expect(text).toBe(readFileSync(page, "utf8"));
}, 480_000);
