import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { toJsonSchema } from "@valibot/to-json-schema";
import { Ajv } from "ajv";
import { format } from "prettier";
import { expect, test } from "vitest";
import { checkScenario } from "../../src/scenario/parse.ts";
import { scenarioSchema } from "../../src/scenario/schema.ts";
import { readYaml } from "../../src/scenario/yaml.ts";

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

const folder = fileURLToPath(new URL("../../scenarios/", import.meta.url));
const names = readdirSync(folder).filter((name) => name.endsWith(".yaml"));

function headOf(text: string): unknown {
  return readYaml(text, "x.yaml").documents[0]?.root.value;
}

const validate = new Ajv({ strict: true, strictTypes: false }).compile(
  JSON.parse(readFileSync(file, "utf8")) as object,
);

test.each(names)("%s is valid by the JSON Schema, and by the parser", (name) => {
  const text = readFileSync(folder + name, "utf8");
  expect(validate(headOf(text)) ? [] : validate.errors).toEqual([]);
  expect(checkScenario(text, name).problems).toEqual([]);
});

const head = "apiVersion: rollsim.dev/v1alpha1\nkind: Scenario\nmetadata: { name: x }\n";

test.each([
  ["a key that nobody knows", "expcet: {}"],
  ["a number as a seed", "seed: 42"],
  ["a bare number as a duration", "until: 90"],
  ["a step without a verb", "steps: [{ name: x }]"],
  ["a step with two verbs", 'steps: [{ kubectl: get pods, assert: "true" }]'],
  ["exitCode beside wait", "steps: [{ wait: { for: delete, on: pod/x }, exitCode: 1 }]"],
  ["a fault that does not exist", "behaviors: [{ fault: { type: Bored } }]"],
  ["a probability above 1", "behaviors: [{ fault: { type: NeverReady, probability: 2 } }]"],
  ["no node", "cluster: { nodes: 0 }"],
  ["a threshold without a comparison", "expect: { thresholds: { rollout_duration: [2m] } }"],
  ["a metric that does not exist", "expect: { thresholds: { happiness: ['max<1'] } }"],
  ["an unknown feature gate", "cluster: { featureGates: { Anything: true } }"],
])("the JSON Schema and the parser both refuse %s", (_what, line) => {
  expect(validate(headOf(head + line))).toBe(false);
  expect(checkScenario(head + line, "x.yaml").scenario).toBeUndefined();
});
