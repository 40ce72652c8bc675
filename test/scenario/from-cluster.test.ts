import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import type { Behavior } from "../../src/kubelet/behavior.ts";
import { checkScenario, parseScenario } from "../../src/scenario/parse.ts";
import { clusterAt, runScenario } from "../../src/scenario/run.ts";

const NOW = "2026-11-29T18:10:00Z";
/** So many seconds before it. */
const ago = (seconds: number): string =>
  new Date(Date.parse(NOW) - seconds * 1000).toISOString().replace(".000Z", "Z");

const labels = { app: "web" };
const podSpec = { containers: [{ name: "web", image: "web:v1" }] };

function owner(kind: string, name: string): object {
  return {
    apiVersion: "apps/v1",
    kind,
    name,
    uid: name,
    controller: true,
    blockOwnerDeletion: true,
  };
}

function deployment(replicas: number): object {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: "web",
      namespace: "default",
      uid: "web",
      creationTimestamp: ago(600),
      generation: 1,
      annotations: { "deployment.kubernetes.io/revision": "1" },
    },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: podSpec },
    },
    status: { observedGeneration: 1, replicas, updatedReplicas: replicas },
  };
}

function replicaSet(replicas: number): object {
  const hashed = { ...labels, "pod-template-hash": "abc" };
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: "web-abc",
      namespace: "default",
      uid: "web-abc",
      creationTimestamp: ago(600),
      generation: 1,
      labels: hashed,
      annotations: { "deployment.kubernetes.io/revision": "1" },
      ownerReferences: [owner("Deployment", "web")],
    },
    spec: {
      replicas,
      selector: { matchLabels: hashed },
      template: { metadata: { labels: hashed }, spec: podSpec },
    },
    status: { observedGeneration: 1, replicas, fullyLabeledReplicas: replicas },
  };
}

interface Found {
  readonly created?: number;
  readonly status?: object;
  readonly node?: string | null;
  readonly deletion?: number;
}

let pods = 0;
function pod({ created = 600, status = {}, node = "a", deletion }: Found): object {
  const name = `web-abc-${++pods}`;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: "default",
      uid: name,
      creationTimestamp: ago(created),
      labels: { ...labels, "pod-template-hash": "abc" },
      ownerReferences: [owner("ReplicaSet", "web-abc")],
      ...(deletion === undefined
        ? {}
        : { deletionTimestamp: ago(-deletion), deletionGracePeriodSeconds: 30 }),
    },
    spec: node === null ? podSpec : { ...podSpec, nodeName: node },
    status,
  };
}

const condition = (type: string, status: string, seconds: number): object => ({
  type,
  status,
  lastTransitionTime: ago(seconds),
});

/** So many seconds before now it came to its node, ran, and got ready. */
function ready(scheduled: number, started: number, since: number): object {
  const running = { state: { running: { startedAt: ago(started) } }, restartCount: 0 };
  return {
    phase: "Running",
    conditions: [condition("PodScheduled", "True", scheduled), condition("Ready", "True", since)],
    containerStatuses: [{ name: "web", ready: true, image: "web:v1", imageID: "", ...running }],
  };
}

function unready(state: object, { restarts = 0, lastState = {}, scheduled = 590 } = {}): object {
  const status = { state, lastState, restartCount: restarts };
  return {
    phase: "Pending",
    conditions: [
      condition("PodScheduled", "True", scheduled),
      condition("Ready", "False", scheduled),
    ],
    containerStatuses: [{ name: "web", ready: false, image: "web:v1", imageID: "", ...status }],
  };
}

const waiting = (reason: string): object => ({ waiting: { reason } });
const running = (seconds: number): object => ({ running: { startedAt: ago(seconds) } });
const exited = (began: number, ended: number): object => ({
  terminated: { exitCode: 1, reason: "Error", startedAt: ago(began), finishedAt: ago(ended) },
});

function dump(...found: readonly object[]): string {
  const items = [deployment(found.length), replicaSet(found.length), ...found];
  return JSON.stringify({ apiVersion: "v1", kind: "List", items }, undefined, 1);
}

/** With a Scenario that says what time it is. */
function scenario(text: string): string {
  return `kind: Scenario\napiVersion: rollsim.dev/v1alpha1\nmetadata: { name: found }\ncluster: { startTime: "${NOW}" }\n---\n${text}\n`;
}

function behaviorOf(...found: readonly object[]): Behavior {
  const { behaviors } = parseScenario(scenario(dump(...found)));
  const [first] = behaviors;
  expect(first!.match).toEqual({ labels: { "pod-template-hash": "abc" } });
  const { match: _, ...rest } = first!;
  return rest;
}

describe("pods to come do as those of their ReplicaSet did", () => {
  test("they take the median of the times that these took to start and to get ready", () => {
    const found = [pod({ status: ready(590, 580, 573) }), pod({ status: ready(590, 588, 580) })];
    const third = pod({ status: ready(100, 96, 90) });
    expect(behaviorOf(...found, third)).toEqual({ start: { delay: 4000 }, ready: { delay: 7000 } });
  });

  test("a container that was restarted says nothing of them", () => {
    const restarted = ready(590, 80, 10) as { containerStatuses: { restartCount: number }[] };
    restarted.containerStatuses[0]!.restartCount = 2;
    expect(behaviorOf(pod({ status: restarted }), pod({ status: ready(590, 580, 577) }))).toEqual({
      start: { delay: 10_000 },
      ready: { delay: 3000 },
    });
  });

  const after = { start: { delay: 10_000 }, ready: { delay: 3000 } };
  const well = pod({ status: ready(590, 580, 577) });
  test.each<[string, Found, Behavior["fault"]]>([
    ["cannot pull", { status: unready(waiting("ImagePullBackOff")) }, { type: "ImagePullBackOff" }],
    [
      "just failed to pull",
      { status: unready(waiting("ErrImagePull")) },
      { type: "ImagePullBackOff" },
    ],
    [
      "has no image's name",
      { status: unready(waiting("InvalidImageName")) },
      { type: "ImagePullBackOff" },
    ],
    [
      "crashes",
      { status: unready(waiting("CrashLoopBackOff"), { restarts: 3, lastState: exited(25, 20) }) },
      { type: "CrashLoopBackOff", after: 5000 },
    ],
    [
      "has just crashed",
      { status: unready(exited(9, 2), { restarts: 1 }) },
      { type: "CrashLoopBackOff", after: 7000 },
    ],
    [
      "runs again after a crash",
      { status: unready(running(2), { restarts: 1, lastState: exited(20, 12) }) },
      { type: "CrashLoopBackOff", after: 8000 },
    ],
    [
      "has been unready for long",
      { status: unready(running(300), { scheduled: 310 }) },
      { type: "NeverReady" },
    ],
    [
      "has not started for long",
      { status: unready(waiting("ContainerCreating")) },
      { type: "NeverRunning" },
    ],
    [
      "lacks its Secret",
      { status: unready(waiting("CreateContainerConfigError")) },
      { type: "NeverRunning" },
    ],
  ])("one that %s: as many of those to come do the same", (_, found, fault) => {
    expect(behaviorOf(well, pod(found))).toEqual({
      start: { delay: 10_000 },
      ready: { delay: 3000 },
      fault: { ...fault, probability: 0.5 },
    });
  });

  test.each<[string, object]>([
    ["unready", unready(running(12), { scheduled: 15 })],
    ["starting", unready(waiting("ContainerCreating"), { scheduled: 15 })],
  ])("one that has been %s for no longer than others may have been goes on", (_, status) => {
    expect(behaviorOf(well, pod({ created: 15, status }))).toMatchObject(after);
    const cluster = clusterAt(
      parseScenario(scenario(dump(well, pod({ created: 15, status })))),
      20_000,
    );
    const phases = cluster.api
      .list("pods")
      .map((each) => (each["status"] as { phase: string }).phase);
    expect(phases).toEqual(["Running", "Running"]);
  });

  test("those that are still to end take all their time", () => {
    const text = scenario(dump(well, pod({ status: ready(590, 580, 577), deletion: 20 })));
    expect(parseScenario(text).behaviors[0]).toMatchObject({ terminate: { delay: 30_000 } });
    const at = (ms: number) => clusterAt(parseScenario(text), ms).api.list("pods").length;
    // Another one came in its place.
    expect([at(19_000), at(20_000)]).toEqual([3, 2]);
  });

  test("a Scenario's own behaviors come first", () => {
    const own = scenario(dump(well)).replace(
      "cluster:",
      "behaviors: [{ ready: { delay: 1s } }]\ncluster:",
    );
    expect(parseScenario(own).behaviors[0]).toEqual({ ready: { delay: 1000 } });
  });

  test("a new version does as its Deployment did", () => {
    const { behaviors, apps } = parseScenario(scenario(dump(well)));
    expect(behaviors.at(-1)).toEqual({ match: { labels }, ...after });
    expect(apps).toHaveLength(behaviors.length);
  });
});

describe("the cluster is as it was", () => {
  const well = { status: ready(590, 580, 577) };

  test("with its nodes; where a pod found no room on them, they are full", () => {
    const found = [
      pod({ ...well, node: "b" }),
      pod({ ...well, node: "a" }),
      pod({ ...well, node: "b" }),
    ];
    expect(parseScenario(dump(...found)).cluster.nodes).toEqual([{ pods: 110 }, { pods: 110 }]);
    const full = parseScenario(dump(...found, pod({ node: null, status: { phase: "Pending" } })));
    expect(full.cluster.nodes).toEqual([{ pods: 1 }, { pods: 2 }]);
    const cluster = clusterAt(full, 60_000);
    const nodes = cluster.api
      .list("pods")
      .map(({ spec }) => (spec as { nodeName?: string }).nodeName);
    expect(nodes).toEqual(["node-2", "node-1", "node-2", undefined]);
  });

  test("at the latest time that it tells of, or when a Scenario says", () => {
    expect(parseScenario(dump(pod(well))).cluster.startTime).toBe(ago(577));
    expect(parseScenario(scenario(dump(pod(well)))).cluster.startTime).toBe(NOW);
  });

  test("with pods that have failed, or are through", () => {
    const evicted = pod({ status: { phase: "Failed", reason: "Evicted" } });
    const through = pod({ status: { phase: "Succeeded" } });
    const cluster = clusterAt(parseScenario(dump(pod(well), evicted, through)), 0);
    const phases = cluster.api
      .list("pods")
      .map((each) => (each["status"] as { phase: string }).phase);
    // Those two count for nothing: others were made.
    expect(phases.toSorted()).toEqual(["Failed", "Pending", "Pending", "Running", "Succeeded"]);
  });

  test("and whoever plays it is told, with what is taken from it", () => {
    const text = dump(pod(well), pod({ status: unready(waiting("ImagePullBackOff")) }));
    const { problems } = checkScenario(text, "now.json");
    expect(
      problems.map(({ severity, code, message, hint }) => [severity, code, message, hint]),
    ).toEqual([
      [
        "warning",
        "goes-on",
        `Deployment web goes on from ${ago(577)}`,
        "pods of web-abc: cannot pull their image (1 found), 50% of them. behaviors of a Scenario can say otherwise",
      ],
    ]);
  });
});

describe("what is not whole is made anew", () => {
  const hint = "to go on from where a Deployment was, give all: kubectl get deploy,rs,pods -o yaml";
  const told = (text: string) =>
    checkScenario(text, "now.json").problems.map(({ code, message, hint: then }) => [
      code,
      message,
      then,
    ]);

  test("as a ReplicaSet whose pods are missing", () => {
    const items = [deployment(2), replicaSet(2)];
    expect(told(JSON.stringify({ apiVersion: "v1", kind: "List", items }))).toEqual([
      ["left-out", "made by a controller, which makes its own here: ReplicaSet web-abc", hint],
    ]);
  });

  test("but for one that has none", () => {
    const items = [deployment(0), replicaSet(0)];
    expect(
      told(JSON.stringify({ apiVersion: "v1", kind: "List", items })).map(([code]) => code),
    ).toEqual(["goes-on"]);
  });
});

const broken = fc.constantFrom<unknown>(
  null,
  -1,
  1.5,
  "",
  "x",
  "9999-99-99T00:00:00Z",
  [],
  {},
  [null],
  true,
);

test("whatever is wrong in it is told, or played", () => {
  const file = new URL("../../scenarios/found-stuck.yaml", import.meta.url);
  const whole = JSON.stringify(
    parseScenario(readFileSync(file, "utf8")).manifests.map(({ object }) => object),
  );
  const paths = pathsOf(JSON.parse(whole), []);
  fc.assert(
    fc.property(fc.constantFrom(...paths), broken, (path, value) => {
      const items = JSON.parse(whole) as KubeObject[];
      put(items, path, value);
      const text = JSON.stringify({ apiVersion: "v1", kind: "List", items });
      const { scenario: good, problems } = checkScenario(text, "now.json");
      if (good === undefined)
        expect(problems.some(({ severity }) => severity === "error")).toBe(true);
      else runScenario(good, { until: 700_000 });
    }),
    { numRuns: 200 },
  );
});

function pathsOf(value: unknown, path: readonly string[]): readonly (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [path];
  return [
    path,
    ...Object.entries(value).flatMap(([key, child]) => pathsOf(child, [...path, key])),
  ].filter((each) => each.length > 1);
}

function put(root: object, path: readonly string[], value: unknown): void {
  const holder = path
    .slice(0, -1)
    .reduce((at, key) => at[key] as Record<string, unknown>, root as Record<string, unknown>);
  holder[path.at(-1)!] = value;
}
