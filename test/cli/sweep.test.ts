import { describe, expect, test } from "vitest";
import { rollsim } from "./fake-io.ts";

const manifest = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "web:v1" }] }
`;

const sweep = (line: string, stdin = manifest) =>
  rollsim(["sweep", "-", ...line.split(" ").filter((word) => word !== "")], { stdin });

describe("rollsim sweep", () => {
  test("tells how the settings of plain manifests do, and others", async () => {
    const { code, out, err } = await sweep("");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("deployment/web, 2 replicas: 5 settings of its rolling update\n");
    expect(out).toMatch(/^\*= +25% \(1\) +25% \(0\) /m);
    for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  test("takes a Deployment that a step applies", async () => {
    const steps = [
      `  - apply:\n${manifest.replaceAll(/^/gmu, "      ")}`,
      "  - { at: 20s, kubectl: set image deploy/web web=web:v2 }",
    ];
    const head = "apiVersion: rollsim.dev/v1alpha1\nkind: Scenario\nmetadata: { name: web }\n";
    const { code, out } = await sweep("", `${head}steps:\n${steps.join("\n")}\n`);
    expect(code).toBe(0);
    expect(out).toContain("deployment/web, 2 replicas: 5 settings of its rolling update\n");
  });

  test("gives all worlds as JSON, in which what never ends has no duration", async () => {
    const scenario = `apiVersion: rollsim.dev/v1alpha1
kind: Scenario
metadata: { name: web }
behaviors: [{ match: { image: "web:v2" }, fault: { type: NeverReady } }, {}]
steps: [{ at: 5s, kubectl: set image deploy/web web=web:v2 }]
until: 5m
---
${manifest}`;
    const { out } = await sweep("--surge 1 --unavailable 0 --seeds 2 -o json", scenario);
    expect(JSON.parse(out)).toMatchObject({
      name: "web",
      replicas: 2,
      seeds: ["0", "0-2"],
      cells: [
        {
          settings: { minReady: 0, preStop: 0 },
          pods: { surge: 1, unavailable: 0 },
          worlds: [{ seed: "0", duration: null, leastAvailable: 2 }, { seed: "0-2" }],
          standing: "best",
        },
      ],
    });
  });

  test.each([
    ["--surge 1,x", "--surge 1,x: numbers of pods or percentages, as in 0,1,25%"],
    ["--unavailable -1", "--unavailable -1: numbers of pods or percentages, as in 0,1,25%"],
    ["--min-ready 5", "--min-ready 5: whole seconds, as in 0s,10s,1m"],
    ["--pre-stop 1500ms", "--pre-stop 1500ms: whole seconds, as in 0s,10s,1m"],
    ["--seeds 0", "--seeds 0: whole numbers from 1 to 10000"],
    [`--surge ${many("", 40)} --min-ready ${many("s", 40)}`, "at most 1000; try fewer of each"],
    ["deploy/api", "<stdin>: got deploy/api; it has deployment/web"],
  ])("refuses %s", async (line, why) => {
    const { code, out, err } = await sweep(line);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(why);
  });

  test("ends with 1 where there is nothing to compare", async () => {
    const fault = `apiVersion: rollsim.dev/v1alpha1
kind: Scenario
metadata: { name: web }
behaviors: [{ fault: { type: NeverReady } }]
until: 5m
---
${manifest}`;
    const { code, err } = await sweep("", fault);
    expect(code).toBe(1);
    expect(err).toMatch(/^rollsim: deployment\/web: its first rollout never completes/);
  });

  test("shows on a terminal how many runs it has played, after a second", async () => {
    let now = 0;
    const clock = (): number => (now += 600);
    const { err } = await rollsim(["sweep", "-", "--seeds", "3"], {
      stdin: manifest,
      tty: "err",
      clock,
    });
    expect(err).toContain("sweep: 2 of 15 runs");
    expect(err.endsWith("\r\u{1b}[K")).toBe(true);
  });
});

function many(unit: string, count: number): string {
  return Array.from({ length: count }, (_, i) => `${i + 1}${unit}`).join(",");
}
