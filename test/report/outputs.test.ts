import { describe, expect, test } from "vitest";
import { githubReport } from "../../src/report/github.ts";
import { jsonReport } from "../../src/report/json.ts";
import { junitReport } from "../../src/report/junit.ts";
import { plainPaint } from "../../src/report/paint.ts";
import { textReport } from "../../src/report/text.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import type { Result } from "../../src/scenario/result.ts";
import { runScenario } from "../../src/scenario/run.ts";

function played(body: string, count = 1): Result {
  const head = "apiVersion: rollsim.dev/v1alpha1\nkind: Scenario\nmetadata: { name: x }\n";
  const deployments = Array.from({ length: count }, (_, i) => {
    const labels = `{ app: web-${i} }`;
    return `---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web-${i} }
spec:
  replicas: 2
  selector: { matchLabels: ${labels} }
  template: { metadata: { labels: ${labels} }, spec: { containers: [{ name: web, image: "web:v1" }] } }
`;
  });
  return runScenario(parseScenario(head + body + deployments.join(""), "dir/x, y.yaml"));
}

const drained = (least: number, until: string): string => `until: ${until}
steps:
  - kubectl: create pdb web --selector=app=web-0 --min-available=${least}
  - { at: 20s, fault: { type: NodeDrain, on: node/node-1 } }
`;

const failing = played('expect: { finally: [\'size(pod) == 3 && "<&" != ""\'] }\n');

describe("the text", () => {
  test.each([
    ["22s", 0], // asked once
    ["26s", 1],
    ["2m", 1],
  ])("says at the end, at %s, that a drain still waits, and for what", (until, times) => {
    const text = textReport(played(drained(2, until)), { width: 80, paint: plainPaint });
    const wait = "  a drain waits      The budget web needs 2 healthy pods and has 2\n";
    expect(text.split(wait)).toHaveLength(1 + times);
  });

  test.each([
    ["team/web:v2", "rev 2 web:v2 ready"],
    ["registry.example.com/shop-frontend:2.3.1", "rev 2 :2.3.1 ready"],
    [`shop@sha256:${"0".repeat(64)}`, "rev 2        ready"],
  ])("has the image %s above its pods as far as there is room", (image, title) => {
    const body = `steps: [{ kubectl: "set image deploy/web-0 web=${image}" }]\n`;
    expect(textReport(played(body), { width: 80, paint: plainPaint })).toContain(title);
  });

  test("says nothing of a drain that is over", () => {
    expect(textReport(played(drained(1, "2m")), { width: 80, paint: plainPaint })).not.toContain(
      "a drain waits",
    );
  });

  test.each([60, 80, 100, 120])(
    "keeps to %i columns with one Deployment and with five",
    (width) => {
      for (const count of [1, 5]) {
        const text = textReport(played("", count), { width, paint: plainPaint });
        const long = text.split("\n").filter((line) => line.length > width);
        expect(long).toEqual([]);
      }
    },
  );

  test("shows four ReplicaSets of one Deployment one below the other", () => {
    const edits = [2, 3, 4].map(
      (v) => `{ at: ${v}0s, kubectl: set image deploy/web-0 web=web:v${v} }`,
    );
    const body = `
behaviors:
  - match: { image: "web:v1" }
  - fault: { type: NeverReady }
    terminate: { delay: 30s }
steps: [{ at: 5s, kubectl: scale deploy/web-0 --replicas=8 }, ${edits.join(", ")}]
`;
    const text = textReport(played(body), { width: 80, paint: plainPaint });
    expect(text).toMatch(
      /^ {10}rev 1 +█{6} .*\n {10}rev 2 +×{4} .*\n {10}rev 3 +×{4} .*\n {10}rev 4 +░{4} /m,
    );
  });

  test("of a run without expectations says that none were, and when a rollout did not end", () => {
    const verdict = (body: string): string | undefined =>
      textReport(played(body), { width: 80, paint: plainPaint }).split("\n").at(-1);
    expect(verdict("")).toBe("PLAYED x: nothing was expected");
    expect(verdict("behaviors: [{ fault: { type: NeverReady } }]\n")).toBe(
      "PLAYED x: nothing was expected; a rollout did not end: rollsim explain dir/x, y.yaml",
    );
  });

  test("of what has to hold always says how to begin later, if it fails before all pods", () => {
    const text = (expectation: string): string =>
      textReport(played(`expect: { always: [${expectation}] }\n`), {
        width: 100,
        paint: plainPaint,
      });
    const hint = /checked from 0s on.*\n? *.*from: STEP/u;
    expect(text("'size(pod) == 9'")).toMatch(hint);
    expect(text("{ that: 'size(pod) == 9', from: 0s }")).not.toMatch(hint);
  });

  test("tells a Rollout from a Deployment of its name", () => {
    const rollout = `---
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: { name: web-0 }
spec:
  workloadRef: { apiVersion: apps/v1, kind: Deployment, name: web-0 }
  strategy: { canary: {} }
`;
    const text = textReport(played(rollout), { width: 80, paint: plainPaint });
    expect(text.match(/^.{10}web-0 .*$/gmu)?.map((line) => line.slice(10, 26))).toEqual([
      "web-0           ",
      "web-0 (Rollou…  ",
      "web-0           ",
      "web-0 (Rollou…  ",
    ]);
    expect(text).toContain("web-0 (Rollout): rollouts took 1s");
  });

  test("does not pass control characters of a scenario on to the terminal", () => {
    const text = textReport(played('steps: [{ kubectl: "annotate deploy/web-0 x=\\e[2J" }]\n'), {
      width: 80,
      paint: plainPaint,
    });
    expect(text).not.toContain("\u{1b}");
  });
});

describe("JUnit", () => {
  test("is well-formed XML, whatever the texts hold", () => {
    const xml = junitReport([failing, played("")], []);
    expect(xml).toContain("&quot;&lt;&amp;&quot;");
    const tags = [...xml.matchAll(/<(\/?)([a-z]+)(?: [a-z]+="[^"<]*")*(\/?)>/g)];
    const open: string[] = [];
    for (const [, closes, name = "", empty] of tags) {
      if (closes === "/") expect(open.pop()).toBe(name);
      else if (empty !== "/") open.push(name);
    }
    expect(open).toEqual([]);
    expect(xml.match(/</g)).toHaveLength(tags.length + 1); // and the declaration
  });

  test("has a case for each step and each expectation, skipped ones too", () => {
    const result = played(`steps: [{ name: a, kubectl: get nope }, { name: b, kubectl: get pods }]
expect: { always: ["true"], finally: ["true"] }
`);
    const xml = junitReport([result], []);
    expect(xml).toContain('tests="4" failures="1" skipped="2"');
    expect(xml).toMatch(/name="step a \(kubectl\)" time="0">\n +<failure message="/);
    expect(xml).toMatch(/name="step b \(kubectl\)" time="0">\n +<skipped\/>/);
  });
});

describe("GitHub annotations", () => {
  test("escape what would end them early", () => {
    const [line = ""] = githubReport([failing], []).split("\n");
    expect(line).toMatch(
      /^::error file=dir\/x%2C y\.yaml,line=4,col=21,title=failed finally::size/,
    );
    expect(line).toContain("%0Asize(pod) is 2");
  });
});

describe("JSON", () => {
  test("has no number that JSON lacks", () => {
    const result = played(
      "until: 1m\nbehaviors: [{ fault: { type: NeverReady } }]\nexpect: { thresholds: { rollout_duration: ['max<1h'] } }\n",
    );
    const report = JSON.parse(jsonReport([result], [], () => undefined)) as {
      scenarios: { measured: { value: unknown }[] }[];
    };
    expect(report.scenarios[0]?.measured[0]?.value).toBe("Infinity");
  });
});
