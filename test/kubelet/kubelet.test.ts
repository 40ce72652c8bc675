import { describe, expect, test } from "vitest";
import type { Pod } from "../../src/api/core.ts";
import type { KubeObject } from "../../src/api/meta.ts";
import { Cluster, type ClusterOptions } from "../../src/cluster.ts";
import type { Behavior } from "../../src/kubelet/behavior.ts";

const second = 1000;

function replicaSet(replicas: number, spec: Readonly<Record<string, unknown>> = {}): KubeObject {
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { name: "web", namespace: "default" },
    spec: {
      replicas,
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [{ name: "web", image: "web:1" }], ...spec },
      },
    },
  };
}

/** A cluster in which `replicas` pods with this behavior were asked for at 0. */
function cluster(behavior: Behavior, replicas = 1, options: ClusterOptions = {}): Cluster {
  const world = new Cluster({ behaviors: [behavior], ...options });
  world.act("create", (api) =>
    expect(api.create(replicaSet(replicas))).toMatchObject({ ok: true }),
  );
  return world;
}

function pods(world: Cluster): readonly Pod[] {
  return world.api.list("pods");
}

/** `Running 1/1`, with restarts and the reason why its container does not run. */
function line(pod: Pod): string {
  const status = pod.status as {
    readonly phase: string;
    readonly reason?: string;
    readonly containerStatuses?: readonly {
      readonly ready: boolean;
      readonly restartCount: number;
      readonly state?: Partial<Record<"waiting" | "terminated", { readonly reason: string }>>;
    }[];
  };
  const container = status.containerStatuses?.[0];
  const { waiting, terminated } = container?.state ?? {};
  const why = waiting?.reason ?? status.reason ?? terminated?.reason ?? "";
  const restarts = container?.restartCount ?? 0;
  const mark = restarts === 0 ? "" : `x${restarts}`;
  return [status.phase, container?.ready === true ? "1/1" : "0/1", why, mark]
    .filter((word) => word !== "")
    .join(" ");
}

function sandbox(world: Cluster): string | undefined {
  const { conditions = [] } = pods(world)[0]!.status;
  return conditions.find(({ type }) => type === "PodReadyToStartContainers")?.status;
}

function at(world: Cluster, ms: number): string[] {
  world.runUntil(ms);
  return pods(world).map(line).toSorted();
}

describe("a pod's life", () => {
  test("goes through scheduling, pulling, starting and readiness, each as long as its behavior says", () => {
    const world = cluster({
      schedule: { delay: second },
      pull: { delay: 2 * second },
      start: { delay: 3 * second },
      ready: { delay: 4 * second },
    });
    expect(at(world, 999)).toEqual(["Pending 0/1"]);
    expect(pods(world)[0]?.spec.nodeName).toBeUndefined();
    expect(at(world, 1000)).toEqual(["Pending 0/1 ContainerCreating"]);
    expect(pods(world)[0]?.spec.nodeName).toBe("node-1");
    expect(at(world, 5999)).toEqual(["Pending 0/1 ContainerCreating"]);
    expect([sandbox(world), pods(world)[0]?.status.podIP]).toEqual(["False", undefined]);
    expect(at(world, 6000)).toEqual(["Running 0/1"]);
    expect([sandbox(world), pods(world)[0]?.status.podIP]).toEqual(["True", "10.244.0.3"]);
    expect(at(world, 9999)).toEqual(["Running 0/1"]);
    expect(at(world, 10_000)).toEqual(["Running 1/1"]);
  });

  test("takes readiness from the probe where no behavior says otherwise", () => {
    const world = new Cluster();
    const readinessProbe = {
      httpGet: { port: 80 },
      initialDelaySeconds: 3,
      periodSeconds: 2,
      successThreshold: 3,
    };
    const containers = [{ name: "web", image: "web:1", readinessProbe }];
    world.act("create", (api) => api.create(replicaSet(1, { containers })));
    // It runs at 0 s, too early, and at 2 s; it counts at 4, 6 and 8 s.
    expect(at(world, 7999)).toEqual(["Running 0/1"]);
    expect(at(world, 8000)).toEqual(["Running 1/1"]);
  });

  test.each([
    ["as long as it takes", 5, 0, 30, 5],
    ["its grace period at the most", 60, 0, 30, 30],
    ["the template's own grace period", 60, 0, 10, 10],
    ["its grace period at the most, preStop hook and all", 60, 20, 30, 30],
    ["its preStop hook, of which it hears only afterwards", 5, 20, 30, 20],
    ["its preStop hook and 2 s, where the hook takes all of the grace period", 60, 10, 10, 12],
    ["its grace period and 2 s, where the hook would take longer", 60, 25, 10, 12],
    ["2 s, where its grace period is shorter", 60, 0, 1, 2],
  ])("ends, once deleted, after %s", (_, takes, preStop, grace, gone) => {
    const world = new Cluster({ behaviors: [{ terminate: { delay: takes * second } }] });
    const lifecycle =
      preStop === 0 ? {} : { preStop: { exec: { command: ["sleep", `${preStop}`] } } };
    const containers = [{ name: "web", image: "web:1", lifecycle }];
    world.act("create", (api) =>
      api.create(replicaSet(1, { containers, terminationGracePeriodSeconds: grace })),
    );
    world.runUntil(10 * second);
    world.act("delete", (api) => api.delete({ resource: "replicasets", name: "web" }));
    expect(pods(world)).toHaveLength(1);
    world.runUntil((10 + gone) * second - 1);
    expect(pods(world)[0]?.metadata.deletionTimestamp).toBe(`2000-01-01T00:00:${10 + grace}Z`);
    world.runUntil((10 + gone) * second);
    expect(pods(world)).toEqual([]);
  });

  test("ends 2 s after the grace period that its deletion gives it, whatever the hook takes", () => {
    const world = new Cluster({ behaviors: [{ terminate: { delay: 60 * second } }] });
    const hook = (seconds: number) => ({ lifecycle: { preStop: { sleep: { seconds } } } });
    // Of several containers the first is the one that counts.
    const containers = [
      { name: "web", image: "web:1", ...hook(20) },
      { name: "log", image: "log:1", ...hook(1) },
    ];
    world.act("create", (api) => api.create(replicaSet(1, { containers })));
    world.runUntil(10 * second);
    const { name } = pods(world)[0]!.metadata;
    world.act("delete", (api) => api.delete({ resource: "pods", name }, { gracePeriodSeconds: 5 }));
    world.runUntil(17 * second - 1);
    expect(pods(world).map(({ metadata }) => metadata.name)).toContain(name);
    world.runUntil(17 * second);
    expect(pods(world).map(({ metadata }) => metadata.name)).not.toContain(name);
  });

  test("is longer for the pod in a place that takes so much more to become ready", () => {
    const world = cluster({ ready: { delay: second, extra: [5 * second] } }, 3);
    expect(at(world, 1000)).toEqual(["Running 0/1", "Running 1/1", "Running 1/1"]);
    expect(at(world, 6000)).toEqual(["Running 1/1", "Running 1/1", "Running 1/1"]);
  });

  test.each(["schedule", "pull", "start", "ready", "gates"])(
    "has its own luck with %s: none of the jitter, all of it, or some",
    (delay) => {
      const world = new Cluster({ behaviors: [{ [delay]: { delay: second, jitter: 2 } }] });
      const readinessGates = [{ conditionType: "example.com/ready" }];
      const containers = [{ name: "web", image: "web:1" }];
      const ready = new Set<number>();
      world.on("pods", ({ change, at: time }) => change === "ready" && ready.add(time % second));
      world.act("create", (api) => api.create(replicaSet(30, { containers, readinessGates })));
      world.runUntil(10 * second);
      expect([...ready].toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
    },
  );

  test("begins with as many restarts as the pod in its place has behind it", () => {
    const world = cluster({ restarts: [0, 1, 2, 3] }, 3);
    expect(at(world, second)).toEqual(["Running 1/1", "Running 1/1 x1", "Running 1/1 x2"]);
  });

  test("ends at once where it has no node yet", () => {
    const world = cluster({ schedule: { delay: 60 * second }, terminate: { delay: 20 * second } });
    world.runUntil(second);
    world.act("delete", (api) => api.delete({ resource: "replicasets", name: "web" }));
    expect(pods(world)).toEqual([]);
  });

  test("varies by at most the jitter, with the same luck in every run of one seed", () => {
    const readyAt = (seed: string): number[] => {
      const world = cluster({ ready: { delay: second, jitter: second } }, 20, { seed });
      const times: number[] = [];
      world.on("pods", (entry) => {
        if (entry.change === "ready") times.push(entry.at);
      });
      world.runUntil(10 * second);
      return times;
    };
    const times = readyAt("a");
    expect(times).toHaveLength(20);
    expect(new Set(times).size).toBeGreaterThan(10);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(second);
    expect(Math.max(...times)).toBeLessThanOrEqual(2 * second);
    expect(readyAt("a")).toEqual(times);
    expect(readyAt("b")).not.toEqual(times);
  });
});

describe("faults", () => {
  test("ImagePullBackOff: the pod stays Pending and tries again after 10 s, 20 s, 40 s ... 5 min", () => {
    const world = cluster({ fault: { type: "ImagePullBackOff" }, start: { delay: second } });
    expect(at(world, 999)).toEqual(["Pending 0/1 ContainerCreating"]);
    // Each attempt fails for 2 s, then it waits; a pull takes 1 s.
    let begins = second;
    for (const wait of [10, 20, 40, 80, 160, 300, 300]) {
      const backsOff = begins + 2 * second;
      const again = backsOff + (wait + 1) * second;
      const shown = [begins, backsOff - 1, backsOff, again - 1].map((ms) => at(world, ms)[0]);
      const [fails, waits] = ["Pending 0/1 ErrImagePull", "Pending 0/1 ImagePullBackOff"];
      expect(shown).toEqual([fails, fails, waits, waits]);
      begins = again;
    }
  });

  test("CrashLoopBackOff: shows its end for a second, restarts, then waits 10 s, 20 s, 40 s ... 5 min", () => {
    const world = cluster({ fault: { type: "CrashLoopBackOff", after: 3 * second } });
    const started: number[] = [];
    const changes = new Set<string>();
    world.on("pods", (entry) => {
      changes.add(entry.change);
      if (entry.change === "running") started.push(entry.at);
    });
    world.runUntil(1800 * second);
    expect([...changes]).toEqual(["scheduled", "running", "restarted"]);
    const waits = started.slice(1).map((time, i) => (time - started[i]!) / second - 3);
    expect(waits.slice(0, 8)).toEqual([1, 11, 21, 41, 81, 161, 301, 301]);
    const fresh = cluster({ fault: { type: "CrashLoopBackOff", after: second } });
    expect(at(fresh, 999)).toEqual(["Running 0/1"]);
    expect(at(fresh, 1500)).toEqual(["Running 0/1 Error"]);
    expect(at(fresh, 2500)).toEqual(["Running 0/1 x1"]);
    expect(at(fresh, 3500)).toEqual(["Running 0/1 Error x1"]);
    expect(at(fresh, 4500)).toEqual(["Running 0/1 CrashLoopBackOff x1"]);
    expect(at(fresh, 14_500)).toEqual(["Running 0/1 x2"]);
    const usual = cluster({ fault: { type: "CrashLoopBackOff" } });
    expect([at(usual, 999), at(usual, 2500)].flat()).toEqual(["Running 0/1", "Running 0/1 x1"]);
  });

  test("NeverReady: runs, and never becomes ready", () => {
    expect(at(cluster({ fault: { type: "NeverReady" } }), 3600 * second)).toEqual(["Running 0/1"]);
  });

  test("NeverRunning: stays in ContainerCreating", () => {
    const world = cluster({ fault: { type: "NeverRunning" } });
    expect(at(world, 3600 * second)).toEqual(["Pending 0/1 ContainerCreating"]);
  });

  test("ReadyThenCrash: is ready for a while, crashes, and becomes ready again", () => {
    const world = cluster({ fault: { type: "ReadyThenCrash", after: 5 * second } });
    expect(at(world, 5999)).toEqual(["Running 1/1"]);
    expect(at(world, 6000)).toEqual(["Running 0/1 Error"]);
    expect(at(world, 7000)).toEqual(["Running 0/1 x1"]);
    expect(at(world, 8000)).toEqual(["Running 1/1 x1"]);
    expect(at(world, 14_000)).toEqual(["Running 0/1 CrashLoopBackOff x1"]);
  });

  test("ReadyThenUnready: fails its probe, and recovers if it is said to", () => {
    const fault = { type: "ReadyThenUnready", after: 2 * second } as const;
    const world = cluster({ fault: { ...fault, recover: 3 * second } });
    expect([at(world, 2999), at(world, 3000), at(world, 5999), at(world, 6000)].flat()).toEqual([
      "Running 1/1",
      "Running 0/1",
      "Running 0/1",
      "Running 1/1",
    ]);
    expect(at(cluster({ fault }), 3600 * second)).toEqual(["Running 0/1"]);
  });

  test("Evicted: fails, and its ReplicaSet makes another in its place", () => {
    const world = cluster({ fault: { type: "Evicted", after: 2 * second, first: 1 } });
    const changes: string[] = [];
    world.on("pods", ({ change }) => void changes.push(change));
    expect(at(world, 3000)).toEqual(["Failed 0/1 Evicted", "Running 0/1"]);
    expect(changes).toContain("failed");
    expect(at(world, 3600 * second)).toEqual(["Failed 0/1 Evicted", "Running 1/1"]);
  });

  test("hits only the first so many pods of a ReplicaSet, or a share of them", () => {
    const ready = (fault: Behavior["fault"]): number => {
      const world = cluster({ fault: fault! }, 100, { podsPerNode: 50 });
      return at(world, 10 * second).filter((text) => text === "Running 1/1").length;
    };
    expect(ready({ type: "NeverReady", first: 30 })).toBe(70);
    const hit = 100 - ready({ type: "NeverReady", probability: 0.3 });
    expect(hit).toBeGreaterThan(15);
    expect(hit).toBeLessThan(45);
  });

  test("are chosen by image and labels, the first behavior that matches", () => {
    const never: Behavior = { match: { image: "*:bad" }, fault: { type: "NeverReady" } };
    const labeled: Behavior = { match: { labels: { app: "web" } }, ready: { delay: 7 * second } };
    const world = new Cluster({ behaviors: [never, labeled] });
    world.act("create", (api) => api.create(replicaSet(1)));
    expect([at(world, 6999), at(world, 7000)].flat()).toEqual(["Running 0/1", "Running 1/1"]);
  });
});

describe("nodes", () => {
  const small = { nodes: 2, podsPerNode: 1 };

  test("that are full let pods wait, and take them when room is free", () => {
    const world = cluster({ terminate: { delay: 5 * second } }, 3, small);
    expect(at(world, 2000)).toEqual(["Pending 0/1", "Running 1/1", "Running 1/1"]);
    const waiting = pods(world).find(({ spec }) => spec.nodeName === undefined)!;
    expect((waiting.status as { conditions: unknown }).conditions).toMatchObject([
      { type: "PodScheduled", status: "False", reason: "Unschedulable" },
    ]);
    const { name } = pods(world).find(({ spec }) => spec.nodeName !== undefined)!.metadata;
    world.act("delete", (api) => api.delete({ resource: "pods", name }));
    world.runUntil(6999);
    expect(pods(world)).toHaveLength(4); // a stopping pod still takes its room
    expect(at(world, 9000)).toEqual(["Pending 0/1", "Running 1/1", "Running 1/1"]);
  });

  test("have room again for another pod when one is evicted, though its object stays", () => {
    const world = cluster({ fault: { type: "Evicted", after: second, first: 1 } }, 2, small);
    expect(at(world, 10 * second)).toEqual(["Failed 0/1 Evicted", "Running 1/1", "Running 1/1"]);
  });

  test("pass room on that was meant for a pod that is deleted meanwhile", () => {
    const world = cluster({}, 4, small);
    world.runUntil(2 * second);
    const placed = pods(world).filter(({ spec }) => spec.nodeName !== undefined);
    const waiting = pods(world).filter(({ spec }) => spec.nodeName === undefined);
    world.act("delete", (api) => {
      const now = { gracePeriodSeconds: 0 };
      api.delete({ resource: "pods", name: placed[0]!.metadata.name }, now);
      for (const pod of waiting) api.delete({ resource: "pods", name: pod.metadata.name });
    });
    const after = at(world, 10 * second);
    expect(after.filter((text) => text === "Running 1/1")).toHaveLength(2);
  });
});
