import { describe, expect, test } from "vitest";
import type { Cluster } from "../../src/cluster.ts";
import { isReady, isTerminating, podsOf, podsOn, second, webCluster } from "./world.ts";

function drain(cluster: Cluster, node = "node-1"): void {
  cluster.act("drain", () => {
    cluster.faults.drain(node);
  });
}

/** Ready pods that are not terminating, at their fewest from now on. */
function fewestReady(cluster: Cluster, untilMs: number): number {
  let fewest = Infinity;
  const stop = cluster.on("instant", () => {
    const serving = podsOf(cluster).filter((pod) => isReady(pod) && !isTerminating(pod));
    fewest = Math.min(fewest, serving.length);
  });
  cluster.runUntil(untilMs);
  stop();
  return fewest;
}

describe("draining a node", () => {
  test("evicts all its pods at once where no budget holds it, with their grace period", () => {
    const cluster = webCluster({ behaviors: [{ terminate: { delay: 7 * second } }] });
    drain(cluster);
    const leaving = podsOn(cluster, "node-1");
    expect(leaving.filter(isTerminating)).toHaveLength(2);
    expect(leaving[0]!.metadata["deletionGracePeriodSeconds"]).toBe(30);
    cluster.runUntil(17 * second - 1);
    expect(podsOn(cluster, "node-1")).toHaveLength(2);
    cluster.runUntil(17 * second);
    expect(podsOn(cluster, "node-1")).toEqual([]);
    expect(podsOf(cluster).filter(isReady)).toHaveLength(6);
  });

  test("leaves no room there until it is uncordoned", () => {
    const cluster = webCluster({ podsPerNode: 2 });
    drain(cluster);
    cluster.runUntil(60 * second);
    expect(podsOf(cluster).filter(isReady)).toHaveLength(4);
    cluster.act("uncordon", () => {
      cluster.faults.uncordon("node-1");
    });
    cluster.runUntil(70 * second);
    expect(podsOn(cluster, "node-1").filter(isReady)).toHaveLength(2);
  });

  test.each([
    ["minAvailable", 5],
    ["minAvailable", "75%"], // of 6, rounded up: 5
    ["maxUnavailable", 1],
    ["maxUnavailable", "10%"], // of 6, rounded up: 1
  ])("with %s %s evicts one pod after the other, asking every 5 s", (field, value) => {
    const cluster = webCluster({ budget: { [field]: value } });
    drain(cluster);
    expect(podsOn(cluster, "node-1").filter(isTerminating)).toHaveLength(1);
    cluster.runUntil(15 * second - 1);
    expect(podsOn(cluster, "node-1")).toHaveLength(1);
    expect(fewestReady(cluster, 60 * second)).toBe(5);
    expect(podsOn(cluster, "node-1")).toEqual([]);
    expect(podsOf(cluster).filter(isReady)).toHaveLength(6);
    const asked = cluster.trace.entries.filter(
      (entry) => entry.kind === "write" && entry.verb === "delete" && entry.resource === "pods",
    );
    expect(asked.map(({ at }) => at)).toEqual([10 * second, 15 * second]);
  });

  test("never ends where the budget spares no pod, until it is given up", () => {
    const cluster = webCluster({ budget: { maxUnavailable: 0 } });
    drain(cluster);
    cluster.runUntil(700 * second);
    expect(podsOn(cluster, "node-1")).toHaveLength(2);
    expect(cluster.nextEventAt()).toBe(705 * second);
    cluster.act("uncordon", () => {
      cluster.faults.uncordon("node-1");
    });
    cluster.runUntil(800 * second);
    expect(cluster.nextEventAt()).toBeUndefined();
    expect(podsOf(cluster).filter(isTerminating)).toEqual([]);
  });

  test("goes on in a world that was saved meanwhile", () => {
    const cluster = webCluster({ budget: { maxUnavailable: 1 } });
    drain(cluster);
    const fork = cluster.fork();
    cluster.runUntil(60 * second);
    fork.runUntil(60 * second);
    expect(fork.trace.entries).toEqual(cluster.trace.entries);
    expect(podsOn(fork, "node-1")).toEqual([]);
  });

  test("asks once every 5 s, counted from when it was last told to", () => {
    const cluster = webCluster({ budget: { maxUnavailable: 0 } });
    drain(cluster);
    cluster.runUntil(12 * second);
    drain(cluster);
    cluster.act("allow", (api) =>
      api.patch({ resource: "poddisruptionbudgets", name: "web" }, "merge", {
        spec: { maxUnavailable: 6 },
      }),
    );
    cluster.runUntil(17 * second - 1);
    expect(podsOn(cluster, "node-1")).toHaveLength(2);
    cluster.runUntil(17 * second);
    expect(podsOn(cluster, "node-1")).toEqual([]);
  });

  test("does not ask again for a pod that cannot be evicted, as one with two budgets", () => {
    const cluster = webCluster({ budget: { maxUnavailable: 6 } });
    const spec = { maxUnavailable: 6, selector: { matchLabels: { app: "web" } } };
    const other = {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "b" },
      spec,
    };
    cluster.act("create", (api) => expect(api.create(other)).toMatchObject({ ok: true }));
    drain(cluster);
    cluster.act("delete", (api) => api.delete({ resource: "poddisruptionbudgets", name: "b" }));
    cluster.runUntil(60 * second);
    expect(podsOn(cluster, "node-1")).toHaveLength(2);
  });

  test("can be taken back in a world that was saved meanwhile", () => {
    const cluster = webCluster({ podsPerNode: 2 });
    drain(cluster);
    const fork = cluster.fork();
    fork.act("uncordon", () => {
      fork.faults.uncordon("node-1");
    });
    fork.runUntil(70 * second);
    expect(podsOn(fork, "node-1").filter(isReady)).toHaveLength(2);
  });
});
