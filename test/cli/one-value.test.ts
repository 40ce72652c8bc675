import { describe, expect, test } from "vitest";
import { rollsim } from "./fake-io.ts";

const file = "scenarios/rolling-update.yaml";

describe("an option that takes a value", () => {
  test.each([
    ["-o needs a value", ["run", file, "-o"]],
    ["--output needs a value", ["guarantees", file, "--output"]],
    ["--until needs a value", ["run", file, "--until"]],
  ])("says %j where it has none", async (says, line) => {
    expect(await rollsim(line)).toEqual({ code: 2, out: "", err: `rollsim: ${says}\n` });
  });

  const small = ["--replicas", "2", "--revisions", "2"];
  const look = ["--", "get", "deploy"];

  test.each([
    ["run", [file, "-q", "-o", "json", "-o", "text"], [file, "-q", "-o", "text"]],
    ["run", [file, "-q", "--seed", "7", "--seed", "8"], [file, "-q", "--seed", "8"]],
    ["run", [file, "-q", "--until=9s", "--until", "70s"], [file, "-q", "--until", "70s"]],
    ["explain", [file, "--at", "5s", "--at=63s"], [file, "--at", "63s"]],
    ["guarantees", [file, "--output=text", "-o", "json"], [file, "-o", "json"]],
    [
      "verify",
      [...small, "--replicas=1", "-o", "json", "-o", "text"],
      [...small, "--replicas", "1"],
    ],
    ["verify", ["--surge", "9", "--surge=1", ...small], ["--surge", "1", ...small]],
    ["kubectl", [file, "--at", "5s", "--at", "70s", ...look], [file, "--at", "70s", ...look]],
    ["shell", [file, "--seed", "7", "--seed", "8"], [file, "--seed", "8"]],
  ])("given twice to %s is what was said last", async (command, twice, once) => {
    const said = await rollsim([command, ...twice]);
    expect(said.code).toBeLessThan(2);
    expect(said).toEqual(await rollsim([command, ...once]));
  });
});
