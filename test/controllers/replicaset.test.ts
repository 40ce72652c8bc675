import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import { failure } from "../../src/api/status.ts";
import { Flag, Phase } from "../../src/apiserver/pod-columns.ts";
import { PodTable } from "../../src/apiserver/pod-table.ts";
import { Cluster } from "../../src/cluster.ts";
import { planOf, type Effect, type Outcome } from "../../src/controllers/reconcile.ts";
import { firstByCohorts } from "../../src/controllers/replicaset/deletion-cohorts.ts";
import { podsToDelete } from "../../src/controllers/replicaset/deletion-order.ts";
import { reconcileReplicaSet } from "../../src/controllers/replicaset/replicaset.ts";
import { isAvailable, type PodListing } from "../../src/controllers/replicaset/view.ts";
import { counts, orphan, view } from "./replica-set-view.ts";
import { NOW } from "./rollout-view.ts";

const second = 1000;
const labels = { app: "web" };
const podSpec = { containers: [{ name: "web", image: "web:1" }] };

describe("a sync of a ReplicaSet", () => {
  test("writes pods and its status, and nothing else counts as a write", () => {
    const plan = planOf(reconcileReplicaSet(view({ counts: counts({ active: 0, ready: 0 }) })));
    expect(plan.writes.map((write) => write.do)).toEqual([
      "create-pods",
      "create-pods",
      "update/status",
    ]);
    const less = planOf(
      reconcileReplicaSet(view({ counts: counts({ active: 4 }), surplus: [7, 3, 5] })),
    );
    expect(less.writes[0]).toMatchObject({ do: "delete-pods", rows: [7] });
    expect(less.writes.map((write) => write.do)).toEqual(["delete-pods", "update/status"]);
  });

  test("looks again when the next ready pod will have been ready for long enough", () => {
    const nowS = NOW / second;
    const waiting = counts({ available: 1, readySeconds: [nowS - 4, nowS - 20, nowS - 7] });
    const plan = planOf(reconcileReplicaSet(view({ counts: waiting }, 10)));
    expect(plan.requeueAfterMs).toBe(3000);
    expect(plan.because).toContainEqual({
      id: "replicaset/check-availability-later",
      weighed: { ready: 3, available: 1, minReady: 10, seconds: 3 },
    });
  });

  test.each([
    ["create-pods", 0, "FailedCreate", "no"],
    ["delete-pods", 4, "FailedDelete", "unable to delete pods: no"],
  ])("whose %s is refused with %d pods says %s", (verb, active, reason, message) => {
    const status = failure(403, "Forbidden", "no");
    const forgone: number[] = [];
    const plan = planOf(
      reconcileReplicaSet(view({ counts: counts({ active }), surplus: [7] })),
      (effect): Outcome => {
        if (effect.do === "forgo-creations") forgone.push(effect.count);
        if (effect.do === verb) return { done: 0, refused: status };
        return "object" in effect ? { ok: true, value: effect.object } : undefined;
      },
    );
    expect(plan.error).toBe(message);
    expect(plan.writes.map((write) => write.do)).toEqual([verb, "update/status"]);
    expect(plan.writes[1]).toMatchObject({
      object: {
        status: { conditions: [{ type: "ReplicaFailure", status: "True", reason, message }] },
      },
    });
    expect(forgone).toEqual(verb === "create-pods" ? [3] : []);
  });

  test("that is being deleted makes and deletes no pods", () => {
    const rs = view().replicaSet!;
    const metadata = { ...rs.metadata, deletionTimestamp: "2000-01-01T00:59:59Z" };
    for (const active of [0, 4]) {
      const change = { counts: counts({ active }), replicaSet: { ...rs, metadata }, surplus: [7] };
      const plan = planOf(reconcileReplicaSet(view(change)));
      expect(plan.writes.map((write) => write.do)).toEqual(["update/status"]);
    }
  });

  test("counts a pod as available from the instant at which minReadySeconds are over", () => {
    expect([109_999, 110_000].map((now) => isAvailable(100, 10, now))).toEqual([false, true]);
    expect(isAvailable(100, 0, 0)).toBe(true);
  });

  test("adopts nothing for a ReplicaSet that is another, going or gone, when it is read afresh", () => {
    const adopting = (fresh: (rs: KubeObject) => Outcome): string | undefined => {
      const { error, writes } = planOf(
        reconcileReplicaSet(view({ orphans: [orphan(8)] })),
        (effect) => (effect.do === "get" ? fresh(effect.object) : undefined),
      );
      expect(writes).toEqual([]);
      return error;
    };
    const changed = (change: object) => (rs: KubeObject) => {
      return { ok: true as const, value: { ...rs, metadata: { ...rs.metadata, ...change } } };
    };
    const gone = failure(404, "NotFound", "no such ReplicaSet");
    expect([
      adopting(changed({ uid: "another" })),
      adopting(changed({ deletionTimestamp: "2000-01-01T00:59:59Z" })),
      adopting(() => ({ ok: false, status: gone })),
    ]).toEqual([
      "original ReplicaSet web-1 is gone",
      "web-1 has just been deleted",
      "no such ReplicaSet",
    ]);
  });

  test("looks again after minReadySeconds where the status that it wrote waits for pods it does not see", () => {
    const rs = view({}, 10).replicaSet!;
    const status = { ...rs.status, replicas: 3, readyReplicas: 3, availableReplicas: 1 };
    const plan = planOf(reconcileReplicaSet(view({}, 10)), () => {
      return { ok: true, value: { ...rs, status } };
    });
    expect(plan.requeueAfterMs).toBe(10_000);
  });

  test("deletes as many as are too many, though an orphan was gone before it was adopted", () => {
    const answer = (effect: Effect): Outcome => {
      if (effect.do === "adopt-pods") return { done: 1, missing: [8] };
      if (effect.do === "delete-pods") return { done: effect.rows.length };
      return "object" in effect ? { ok: true, value: effect.object } : undefined;
    };
    // With the orphans there are 5; one is gone, so 4 of 3 are left.
    const plan = planOf(
      reconcileReplicaSet(view({ orphans: [orphan(8), orphan(9)], surplus: [8, 9, 1, 2, 3] })),
      answer,
    );
    expect(plan.writes).toMatchObject([
      { do: "adopt-pods", rows: [8, 9] },
      { do: "delete-pods", rows: [9] },
      { do: "update/status", object: { status: { replicas: 4, availableReplicas: 4 } } },
    ]);
  });
});

describe("an orphan", () => {
  function set(name: string, replicas: number): KubeObject {
    const template = { metadata: { labels }, spec: podSpec };
    const spec = { replicas, selector: { matchLabels: labels }, template };
    return { apiVersion: "apps/v1", kind: "ReplicaSet", metadata: { name }, spec };
  }

  test("is adopted by the first ReplicaSet that selects it, by name, which then has one too many", () => {
    const cluster = new Cluster();
    cluster.act("create", (api) => {
      for (const name of ["b", "a"]) api.create(set(name, 1));
    });
    cluster.runUntil(10 * second);
    const adopted: string[] = [];
    cluster.on("decision", ({ id, weighed }) => {
      if (id === "replicaset/adopt-pod") adopted.push(String(weighed["replicaSet"]));
    });
    const counted: number[] = [];
    cluster.on("write", ({ by, name }) => {
      const of = cluster.api.get({ resource: "replicasets", name });
      if (by === "replicaset-controller" && of.ok) counted.push(of.value.status.replicas);
    });
    const bare = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "left", labels },
      spec: podSpec,
    };
    cluster.act("create", (api) => expect(api.create(bare)).toMatchObject({ ok: true }));
    cluster.runUntil(20 * second);
    expect(adopted).toEqual(["a"]);
    expect(counted).toEqual([2, 1]);
    expect(cluster.api.list("pods")).toHaveLength(2);
  });
});

test("a pod of the fullest node goes first where pods are counted by labels", () => {
  const cluster = new Cluster({ nodes: 2 });
  const template = { metadata: { labels }, spec: podSpec };
  const spec = { replicas: 3, selector: { matchLabels: labels }, template };
  const controller = { apiVersion: "example.com/v1", kind: "App", name: "a", uid: "1-2-3" };
  const ownerReferences = [{ ...controller, controller: true }]; // without one, nodes do not count
  const metadataOf = { name: "a", ownerReferences };
  const rs = { apiVersion: "apps/v1", kind: "ReplicaSet", metadata: metadataOf, spec };
  cluster.act("create", (api) => api.create(rs));
  cluster.runUntil(10 * second);
  // What others have on a node does not count: those that it does not select, those of other namespaces.
  const onFirst = { ...podSpec, nodeName: "node-1" };
  for (const [namespace, app] of [
    ["default", "other"],
    ["kube-system", "web"],
  ] as const) {
    const mine = { metadata: { labels: { app } }, spec: onFirst };
    const of = { replicas: 3, selector: { matchLabels: { app } }, template: mine };
    const other = { ...rs, metadata: { name: "other", namespace }, spec: of };
    cluster.act("create", (api) => api.create(other));
  }
  cluster.runUntil(20 * second);
  const onNodes = (): unknown[] =>
    cluster.api
      .list("pods", { namespace: "default" })
      .filter(({ metadata: { labels: of } }) => of?.["app"] === "web")
      .map((pod) => pod["spec"]);
  expect(onNodes()).toMatchObject(["node-2", "node-1", "node-2"].map((nodeName) => ({ nodeName })));
  const { metadata } = cluster.api.list("pods", { labelSelector: "app=web" })[0]!;
  const pod = { resource: "pods", namespace: "default", name: metadata.name };
  cluster.act("edit", (api) => {
    api.patch(pod, "merge", { metadata: { labels: { edited: "yes" } } });
    api.patch({ resource: "replicasets", name: "a" }, "merge", { spec: { replicas: 2 } });
  });
  cluster.runUntil(30 * second);
  expect(onNodes()).toMatchObject(["node-1", "node-2"].map((nodeName) => ({ nodeName })));
});

test("a pod that has lost a label of the template, not of the selector, is not fully labeled", () => {
  const cluster = new Cluster();
  const template = { metadata: { labels: { ...labels, tier: "front" } }, spec: podSpec };
  const spec = { replicas: 3, selector: { matchLabels: labels }, template };
  const rs = { apiVersion: "apps/v1", kind: "ReplicaSet", metadata: { name: "a" }, spec };
  cluster.act("create", (api) => api.create(rs));
  cluster.runUntil(10 * second);
  const { metadata } = cluster.api.list("pods")[0]!;
  const pod = { resource: "pods", namespace: "default", name: metadata.name };
  cluster.act("edit", (api) => api.patch(pod, "merge", { metadata: { labels: { tier: null } } }));
  cluster.runUntil(20 * second);
  const answer = cluster.api.get({ resource: "replicasets", name: "a" });
  expect(answer).toMatchObject({ value: { status: { replicas: 3, fullyLabeledReplicas: 2 } } });
});

describe("of pods that are alike", () => {
  const pod = { node: 0, phase: Phase.Running, flags: Flag.Present | Flag.Ready, source: 0 };
  const fixed = { owner: 0, deletionCost: 0, createdS: 1000, restarts: 0 };

  /** Ready since these seconds; a little more or less is the same age to Kubernetes. */
  function listing(readyS: readonly number[]): PodListing {
    const pods = new PodTable();
    readyS.forEach((since, row) =>
      pods.put(row, { ...pod, ...fixed, readyS: since, uid: row + 1 }),
    );
    return { pods, owner: 0, related: [0] };
  }

  test.each([3, 30])("the oldest %i go first, whichever of the ages they have", (count) => {
    const pods = listing(Array.from({ length: 2 * count }, (_, row) => 2001 - (row % 2)));
    const oldest = Array.from({ length: count }, (_, row) => row);
    expect(firstByCohorts(pods, count, 5000 * second)).toEqual(oldest);
  });

  test("the one with the lower UID goes first where pods are counted by labels, adopted or not", () => {
    const pods = listing([2000, 2001, 2002]);
    const byLabels = {
      orphans: [],
      strays: [],
      claimed: [2, 1, 0],
      fullyLabeled: 3,
      terminating: 0,
      onNodes: [0, 3],
    };
    expect(podsToDelete({ ...pods, labels: byLabels }, 2, 5000 * second)).toEqual([0, 1]);
  });
});
