/** What `--help` says, and that its examples work. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { examples } from "../../src/cli/commands.ts";
import { projectFolder, rollsim } from "./fake-io.ts";

describe("help", () => {
  test("names every command and the exit codes", async () => {
    const { out } = await rollsim(["--help"]);
    for (const word of [
      "run <file..>",
      "check",
      "explain",
      "schema",
      "completion",
      "Exit codes:",
    ]) {
      expect(out).toContain(word);
    }
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  const all = Object.entries(examples).flatMap(([command, list]) =>
    list.map(([line]) => [command, line] as const),
  );

  test.each(all)("rollsim %s --help shows %s", async (command, line) => {
    const { out } = await rollsim(command === "rollsim" ? ["--help"] : [command, "--help"]);
    expect(out).toContain(line);
  });

  // Beside the files that they name: all scenarios of the project have tests of their own.
  const few = mkdtempSync(join(tmpdir(), "rollsim-examples-"));
  beforeAll(() => {
    const named = all.flatMap(([, line]) => line.match(/[\w./-]+\.yaml/gu) ?? []);
    for (const file of named) cpSync(join(projectFolder, file), join(few, file));
  });
  afterAll(() => rmSync(few, { recursive: true }));

  test.each(all.map(([, line]) => line))("the example works: %s", async (line) => {
    const [words = "", input] = line.replace(/ > \S+$/, "").split(" < ");
    const argv = words
      .split(" ")
      .slice(1)
      .map((word) => word.replaceAll("'", ""));
    const stdin = input === undefined ? "" : readFileSync(join(few, input), "utf8");
    const { code, out } = await rollsim(argv, { stdin, cwd: few });
    expect(code).toBe(0);
    expect(out).not.toBe("");
  });
});
