/** Pods of higher priority that take the room of others. */
import { expect, test } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import { Cluster } from "../../src/cluster.ts";

const second = 1000;

function priorityClass(name: string, value: number, more: object = {}): object {
  const apiVersion = "scheduling.k8s.io/v1";
  return { apiVersion, kind: "PriorityClass", metadata: { name }, value, ...more };
}

interface PodShape {
  readonly cpu?: string;
  readonly priority?: string;
  readonly labels?: object;
}

function pod(name: string, { cpu, priority, labels }: PodShape = {}): object {
  const resources = cpu === undefined ? {} : { resources: { requests: { cpu } } };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", ...(labels === undefined ? {} : { labels }) },
    spec: {
      containers: [{ name: "web", image: "web:1", ...resources }],
      ...(priority === undefined ? {} : { priorityClassName: priority }),
    },
  };
}

/** So many nodes with 2 CPUs and room for `pods`; pods are created a second apart. */
function world(nodes: number, objects: readonly object[], pods = 110): Cluster {
  const cluster = new Cluster({
    nodes: [{ count: nodes, cpu: "2", pods }],
    behaviors: [{ terminate: { delay: 3 * second } }],
  });
  create(cluster, priorityClass("high", 1000));
  create(cluster, priorityClass("mid", 10));
  create(cluster, priorityClass("polite", 1000, { preemptionPolicy: "Never" }));
  for (const object of objects) {
    create(cluster, object);
    cluster.runUntil(cluster.now + second);
  }
  return cluster;
}

function create(cluster: Cluster, object: object): void {
  cluster.act("create", (api) => expect(api.create(object as never)).toMatchObject({ ok: true }));
}

/** `name node`, `name -` where it waits; `x` after those that are asked to stop. */
function pods(cluster: Cluster): string[] {
  return cluster.api.list("pods").map((each) => {
    const { nodeName = "-" } = each["spec"] as { readonly nodeName?: string };
    const ending = each.metadata.deletionTimestamp === undefined ? "" : " x";
    return `${each.metadata.name} ${nodeName}${ending}`;
  });
}

function messages(cluster: Cluster, reason: string): string[] {
  return cluster.api
    .list("events")
    .filter((event) => event["reason"] === reason)
    .map(
      (event) =>
        `${(event["involvedObject"] as KubeObject["metadata"]).name}: ${String(event["message"])}`,
    );
}

test("a pod that fits nowhere asks one of lower priority to stop, waits for it, and takes its room", () => {
  const cluster = world(1, [
    pod("low", { cpu: "1500m" }),
    pod("other", { cpu: "500m" }),
    pod("high", { cpu: "1", priority: "high" }),
  ]);
  expect(pods(cluster)).toEqual(["high -", "low node-1 x", "other node-1"]);
  const [high] = cluster.api.list("pods");
  expect(messages(cluster, "FailedScheduling")).toEqual([
    "high: 0/1 nodes are available: 1 Insufficient cpu.",
  ]);
  expect(messages(cluster, "Preempted")).toEqual([
    `low: Preempted by pod ${high!.metadata.uid!} on node node-1`,
  ]);
  const deletions = cluster.trace.entries.flatMap((entry) =>
    entry.kind === "write" && entry.verb === "delete"
      ? [`${entry.by} ${entry.resource} ${entry.namespace}/${entry.name}`]
      : [],
  );
  expect(deletions).toEqual(["default-scheduler pods default/low"]);
  for (const each of [cluster, cluster.fork()]) {
    expect(each.api.list("pods")[0]!["status"]).toMatchObject({ nominatedNodeName: "node-1" });
    each.runUntil(5 * second);
    expect(pods(each)).toEqual(["high node-1", "other node-1"]);
  }
});

test("no more go than need be, the least important ones", () => {
  const cluster = world(1, [
    pod("first", { cpu: "500m" }),
    pod("last", { cpu: "500m" }),
    pod("rest", { cpu: "500m" }),
    pod("mid", { cpu: "500m", priority: "mid" }),
    pod("high", { cpu: "1", priority: "high" }),
  ]);
  expect(pods(cluster)).toEqual([
    "first node-1",
    "high -",
    "last node-1 x",
    "mid node-1",
    "rest node-1 x",
  ]);
});

test("of nodes the one whose pods are of the lowest priority, then where the fewest go, is taken", () => {
  const cluster = world(3, [
    pod("mid", { cpu: "2", priority: "mid" }),
    pod("a", { cpu: "2" }),
    pod("b", { cpu: "1" }),
    pod("c", { cpu: "1" }),
    pod("high", { cpu: "2", priority: "high" }),
  ]);
  const ending = pods(cluster).filter((each) => each.endsWith("x"));
  expect(ending.map((each) => each.split(" ")[0])).toEqual(["a"]);
});

test("of nodes that lose alike the one whose pods started last is taken, and of those the first", () => {
  const low = [pod("early", { cpu: "2" }), pod("late", { cpu: "2" })];
  const one = world(2, [...low, pod("high", { cpu: "2", priority: "high" })]);
  expect(pods(one)).toEqual(["early node-1", "high -", "late node-2 x"]);
  const other = world(2, []);
  for (const each of low) create(other, each);
  other.runUntil(second);
  create(other, pod("high", { cpu: "2", priority: "high" }));
  other.runUntil(2 * second);
  expect(pods(other)).toEqual(["early node-1 x", "high -", "late node-2"]);
});

// kube-scheduler/util GetPodStartTime: status.startTime, which the kubelet sets.
test("a pod that waited for its node started later than one that came after it and went in at once", () => {
  const cluster = world(2, [pod("half", { cpu: "1" }), pod("whole", { cpu: "2" })]);
  create(cluster, pod("waits", { cpu: "2" }));
  cluster.runUntil(3 * second);
  create(cluster, pod("at-once", { cpu: "1" }));
  for (const name of ["half", "whole"]) {
    cluster.act("delete", (api) => {
      expect(api.delete({ resource: "pods", namespace: "default", name }).ok).toBe(true);
    });
  }
  cluster.runUntil(10 * second);
  expect(pods(cluster)).toEqual(["at-once node-1", "waits node-2"]);
  create(cluster, pod("high", { cpu: "2", priority: "high" }));
  cluster.runUntil(11 * second);
  expect(pods(cluster)).toEqual(["at-once node-1", "high -", "waits node-2 x"]);
});

test("one of higher priority takes room that was kept, and the pod that waited for it finds other victims", () => {
  const cluster = world(2, [
    pod("early", { cpu: "2" }),
    pod("late", { cpu: "2" }),
    pod("mid", { cpu: "2", priority: "mid" }),
    pod("high", { cpu: "2", priority: "high" }),
  ]);
  expect(pods(cluster)).toEqual(["early node-1 x", "high -", "late node-2 x", "mid -"]);
  expect(messages(cluster, "Preempted").map((each) => each.split(":")[0])).toEqual([
    "early",
    "late",
  ]);
  for (const each of [cluster, cluster.fork()]) {
    each.runUntil(10 * second);
    expect(pods(each)).toEqual(["high node-2", "mid node-1"]);
  }
});

test("a pod whose room another took, who takes none from others, finds other victims, too", () => {
  const cluster = world(2, [
    pod("early", { cpu: "2" }),
    pod("late", { cpu: "2" }),
    pod("mid", { cpu: "2", priority: "mid" }),
    pod("polite", { cpu: "2", priority: "polite" }),
  ]);
  expect(pods(cluster)).toEqual(["early node-1", "late node-2 x", "mid -", "polite -"]);
  cluster.runUntil(12 * second);
  expect(pods(cluster)).toEqual(["mid node-1", "polite node-2"]);
});

test.each([
  ["whose priorities are the least in sum", ["mid", "mid", "mid", undefined], "a d"],
  ["of which the first began last", [undefined, undefined, undefined, undefined], "b c"],
  ["whose most important pods began last", [undefined, undefined, "mid", "mid"], "a d"],
])("of nodes with as important pods the one is taken %s", (_, priorities, gone) => {
  const [a, b, c, d] = priorities.map((priority, i) =>
    pod("abcd".charAt(i), { cpu: "1", ...(priority === undefined ? {} : { priority }) }),
  );
  const cluster = world(2, [a!, b!, c!, d!]);
  expect(pods(cluster)).toEqual(["a node-1", "b node-2", "c node-2", "d node-1"]);
  create(cluster, pod("high", { cpu: "2", priority: "high" }));
  cluster.runUntil(cluster.now + second);
  const ending = pods(cluster).filter((each) => each.endsWith("x"));
  expect(ending.map((each) => each.charAt(0)).join(" ")).toBe(gone);
});

test("room that is left but does not suffice lets a pod that waits take the rest", () => {
  const cluster = world(1, [
    pod("a", { cpu: "500m", priority: "high" }),
    pod("b", { cpu: "1", priority: "high" }),
    pod("low", { cpu: "500m" }),
    pod("mid", { cpu: "1", priority: "mid" }),
    pod("small", { cpu: "400m" }),
  ]);
  expect(pods(cluster)).toEqual(["a node-1", "b node-1", "low node-1", "mid -", "small -"]);
  cluster.act("delete", (api) => api.delete({ resource: "pods", name: "a" }));
  cluster.runUntil(20 * second);
  expect(pods(cluster)).toEqual(["b node-1", "mid node-1", "small -"]);
});

test("a number of pods that fit makes victims, too", () => {
  const cluster = world(1, [pod("low"), pod("high", { priority: "high" })], 1);
  cluster.runUntil(10 * second);
  expect(pods(cluster)).toEqual(["high node-1"]);
});

test("pods that a budget protects are spared where others do", () => {
  const budget = {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "web", namespace: "default" },
    spec: { minAvailable: "100%", selector: { matchLabels: { app: "web" } } },
  };
  const cluster = world(1, [
    pod("first", { cpu: "1" }),
    budget,
    pod("web", { cpu: "1", labels: { app: "web" } }),
    pod("high", { cpu: "1", priority: "high" }),
  ]);
  expect(pods(cluster)).toEqual(["first node-1 x", "high -", "web node-1"]);
});

test("a pod that two budgets protect counts in both, also where the first spares none", () => {
  const budget = (name: string): object => ({
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, namespace: "default" },
    spec: { minAvailable: 1, selector: { matchLabels: { [name]: "yes" } } },
  });
  const cluster = world(1, [
    pod("first", { cpu: "500m" }),
    budget("a"),
    budget("b"),
    pod("both", { cpu: "500m", labels: { a: "yes", b: "yes" } }),
    pod("second", { cpu: "500m", labels: { b: "yes" } }),
    pod("high", { cpu: "1", priority: "high" }),
  ]);
  // `a` lets none of its one pod go, `b` one of two: that is `both`, so that none is left for `second`.
  expect(pods(cluster)).toEqual(["both node-1", "first node-1 x", "high -", "second node-1"]);
});

test.each([
  ["its policy is Never", "polite", "1", "preemption: not eligible due to preemptionPolicy=Never"],
  ["no pod is of lower priority", undefined, "1", "No preemption victims found"],
  ["it asks for more than the node has", "high", "3", "Preemption is not helpful for scheduling"],
])("a pod takes nobody's room where %s", (_, priority, cpu, why) => {
  const cluster = world(1, [
    pod("low", { cpu: "2" }),
    pod("more", { cpu, ...(priority === undefined ? {} : { priority }) }),
  ]);
  cluster.runUntil(10 * second);
  expect(pods(cluster)).toEqual(["low node-1", "more -"]);
  expect(messages(cluster, "FailedScheduling")[0]).toMatch(new RegExp(why));
});

test("what is left is kept for the pod that it was left for, and the most important waits the least", () => {
  const cluster = world(1, [
    pod("low", { cpu: "1500m" }),
    pod("high", { cpu: "2", priority: "high" }),
    pod("tiny", { cpu: "500m" }),
    pod("small", { cpu: "1500m" }),
    pod("mid", { cpu: "1500m", priority: "mid" }),
  ]);
  for (const each of [cluster.fork(), cluster]) {
    each.runUntil(10 * second);
    expect(pods(each)).toEqual(["high node-1", "mid -", "small -", "tiny -"]);
    each.act("delete", (api) => api.delete({ resource: "pods", name: "high" }));
    each.runUntil(20 * second);
    expect(pods(each)).toEqual(["mid node-1", "small -", "tiny node-1"]);
  }
});

test("if the pod that others made room for is gone, those that wait take it", () => {
  const cluster = world(1, [
    pod("low", { cpu: "2" }),
    pod("high", { cpu: "2", priority: "high" }),
    pod("small", { cpu: "500m" }),
  ]);
  cluster.act("delete", (api) => api.delete({ resource: "pods", name: "high" }));
  cluster.runUntil(10 * second);
  expect(pods(cluster)).toEqual(["small node-1"]);
});

test("room that was free all the time is given at once when the pod that it was kept for is gone", () => {
  const cluster = world(1, [
    pod("low", { cpu: "1" }),
    pod("high", { cpu: "2", priority: "high" }),
    pod("small", { cpu: "500m" }),
  ]);
  expect(pods(cluster)).toEqual(["high -", "low node-1 x", "small -"]);
  cluster.act("delete", (api) => api.delete({ resource: "pods", name: "high" }));
  cluster.runUntil(cluster.now + 1);
  expect(pods(cluster)).toEqual(["low node-1 x", "small node-1"]);
});

test.each([
  ["few important ones", ["mid", undefined, undefined], "b c"],
  ["those of little importance, though they are more", ["mid", "mid", "least"], "a"],
  ["more of the least importance", ["mid", "least", "mid"], "a"],
])("many unimportant pods go before %s: of priorities %j on two nodes", (_, priorities, gone) => {
  const cluster = world(2, [priorityClass("least", -1_000_000)]);
  for (const [i, priority] of priorities.entries()) {
    const cpu = i === 0 ? "2" : "1";
    create(cluster, pod("abc".charAt(i), { cpu, ...(priority === undefined ? {} : { priority }) }));
    cluster.runUntil(cluster.now + second);
  }
  create(cluster, pod("high", { cpu: "2", priority: "high" }));
  cluster.runUntil(cluster.now + second);
  const ending = pods(cluster).filter((each) => each.endsWith("x"));
  expect(ending.map((each) => each.charAt(0)).join(" ")).toBe(gone);
});

test.each([
  ["counts", "default", { matchLabels: { app: "web" } }, "early"],
  ["of another namespace does not count", "kube-system", { matchLabels: { app: "web" } }, "late"],
  ["that selects everything does not count", "default", {}, "late"],
])("where a node is chosen, a budget %s", (_, namespace, selector, gone) => {
  const labels = { app: "web" };
  const early = pod("early", { cpu: "2" });
  const cluster = world(2, [
    { ...early, metadata: { name: "early", namespace: "kube-system" } },
    pod("late", { cpu: "2", labels }),
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "web", namespace },
      spec: { minAvailable: 1, selector },
    },
    pod("high", { cpu: "2", priority: "high" }),
  ]);
  const ending = pods(cluster).filter((each) => each.endsWith("x"));
  expect(ending.map((each) => each.split(" ")[0])).toEqual([gone]);
});

test("nobody makes room on a node that is cordoned", () => {
  const cluster = world(2, [pod("early", { cpu: "2" }), pod("late", { cpu: "2" })]);
  cluster.act("cordon", () => {
    cluster.faults.cordon("node-2");
  });
  create(cluster, pod("high", { cpu: "2", priority: "high" }));
  cluster.runUntil(cluster.now + second);
  expect(pods(cluster)).toEqual(["early node-1 x", "high -", "late node-2"]);
});

test("room is kept from pods of the same priority, too", () => {
  const cluster = world(1, [
    pod("low", { cpu: "1500m" }),
    pod("high", { cpu: "2", priority: "high" }),
    pod("peer", { cpu: "500m", priority: "high" }),
  ]);
  cluster.runUntil(10 * second);
  expect(pods(cluster)).toEqual(["high node-1", "peer -"]);
});

test("a pod for which others make room takes another node that is free before", () => {
  const cluster = world(2, [
    pod("early", { cpu: "2" }),
    pod("late", { cpu: "2" }),
    pod("high", { cpu: "2", priority: "high" }),
  ]);
  expect(pods(cluster)).toEqual(["early node-1", "high -", "late node-2 x"]);
  cluster.act("delete", (api) =>
    api.delete({ resource: "pods", name: "early" }, { gracePeriodSeconds: 0 }),
  );
  cluster.runUntil(cluster.now + 1);
  expect(pods(cluster)).toEqual(["high node-1", "late node-2 x"]);
});

test("a pod for which others made room goes there, though another node is as free by then", () => {
  const cluster = world(2, [
    pod("there", { cpu: "2", priority: "high" }),
    pod("low", { cpu: "1500m" }),
    pod("high", { cpu: "1500m", priority: "high" }),
  ]);
  expect(pods(cluster)).toEqual(["high -", "low node-2 x", "there node-1"]);
  cluster.act("delete", (api) => {
    for (const name of ["low", "there"]) {
      api.delete({ resource: "pods", name }, { gracePeriodSeconds: 0 });
    }
  });
  cluster.runUntil(cluster.now + 1);
  expect(pods(cluster)).toEqual(["high node-2"]);
});
