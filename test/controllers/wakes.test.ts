/** Which events wake which Deployment. */
import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import { Cluster, type ClusterOptions } from "../../src/cluster.ts";
import { web } from "../support/web.ts";

const second = 1000;

describe("a Deployment wakes", () => {
  const labels = { app: "web" };
  const { template } = web(2).spec;

  /** Deployments `names` that select the same pods, after 10 s; `woken` collects the keys of their syncs. */
  function alike(...names: readonly string[]): { cluster: Cluster; woken: string[] } {
    const cluster = new Cluster();
    for (const name of names) {
      const containers = [{ name: "web", image: `web:${name}` }];
      const object = { ...web(2, { template: { metadata: { labels }, spec: { containers } } }) };
      cluster.act("create", (api) => api.create({ ...object, metadata: { name } }));
    }
    cluster.runUntil(10 * second);
    const woken: string[] = [];
    cluster.on("sync", ({ by, key }) => {
      if (by === "deployment-controller") woken.push(key);
    });
    return { cluster, woken };
  }

  test("when its ReplicaSet is taken from it, as does every other that selects it", () => {
    const { cluster, woken } = alike("a", "b");
    const [first] = cluster.api.list("replicasets");
    const { name } = first!.metadata;
    const metadata = { ownerReferences: null };
    cluster.act("orphan", (api) =>
      api.patch({ resource: "replicasets", name }, "merge", { metadata }),
    );
    expect(woken.slice(0, 2)).toEqual(["default/a", "default/b"]);
  });

  test("when its ReplicaSet is taken from it with other labels, and makes a new one", () => {
    const { cluster } = alike("a");
    const [first] = cluster.api.list("replicasets");
    const changed = { ...first!.metadata, labels: { app: "other" }, ownerReferences: [] };
    cluster.act("replace", (api) => api.update({ ...first!, metadata: changed }));
    cluster.runUntil(20 * second);
    const d = cluster.api.get({ resource: "deployments", name: "a" });
    expect(d.ok && d.value.status.collisionCount).toBe(1);
  });

  test("once for each, in order of names, when an orphan appears", () => {
    const { cluster, woken } = alike("b", "c", "a");
    const object = {
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: { name: "left", labels },
    };
    const spec = { replicas: 0, selector: { matchLabels: labels }, template };
    cluster.act("create", (api) => api.create({ ...object, spec }));
    expect(woken.slice(0, 3)).toEqual(["default/a", "default/b", "default/c"]);
  });

  test("not for an orphan that it does not select, that is elsewhere, or that has no labels", () => {
    const { cluster, woken } = alike("a");
    const others = { metadata: { labels: { app: "other" } }, spec: template.spec };
    const selector = { matchLabels: { app: "other" } };
    const other = { ...web(2, { selector, template: others }), metadata: { name: "other" } };
    const there = { ...web(2), metadata: { name: "there", namespace: "shop" } };
    const matchExpressions = [{ key: "tier", operator: "DoesNotExist" }];
    const lacks = { ...web(2, { selector: { matchExpressions } }), metadata: { name: "lacks" } };
    cluster.act("namespace", (api) =>
      api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } }),
    );
    for (const each of [other, there, lacks]) cluster.act("create", (api) => api.create(each));
    cluster.runUntil(20 * second);
    const orphan = (name: string, of: object, more: object = {}): readonly string[] => {
      woken.splice(0);
      const spec = { replicas: 0, selector: { matchLabels: labels }, template, ...more };
      const object = { apiVersion: "apps/v1", kind: "ReplicaSet", metadata: { name, ...of }, spec };
      cluster.act("create", (api) => api.create(object));
      cluster.runUntil(cluster.now + second);
      return [...new Set(woken)];
    };
    expect(orphan("left", { labels })).toEqual(["default/a", "default/lacks"]);
    expect(orphan("tiered", { labels: { tier: "web" } })).toEqual([]);
    // Without labels of its own it would have those of its pods.
    const bare = { selector: { matchExpressions }, template: { spec: template.spec } };
    expect(orphan("bare", { labels: { tier: "web" } }, bare)).toEqual([]);
    cluster.act("strip", (api) =>
      api.patch({ resource: "replicasets", name: "bare" }, "merge", { metadata: { labels: null } }),
    );
    cluster.runUntil(cluster.now + second);
    expect(woken).toEqual([]);
  });

  test("when an orphan appears that it selects, by expressions alone, too", () => {
    const matchExpressions = [{ key: "app", operator: "In", values: ["web"] }];
    const cluster = new Cluster();
    cluster.act("create", (api) => api.create(web(2, { selector: { matchExpressions } })));
    cluster.runUntil(10 * second);
    cluster.act("create", (api) =>
      api.create({
        apiVersion: "apps/v1",
        kind: "ReplicaSet",
        metadata: { name: "left", labels },
        spec: { replicas: 0, selector: { matchLabels: labels }, template },
      }),
    );
    cluster.runUntil(11 * second);
    const answer = cluster.api.get({ resource: "replicasets", name: "left" });
    expect(answer.ok && answer.value.metadata.ownerReferences).toMatchObject([{ name: "web" }]);
  });

  // Statuses of these versions do not count terminating pods: no ReplicaSet tells of their end.
  test.each([
    ["v1.34.4", "only when the last old pod has ended", [2]],
    ["v1.37.2", "at the end of each old pod", [2, 1]],
  ])("in %s, where it recreates its pods, %s", (kubernetesVersion, _, seen) => {
    const cluster = new Cluster({
      kubernetesVersion,
      featureGates: { terminatingReplicas: false },
      behaviors: [{ terminate: { delay: 2 * second, jitter: 8 * second } }],
    });
    // Pods of another, though it selects the same, do not count.
    cluster.act("create", (api) => api.create({ ...web(2), metadata: { name: "other" } }));
    cluster.act("create", (api) => api.create(web(2, { strategy: { type: "Recreate" } })));
    cluster.runUntil(10 * second);
    const waited: unknown[] = [];
    cluster.on("decision", ({ id, weighed }) => {
      if (id === "deployment/recreate/old-pods-running") waited.push(weighed["old"]);
    });
    const next = { metadata: { labels }, spec: { containers: [{ name: "web", image: "web:2" }] } };
    cluster.act("update", (api) =>
      api.patch({ resource: "deployments", name: "web" }, "strategic", {
        spec: { template: next },
      }),
    );
    cluster.runUntil(30 * second);
    expect(waited.filter((old, i) => old !== waited[i - 1])).toEqual(seen);
    expect(cluster.api.list("pods")).toHaveLength(4);
  });

  test("not when a pod of it ends, where only another recreates its pods", () => {
    const { cluster, woken } = alike("a");
    cluster.act("create", (api) =>
      api.create({ ...web(2, { strategy: { type: "Recreate" } }), metadata: { name: "b" } }),
    );
    cluster.runUntil(20 * second);
    woken.splice(0);
    cluster.on("write", ({ resource }) => woken.push(resource));
    const { metadata } = cluster.api.list("pods")[0]!;
    const pod = { resource: "pods", name: metadata.name };
    cluster.act("delete", (api) => api.delete(pod, { gracePeriodSeconds: 0 }));
    // First its ReplicaSet makes another; its status tells the Deployment.
    expect(woken.slice(0, 3)).toEqual(["pods", "pods", "replicasets"]);
  });

  test("every 5 ms once it is short of pods that it had before its deadline, until it is not", () => {
    const turns = (schedule: string): readonly number[] => {
      const cluster = new Cluster({ schedule });
      cluster.act("create", (api) => api.create(web(2, { progressDeadlineSeconds: 1 })));
      cluster.runUntil(10 * second);
      const times: number[] = [];
      cluster.on("sync", ({ by, at }) => {
        if (by === "deployment-controller") times.push(at);
      });
      const [pod] = cluster.api.list("pods");
      cluster.act("fail", () => cluster.faults.failProbe(pod!.metadata));
      cluster.runUntil(11 * second + 2);
      cluster.act("pass", () => cluster.faults.passProbe(pod!.metadata));
      cluster.runUntil(20 * second);
      cluster.act("wait", () => undefined);
      cluster.runUntil(21 * second);
      return times;
    };
    // Letters: each turn is a move. Fresh: those that find nothing are left out.
    const all = turns("");
    const gaps = all.map((time, i) => time - (all[i - 1] ?? time));
    expect(gaps.filter((gap) => gap > 0 && gap !== 5).length).toBeLessThan(3);
    expect(all.length).toBeGreaterThan(200);
    expect(all.at(-1)).toBe(11_005);
    const told = turns("fresh");
    expect(told.length).toBeLessThan(10);
    expect(told.filter((time) => time > 11 * second)).toEqual(
      all.filter((time) => time > 11 * second),
    );
  });

  test("when a pod of it ends, after a restore too, and not when one changes, where it recreates pods", () => {
    const cluster = new Cluster();
    cluster.act("create", (api) => api.create(web(2, { strategy: { type: "Recreate" } })));
    cluster.runUntil(10 * second);
    const [first] = cluster.api.list("pods");
    const pod = { resource: "pods", namespace: "default", name: first!.metadata.name };
    const [played, restored] = [cluster, cluster.fork()].map((world) => {
      let syncs = 0;
      world.on("sync", ({ by }) => {
        if (by === "deployment-controller") syncs++;
      });
      const metadata = { annotations: { a: "b" } };
      world.act("annotate", (api) => api.patch(pod, "merge", { metadata }));
      const after = syncs;
      world.act("delete", (api) => api.delete(pod, { gracePeriodSeconds: 0 }));
      return [after, syncs];
    });
    expect(played![0]).toBe(0);
    expect(restored).toEqual(played);
  });
});

describe("a ReplicaSet wakes", () => {
  const labels = { app: "web" };
  const spec = { containers: [{ name: "web", image: "web:1" }] };
  const absent = [{ key: "job", operator: "DoesNotExist" }];

  /** One of no pods that selects all without a label `job`; `woken` collects the keys of its syncs. */
  function selecting(options: ClusterOptions = {}): { cluster: Cluster; woken: string[] } {
    const cluster = new Cluster(options);
    cluster.act("make", (api) =>
      api.create({
        apiVersion: "apps/v1",
        kind: "ReplicaSet",
        metadata: { name: "web" },
        spec: {
          replicas: 0,
          selector: { matchExpressions: absent },
          template: { metadata: { labels }, spec },
        },
      }),
    );
    const woken: string[] = [];
    cluster.on("sync", ({ by, key }) => {
      if (by === "replicaset-controller") woken.push(key);
    });
    return { cluster, woken };
  }

  function pod(metadata: object): KubeObject {
    return { apiVersion: "v1", kind: "Pod", metadata: { name: "lone", ...metadata }, spec };
  }

  test("when a pod appears that it selects and nobody owns", () => {
    const { cluster, woken } = selecting();
    cluster.on("write", ({ by, resource }) => woken.push(`${resource} by ${by}`));
    cluster.act("create", (api) => api.create(pod({ labels })));
    // Before the scheduler has bound it.
    expect(woken.slice(0, 2)).toEqual(["pods by user", "pods by replicaset-controller"]);
  });

  test.each([
    ["without labels", {}],
    ["in another namespace", { labels, namespace: "kube-system" }],
    ["that it does not select", { labels: { job: "x" } }],
  ])("not when a pod appears %s", (_, metadata) => {
    const { cluster, woken } = selecting();
    cluster.act("create", (api) => api.create(pod(metadata)));
    cluster.runUntil(10 * second);
    expect(woken).toEqual([]);
  });

  test("when a pod that nobody owns gets labels that it selects, not when anything else changes", () => {
    const { cluster, woken } = selecting();
    cluster.act("create", (api) => api.create(pod({ labels: { job: "x" } })));
    cluster.runUntil(10 * second);
    const patch = (metadata: object): unknown =>
      cluster.act("patch", (api) =>
        api.patch({ resource: "pods", name: "lone" }, "merge", { metadata }),
      );
    patch({ annotations: { a: "b" } });
    expect(woken).toEqual([]);
    patch({ labels: { job: null, app: "web" } });
    expect(woken[0]).toBe("default/web");
  });

  test("not when a pod that is going gets labels that it selects", () => {
    const { cluster, woken } = selecting();
    const lone = { resource: "pods", name: "lone" };
    cluster.act("create", (api) => api.create(pod({ labels: { job: "x" } })));
    cluster.runUntil(10 * second);
    cluster.act("delete", (api) => api.delete(lone));
    const metadata = { labels: { job: null, app: "web" } };
    cluster.act("patch", (api) => api.patch(lone, "merge", { metadata }));
    expect(woken).toEqual([]);
  });

  test("when its cache hears of the labels, though the cluster was saved before", () => {
    // One move for the relabeling: none. Then caches hear of all.
    const schedule = { name: ".", fromMs: 10 * second };
    const { cluster } = selecting({ schedule });
    cluster.act("create", (api) => api.create(pod({ labels: { job: "x" } })));
    cluster.runBefore(10 * second);
    cluster.act("patch", (api) =>
      api.patch({ resource: "pods", name: "lone" }, "merge", {
        metadata: { labels: { job: null, app: "web" } },
      }),
    );
    const fork = cluster.fork();
    const adopted = [cluster, fork].map((world) => {
      const seen: string[] = [];
      world.on("write", ({ by, verb }) => seen.push(`${verb} by ${by}`));
      world.act("wait", () => undefined);
      return seen[0];
    });
    expect(adopted).toEqual(["patch by replicaset-controller", "patch by replicaset-controller"]);
  });
});
