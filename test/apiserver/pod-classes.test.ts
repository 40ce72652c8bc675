import { describe, expect, test } from "vitest";
import type { Pod } from "../../src/api/core.ts";
import type { KubeObject } from "../../src/api/meta.ts";
import { Cluster } from "../../src/cluster.ts";

const labels = { app: "web" };
const containers = [{ name: "web", image: "web:v1" }];

function pod(spec: object): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web" },
    spec: { containers, ...spec },
  };
}

function priorityClass(name: string, value: number, more: object = {}): KubeObject {
  return {
    apiVersion: "scheduling.k8s.io/v1",
    kind: "PriorityClass",
    metadata: { name },
    value,
    ...more,
  };
}

type Answer = ReturnType<Cluster["api"]["create"]>;
const message = (answer: Answer): string => (answer.ok ? "accepted" : answer.status.message);

describe("a PriorityClass", () => {
  test("gives a pod its priority and policy; two are always there", () => {
    const { api } = new Cluster();
    api.create(priorityClass("batch", 100, { preemptionPolicy: "Never" }));
    const made = [
      { priorityClassName: "batch" },
      { priorityClassName: "system-node-critical" },
      {},
    ];
    const specs = made.map((spec, i) => {
      const answer = api.create({ ...pod(spec), metadata: { name: `web-${i}` } });
      return answer.ok ? (answer.value as Pod).spec : {};
    });
    expect(specs).toMatchObject([
      { priority: 100, preemptionPolicy: "Never" },
      { priority: 2_000_001_000, preemptionPolicy: "PreemptLowerPriority" },
      { priority: 0, preemptionPolicy: "PreemptLowerPriority" },
    ]);
  });

  test("alone says whether a pod preempts others: the pod itself may only agree", () => {
    const { api } = new Cluster();
    expect(message(api.create(pod({ preemptionPolicy: "PreemptLowerPriority" })))).toBe("accepted");
    expect(message(api.create(pod({ preemptionPolicy: "Never" })))).toContain(
      "the string value of PreemptionPolicy (Never) must not be provided in pod spec; priority admission controller " +
        "computed PreemptLowerPriority from the given PriorityClass name",
    );
  });

  test("that is the default names itself in pods that name none", () => {
    const { api } = new Cluster();
    api.create(priorityClass("usual", 7, { globalDefault: true }));
    expect(api.create(pod({}))).toMatchObject({
      ok: true,
      value: { spec: { priorityClassName: "usual", priority: 7 } },
    });
  });

  test.each([
    [
      priorityClass("a", 2_000_000_000),
      "value: Forbidden: maximum allowed value of a user defined priority is 1000000000",
    ],
    [priorityClass("system-x", 1), "error: system-x is not a known system priority class"],
    [
      priorityClass("a", 1, { preemptionPolicy: "Maybe" }),
      'preemptionPolicy: Unsupported value: "Maybe": supported values: "PreemptLowerPriority", "Never"',
    ],
  ])("is refused out of bounds: %j", (object, why) => {
    expect(message(new Cluster().api.create(object))).toContain(why);
  });

  test("keeps its value", () => {
    const { api } = new Cluster();
    api.create(priorityClass("a", 1));
    const answer = api.patch({ resource: "priorityclasses", name: "a" }, "merge", { value: 2 });
    expect(message(answer)).toContain("value: Forbidden: may not be changed in an update.");
  });
});

test.each([
  [{ priorityClassName: "nope" }, "no PriorityClass with name nope was found"],
  [
    { priority: 7 },
    "the integer value of priority (7) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name",
  ],
  [{ runtimeClassName: "gvisor" }, 'pod rejected: RuntimeClass "gvisor" not found'],
])("A pod is not let in without its class: %j", (spec, why) => {
  expect(message(new Cluster().api.create(pod(spec)))).toBe(`pods "web" is forbidden: ${why}`);
});

test("A Deployment whose class is missing says so in its events, and goes on once it is there", () => {
  const cluster = new Cluster();
  const spec = { containers, priorityClassName: "gold" };
  const told = new Set<string>();
  cluster.on("event", ({ reason, message }) => {
    if (reason === "FailedCreate") told.add(message);
  });
  cluster.act("create", (api) =>
    api.create({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web" },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    }),
  );
  cluster.runUntil(1000);
  expect([...told].join()).toMatch(
    /^Error creating: pods "web-\w+-" is forbidden: no PriorityClass with name gold was found$/,
  );
  expect(cluster.api.list("pods")).toEqual([]);
  cluster.api.create(priorityClass("gold", 9));
  cluster.runUntil(60_000);
  expect(cluster.api.list("pods")).toMatchObject([{ spec: { priority: 9 } }]);
});
