import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import type { Cluster } from "../../src/cluster.ts";
import { isReady, podsOf, second, waitingReason, web, webCluster } from "./world.ts";

interface Asked {
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  readonly involvedObject: { readonly name: string };
}

function failProbe(cluster: Cluster, name: string): void {
  cluster.act("fail the probe", () => {
    cluster.faults.failProbe({ name });
  });
}

function passProbe(cluster: Cluster, name: string): void {
  cluster.act("let the probe pass", () => {
    cluster.faults.passProbe({ name });
  });
}

describe("a readiness probe that is made to fail", () => {
  test("makes a pod not ready until it passes again", () => {
    const cluster = webCluster();
    const { name } = podsOf(cluster)[0]!.metadata;
    failProbe(cluster, name);
    expect(podsOf(cluster).filter((pod) => !isReady(pod))).toMatchObject([{ metadata: { name } }]);
    cluster.runUntil(100 * second);
    expect(podsOf(cluster).filter(isReady)).toHaveLength(5);
    passProbe(cluster, name);
    expect(podsOf(cluster).filter(isReady)).toHaveLength(6);
  });

  test("keeps a pod that was about to become ready from it", () => {
    const cluster = webCluster({ replicas: 1, behaviors: [{ ready: { delay: 20 * second } }] });
    const { name } = podsOf(cluster)[0]!.metadata;
    failProbe(cluster, name);
    cluster.runUntil(40 * second);
    expect(podsOf(cluster).filter(isReady)).toEqual([]);
    passProbe(cluster.fork(), name);
    passProbe(cluster, name);
    expect(podsOf(cluster).filter(isReady)).toHaveLength(1);
  });

  test("does not make a pod ready when it passes too early for that", () => {
    const cluster = webCluster({ replicas: 1, behaviors: [{ ready: { delay: 20 * second } }] });
    const { name } = podsOf(cluster)[0]!.metadata;
    failProbe(cluster, name);
    passProbe(cluster, name);
    expect(podsOf(cluster).filter(isReady)).toEqual([]);
    cluster.runUntil(20 * second);
    expect(podsOf(cluster).filter(isReady)).toHaveLength(1);
  });

  test("does not make a pod ready that has ceased to be so meanwhile", () => {
    const fault = { type: "ReadyThenUnready", after: 20 * second } as const;
    const cluster = webCluster({ replicas: 1, behaviors: [{ fault }] });
    const { name } = podsOf(cluster)[0]!.metadata;
    failProbe(cluster, name);
    cluster.runUntil(40 * second);
    passProbe(cluster, name);
    expect(podsOf(cluster).filter(isReady)).toEqual([]);
  });

  test("does not make a pod ready that has crashed meanwhile, before it would be", () => {
    const fault = { type: "ReadyThenCrash", after: 30 * second } as const;
    const behaviors = [{ ready: { delay: 10 * second }, fault }];
    const cluster = webCluster({ replicas: 1, behaviors });
    cluster.runUntil(20 * second);
    const { name } = podsOf(cluster)[0]!.metadata;
    failProbe(cluster, name);
    cluster.runUntil(45 * second);
    passProbe(cluster, name);
    expect(podsOf(cluster).filter(isReady)).toEqual([]);
    cluster.runUntil(52 * second);
    expect(podsOf(cluster).filter(isReady)).toHaveLength(1);
  });

  test("is made to fail twice as it is once", () => {
    const cluster = webCluster({ replicas: 1 });
    const { name } = podsOf(cluster)[0]!.metadata;
    failProbe(cluster, name);
    failProbe(cluster, name);
    passProbe(cluster, name);
    expect(podsOf(cluster).filter(isReady)).toHaveLength(1);
  });

  test("counts when the node was not heard of as it began to", () => {
    const cluster = webCluster({ replicas: 1 });
    const { metadata, spec } = podsOf(cluster)[0]!;
    cluster.act("fail", () => {
      cluster.faults.failNode(spec.nodeName!);
    });
    cluster.runUntil(100 * second);
    failProbe(cluster, metadata.name);
    cluster.act("restore", () => {
      cluster.faults.restoreNode(spec.nodeName!);
    });
    expect(podsOf(cluster).filter(isReady)).toEqual([]);
    passProbe(cluster, metadata.name);
    expect(podsOf(cluster).filter(isReady)).toHaveLength(1);
  });

  test("still counts when the pod's node is heard of again", () => {
    const cluster = webCluster({ replicas: 1 });
    const { metadata, spec } = podsOf(cluster)[0]!;
    failProbe(cluster, metadata.name);
    cluster.act("fail", () => {
      cluster.faults.failNode(spec.nodeName!);
    });
    cluster.runUntil(100 * second);
    cluster.act("restore", () => {
      cluster.faults.restoreNode(spec.nodeName!);
    });
    cluster.runUntil(120 * second);
    expect(podsOf(cluster).filter(isReady)).toEqual([]);
    passProbe(cluster, metadata.name);
    expect(podsOf(cluster).filter(isReady)).toHaveLength(1);
  });

  test("is refused for pods that there are not", () => {
    expect(() => {
      webCluster().faults.failProbe({ name: "nobody" });
    }).toThrow(new RangeError('there is no pod "nobody" in namespace default'));
  });
});

/** From v1 to v2 with the registry down since 10 s. */
function updateWithoutRegistry(podSpec = {}): Cluster {
  const cluster = webCluster({ replicas: 4, podSpec });
  cluster.act("break and update", (api) => {
    cluster.faults.failRegistry();
    const containers = web("web:v2", { podSpec }).spec as { template: object };
    return api.patch({ resource: "deployments", name: "web" }, "strategic", { spec: containers });
  });
  return cluster;
}

function newPods(cluster: Cluster): (string | undefined)[] {
  return podsOf(cluster)
    .filter(({ spec }) => spec.containers[0]?.image === "web:v2")
    .map((pod) => (isReady(pod) ? "ready" : waitingReason(pod)));
}

describe("a registry that is down", () => {
  test("keeps new images from being pulled, with a back-off of 10 s, 20 s, 40 s ... 5 min", () => {
    const cluster = updateWithoutRegistry();
    const failures: number[] = [];
    let last: string | undefined;
    for (let ms = 10_000; ms <= 1000_000; ms += 2000) {
      cluster.runUntil(ms);
      const now = newPods(cluster)[0];
      if (now === "ErrImagePull" && last !== "ErrImagePull") failures.push(ms / 1000);
      last = now;
    }
    expect(failures).toEqual([10, 22, 44, 86, 168, 330, 632, 934]);
    expect(last).toBe("ImagePullBackOff");
  });

  test("is asked with each attempt, which an event says", () => {
    const cluster = updateWithoutRegistry();
    cluster.runUntil(50 * second);
    const asked = (cluster.api.list("events") as readonly (KubeObject & Asked)[]).filter(
      ({ reason, message }) => reason === "Pulling" && message.includes("web:v2"),
    );
    const names = podsOf(cluster)
      .filter(({ spec }) => spec.containers[0]?.image === "web:v2")
      .map(({ metadata }) => metadata.name);
    expect(asked.map(({ involvedObject: { name } }) => name).toSorted()).toEqual(names.toSorted());
    expect(new Set(asked.map(({ count }) => count))).toEqual(new Set([3]));
  });

  test("that is back lets pods start at their next attempt", () => {
    const cluster = updateWithoutRegistry();
    cluster.runUntil(50 * second);
    const fork = cluster.fork();
    for (const world of [cluster, fork]) {
      world.act("restore", () => {
        world.faults.restoreRegistry();
      });
      world.runUntil(86 * second - 1);
      expect(new Set(newPods(world))).toEqual(new Set(["ImagePullBackOff"]));
      world.runUntil(87 * second);
      expect(newPods(world)).toContain("ready");
      world.runUntil(120 * second);
      expect(new Set(newPods(world))).toEqual(new Set(["ready"]));
    }
    expect(fork.trace.entries).toEqual(cluster.trace.entries);
  });

  test("does not matter to images that are on the node already", () => {
    const cluster = webCluster({ replicas: 3 });
    cluster.act("break and scale", (api) => {
      cluster.faults.failRegistry();
      const ref = { resource: "deployments", name: "web" };
      return api.patch(ref, "merge", { spec: { replicas: 9 } });
    });
    cluster.runUntil(20 * second);
    expect(podsOf(cluster).filter(isReady)).toHaveLength(9);
  });

  test("matters to a node that has not had the image, whatever others have", () => {
    const cluster = webCluster({ replicas: 1, nodes: 2 });
    cluster.act("break and scale", (api) => {
      cluster.faults.failRegistry();
      return api.patch({ resource: "deployments", name: "web" }, "merge", {
        spec: { replicas: 2 },
      });
    });
    cluster.runUntil(20 * second - 1);
    const states = podsOf(cluster).map((pod) => `${pod.spec.nodeName} ${waitingReason(pod)}`);
    expect(states.toSorted()).toEqual(["node-1 undefined", "node-2 ImagePullBackOff"]);
  });

  test.each([
    ["does not matter to containers that never pull", [{ imagePullPolicy: "Never" }], "ready"],
    ["matters to one of several containers", [{ image: "web:v1" }, {}], "ImagePullBackOff"],
  ])("%s", (_, more, state) => {
    const cluster = webCluster({ replicas: 1 });
    const containers = more.map((each, i) => ({ name: `c${i}`, image: "web:v2", ...each }));
    cluster.act("break and update", (api) => {
      cluster.faults.failRegistry();
      const template = { spec: { containers } };
      return api.patch({ resource: "deployments", name: "web" }, "merge", { spec: { template } });
    });
    cluster.runUntil(20 * second - 1);
    const [pod] = podsOf(cluster).filter(({ spec }) => spec.containers[0]?.name === "c0");
    expect(isReady(pod!) ? "ready" : waitingReason(pod!)).toBe(state);
  });

  test("matters to them if they are always pulled", () => {
    const cluster = webCluster({
      replicas: 3,
      podSpec: { containers: [{ name: "web", image: "web:v1", imagePullPolicy: "Always" }] },
    });
    cluster.act("break and scale", (api) => {
      cluster.faults.failRegistry();
      const ref = { resource: "deployments", name: "web" };
      return api.patch(ref, "merge", { spec: { replicas: 4 } });
    });
    cluster.runUntil(20 * second - 1);
    expect(podsOf(cluster).map(waitingReason)).toContain("ImagePullBackOff");
  });
});
