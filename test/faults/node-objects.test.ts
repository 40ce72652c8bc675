import { describe, expect, test } from "vitest";
import type { Node } from "../../src/api/node.ts";
import { Cluster } from "../../src/cluster.ts";
import { toleranceOf } from "../../src/faults/tolerations.ts";
import { podsOn, second, webCluster } from "./world.ts";

function node(cluster: Cluster, name = "node-1"): Node {
  const found = cluster.api.get({ resource: "nodes", name });
  return (found.ok ? found.value : undefined) as Node;
}

function taints(cluster: Cluster, name?: string): readonly string[] {
  return (node(cluster, name).spec.taints ?? []).map(({ key, effect }) => `${key}:${effect}`);
}

function ready(cluster: Cluster, name?: string): string | undefined {
  return node(cluster, name).status.conditions?.find(({ type }) => type === "Ready")?.status;
}

const unreachable = "node.kubernetes.io/unreachable";

test.each<[string, object[] | undefined, number]>([
  ["says nothing", undefined, 300],
  ["tolerates other taints", [{ key: "other", operator: "Exists" }], 300],
  [
    "tolerates other effects",
    [{ key: unreachable, operator: "Exists", effect: "NoSchedule" }],
    300,
  ],
  ["asks for a value", [{ key: unreachable, value: "yes" }], 300],
  ["asks for no value", [{ key: unreachable, tolerationSeconds: 7 }], 7],
  ["tolerates it", [{ key: unreachable, operator: "Exists", tolerationSeconds: 20 }], 20],
  [
    "tolerates everything",
    [{ operator: "Exists", effect: "NoExecute", tolerationSeconds: 30 }],
    30,
  ],
  ["has no key, and does not tolerate everything", [{ tolerationSeconds: 30 }], 300],
  ["tolerates it for ever", [{ key: unreachable, operator: "Exists" }], Infinity],
  ["says less than nothing", [{ key: unreachable, operator: "Exists", tolerationSeconds: -5 }], 0],
  [
    "says two things, of which the shorter counts",
    [
      { operator: "Exists", tolerationSeconds: 40 },
      { key: unreachable, operator: "Exists", tolerationSeconds: 20 },
      { key: unreachable, operator: "Exists" },
    ],
    20,
  ],
])("a pod that %s stays on a node that is not heard of: %j for %d s", (_, tolerations, seconds) => {
  const spec = { containers: [], ...(tolerations === undefined ? {} : { tolerations }) };
  expect(toleranceOf(spec)).toBe(seconds * second);
});

describe("a node's object", () => {
  test("says what the cluster's options give it", () => {
    const cluster = new Cluster({ nodes: 2, podsPerNode: 7, nodeCapacity: { cpu: "500m" } });
    expect(cluster.api.list("nodes").map(({ metadata }) => metadata.name)).toEqual([
      "node-1",
      "node-2",
    ]);
    expect(node(cluster).status["allocatable"]).toMatchObject({
      cpu: "500m",
      memory: "64Gi",
      pods: "7",
    });
    expect(ready(cluster)).toBe("True");
  });

  test("that is made unschedulable keeps pods away, and is tainted by the node controller", () => {
    const cluster = new Cluster();
    cluster.act("cordon", (api) =>
      api.patch({ resource: "nodes", name: "node-1" }, "strategic", {
        spec: { unschedulable: true },
      }),
    );
    cluster.runUntil(0);
    expect(taints(cluster)).toEqual(["node.kubernetes.io/unschedulable:NoSchedule"]);
    expect(cluster.api.list("events").map((event) => event["message"])).toEqual([
      "Node node-1 status is now: NodeNotSchedulable",
    ]);
    cluster.act("uncordon", () => {
      cluster.faults.uncordon("node-1");
    });
    cluster.runUntil(0);
    expect(node(cluster).spec).toEqual({});
  });

  test("turns Unknown when the node is not heard of, with both taints, and back", () => {
    const cluster = webCluster();
    cluster.act("down", () => {
      cluster.faults.failNode("node-1");
    });
    cluster.runUntil(60 * second - 1);
    expect([ready(cluster), taints(cluster)]).toEqual(["True", []]);
    cluster.runUntil(60 * second);
    expect(ready(cluster)).toBe("Unknown");
    expect(taints(cluster)).toEqual([`${unreachable}:NoSchedule`, `${unreachable}:NoExecute`]);
    cluster.runUntil(70 * second);
    cluster.act("up", () => {
      cluster.faults.restoreNode("node-1");
    });
    cluster.runUntil(70 * second);
    expect([ready(cluster), taints(cluster)]).toEqual(["True", []]);
  });

  test("keeps the taints of users, and those of a cordon, beside its own", () => {
    const cluster = webCluster({
      nodes: [{ count: 2, taints: [{ key: "gpu", effect: "NoSchedule" }] }, {}],
    });
    cluster.act("down", () => {
      cluster.faults.cordon("node-1");
      cluster.faults.failNode("node-1");
    });
    cluster.runUntil(60 * second);
    expect(taints(cluster).toSorted()).toEqual([
      "gpu:NoSchedule",
      `${unreachable}:NoExecute`,
      `${unreachable}:NoSchedule`,
      "node.kubernetes.io/unschedulable:NoSchedule",
    ]);
    cluster.act("up", () => {
      cluster.faults.restoreNode("node-1");
      cluster.faults.uncordon("node-1");
    });
    cluster.runUntil(61 * second);
    expect(taints(cluster)).toEqual(["gpu:NoSchedule"]);
  });

  test("is not tainted NoExecute where all nodes are gone: it may be the control plane", () => {
    const cluster = webCluster({ nodes: 1 });
    cluster.act("down", () => {
      cluster.faults.failNode("node-1");
    });
    cluster.runUntil(60 * second);
    expect(taints(cluster)).toEqual([`${unreachable}:NoSchedule`]);
  });

  test("is tainted NoExecute, too, once another node is there again", () => {
    const cluster = webCluster({ nodes: 2 });
    cluster.act("down", () => {
      for (const name of ["node-1", "node-2"]) cluster.faults.failNode(name);
    });
    cluster.runUntil(70 * second);
    cluster.act("up", () => {
      cluster.faults.restoreNode("node-2");
    });
    cluster.runUntil(71 * second);
    expect(taints(cluster)).toEqual([`${unreachable}:NoSchedule`, `${unreachable}:NoExecute`]);
  });

  test("has taints that say since when they are there", () => {
    const cluster = webCluster();
    cluster.act("down", () => {
      cluster.faults.cordon("node-1");
      cluster.faults.failNode("node-1");
    });
    cluster.runUntil(60 * second);
    expect(node(cluster).spec.taints).toMatchObject([
      { effect: "NoSchedule", timeAdded: "2000-01-01T00:00:10Z" },
      { effect: "NoSchedule", timeAdded: "2000-01-01T00:01:00Z" },
      { effect: "NoExecute", timeAdded: "2000-01-01T00:01:00Z" },
    ]);
  });

  test("takes no pods any more when it is deleted", () => {
    const cluster = webCluster({ replicas: 0 });
    cluster.act("delete", (api) => {
      api.delete({ resource: "nodes", name: "node-1" });
      const scale = { spec: { replicas: 6 } };
      api.patch({ resource: "deployments", name: "web" }, "merge", scale);
    });
    cluster.runUntil(20 * second);
    expect(podsOn(cluster, "node-1")).toEqual([]);
    expect(podsOn(cluster, "node-2")).toHaveLength(3);
  });
});
