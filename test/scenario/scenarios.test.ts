/** Every scenario of the project: its committed output, and what all of them have in common. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { projectFolder, rollsim } from "../cli/fake-io.ts";

const folder = join(projectFolder, "scenarios");
const names = readdirSync(folder)
  .filter((name) => name.endsWith(".yaml"))
  .map((name) => name.slice(0, -".yaml".length));

test("there are at least 16 scenarios", () => {
  expect(names.length).toBeGreaterThanOrEqual(16);
});

describe.each(names)("%s", (name) => {
  const path = `scenarios/${name}.yaml`;

  test("prints its committed output and passes (UPDATE=1 writes it)", async () => {
    const { code, out, err } = await rollsim(["run", path]);
    const file = join(folder, `${name}.out`);
    if (process.env["UPDATE"] === "1") writeFileSync(file, out);
    expect(out).toBe(readFileSync(file, "utf8"));
    expect({ code, err }).toEqual({ code: 0, err: "" });
  });

  test("has an output that fits an 80-column terminal", () => {
    const lines = readFileSync(join(folder, `${name}.out`), "utf8").split("\n");
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  test("says what it teaches at its top, and is named after its file", () => {
    const text = readFileSync(join(folder, `${name}.yaml`), "utf8");
    expect(text).toMatch(/^# [A-Z].{15,}\n#\n# /u);
    expect(text).toContain(`metadata: { name: ${name},`);
  });
});

// Every third: the order of events is drawn anew in many other tests.
test.each(names.filter((_, i) => i % 3 === 0))(
  "%s comes to a verdict under a random schedule too",
  async (name) => {
    const argv = ["run", `scenarios/${name}.yaml`, "-q", "--schedule", "random", "--seed", name];
    const { code, err } = await rollsim(argv);
    expect(err).toBe("");
    expect([0, 1]).toContain(code);
  },
);

// Every fourth: each is played often enough already.
test.each(names.filter((_, i) => i % 4 === 0))("%s says the same with colours", async (name) => {
  const { out } = await rollsim(["run", `scenarios/${name}.yaml`], { tty: "out" });
  const plain = stripVTControlCharacters(out);
  expect(out).not.toBe(plain);
  expect(plain).toBe(readFileSync(join(folder, `${name}.out`), "utf8"));
});
