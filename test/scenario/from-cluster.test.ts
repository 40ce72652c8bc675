import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import type { Behavior } from "../../src/kubelet/behavior.ts";
import { checkScenario, parseScenario } from "../../src/scenario/parse.ts";
import { clusterAt, runScenario } from "../../src/scenario/run.ts";
import {
  NOW,
  ago,
  labels,
  owner,
  deployment,
  replicaSet,
  type Found,
  pod,
  ready,
  unready,
  waiting,
  running,
  exited,
  dump,
} from "../support/found.ts";
import { runs } from "../support/seed.ts";

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

  /** Pods available a minute after a line of kubectl. */
  const availableAfter = (state: object, line: string): number => {
    const steps = `steps: [{ kubectl: ${line} }]\ncluster:`;
    const text = scenario(dump(pod({ status: state }))).replace("cluster:", steps);
    const deployments = clusterAt(parseScenario(text), 60_000).api.list("deployments");
    return deployments.reduce((sum, { status }) => sum + (status.availableReplicas ?? 0), 0);
  };

  test("a restart makes pods of the same spec, which do as these do", () => {
    const crashing = unready(waiting("CrashLoopBackOff"), { restarts: 3 });
    expect(availableAfter(crashing, "rollout restart deploy/web")).toBe(0);
    expect(availableAfter(crashing, "set env deploy/web A=1")).toBeGreaterThan(0);
  });

  test("an image that cannot be pulled cannot be, whatever else changes", () => {
    const missing = unready(waiting("ImagePullBackOff"));
    expect(availableAfter(missing, "set env deploy/web A=1")).toBe(0);
    expect(availableAfter(missing, "set image deploy/web web=web:v2")).toBeGreaterThan(0);
  });

  test("a new version does as its Deployment did", () => {
    const { behaviors, apps } = parseScenario(scenario(dump(well)));
    expect(behaviors.at(-1)).toEqual({ match: { labels }, ...after });
    expect(apps).toHaveLength(behaviors.length);
  });
});

test("a Deployment that selects by expressions alone has pods of its template's labels", () => {
  const text = dump(pod({ status: ready(590, 580, 577) }));
  const byExpression = text.replace(
    /"selector":\s*\{\s*"matchLabels":\s*\{\s*"app": "web"\s*\}/u,
    '"selector": { "matchExpressions": [{ "key": "app", "operator": "Exists" }]',
  );
  expect(byExpression).not.toBe(text);
  expect(parseScenario(byExpression).behaviors.at(-1)!.match).toEqual({ labels });
});

describe("the cluster is as it was", () => {
  const well = { status: ready(590, 580, 577) };

  test("with its nodes; where a pod found no room on them, they are full", () => {
    const found = [
      pod({ ...well, node: "b" }),
      pod({ ...well, node: "a" }),
      pod({ ...well, node: "b" }),
    ];
    const { cluster } = parseScenario(dump(...found));
    expect(cluster.nodes).toEqual([
      { name: "a", pods: 110 },
      { name: "b", pods: 110 },
    ]);
    const full = parseScenario(dump(...found, pod({ node: null, status: { phase: "Pending" } })));
    expect(full.cluster.nodes).toEqual([
      { name: "a", pods: 1 },
      { name: "b", pods: 2 },
    ]);
    const pods = clusterAt(full, 60_000).api.list("pods");
    const nodes = pods.map(({ spec }) => (spec as { nodeName?: string }).nodeName);
    expect(nodes).toEqual(["b", "a", "b", undefined]);
    const nowhere = dump(pod({ node: null, status: { phase: "Pending" } }));
    expect(parseScenario(nowhere).cluster.nodes).toEqual([{ pods: 0 }]);
  });

  test("with the room that its Nodes have, and that other pods leave of it", () => {
    const node = (name: string, spec: object = {}): object => ({
      apiVersion: "v1",
      kind: "Node",
      metadata: { name, uid: name, labels: { zone: name } },
      spec,
      status: { allocatable: { cpu: "4", memory: "8Gi", pods: "20" } },
    });
    const containers = [
      { name: "agent", image: "agent", resources: { requests: { cpu: "500m", memory: "1Gi" } } },
    ];
    const agent = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "agent-x", uid: "agent-x", ownerReferences: [owner("DaemonSet", "agent")] },
      spec: { nodeName: "a", containers },
      status: { phase: "Running" },
    };
    const taints = [{ key: "gpu", effect: "NoSchedule", timeAdded: ago(5) }];
    const others = [agent, node("b", { taints }), node("a"), node("c", { unschedulable: true })];
    const scenario = parseScenario(dump(pod(well), ...others));
    const room = { cpu: "4000m", memory: "8589934592", pods: 20 };
    expect(scenario.cluster.nodes).toEqual([
      { name: "a", labels: { zone: "a" }, cpu: "3500m", memory: "7516192768", pods: 19 },
      { name: "b", labels: { zone: "b" }, taints: [{ key: "gpu", effect: "NoSchedule" }], ...room },
      { name: "c", labels: { zone: "c" }, ...room, pods: 0 },
    ]);
    const names = clusterAt(scenario, 0)
      .api.list("nodes")
      .map(({ metadata }) => metadata.name);
    expect(names).toEqual(["a", "b", "c"]);
  });

  test("at the latest time that it tells of, or when a Scenario says", () => {
    expect(parseScenario(dump(pod(well))).cluster.startTime).toBe(ago(577));
    expect(parseScenario(scenario(dump(pod(well)))).cluster.startTime).toBe(NOW);
  });

  test("in its namespace, if it is one", () => {
    const text = dump(pod(well)).replaceAll('"namespace": "default"', '"namespace": "shop"');
    expect(parseScenario(text).namespace).toBe("shop");
    expect(clusterAt(parseScenario(text), 0).api.list("pods", { namespace: "shop" })).toHaveLength(
      1,
    );
    const twice = `${text}\n---\n${dump(pod(well)).replaceAll(/"uid": "[^"]+/gu, (uid) => `${uid}-2`)}`;
    expect(parseScenario(twice).namespace).toBe("default");
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
        `deployment/web goes on from ${ago(577)}`,
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
    {
      ...runs(200),
      examples: [[["0", "status", "conditions", "1", "lastUpdateTime"], "9999-99-99T00:00:00Z"]],
    },
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
