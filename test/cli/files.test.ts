/** Names that are no files, and where the Deployments of a file may stand. */
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeAll } from "../../src/cli/process-io.ts";
import { rollsim } from "./fake-io.ts";

const cwd = mkdtempSync(join(tmpdir(), "rollsim-files-"));
beforeAll(() => {
  symlinkSync("loop", join(cwd, "loop"));
});
afterAll(() => {
  rmSync(cwd, { recursive: true });
});

test.each([
  ["loop", /loop: a symbolic link that leads to itself\n$/u],
  ["/dev/zero", /dev\/zero: a device, not a file\n$/u],
  [`${"long".repeat(100)}.yaml`, /^rollsim: (?:long)+\.yaml: no such file\n$/u],
  ["", /^rollsim: an empty name of a file; \. is this folder\n$/u],
])("%s is a mistake of whoever typed it", async (name, message) => {
  const { code, err } = await rollsim(["check", name], { cwd });
  expect(code).toBe(2);
  expect(err).toMatch(message);
});

test("standard input that is a folder is a mistake of whoever gave it", async () => {
  const stdin = (): never => {
    throw Object.assign(new Error("EISDIR"), { code: "EISDIR" });
  };
  const { code, err } = await rollsim(["check", "-"], { cwd, stdin });
  expect([code, err]).toEqual([2, "rollsim: <stdin>: is a folder\n"]);
});

test("what the system does not let be written is no bug of ours", () => {
  const readOnly = openSync(cwd, "r");
  try {
    expect(() => writeAll(readOnly, Buffer.from("text"))).toThrow(
      /^standard output: bad file descriptor$/u,
    );
  } finally {
    closeSync(readOnly);
  }
});

test("after -- come names, whatever they begin with; - is standard input no more", async () => {
  writeFileSync(join(cwd, "-o.yaml"), manifest);
  for (const line of [
    ["check", "--", "-o.yaml"],
    ["check", "--quiet", "--", "./-o.yaml"],
    ["guarantees", "--", "-o.yaml"],
  ]) {
    const { code, err } = await rollsim(line, { cwd });
    expect([code, err]).toEqual([0, ""]);
  }
  expect((await rollsim(["check", "--", "-"], { cwd })).err).toContain("-: no such file");
  const line = ["kubectl", "--", "./-o.yaml"];
  expect((await rollsim(line, { cwd })).err).toContain("kubectl needs a file");
});

const manifest = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "web:v1" }] }`;

test("check tells of the other files, too, where one is not there", async () => {
  writeFileSync(join(cwd, "good.yaml"), manifest);
  writeFileSync(join(cwd, "bad.yaml"), manifest.replace("kind: Deployment", "kind: Deploment"));
  const { code, out, err } = await rollsim(["check", "missing.yaml", "bad.yaml", "good.yaml"], {
    cwd,
  });
  expect([code, out]).toEqual([2, "good.yaml: good is fine (0 steps, 1 manifest)\n"]);
  expect(err).toMatch(
    /^rollsim: missing\.yaml: no such file\nbad\.yaml:2:7: error\[unknown-kind\]/u,
  );
});

test("guarantees and verdicts are those of Deployments that a step applies, too", async () => {
  const head = "apiVersion: rollsim.dev/v1alpha1\nkind: Scenario\nmetadata: { name: x }\n";
  const step = `${head}steps:\n  - apply:\n${manifest.replaceAll(/^/gmu, "      ")}\n`;
  const plain = await rollsim(["guarantees", "-"], { cwd, stdin: manifest });
  const applied = await rollsim(["guarantees", "-"], { cwd, stdin: step });
  expect(plain.code).toBe(0);
  expect(applied).toEqual(plain);
  const verify = (stdin: string) => rollsim(["verify", "-", "--revisions", "2"], { cwd, stdin });
  expect(await verify(step)).toEqual(await verify(manifest));
});

test("kubectl may be said twice, and a time after the end is told", async () => {
  const stdin = readFileSync(new URL("../../scenarios/undo.yaml", import.meta.url), "utf8");
  const line = "kubectl - --at 100h -- kubectl get deploy -o name";
  const { out, err } = await rollsim(line.split(" "), { stdin });
  expect(out).toBe("deployment.apps/web\n");
  expect(err).toMatch(/^rollsim: the run ended at \w+, before 100h\n$/u);
});

test("a command that takes one file takes none at random from a folder or a pattern", async () => {
  const several = mkdtempSync(join(tmpdir(), "rollsim-several-"));
  for (const name of ["a.yaml", "b.yaml"]) writeFileSync(join(several, name), manifest);
  const commands = ["explain", "compare", "sweep", "guarantees", "verify", "shell"];
  const lines = [
    ...commands.map((command) => [command, "*.yaml"]),
    ["kubectl", ".", "--", "get", "pods"],
    ["diff", "a.yaml", "*.yaml"],
  ];
  for (const line of lines) {
    const { code, out, err } = await rollsim(line, { cwd: several });
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/^rollsim: \w+ takes one file; (\*\.yaml|\.) is several\n$/);
  }
});
