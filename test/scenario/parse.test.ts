import { describe, expect, test } from "vitest";
import { checkScenario, parseScenario } from "../../src/scenario/parse.ts";
import { formatProblem, ScenarioError } from "../../src/scenario/problem.ts";
import { deployment, head, problems } from "./problems.ts";

function message(text: string): string {
  try {
    parseScenario(text, "bad.yaml");
    return "";
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.message;
  }
}

describe("a problem is shown with its line, a caret and what was meant", () => {
  test("at the key, for a key that nobody knows", () => {
    expect(message(`${head}seed: "1"\nexpcet:\n  finally: []\n`)).toBe(
      [
        'bad.yaml:5:1: error[unknown-key]: unknown key "expcet" in Scenario',
        "  5 | expcet:",
        '    | ^^^^^^ did you mean "expect"?',
      ].join("\n"),
    );
  });

  test("at the value, for a value of the wrong type", () => {
    expect(message(`${head}until: 90\n`)).toBe(
      [
        "bad.yaml:4:8: error[wrong-value]: until: 90 has no unit",
        "  4 | until: 90",
        '    |        ^^ did you mean "90s"?',
      ].join("\n"),
    );
  });

  test("with what to write, for a duration where a delay is, and a key that is like none", () => {
    const text = `${head}behaviors: [{ ready: 5s }]\nexpect: { eventually: [] }\n`;
    expect(problems(text)).toEqual([
      '4:22 wrong-type: behaviors[0].ready must be a map, got text ("5s") [write { delay: 5s }]',
      '5:11 unknown-key: unknown key "eventually" in expect [use always, finally, thresholds]',
    ]);
  });

  test.each([
    [
      "behaviors: { ready: { delay: 5s } }",
      "4:12 wrong-type: behaviors must be a list, got a map [begin each item with a dash: - ...]",
    ],
    [
      "behaviors: [{ match: web:v1 }]",
      '4:22 wrong-type: behaviors[0].match must be a map, got text ("web:v1") [write { image: "web:v1" }]',
    ],
    [
      "behaviors: [{ fault: { type: NeverReady, probability: 50% } }]",
      '4:55 wrong-type: behaviors[0].fault.probability must be a number, got text ("50%") [as a share: 0.5]',
    ],
    [
      'cluster: { nodes: "3" }',
      '4:19 wrong-type: cluster.nodes must be a number or a list, got text ("3") [write it without quotes]',
    ],
    [
      "steps: [{ wait: 30s }]",
      '4:17 wrong-type: steps[0].wait must be a map, got text ("30s") [time passes before a step that has after: 30s]',
    ],
    [
      "expect: [t < 5]",
      "4:9 wrong-type: expect must be a map, got a list [put them under always or finally]",
    ],
    ["steps:", "4:1 wrong-type: steps must be a list, got nothing"],
  ])("with how it is written, for %s", (text, problem) => {
    expect(problems(`${head}${text}\n`)).toEqual([problem]);
  });

  test("inside a CEL expression, at the word", () => {
    expect(message(`${head}expect:\n  finally: ["1 == 1 && deplo.web == 1"]\n`)).toBe(
      [
        "bad.yaml:5:24: error[cel]: Unknown variable: deplo",
        '  5 |   finally: ["1 == 1 && deplo.web == 1"]',
        '    |                        ^^^^^ did you mean "deploy"?',
      ].join("\n"),
    );
  });

  test("without the control characters that would drive a terminal", () => {
    const text = message(`${head}"\\u001b[2J": 1\n`);
    expect(text).toContain("unknown key");
    expect(text).not.toMatch(/(?!\n)\p{Cc}/u);
  });

  test("cut around the place, if the line is long", () => {
    const text = message(`${head}seed: ["${"x".repeat(500)}"]\n`);
    expect(
      Math.max(
        ...text
          .split("\n")
          .slice(1)
          .map((line) => line.length),
      ),
    ).toBeLessThan(110);
  });
});

test("a hint that has no room beside its caret stands below it, in 80 columns", () => {
  const { problems: found } = checkScenario(`${head}expect: { allways: [] }\n`, "bad.yaml");
  expect(found.map(formatProblem)).toEqual([
    `bad.yaml:4:11: error[unknown-key]: unknown key "allways" in expect
  4 | expect: { allways: [] }
    |           ^^^^^^^ did you mean "always"?`,
  ]);
  const { problems: far } = checkScenario(`${head}behaviors:\n  - { banana: 1 }\n`, "bad.yaml");
  const [, , pointer, ...below] = far.map(formatProblem).join("\n").split("\n");
  expect(pointer).toBe("    |       ^^^^^^");
  expect(below.join("\n")).toContain("    | use match, schedule, pull,");
  expect(Math.max(...below.map((line) => line.length))).toBeLessThanOrEqual(80);
});

test("a word that YAML takes for true is shown as it was written", () => {
  expect(problems(`${head}namespace: on\n`)).toEqual([
    "4:12 wrong-type: namespace must be text, got true or false (on, which YAML takes for true) [put it in quotes]",
  ]);
});

test("all problems of a file are found in one go, in order", () => {
  const text = `${head}seed: 7
behaviors:
  - ready: { dealy: 5s, jitter: 3 }
    fault: { type: ImagePulBackOff }
steps:
  - kubctl: rollout status
  - name: x
    kubectl: rollout status deploy/web
    apply: y.yaml
  - { at: 5s, kubectl: get pods, within: 3s }
  - assert: "deploy.web.status.x >= "
expect:
  always: [{ that: "true", from: relese }]
  thresholds: { rollout_duration: ["max<2"] }
---
${deployment.replace("replicas: 3", "replicaz: 3")}`;
  expect(problems(text)).toEqual([
    "4:7 wrong-type: seed must be text, got a number (7) [put it in quotes]",
    '6:14 unknown-key: unknown key "dealy" in behaviors[0].ready [did you mean "delay"?]',
    '6:33 wrong-value: behaviors[0].ready.jitter: 3 has no unit [did you mean "3s"?]',
    '7:20 wrong-value: behaviors[0].fault.type: got "ImagePulBackOff"; use one of ImagePullBackOff, CrashLoopBackOff, NeverReady, NeverRunning, ReadyThenCrash, ReadyThenUnready, Evicted [did you mean "ImagePullBackOff"?]',
    '9:5 unknown-key: unknown key "kubctl" in steps[0] [did you mean "kubectl"?]',
    "11:5 two-verbs: steps[1] has two verbs, apply and kubectl: make it two steps",
    '13:34 unknown-key: unknown key "within" in steps[2] [it goes with assert]',
    "14:37 cel: the expression ends too early",
    '16:34 no-step: no step is named "relese", nor is it a duration',
    '17:36 wrong-value: rollout_duration max<2: "2" has no unit; write "2s" for seconds',
    '23:3 unknown-field: unknown field "spec.replicaz" [did you mean "replicas"?]',
  ]);
});

describe("manifests", () => {
  test("alone make a scenario named after the file", () => {
    const scenario = parseScenario(deployment, "shop/My Web.yaml");
    expect(scenario.name).toBe("my-web");
    expect(scenario.manifests.map(({ object }) => object.metadata.name)).toEqual(["web"]);
  });

  test("may come as a List", () => {
    const item = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" } });
    const { manifests } = parseScenario(`apiVersion: v1\nkind: List\nitems: [${item}, ${item}]\n`);
    expect(manifests).toHaveLength(2);
  });

  test.each([
    [
      "replicas: 3",
      'replicas: "3"',
      '5:13 wrong-type: spec.replicas must be a whole number, got "3" [write it without quotes]',
    ],
    [
      "name: web, image",
      "resources: { requests: { cpu: 250x } }, name: web, image",
      '9:58 wrong-type: spec.template.spec.containers[0].resources.requests.cpu must be a quantity such as 500m or "1Gi", got "250x"',
    ],
    [
      "name: web, image",
      "nmae: web, image",
      '9:28 unknown-field: unknown field "spec.template.spec.containers[0].nmae" [did you mean "name"?]',
    ],
    [
      "kind: Deployment",
      "kind: Deploymnt",
      '2:7 unknown-kind: no matches for kind "Deploymnt" in version "apps/v1" [did you mean "Deployment"?]',
    ],
    [
      "apps/v1",
      "v1",
      '1:13 unknown-kind: no matches for kind "Deployment" in version "v1" [Deployment is in "apps/v1"]',
    ],
    [
      'containers: [{ name: web, image: "web:v1" }]',
      "containers: { name: web, image: web }",
      "9:25 wrong-type: spec.template.spec.containers must be a list, got a map [begin each item with a dash: - ...]",
    ],
    [
      "metadata: { name: web }",
      "metadata: {}",
      "3:1 missing-key: the manifest has no metadata.name",
    ],
    [
      "app: web } }\n    spec",
      "app: 7 } }\n    spec",
      "8:32 wrong-type: spec.template.metadata.labels.app must be text, got 7 [put it in quotes]",
    ],
  ])("%j changed to %j is an error at its place", (from, to, problem) => {
    expect(problems(deployment.replace(from, to))).toEqual([problem]);
  });

  test.each([
    [
      "replicas: 3",
      "replicas: -3",
      "5:13 invalid: spec.replicas: Invalid value: -3: must be greater than or equal to 0",
    ],
    [
      "matchLabels: { app: web }",
      "matchLabels: { app: wbe }",
      /^8:\d+ invalid: spec\.template\.metadata\.labels: .*`selector` does not match template `labels`/,
    ],
    ["name: web }", "name: Web_1 }", /^3:19 invalid: metadata\.name: /],
    [
      "  selector: { matchLabels: { app: web } }\n",
      "",
      /^4:1 invalid: spec\.selector: Required value/,
    ],
  ])("%j changed to %j is what the API server would refuse", (from, to, problem) => {
    const [first = ""] = problems(deployment.replace(from, to));
    if (typeof problem === "string") expect(first).toBe(problem);
    else expect(first).toMatch(problem);
  });

  test("with a key given twice are read as kubectl reads them, with a warning", () => {
    const { scenario, problems: found } = checkScenario(
      deployment.replace("replicas: 3", "replicas: 3\n  replicas: 5"),
      "web.yaml",
    );
    expect(scenario?.manifests[0]?.object["spec"]).toMatchObject({ replicas: 5 });
    expect(found.map(({ severity, code }) => [severity, code])).toEqual([
      ["warning", "duplicate-key"],
    ]);
  });

  test("of kinds of somebody's own are kept, with a warning", () => {
    const { scenario, problems: found } = checkScenario(
      "apiVersion: example.com/v1\nkind: Rollercoaster\nmetadata: { name: x }\n",
      "x.yaml",
    );
    expect(scenario?.manifests).toHaveLength(1);
    expect(found.map(({ severity, code }) => [severity, code])).toEqual([
      ["warning", "not-simulated"],
    ]);
  });

  test("of kinds that nothing acts on are kept, with a warning", () => {
    const { scenario, problems: found } = checkScenario(
      "apiVersion: batch/v1\nkind: Job\nmetadata: { name: x }\n" +
        "spec: { template: { spec: { restartPolicy: Never, containers: [{ name: x, image: x }] } } }\n",
      "x.yaml",
    );
    expect(scenario?.manifests).toHaveLength(1);
    expect(found.map(({ severity, code }) => [severity, code])).toEqual([
      ["warning", "not-simulated"],
    ]);
  });
});

describe("steps", () => {
  test("that name a file get its manifests, with places in that file", () => {
    const text = `${head}steps: [{ apply: web.yaml }]\n`;
    const files: Readonly<Record<string, string>> = { "web.yaml": `# ours\n${deployment}` };
    const { scenario } = checkScenario(text, "x.yaml", { readFile: (path) => files[path] });
    const [step] = scenario?.steps ?? [];
    expect(step).toMatchObject({ verb: "apply", path: "web.yaml" });
    expect(step?.verb === "apply" && step.manifests[0]?.place).toEqual({
      file: "web.yaml",
      line: 2,
      column: 1,
    });
  });

  test.each([
    ["{ apply: nope.yaml }", '4:18 no-file: cannot apply "nope.yaml": no such file'],
    [
      "{ at: 1s, after: 1s, kubectl: get pods }",
      '4:19 at-and-after: a step has "at" or "after", not both',
    ],
    [
      "{ at: 2h, kubectl: get pods }",
      "4:15 too-late: the run ends at 1h (until), before this step begins",
    ],
    [
      "{ name: a, at: 9s, kubectl: get pods }, { at: 5s, kubectl: get pods }",
      '4:55 too-early: "at" is earlier than the end of the step before, 9s at the earliest',
    ],
    [
      "{ name: a, kubectl: get pods }, { name: a, kubectl: get pods }",
      '4:49 duplicate-name: another step is named "a"',
    ],
    [
      "{ assert: { apiVersion: v1, kind: Zoo, metadata: { name: x } } }",
      '4:43 unknown-kind: no matches for kind "Zoo" in version "v1"',
    ],
    ['{ kubectl: "# nothing" }', "4:20 script: no command in these lines"],
    ['{ kubectl: "apply -f - <<EOF\\nx" }', "4:20 script: the document after <<EOF has no end"],
    [
      "{ name: a }",
      "4:11 no-verb: steps[0] has no verb: it needs one of apply, kubectl, wait, assert, fault",
    ],
    ['{ assert: "size(pods)" }', "4:25 cel: Unknown variable: pods"],
  ])("%s is refused", (step, problem) => {
    expect(problems(`${head}steps: [${step}]\n`, () => undefined).join("\n")).toContain(
      problem.split(" [")[0],
    );
  });
});

describe("kubectl lines", () => {
  test.each([
    [
      "rolout status deploy/web",
      '6:7 kubectl: kubectl has no command "rolout" [did you mean "rollout"?]',
    ],
    [
      "kubectl rollout stauts deploy/web",
      '6:23 kubectl: kubectl rollout has no command "stauts" [did you mean "status"?]',
    ],
    [
      "get pods\n      scale deploy/web --replica=3",
      '7:24 kubectl: unknown flag: --replica [did you mean "--replicas"?]',
    ],
    ["remove pod/x", '6:7 kubectl: kubectl has no command "remove" [did you mean "delete"?]'],
  ])("that cannot succeed are mistakes in the file: %j", (lines, problem) => {
    expect(problems(`${head}steps:\n  - kubectl: |\n      ${lines}\n`)).toEqual([problem]);
  });

  test("that are to fail may be anything", () => {
    expect(problems(`${head}steps: [{ kubectl: rolout status, exitCode: 1 }]\n`)).toEqual([]);
  });
});

describe("the whole file", () => {
  test.each([
    ["", "1:1 empty: the file holds neither a Scenario nor a manifest"],
    ["just text", "1:1 wrong-type: a manifest must be a map with apiVersion, kind and metadata"],
    [
      `${deployment}---\n${head}`,
      "11:1 two-scenarios: a file has one Scenario, and it comes first",
    ],
    [
      `${head}cluster: { kubernetesVersion: v1.20 }`,
      "4:31 wrong-version: kubernetesVersion v1.20 is not mirrored; use v1.34 to v1.37",
    ],
    [`${head}seed: "1"\nseed: "2"`, '5:1 duplicate-key: the key "seed" is given twice'],
    ["steps: []\n", '1:1 missing-key: missing key "apiVersion" in Scenario'],
    [
      "kind: Scenaro\napiVersion: rollsim.dev/v1alpha1\nmetadata: { name: x }",
      '1:7 wrong-value: kind must be "Scenario", got "Scenaro"',
    ],
  ])("%j", (text, problem) => {
    expect(problems(text)[0]).toBe(problem);
  });

  test("has the defaults of the format", () => {
    expect(parseScenario(head)).toMatchObject({
      seed: "0",
      schedule: "fresh",
      namespace: "default",
      until: 3_600_000,
      behaviors: [],
      steps: [],
    });
  });

  test("may take YAML's anchors for what it says twice", () => {
    const text = `${head}behaviors:
  - match: { image: "a:*" }
    ready: &slow { delay: 5s }
  - ready: *slow
`;
    expect(parseScenario(text).behaviors).toEqual([
      { match: { image: "a:*" }, ready: { delay: 5000 } },
      { ready: { delay: 5000 } },
    ]);
  });
});
