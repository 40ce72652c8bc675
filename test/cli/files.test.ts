/** Names that are no files, and where the Deployments of a file may stand. */
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
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

const manifest = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "web:v1" }] }`;

test("guarantees are those of Deployments that a step applies, too", async () => {
  const head = "apiVersion: rollsim.dev/v1alpha1\nkind: Scenario\nmetadata: { name: x }\n";
  const step = `${head}steps:\n  - apply:\n${manifest.replaceAll(/^/gmu, "      ")}\n`;
  const plain = await rollsim(["guarantees", "-"], { cwd, stdin: manifest });
  const applied = await rollsim(["guarantees", "-"], { cwd, stdin: step });
  expect(plain.code).toBe(0);
  expect(applied).toEqual(plain);
});
