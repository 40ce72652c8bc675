import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import type { Cluster } from "../../src/cluster.ts";
import { condition, isReady, isTerminating, podsOf, podsOn, second, webCluster } from "./world.ts";

const failedAt = 10 * second;
const unreachableAt = failedAt + 50 * second;
const evictedAt = unreachableAt + 300 * second;

/** 6 pods, 2 on each of 3 nodes; node-2 went down at 10 s. */
function withoutNode2(options: Parameters<typeof webCluster>[0] = {}): Cluster {
  const cluster = webCluster(options);
  cluster.act("fail", () => {
    cluster.faults.failNode("node-2");
  });
  return cluster;
}

function restore(cluster: Cluster, node = "node-2"): void {
  cluster.act("restore", () => {
    cluster.faults.restoreNode(node);
  });
}

describe("a node that goes down", () => {
  test("goes unnoticed for 50 s; then its pods are not ready, and nothing else about them", () => {
    const cluster = withoutNode2();
    cluster.runUntil(unreachableAt - 1);
    expect(podsOf(cluster).filter(isReady)).toHaveLength(6);
    cluster.runUntil(unreachableAt);
    const pods = podsOn(cluster, "node-2");
    expect(pods).toHaveLength(2);
    for (const pod of pods) {
      const ready = condition(pod, "Ready");
      expect(ready).toEqual({
        type: "Ready",
        status: "False",
        lastProbeTime: null,
        lastTransitionTime: "2000-01-01T00:01:00Z",
        observedGeneration: 1,
      });
      expect(condition(pod, "ContainersReady")?.status).toBe("True");
      expect(pod.status.phase).toBe("Running");
    }
    expect(podsOf(cluster).filter(isReady)).toHaveLength(4);
    const events = cluster.api.list("events").filter((each) => each["reason"] === "NodeNotReady");
    expect(events.map((each) => each["message"])).toEqual([
      "Node node-2 status is now: NodeNotReady",
      "Node is not ready",
      "Node is not ready",
    ]);
  });

  test("loses its pods 300 s later: they stay Terminating, others replace them elsewhere", () => {
    const cluster = withoutNode2();
    cluster.runUntil(evictedAt - 1);
    expect(podsOf(cluster)).toHaveLength(6);
    cluster.runUntil(evictedAt + 60 * second);
    expect(podsOf(cluster)).toHaveLength(8);
    expect(podsOn(cluster, "node-2").filter(isTerminating)).toHaveLength(2);
    expect(podsOf(cluster).filter(isReady)).toHaveLength(6);
    expect(podsOn(cluster, "node-2").filter(isReady)).toEqual([]);
    restore(cluster);
    cluster.runUntil(cluster.now + second);
    expect(podsOf(cluster)).toHaveLength(6);
    expect(podsOf(cluster).filter(isReady)).toHaveLength(6);
  });

  test("that is back in time has its pods ready again, since when they were at first", () => {
    const cluster = withoutNode2();
    const before = podsOn(cluster, "node-2").map((pod) => condition(pod, "Ready"));
    cluster.runUntil(evictedAt - 1);
    restore(cluster);
    expect(podsOn(cluster, "node-2").map((pod) => condition(pod, "Ready"))).toEqual(before);
    cluster.runUntil(evictedAt + 600 * second);
    expect(podsOf(cluster).filter(isTerminating)).toEqual([]);
    expect(podsOf(cluster)).toHaveLength(6);
  });

  test("that is back within 50 s was never missed", () => {
    const cluster = withoutNode2();
    const version = cluster.save().store.resourceVersion;
    cluster.runUntil(unreachableAt - 1);
    restore(cluster);
    cluster.runUntil(evictedAt + second);
    expect(cluster.save().store.resourceVersion).toBe(version);
  });

  test("starts no pod that is bound to it before it is missed, until it is back", () => {
    const cluster = withoutNode2();
    cluster.act("scale", (api) =>
      api.patch({ resource: "deployments", name: "web" }, "merge", { spec: { replicas: 9 } }),
    );
    cluster.runUntil(unreachableAt);
    const pending = podsOf(cluster).filter(({ status }) => status.phase === "Pending");
    expect(pending.map(({ spec }) => spec.nodeName)).toEqual(["node-2"]);
    restore(cluster);
    cluster.runUntil(unreachableAt + second);
    expect(podsOf(cluster).filter(isReady)).toHaveLength(9);
  });

  test("takes no pods while it is unreachable", () => {
    const cluster = withoutNode2();
    cluster.runUntil(unreachableAt);
    const scale = (replicas: number): unknown =>
      cluster.act("scale", (api) =>
        api.patch({ resource: "deployments", name: "web" }, "merge", { spec: { replicas } }),
      );
    scale(12);
    cluster.runUntil(unreachableAt + 10 * second);
    expect(podsOn(cluster, "node-2")).toHaveLength(2);
    restore(cluster);
    scale(15);
    cluster.runUntil(unreachableAt + 20 * second);
    expect(podsOn(cluster, "node-2")).toHaveLength(5);
  });

  test("that stays down though it was cordoned before stays cordoned when it is back", () => {
    const cluster = webCluster();
    cluster.act("cordon and fail", () => {
      cluster.faults.cordon("node-2");
      cluster.faults.failNode("node-2");
    });
    cluster.runUntil(unreachableAt);
    restore(cluster);
    cluster.act("scale", (api) =>
      api.patch({ resource: "deployments", name: "web" }, "merge", { spec: { replicas: 12 } }),
    );
    cluster.runUntil(unreachableAt + 10 * second);
    expect(podsOn(cluster, "node-2")).toHaveLength(2);
  });
});

test("a node that is uncordoned while nobody hears of it takes no pods", () => {
  const cluster = withoutNode2();
  cluster.runUntil(unreachableAt);
  cluster.act("uncordon and scale", (api) => {
    cluster.faults.cordon("node-2");
    cluster.faults.uncordon("node-2");
    api.patch({ resource: "deployments", name: "web" }, "merge", { spec: { replicas: 12 } });
  });
  cluster.runUntil(unreachableAt + 10 * second);
  expect(podsOn(cluster, "node-2")).toHaveLength(2);
});

describe("evictions from a node that is gone", () => {
  test("come when the pod's own toleration says, or never", () => {
    const tolerations = [{ key: "node.kubernetes.io/unreachable", operator: "Exists" }];
    const soon = [{ ...tolerations[0], effect: "NoExecute", tolerationSeconds: 30 }];
    const cluster = withoutNode2({ podSpec: { tolerations: soon } });
    cluster.runUntil(unreachableAt + 30 * second - 1);
    expect(podsOf(cluster).filter(isTerminating)).toEqual([]);
    cluster.runUntil(unreachableAt + 30 * second);
    expect(podsOf(cluster).filter(isTerminating)).toHaveLength(2);
    const never = withoutNode2({ podSpec: { tolerations } });
    never.runUntil(evictedAt * 10);
    expect(podsOf(never).filter(isTerminating)).toEqual([]);
  });

  test("come for each pod when its own time is over", () => {
    const cluster = webCluster();
    const key = "node.kubernetes.io/unreachable";
    const soon = { key, operator: "Exists", effect: "NoExecute", tolerationSeconds: 30 };
    const spec = { containers: [{ name: "c", image: "i" }], tolerations: [soon] };
    cluster.act("create", (api) => {
      for (const name of ["a", "b", "c"]) {
        const pod: KubeObject = { apiVersion: "v1", kind: "Pod", metadata: { name }, spec };
        expect(api.create(pod)).toMatchObject({ ok: true });
      }
    });
    cluster.runUntil(11 * second);
    cluster.act("fail", () => {
      cluster.faults.failNode("node-2");
    });
    const counts = [31, 301].map((seconds) => {
      cluster.runUntil(unreachableAt + seconds * second);
      return podsOn(cluster, "node-2").filter(isTerminating).length;
    });
    expect(counts).toEqual([1, 3]);
  });

  test("do not happen where all nodes are gone, and begin anew when one is back", () => {
    const cluster = withoutNode2({ nodes: 2 });
    cluster.act("fail", () => {
      cluster.faults.failNode("node-1");
    });
    cluster.runUntil(evictedAt + 60 * second);
    expect(podsOf(cluster).filter(isTerminating)).toEqual([]);
    expect(podsOf(cluster).filter(isReady)).toEqual([]);
    restore(cluster, "node-1");
    expect(podsOf(cluster).filter(isReady)).toHaveLength(3);
    cluster.runUntil(cluster.now + 300 * second - 1);
    expect(podsOf(cluster).filter(isTerminating)).toEqual([]);
    cluster.runUntil(cluster.now + 1);
    expect(podsOn(cluster, "node-2").filter(isTerminating)).toHaveLength(3);
  });
});

// Mirrors ComputeZoneState: more than two nodes and 55 % of a zone of at most 50 nodes.
test.each([
  [3, 2, "two are never too many"],
  [6, 3, "half of them are not too many"],
  [5, 3, ""],
  [3, 3, ""],
  [20, 11, ""],
  [51, 30, "in a large zone it goes on"],
])("of %i nodes %i are gone: are their pods evicted? %s", (nodes, gone, evicted) => {
  const cluster = webCluster({ nodes, replicas: nodes });
  cluster.act("fail", () => {
    for (let node = 1; node <= gone; node++) cluster.faults.failNode(`node-${node}`);
  });
  cluster.runUntil(evictedAt + 1);
  expect(podsOf(cluster).filter(isTerminating)).toHaveLength(evicted === "" ? 0 : gone);
});

test("a node that is back offers what it did, and the trace has heard of its pods", () => {
  const cluster = withoutNode2();
  const offered = (): unknown => {
    const answer = cluster.api.get({ resource: "nodes", name: "node-2" });
    return answer.ok && (answer.value["status"] as { readonly allocatable: unknown }).allocatable;
  };
  const before = offered();
  const heard: string[] = [];
  cluster.on("pods", ({ change }) => heard.push(change));
  cluster.runUntil(unreachableAt);
  expect(heard).toEqual(["unready", "unready"]);
  restore(cluster);
  expect(heard.slice(2)).toEqual(["ready", "ready"]);
  expect(offered()).toEqual(before);
  expect(before).toMatchObject({ pods: "110" });
});

test("a node that is said to be down twice is back when it is said once", () => {
  const cluster = withoutNode2();
  cluster.act("fail", () => {
    cluster.faults.failNode("node-2");
  });
  cluster.runUntil(unreachableAt);
  restore(cluster);
  cluster.runUntil(evictedAt * 2);
  expect(podsOn(cluster, "node-2").filter(isReady)).toHaveLength(2);
  restore(cluster);
  expect(podsOn(cluster, "node-2").filter(isReady)).toHaveLength(2);
});

test("a node that goes down again is missed again, and its pods have their time again", () => {
  const cluster = withoutNode2();
  cluster.runUntil(evictedAt - second);
  restore(cluster);
  cluster.act("fail again", () => {
    cluster.faults.failNode("node-2");
  });
  cluster.runUntil(evictedAt + 49 * second - 1);
  expect(podsOf(cluster).filter(isReady)).toHaveLength(6);
  cluster.runUntil(evictedAt + 49 * second);
  expect(podsOf(cluster).filter(isReady)).toHaveLength(4);
  cluster.runUntil(evictedAt + 349 * second - 1);
  expect(podsOf(cluster).filter(isTerminating)).toEqual([]);
  cluster.runUntil(evictedAt + 349 * second);
  expect(podsOf(cluster).filter(isTerminating)).toHaveLength(2);
});

test("a pod that was deleted meanwhile does not become ready with its node, nor is it evicted", () => {
  const cluster = withoutNode2({ behaviors: [{ terminate: { delay: 20 * second } }] });
  cluster.runUntil(unreachableAt + second);
  const [deleted, gone] = podsOn(cluster, "node-2").map(({ metadata }) => metadata.name);
  cluster.act("delete", (api) => {
    api.delete({ resource: "pods", name: deleted! });
    api.delete({ resource: "pods", name: gone! }, { gracePeriodSeconds: 0 });
  });
  const fork = cluster.fork();
  const deletions: string[] = [];
  fork.on("write", ({ by, verb }) => {
    if (verb === "delete") deletions.push(by);
  });
  fork.runUntil(evictedAt + second);
  expect(deletions).toEqual([]);
  const heard: string[] = [];
  cluster.on("pods", ({ change, at }) => {
    if (at === cluster.now && change === "ready") heard.push(change);
  });
  restore(cluster);
  expect(heard).toEqual([]);
});

test("pods that were not ready yet when their node went down are not when it is back", () => {
  const cluster = withoutNode2({ behaviors: [{ ready: { delay: 200 * second } }] });
  cluster.runUntil(unreachableAt);
  restore(cluster);
  expect(podsOf(cluster).filter(isReady)).toEqual([]);
  cluster.runUntil(300 * second);
  expect(podsOf(cluster).filter(isReady)).toHaveLength(6);
});

test("pods have no more time because another node goes down after theirs", () => {
  const cluster = withoutNode2();
  cluster.runUntil(200 * second);
  cluster.act("fail", () => {
    cluster.faults.failNode("node-3");
  });
  cluster.runUntil(evictedAt);
  const terminating = (node: string): number => podsOn(cluster, node).filter(isTerminating).length;
  expect([terminating("node-2"), terminating("node-3")]).toEqual([2, 0]);
});

test("the kubelet of a node that is down says nothing when that is cordoned", () => {
  const cluster = withoutNode2();
  cluster.runUntil(unreachableAt);
  const told: string[] = [];
  cluster.on("event", ({ about, reason }) => told.push(`${about.name} ${reason}`));
  cluster.act("cordon", () => {
    cluster.faults.cordon("node-2");
    cluster.faults.cordon("node-1");
  });
  expect(told).toEqual(["node-1 NodeNotSchedulable"]);
});

test("what an outage writes and tells is signed by who does it", () => {
  const cluster = withoutNode2();
  cluster.runUntil(evictedAt + second);
  restore(cluster);
  const signed = cluster.trace.entries.flatMap((entry) => {
    if (entry.kind === "event" && entry.about.kind === "Node") {
      return [`${entry.by}: ${entry.reason}`];
    }
    if (entry.kind !== "write") return [];
    if (entry.resource === "nodes") return [`${entry.by}: ${entry.verb} ${entry.name}`];
    return entry.verb === "delete" ? [`${entry.by}: delete ${entry.resource}`] : [];
  });
  expect([...new Set(signed)]).toEqual([
    "node-controller: NodeNotReady",
    "node-controller: update/status node-2",
    "node-controller: update node-2",
    "taint-eviction-controller: delete pods",
    "kubelet: update/status node-2",
    "kubelet: NodeReady",
  ]);
  const byWhom: string[] = [];
  cluster.on("write", ({ by, resource, verb }) => byWhom.push(`${by}: ${verb} ${resource}`));
  cluster.act("drain and scale", (api) => {
    cluster.faults.drain("node-1");
    api.patch({ resource: "deployments", name: "web" }, "merge", { spec: { replicas: 0 } });
  });
  const told = byWhom.filter((each) => each.startsWith("user") || each.startsWith("drain"));
  expect([...new Set(told)]).toEqual([
    "user: patch nodes",
    "drain: delete pods",
    "user: patch deployments",
  ]);
});

test("a world that is saved and restored, or forked, in an outage goes on as the original", () => {
  for (const at of [30, 100, 365]) {
    const cluster = withoutNode2();
    cluster.runUntil(at * second);
    const fork = cluster.fork();
    const saved = cluster.save();
    const text = JSON.stringify(saved);
    const restored = (cluster.constructor as typeof Cluster).restore(JSON.parse(text));
    const traces = [cluster, fork, restored].map((world) => {
      world.runUntil(400 * second);
      restore(world);
      world.runUntil(500 * second);
      return JSON.stringify(world.trace.entries);
    });
    expect(traces[1]).toBe(traces[0]);
    expect(traces[2]).toBe(traces[0]);
    expect(JSON.stringify(saved)).toBe(text);
  }
});

test("names of nodes that there are not are refused", () => {
  const cluster = webCluster();
  for (const name of ["node-4", "node-0", "web", "node-1x"]) {
    expect(() => {
      cluster.faults.failNode(name);
    }).toThrow(new RangeError(`there is no node "${name}": use node-1 to node-3`));
  }
});
