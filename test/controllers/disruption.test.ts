import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import { Cluster } from "../../src/cluster.ts";
import { web } from "../support/web.ts";

const second = 1000;

interface Status {
  readonly currentHealthy: number;
  readonly desiredHealthy: number;
  readonly expectedPods: number;
  readonly disruptionsAllowed: number;
  readonly conditions: readonly {
    readonly status: string;
    readonly reason: string;
    readonly lastTransitionTime?: string;
  }[];
}

function world(replicas: number, budget: Readonly<Record<string, unknown>>): Cluster {
  const cluster = new Cluster({
    podsPerNode: 200,
    behaviors: [
      { start: { delay: second }, ready: { delay: second }, terminate: { delay: second } },
    ],
  });
  cluster.act("create", (api) => {
    expect(api.create(web(replicas))).toMatchObject({ ok: true });
    expect(api.create(budgetNamed("web", budget))).toMatchObject({ ok: true });
  });
  cluster.runUntil(5 * second);
  return cluster;
}

function budgetNamed(name: string, spec: Readonly<Record<string, unknown>>): KubeObject {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name },
    spec: { selector: { matchLabels: { app: "web" } }, ...spec },
  };
}

function status(cluster: Cluster, name = "web"): Status {
  const answer = cluster.api.get({ resource: "poddisruptionbudgets", name });
  return (answer.ok ? answer.value["status"] : undefined) as Status;
}

const podNames = (cluster: Cluster): readonly string[] =>
  cluster.api.list("pods").map(({ metadata }) => metadata.name);

function podNamed(cluster: Cluster, name: string): KubeObject {
  return cluster.api.list("pods").find(({ metadata }) => metadata.name === name)!;
}

function isReady(cluster: Cluster, name: string): boolean {
  const { conditions = [] } = podNamed(cluster, name)["status"] as {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
  return conditions.some(({ type, status: is }) => type === "Ready" && is === "True");
}

/** What was weighed each time that it was decided so. */
function told(cluster: Cluster, id: string): readonly unknown[] {
  return cluster.trace.entries.flatMap((entry) =>
    entry.kind === "decision" && entry.id === id ? [entry.weighed] : [],
  );
}

describe("the status of a budget", () => {
  test.each([
    [{ minAvailable: 3 }, 5, { desiredHealthy: 3, expectedPods: 5, disruptionsAllowed: 2 }],
    [{ minAvailable: "50%" }, 5, { desiredHealthy: 3, expectedPods: 5, disruptionsAllowed: 2 }],
    [{ maxUnavailable: 1 }, 5, { desiredHealthy: 4, expectedPods: 5, disruptionsAllowed: 1 }],
    [{ maxUnavailable: "30%" }, 5, { desiredHealthy: 3, expectedPods: 5, disruptionsAllowed: 2 }],
    [{ minAvailable: 9 }, 5, { desiredHealthy: 9, expectedPods: 5, disruptionsAllowed: 0 }],
    [{ minAvailable: "20%" }, 5, { desiredHealthy: 1, expectedPods: 5, disruptionsAllowed: 4 }],
    [{ minAvailable: "100%" }, 110, { desiredHealthy: 110, disruptionsAllowed: 0 }],
    [{ maxUnavailable: 9 }, 5, { desiredHealthy: 0, expectedPods: 5, disruptionsAllowed: 5 }],
  ])("with %j of %i pods rounds in favour of the pods", (spec, replicas, wanted) => {
    expect(status(world(replicas, spec))).toMatchObject({ ...wanted, currentHealthy: replicas });
  });

  test("says whether a disruption is allowed, and follows pods that come and go", () => {
    const cluster = world(3, { minAvailable: 3 });
    const [condition] = status(cluster).conditions;
    expect(condition).toMatchObject({ status: "False", reason: "InsufficientPods" });
    const web = { resource: "deployments", name: "web" };
    cluster.act("scale", (api) => api.patch(web, "merge", { spec: { replicas: 4 } }));
    cluster.runUntil(10 * second);
    expect(status(cluster)).toMatchObject({
      disruptionsAllowed: 1,
      conditions: [{ status: "True", reason: "SufficientPods" }],
    });
    const since = (): unknown => status(cluster).conditions[0]?.lastTransitionTime;
    const before = since();
    cluster.act("scale", (api) => api.patch(web, "merge", { spec: { replicas: 5 } }));
    cluster.runUntil(20 * second);
    expect(status(cluster).disruptionsAllowed).toBe(2);
    expect(since()).toBe(before);
    expect(condition?.lastTransitionTime).toBe("2000-01-01T00:00:00Z");
    expect(before).toBe("2000-01-01T00:00:07Z");
  });

  test("follows pods that nobody owns, and those of its own namespace alone", () => {
    const cluster = world(0, { minAvailable: 1 });
    const pod = (namespace: string): KubeObject => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "alone", namespace, labels: { app: "web" } },
      spec: { containers: [{ name: "web", image: "web:v1" }] },
    });
    cluster.act("create", (api) => {
      api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "other" } });
      for (const namespace of ["default", "other"])
        expect(api.create(pod(namespace))).toMatchObject({ ok: true });
    });
    for (const each of [cluster, cluster.fork()]) {
      each.runUntil(10 * second);
      expect(status(each)).toMatchObject({ expectedPods: 1, currentHealthy: 1 });
      expect(each.evict({ name: "alone" })).toMatchObject({ ok: false });
      expect(each.evict({ name: "alone", namespace: "other" })).toMatchObject({ ok: true });
      each.act("label", (api) => {
        const labels = { app: "else" };
        api.patch({ resource: "pods", name: "alone" }, "merge", { metadata: { labels } });
      });
      expect(each.evict({ name: "alone" })).toMatchObject({ ok: true });
    }
  });

  test("is not known yet when the budget was just made or changed: nobody is evicted", () => {
    const cluster = world(3, { minAvailable: 1 });
    const [name = ""] = podNames(cluster);
    const pod = { resource: "pods", name };
    const budget = { resource: "poddisruptionbudgets", name: "web" };
    const processing = {
      ok: false,
      status: {
        code: 429,
        details: {
          causes: [
            { message: "The disruption budget web is still being processed by the server." },
          ],
        },
      },
    };
    cluster.act("change", (api) => {
      api.patch(budget, "merge", { spec: { minAvailable: 2 } });
      expect(api.evict(pod)).toMatchObject(processing);
      api.delete(budget);
      api.create(budgetNamed("web", { minAvailable: 1 }));
      expect(api.evict(pod)).toMatchObject(processing);
    });
    expect(told(cluster, "disruption/not-observed")).toMatchObject([
      { budget: "web" },
      { budget: "web" },
    ]);
    expect(cluster.evict({ name })).toMatchObject({ ok: true });
  });

  test("a rolling update does not ask, and uses the budget up", () => {
    const cluster = world(4, { minAvailable: 4 });
    const spec = { template: { spec: { containers: [{ name: "web", image: "web:v2" }] } } };
    const strategy = { rollingUpdate: { maxSurge: 0, maxUnavailable: 2 } };
    cluster.act("set image", (api) =>
      api.patch({ resource: "deployments", name: "web" }, "strategic", {
        spec: { ...spec, strategy },
      }),
    );
    expect(status(cluster)).toMatchObject({ currentHealthy: 2, desiredHealthy: 4 });
    cluster.runUntil(30 * second);
    expect(status(cluster)).toMatchObject({ currentHealthy: 4, disruptionsAllowed: 0 });
  });
});

describe("what a budget expects", () => {
  test("is a Deployment's replicas, once, though two ReplicaSets share them in mid-rollout", () => {
    const cluster = world(4, { maxUnavailable: 1 });
    const template = { spec: { containers: [{ name: "web", image: "web:v2" }] } };
    cluster.act("set image", (api) =>
      api.patch({ resource: "deployments", name: "web" }, "strategic", { spec: { template } }),
    );
    cluster.runUntil(cluster.now + second / 2);
    const sizes = cluster.api.list("replicasets").map((set) => set["spec"] as { replicas: number });
    expect(sizes.reduce((sum, { replicas }) => sum + replicas, 0)).toBe(5);
    expect(status(cluster)).toMatchObject({ expectedPods: 4, desiredHealthy: 3 });
  });

  test("is a ReplicaSet's replicas where no Deployment has it", () => {
    const cluster = world(0, { maxUnavailable: 1 });
    const labels = { app: "web" };
    const template = {
      metadata: { labels },
      spec: { containers: [{ name: "c", image: "web:v1" }] },
    };
    cluster.refuseNext("create", "pods", 1);
    cluster.act("create", (api) =>
      api.create({
        apiVersion: "apps/v1",
        kind: "ReplicaSet",
        metadata: { name: "bare" },
        spec: { replicas: 3, selector: { matchLabels: labels }, template },
      }),
    );
    cluster.runUntil(cluster.now + 5 * second);
    expect(status(cluster)).toMatchObject({ expectedPods: 3, desiredHealthy: 2 });
  });

  test("is written by the disruption controller, under the budget's name", () => {
    const { trace } = world(2, { minAvailable: 1 });
    expect(
      trace.entries.findLast(
        (entry) => entry.kind === "write" && entry.resource === "poddisruptionbudgets",
      ),
    ).toMatchObject({
      by: "disruption-controller",
      verb: "update/status",
      namespace: "default",
      name: "web",
    });
  });
});

describe("an eviction", () => {
  test("is refused with 429 and the numbers, once the budget is used up", () => {
    const cluster = world(3, { minAvailable: 2 });
    const [first, next] = podNames(cluster);
    expect(cluster.evict({ name: first! })).toMatchObject({ ok: true });
    expect(cluster.evict({ name: next! })).toMatchObject({
      ok: false,
      status: {
        code: 429,
        reason: "TooManyRequests",
        message: "Cannot evict pod as it would violate the pod's disruption budget.",
        details: {
          causes: [
            { message: "The disruption budget web needs 2 healthy pods and has 2 currently" },
          ],
        },
      },
    });
    expect(told(cluster, "disruption/too-few-healthy")).toMatchObject([{ desired: 2, healthy: 2 }]);
    cluster.runUntil(10 * second);
    expect(cluster.evict({ name: next! })).toMatchObject({ ok: true });
  });

  test("is written into the budget before the pod goes", () => {
    const cluster = world(3, { minAvailable: 2 });
    const [name] = podNames(cluster);
    const budgets: unknown[] = [];
    cluster.on("write", ({ resource, object }) => {
      if (resource === "poddisruptionbudgets") budgets.push(object?.["status"]);
    });
    cluster.evict({ name: name! });
    expect(budgets[0]).toMatchObject({
      currentHealthy: 3,
      disruptionsAllowed: 0,
      disruptedPods: { [name!]: expect.any(String) },
      conditions: [{ status: "False", reason: "InsufficientPods" }],
    });
  });

  test("is written beside those before it, while their pods are still there", () => {
    const cluster = world(3, { minAvailable: 1 });
    const [a = "", b = ""] = podNames(cluster);
    cluster.refuseNext("delete", "pods", 2);
    for (const name of [a, b]) expect(cluster.evict({ name })).toMatchObject({ ok: false });
    expect(status(cluster)).toMatchObject({
      disruptedPods: { [a]: expect.any(String), [b]: expect.any(String) },
      disruptionsAllowed: 0,
    });
  });

  test("counts against the budget for two minutes, though the pod could not be deleted", () => {
    const cluster = world(3, { minAvailable: 2 });
    const [name] = podNames(cluster);
    cluster.refuseNext("delete", "pods", 1);
    expect(cluster.evict({ name: name! })).toMatchObject({ ok: false });
    const look = (): Status => {
      const label = { metadata: { labels: { at: String(cluster.now) } } };
      const ref = { resource: "poddisruptionbudgets", name: "web" };
      cluster.act("look", (api) => api.patch(ref, "merge", label));
      return status(cluster);
    };
    cluster.runUntil(cluster.now + 119 * second);
    expect(podNames(cluster)).toContain(name);
    expect(look()).toMatchObject({
      currentHealthy: 2,
      disruptedPods: { [name!]: expect.any(String) },
    });
    cluster.runUntil(cluster.now + second);
    expect(look()).toMatchObject({ currentHealthy: 2 });
    cluster.runUntil(cluster.now + second);
    expect(look()).toMatchObject({ currentHealthy: 3 });
    expect(look()).not.toHaveProperty("disruptedPods");
  });

  test("of a pending pod asks no budget", () => {
    const cluster = world(3, { minAvailable: 4 });
    const web = { resource: "deployments", name: "web" };
    cluster.act("scale", (api) => api.patch(web, "merge", { spec: { replicas: 4 } }));
    cluster.runUntil(cluster.now + second / 2);
    const pending = cluster.api
      .list("pods")
      .find(({ status: state }) => (state as { phase: string }).phase === "Pending")!;
    expect(cluster.evict({ name: podNames(cluster)[0]! })).toMatchObject({ ok: false });
    expect(cluster.evict({ name: pending.metadata.name })).toMatchObject({ ok: true });
  });

  test("of a pod that ends or has ended asks no budget", () => {
    const cluster = new Cluster({
      behaviors: [
        { terminate: { delay: 5 * second }, fault: { type: "Evicted", after: 0, first: 1 } },
      ],
    });
    cluster.act("create", (api) => {
      api.create(web(2));
      api.create(budgetNamed("web", { minAvailable: 9 }));
    });
    cluster.runUntil(5 * second);
    const states = cluster.api.list("pods");
    const failed = states.find((pod) => pod.status.phase === "Failed")!.metadata;
    const running = states.find((pod) => pod.status.phase === "Running")!.metadata;
    expect(cluster.evict({ name: running.name })).toMatchObject({ ok: false });
    cluster.act("delete", (api) => api.delete({ resource: "pods", name: running.name }));
    for (const { name } of [failed, running]) {
      expect(cluster.evict({ name })).toMatchObject({ ok: true });
    }
  });

  test("of a pod that is not ready needs room where the budget wants no healthy ones", () => {
    const cluster = world(1, { minAvailable: 0 });
    const web = { resource: "deployments", name: "web" };
    cluster.act("scale", (api) => api.patch(web, "merge", { spec: { replicas: 0 } }));
    cluster.runUntil(10 * second);
    cluster.act("scale", (api) => api.patch(web, "merge", { spec: { replicas: 1 } }));
    cluster.runUntil(11_500);
    expect(status(cluster)).toMatchObject({ desiredHealthy: 0, currentHealthy: 0 });
    expect(cluster.evict({ name: podNames(cluster)[0]! })).toMatchObject({
      status: { code: 429 },
    });
  });

  test("is answered by 404 for a pod that is gone, and 500 where two budgets claim the pod", () => {
    const cluster = world(2, { minAvailable: 0 });
    expect(cluster.evict({ name: "nobody" })).toMatchObject({ status: { code: 404 } });
    cluster.act("second budget", (api) => api.create(budgetNamed("other", { minAvailable: 1 })));
    expect(cluster.evict({ name: podNames(cluster)[0]! })).toMatchObject({ status: { code: 500 } });
  });

  test("of a pod that is not ready needs no room while enough others are", () => {
    const cluster = world(3, { maxUnavailable: 1 });
    const web = { resource: "deployments", name: "web" };
    cluster.act("scale", (api) => api.patch(web, "merge", { spec: { replicas: 4 } }));
    cluster.runUntil(6500);
    const name = podNames(cluster).find((pod) => !isReady(cluster, pod))!;
    expect(podNamed(cluster, name)["status"]).toMatchObject({ phase: "Running" });
    expect(status(cluster)).toMatchObject({ currentHealthy: 3, disruptionsAllowed: 0 });
    expect(cluster.evict({ name })).toMatchObject({ ok: true });
  });

  test.each([
    ["IfHealthyBudget", false],
    ["AlwaysAllow", true],
  ])("of a pod that is not ready, where others are missing, under %s: %j", (policy, ok) => {
    const cluster = world(3, { minAvailable: 4, unhealthyPodEvictionPolicy: policy });
    const web = { resource: "deployments", name: "web" };
    cluster.act("scale", (api) => api.patch(web, "merge", { spec: { replicas: 4 } }));
    cluster.runUntil(6500);
    const name = podNames(cluster).find((pod) => !isReady(cluster, pod))!;
    expect(cluster.evict({ name }).ok).toBe(ok);
    expect(
      cluster.evict({ name: podNames(cluster).find((pod) => isReady(cluster, pod))! }).ok,
    ).toBe(false);
  });

  test("never takes a budget below what it protects, whoever is evicted, and when", () => {
    const order = fc.array(fc.tuple(fc.nat(20), fc.nat(1500)), { maxLength: 40 });
    const budget = fc.oneof(
      fc.record({ minAvailable: fc.integer({ min: 0, max: 6 }) }),
      fc.record({ maxUnavailable: fc.integer({ min: 0, max: 6 }) }),
      fc.record({ minAvailable: fc.constantFrom("20%", "50%", "99%") }),
    );
    fc.assert(
      fc.property(budget, order, (spec, evictions) => {
        const cluster = world(6, spec);
        const { desiredHealthy } = status(cluster);
        for (const [pod, pause] of evictions) {
          const names = podNames(cluster);
          cluster.evict({ name: names[pod % names.length]! });
          const now = status(cluster);
          expect(now.currentHealthy).toBeGreaterThanOrEqual(Math.min(6, desiredHealthy));
          cluster.runUntil(cluster.now + pause);
        }
      }),
      { seed: 6, numRuns: 60 },
    );
  });
});
