import { describe, expect, test } from "vitest";
import { checkScenario } from "../../src/scenario/parse.ts";
import { deployment, head, problems, service } from "./problems.ts";

describe("what steps wait for and break is checked before the run", () => {
  test.each([
    [
      "wait: { for: conditon=Available, on: deploy/web }",
      '5:18 wait-for: unrecognized condition: "conditon=Available" [did you mean "condition"?]',
    ],
    [
      "wait: { for: Available, on: deploy/web }",
      '5:18 wait-for: unrecognized condition: "Available" [did you mean "condition=Available"?]',
    ],
    [
      'wait: { for: "jsonpath={.status.x", on: deploy/web }',
      expect.stringContaining("5:18 wait-for: unexpected path string"),
    ],
    [
      "wait: { for: condition=Avaliable, on: deploy/web }",
      '5:18 wait-for: nothing sets such a condition: "condition=Avaliable" would time out [did you mean "condition=Available"?]',
    ],
    [
      "wait: { for: condition=redy=false, on: pods/web-1 }",
      '5:18 wait-for: nothing sets such a condition: "condition=redy=false" would time out [did you mean "condition=Ready=false"?]',
    ],
    [
      "wait: { for: delete, on: web }",
      '5:30 wait-on: got "web"; use a kind and a name, as in deploy/web [did you mean "deploy/web"?]',
    ],
    [
      "wait: { for: condition=Ready, on: node-1 }",
      '5:39 wait-on: got "node-1"; use a kind and a name, as in deploy/web [did you mean "node/node-1"?]',
    ],
    [
      "fault: { type: NodeDrain, on: node-1 }",
      '5:35 fault-on: got "node-1"; NodeDrain needs "on", as in node/node-1 [did you mean "node/node-1"?]',
    ],
    [
      "fault: { type: PodEvict, on: web-5669f7dd7f-9ksrc }",
      '5:34 fault-on: got "web-5669f7dd7f-9ksrc"; PodEvict needs "on", as in pod/web-1 or deploy/web [did you mean "pod/web-5669f7dd7f-9ksrc"?]',
    ],
    [
      "wait: { for: delete, on: deplo/web }",
      '5:30 wait-on: there is no kind "deplo" [did you mean "deploy"?]',
    ],
    [
      "fault: { type: PodKill, on: node/node-1 }",
      '5:33 fault-on: got "node/node-1"; PodKill needs "on", as in pod/web-1 or deploy/web',
    ],
    [
      "fault: { type: PodKill, on: deploy/web, for: 3s }",
      '5:50 fault-for: PodKill happens at once: leave "for" out',
    ],
    [
      "fault: { type: ProbeFail }",
      '5:12 fault-on: ProbeFail needs "on", as in pod/web-1 or deploy/web',
    ],
    [
      "fault: { type: RegistryDown, on: x }",
      '5:38 fault-on: RegistryDown concerns all: leave "on" out',
    ],
    [
      "fault: { type: ApiError, on: creat pods }",
      '5:34 fault-on: got "creat pods"; ApiError needs "on", as in create pods or update/status deployments',
    ],
  ])("%s", (step, problem) => {
    expect(problems(`${head}steps:\n  - ${step}\n---\n${deployment}`)).toEqual([problem]);
  });

  test.each([
    "wait: { for: condition=Ready, on: certificate/web }",
    "wait: { for: Delete, on: rollouts.argoproj.io/web }",
    "wait: { for: 'jsonpath={.status.replicas}=3', on: deployment.apps/web }",
    "wait: { for: condition=available, on: deploy/web }",
    "wait: { for: condition=example.com/warm, on: pod/web-1 }",
    "fault: { type: QuotaFull, for: 5s }",
  ])("%s is fine", (step) => {
    expect(problems(`${head}steps:\n  - ${step}\n---\n${deployment}`)).toEqual([]);
  });
});

describe("what could never be checked is a mistake", () => {
  const steps = "steps:\n  - { name: a, kubectl: get pods }\n  - { name: b, kubectl: get pods }\n";

  test.each([
    ["from: 10s, to: 5s", "9:38 no-time: it ends before it begins: from 10s to 5s"],
    ["from: b, to: a", "9:36 no-time: it ends before it begins: from b to a"],
    ["from: a, to: a", "9:36 no-time: it ends before it begins: from a to a"],
  ])("%s", (times, problem) => {
    const expectation = `expect:\n  always:\n    - { that: 'true', ${times} }\n`;
    expect(problems(`${head}${steps}${expectation}`)).toEqual([problem]);
  });

  test("what may be checked is not", () => {
    const expectation = "expect:\n  always:\n    - { that: 'true', from: b, to: 5s }\n";
    expect(problems(`${head}${steps}${expectation}`)).toEqual([]);
  });
});

test("a function that nobody knows is named, with the nearest", () => {
  const expectation = `expect: { finally: ['sahre("web", "a=b") == 0.1'] }\n`;
  expect(problems(`${head}${expectation}`)).toEqual([
    '4:22 cel: Unknown function: sahre [did you mean "share"?]',
  ]);
});

test("a kind of fault alone is shown as it is written", () => {
  expect(problems(`${head}behaviors: [{ fault: NeverReady }]\n`)).toEqual([
    '4:22 wrong-type: behaviors[0].fault must be a map, got text ("NeverReady") [write { type: NeverReady }]',
  ]);
});

test("a line alone is no step: its verb is missing", () => {
  expect(problems(`${head}steps: [kubectl get pods]\n`)).toEqual([
    '4:9 wrong-type: steps[0] must be a map, got text ("kubectl get pods") [begin with its verb, as in kubectl: get pods]',
  ]);
});

test("fields of no object are no assert", () => {
  const [problem] = problems(`${head}steps: [{ assert: { deploy/web: {} } }]\n`);
  expect(problem).toMatch(
    /^4:21 missing-key: the manifest has no .* \[an assert is an expression, as in .*\]$/,
  );
});

describe("requests to a Service that nothing makes", () => {
  const written = (steps: string, ...manifests: readonly string[]): readonly string[] =>
    problems(
      [`${head}traffic: [{ service: web, rps: 9 }]\nsteps: [${steps}]\n`, ...manifests].join(
        "---\n",
      ),
    );

  test("are a mistake: nobody would get them", () => {
    expect(written("", deployment)).toEqual([
      '4:22 unknown-service: there is no Service "web": no request would be sent [add its manifest after a line ---]',
    ]);
    expect(written("", service.replace("web }", "webb }"), deployment)).toEqual([
      '4:22 unknown-service: there is no Service "web": no request would be sent [did you mean "webb"?]',
    ]);
  });

  test("are one where a line names a Deployment that is called so", () => {
    expect(written("{ kubectl: rollout status deploy/web }", deployment)).toHaveLength(1);
  });

  test.each([
    ["a manifest", "", service],
    ["a line of kubectl", "{ kubectl: expose deploy/web --port=80 }", deployment],
    ["a file", "{ kubectl: apply -f all.yaml, exitCode: 1 }", deployment],
    [
      "a controller",
      "",
      "apiVersion: flagger.app/v1beta1\nkind: Canary\nmetadata: { name: web }\n" +
        "spec: { targetRef: { kind: Deployment, name: web }, service: { port: 80 } }\n",
    ],
  ])("are fine where it comes from %s", (_, step, manifest) => {
    expect(written(step, manifest).filter((told) => told.includes("unknown-service"))).toEqual([]);
  });
});

describe("objects that point at nothing", () => {
  const budget =
    "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: { name: web }\n" +
    "spec: { minAvailable: 1, selector: { matchLabels: { app: wbe } } }\n";
  const autoscaler =
    "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: { name: web }\n" +
    "spec: { scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: wbe }, maxReplicas: 3 }\n";
  const misspelt = service.replace("app: web", "app: wbe");
  const told = (...parts: readonly string[]): readonly string[] =>
    problems(parts.join("---\n")).filter((problem) => problem.includes("points-at-nothing"));

  test.each([
    [
      "a Service",
      misspelt,
      'no pod here has such labels: the Service selects nothing [did you mean "app: web"?]',
    ],
    [
      "a budget",
      budget,
      'no pod here has such labels: the PodDisruptionBudget selects nothing [did you mean "app: web"?]',
    ],
    [
      "an autoscaler",
      autoscaler,
      'there is no Deployment "wbe": nothing would be scaled [did you mean "web"?]',
    ],
  ])("%s is a warning where it stands", (_, manifest, message) => {
    expect(told(deployment, manifest)).toEqual([
      expect.stringMatching(/^\d+:\d+ points-at-nothing: /),
    ]);
    expect(told(deployment, manifest)[0]).toContain(message);
  });

  test("what they point at may come in a step, by kubectl, or from a controller", () => {
    const alone = `${head}steps: [STEP]\n`;
    const label = alone.replace("STEP", "{ kubectl: label pods --all app=wbe --overwrite }");
    expect(told(label, deployment, misspelt)).toEqual([]);
    const look = alone.replace("STEP", "{ kubectl: get pods }");
    expect(told(look, deployment, misspelt)).toHaveLength(1);
    const canary =
      "apiVersion: flagger.app/v1beta1\nkind: Canary\nmetadata: { name: web }\n" +
      "spec: { targetRef: { kind: Deployment, name: web }, service: { port: 80 } }\n";
    expect(told(deployment, misspelt, canary)).toEqual([]);
  });

  test("a file without workloads, another namespace's workloads and Services without a selector are nothing to tell", () => {
    expect(told(misspelt, budget, autoscaler)).toEqual([]);
    const elsewhere = misspelt.replace("name: web }", "name: web, namespace: other }");
    expect(told(deployment, elsewhere)).toEqual([]);
    expect(told(deployment, misspelt.replace("selector: { app: wbe }, ", ""))).toEqual([]);
    expect(told(deployment, service)).toEqual([]);
  });
});

describe("what an autoscaler asks for and nothing measures", () => {
  const autoscaler =
    "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: { name: web }\nspec:\n" +
    "  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }\n  maxReplicas: 3\n";
  const resource = (name: string): string =>
    `    - type: Resource\n      resource: { name: ${name}, target: { type: Utilization, averageUtilization: 50 } }\n`;
  const text = `${deployment}---\n${autoscaler}`;
  const line = text.split("\n").length;
  const noCpu =
    "not-simulated: nothing says how much CPU the pods use: cpu stays <unknown>, and the autoscaler does nothing on its account " +
    "[give cpu or load in behaviors, or traffic]";

  test("is a warning where the metric stands", () => {
    expect(problems(`${text}  metrics:\n${resource("cpu")}${resource("memory")}`)).toEqual([
      `${line + 2}:25 ${noCpu}`,
      `${line + 4}:25 not-simulated: memory is not measured: it stays <unknown>, and the autoscaler never scales down ` +
        "[an autoscaler here sees cpu alone]",
    ]);
  });

  test("is one, too, where the API server asks for cpu by itself, and for the requests of another system", () => {
    expect(problems(text)).toEqual([`${line - 3}:1 ${noCpu}`]);
    const pods =
      "    - { type: Pods, pods: { metric: { name: rps }, target: { type: AverageValue, averageValue: 1 } } }\n";
    expect(problems(`${text}  metrics:\n${pods}`)).toEqual([
      expect.stringMatching(`^${line + 1}:\\d+ not-simulated: rps of type Pods is not measured`),
    ]);
  });

  test.each(["cpu: 300m", "load: 4", "startCpu: { cpu: 1, for: 10s }"])(
    "is not cpu with %s in behaviors",
    (entry) => {
      const behaviors = `${head}behaviors: [{ ${entry} }]\n---\n`;
      expect(problems(`${behaviors}${text}  metrics:\n${resource("cpu")}`)).toEqual([]);
    },
  );
});

test.each(["web:v1:v2", "Web/App:1", "web:", "web@sha256:12", "we b"])(
  "%s is no image's name, and whoever plays it hears so",
  (image) => {
    expect(problems(deployment.replace("web:v1", image))).toEqual([
      expect.stringContaining(`image-name: ${JSON.stringify(image)} is no image's name`),
    ]);
  },
);

test.each([
  "nginx",
  "nginx:1.16.1",
  "localhost:5000/a/b__c--d.e:V1",
  "quay.io/x/y@sha256:" + "a".repeat(64),
  "GCR.io/x/y:1@sha256:" + "0".repeat(64),
  "[::1]:5000/x",
])("%s is an image's name", (image) => {
  expect(problems(deployment.replace("web:v1", image))).toEqual([]);
});

describe("what has to be rendered first says so", () => {
  const template =
    "1:8 template: a template, not YAML yet [render it first, as in helm template CHART > all.yaml]";

  test("a Helm template is one mistake, not ten", () => {
    expect(problems("name: {{ .Release.Name }}\nkind: {{ .Values.kind }}\n")).toEqual([
      template.replace("1:8", "1:7"),
    ]);
    expect(problems("{{- if .Values.on }}\nkind: x\n{{- end }}\n")).toEqual([
      template.replace("1:8", "1:1"),
    ]);
  });

  test("quoted braces are text", () => {
    const labelled = deployment.replace(
      "name: web }",
      'name: web, annotations: { a: "{{ x }}" } }',
    );
    expect(problems(labelled)).toEqual([]);
  });

  test("but for the image of a container, which no node could pull", () => {
    const templated = deployment.replace("web:v1", "web:{{ .Values.tag }}");
    expect(problems(templated)).toEqual([
      '9:46 template: "web:{{ .Values.tag }}" is a template, no image yet [render it first, as in helm template CHART > all.yaml]',
    ]);
  });

  test("a Kustomization is told by its group, or by its file's name", () => {
    const told =
      "a Kustomization names manifests, it is none [apply its folder in a step, kubectl: apply -k FOLDER, or render it: kubectl kustomize FOLDER]";
    const kustomization = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n";
    expect(problems(kustomization)).toEqual([`1:1 kustomization: ${told}`]);
    expect(checkScenario("resources: [a.yaml]\n", "x/kustomization.yaml").problems).toMatchObject([
      { code: "kustomization" },
    ]);
  });
});
