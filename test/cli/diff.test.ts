import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { rollsim } from "./fake-io.ts";

const cwd = mkdtempSync(join(tmpdir(), "rollsim-diff-"));
const manifest = (image: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "${image}" }] }
`;
writeFileSync(join(cwd, "old.yaml"), manifest("web:v1"));
writeFileSync(join(cwd, "new.yaml"), manifest("web:v2"));
writeFileSync(join(cwd, "broken.yaml"), `${manifest("web:v2")}  replica: 2\n`);
writeFileSync(join(cwd, "paused.yaml"), `${manifest("web:v2")}  paused: true\n`);
writeFileSync(
  join(cwd, "service.yaml"),
  "apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { ports: [{ port: 80 }] }\n",
);

const diff = (line: string) => rollsim(["diff", ...line.split(" ")], { cwd });

describe("rollsim diff", () => {
  test("tells what the new file does to a cluster with the old one", async () => {
    const { code, out, err } = await diff("old.yaml new.yaml");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("deployment/web: rolls out, revision 1 to 2\n");
  });

  test("gives JSON with the worlds", async () => {
    const { out } = await diff("old.yaml new.yaml --seeds 2 -o json");
    expect(JSON.parse(out)).toMatchObject({
      seeds: ["0", "0-2"],
      deployments: [
        { key: "default/web", how: "rolled out", worlds: [{ seed: "0" }, { seed: "0-2" }] },
      ],
    });
  });

  test("takes folders, as kubectl apply -f does", async () => {
    for (const [folder, image] of [
      ["was", "web:v1"],
      ["is", "web:v2"],
    ] as const) {
      mkdirSync(join(cwd, folder));
      writeFileSync(join(cwd, folder, "web.yaml"), manifest(image));
      writeFileSync(join(cwd, folder, "api.yaml"), manifest("api:v1").replaceAll("web", "api"));
    }
    const { code, out, err } = await diff("was is");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain(
      "deployment/api: unchanged\n\ndeployment/web: rolls out, revision 1 to 2\n",
    );
    expect((await diff("was new.yaml")).out).toContain("deployment/api: stays");
    writeFileSync(join(cwd, "is", "api.yaml"), "kind: [");
    expect((await diff("was is")).err).toMatch(/^is\/api\.yaml:1:/);
  });

  test("compares a file with itself", async () => {
    const { code, out } = await diff("old.yaml old.yaml");
    expect({ code, out }).toEqual({ code: 0, out: "deployment/web: unchanged\n" });
  });

  test("ends with 1 where a rollout does not complete", async () => {
    expect((await diff("old.yaml paused.yaml")).code).toBe(1);
  });

  test.each([
    ["old.yaml none.yaml", "none.yaml: no such file"],
    ["old.yaml broken.yaml", 'broken.yaml:9:3: error[unknown-field]: unknown field "spec.replica"'],
    ["old.yaml", "needs"],
    ["service.yaml service.yaml", "no Deployment in either file"],
    ["old.yaml new.yaml --seeds x", "--seeds x: whole numbers from 1 to 10000"],
  ])("refuses %s", async (line, why) => {
    const { code, out, err } = await diff(line);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(why);
  });
});
