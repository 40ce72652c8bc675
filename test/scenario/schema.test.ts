import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { toJsonSchema } from "@valibot/to-json-schema";
import { format } from "prettier";
import { expect, test } from "vitest";
import { scenarioSchema } from "../../src/scenario/schema.ts";

const file = fileURLToPath(new URL("../../src/scenario/scenario.schema.json", import.meta.url));

/** Checks that JSON Schema cannot say are the parser's alone: `ignore`. */
async function generated(): Promise<string> {
  const schema = toJsonSchema(scenarioSchema, { target: "draft-07", errorMode: "ignore" });
  const head = {
    $id: "https://rollsim.dev/schema/scenario.v1alpha1.json",
    title: "rollsim Scenario",
  };
  return format(JSON.stringify({ ...head, ...schema }), { parser: "json", printWidth: 100 });
}

test("the JSON Schema for editors is the one that the parser's schema gives (UPDATE=1 writes it)", async () => {
  if (process.env["UPDATE"] === "1") writeFileSync(file, await generated());
  expect(readFileSync(file, "utf8")).toBe(await generated());
});
