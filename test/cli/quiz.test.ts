import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { linesAt } from "../../src/cli/terminal.ts";
import { rollsim } from "./fake-io.ts";

const quiz = (line: string, stdin = "") =>
  rollsim(["quiz", ...line.split(" ").filter((word) => word !== "")], { stdin });

const scenario = (steps: string, strategy = "{}", replicas = 10) => `
apiVersion: rollsim.dev/v1alpha1
kind: Scenario
metadata: { name: web }
behaviors: [{ ready: { delay: 5s } }]
steps:
${steps}
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: ${replicas}
  strategy: ${strategy}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "web:v1" }] }
`;
const bounds = "{ rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } }";
const update = "  - { at: 60s, kubectl: set image deploy/web web=web:v2 }";

describe("rollsim quiz", () => {
  // control-law.md: 13 - 10 = 3, then 13 - 11 = 2, then 13 - 8 - 5 = 0.
  test("asks what a rolling update of ten does first, and says why", async () => {
    const { code, out, err } = await quiz("- --answers --count 3", scenario(update));
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out.match(/^\d+\.$/gm)).toEqual(["3.", "5.", "8."]);
    expect(out).toContain(`Question 1 of 3: deployment/web at 1m

  10 replicas, maxSurge 25%, maxUnavailable 25%
  revision 1 (web:v1) asks for 10, 10 available
  web:v2: no ReplicaSet has this template yet

With how many pods is the ReplicaSet of revision 2 created?
3.
  - At most 13 (10 + surge 3) pods may be asked for, and 10 are: room for 3.
`);
    expect(out).toContain(`  revision 1 (web:v1) asks for 8, has 10, 10 available
  revision 2 (web:v2) asks for 5, has 0, 0 available

How many pods does revision 1 ask for after this sync?
8.
`);
  });

  test("grades what is typed, and ends with 1 when something was wrong", async () => {
    const { code, out } = await quiz("scenarios/rolling-update.yaml --count 3", "3\n7\n\n");
    expect(code).toBe(1);
    expect(out).toContain("> 3\nRight: 3.\n");
    expect(out).toContain("> 7\nNo, 5.\n");
    expect(out).toContain("> \nIt is 8.\n");
    expect(out).toMatch(/1 of 3 right\n$/);
  });

  test("ends with 0 when all is right", async () => {
    const { code, out } = await quiz("scenarios/rolling-update.yaml --count 3", "3\n5\n8\n");
    expect(code).toBe(0);
    expect(out).toMatch(/3 of 3 right\n$/);
  });

  test("asks again for what is no number, and ends with q or where the input ends", async () => {
    const line = "scenarios/rolling-update.yaml --count 3";
    const { code, out } = await quiz(line, "three\n3\nq\n5\n");
    expect(out).toContain("> three\nA number of pods; Enter tells it, q ends.\n> 3\nRight: 3.\n");
    expect(out).toMatch(/> q\n1 of 1 right, 2 left out\n$/);
    expect(code).toBe(0);
    expect((await quiz(line, "3\n")).out).toMatch(/> \n1 of 1 right, 2 left out\n$/);
  });

  test("asks of Recreate while old pods terminate, and of pods that are shared out", async () => {
    const recreate = await quiz("- --answers", scenario(update, "{ type: Recreate }", 3));
    expect(recreate.out).toContain("3 replicas, strategy Recreate\n");
    expect(recreate.out.match(/^\d+\.$/gm)).toEqual(["0.", "3."]);
    const steps = `${update}\n  - { at: 61s, kubectl: scale deploy/web --replicas 15 }`;
    const shared = await quiz("- --answers --count 9", scenario(steps, bounds));
    expect(shared.out).toContain(
      "  revision 1 (web:v1) asks for 8, 8 available, sized when 10 were wanted\n",
    );
    // 13 pods become 18: 8 * 18 / 13 = 11.08.
    expect(shared.out).toMatch(/^11\.\n[^]*revision 1 gets its share, 8 to 11\.$/mu);
  });

  test("asks for what comes out where the unhealthy go first, and then one more", async () => {
    const steps = `${update}\n  - { at: 61s, kubectl: scale deploy/web --replicas 15 }`;
    const { out } = await quiz("- --answers --count 9", scenario(steps));
    // 19 asked for - 12 to keep - 2 new ones not yet available: 5 may go, 12 - 8 do; then 13 available - 12 to keep: one more.
    expect(out).toMatch(/^7\.\n[^]*the unhealthy go first, 4 of at\s+most 5, down to 8\.$/mu);
    expect(out).toContain("revision 1 goes down by 1, from 8 to\n    7.\n");
  });

  test("restarts the Deployments of plain manifests once, as sweep does", async () => {
    const web = scenario("").split("---\n").at(-1) ?? "";
    const api = web.replace("name: web }", "name: api, namespace: shop }");
    const namespace = "apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n";
    const { code, out, err } = await quiz(
      "- --answers --count 20",
      `${namespace}---\n${web}---\n${api}`,
    );
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^Question 1 of \d+: deployment\/web at 2s$/mu);
    expect(out).toMatch(/^Question \d+ of \d+: deployment\/api at /mu);
  });

  test("asks nothing twice, and nothing of a Deployment's first pods", async () => {
    const looks = scenario("  - { at: 60s, kubectl: get pods }");
    const { code, out, err } = await quiz("- --answers", looks);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toBe(
      "rollsim: <stdin>: no Deployment is updated or scaled in this run; give it a step that does, " +
        "as in kubectl: rollout restart deployment/NAME\n",
    );
    const many = await quiz("scenarios/rolling-update.yaml --answers --count 100");
    const texts = many.out.split(/^Question .*$/mu).slice(1);
    expect(new Set(texts).size).toBe(texts.length);
    // The new ReplicaSet only ever grows in this run: so questions are in the order of the syncs.
    const sizes = texts.map((text) =>
      Number(/^ {2}revision 2 .* asks for (\d+)/mu.exec(text)?.[1] ?? 0),
    );
    expect(sizes.length).toBeGreaterThan(9);
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
  });

  test("refuses a file from where the answers come, and counts that are none", async () => {
    const piped = await quiz("-", scenario(update));
    expect(piped).toMatchObject({ code: 2, out: "" });
    expect(piped.err).toContain("quiz takes a file, or --answers");
    const none = await quiz("scenarios/rolling-update.yaml --count 0");
    expect(none).toMatchObject({ code: 2, out: "" });
    expect(none.err).toContain("--count 0: whole numbers from 1 to 100");
  });
});

describe("lines at a terminal", () => {
  test("come one by one, also those that were pasted, until Ctrl-D", async () => {
    const input = new PassThrough();
    const output = new PassThrough();
    let shown = "";
    output.on("data", (part: Buffer) => (shown += part.toString()));
    const lines = linesAt({ input, output });
    input.write("3\r5\r");
    expect([await lines.next("> "), await lines.next("> ")]).toEqual(["3", "5"]);
    const last = lines.next("> ");
    input.write("\u0004");
    expect(await last).toBeUndefined();
    expect(await lines.next("> ")).toBeUndefined();
    expect(stripVTControlCharacters(shown)).toContain("> ");
  });
});
