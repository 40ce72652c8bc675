/** Pods that must be near others, far from others, or evenly spread. */
import { describe, expect, test } from "vitest";
import { Cluster, type ClusterOptions } from "../../src/cluster.ts";
import {
  apps,
  asks,
  closeTo,
  deployment,
  far,
  places,
  whyNot,
  world,
  zones,
  type Fields,
} from "./world.ts";

describe("pods near others and far from others", () => {
  test.each([
    ["pods of their own namespace", "default", undefined, ["node-2", "node-2", "node-2"]],
    ["no pods of another one", "other", undefined, ["node-1", "node-2", "node-2"]],
    ["pods of a namespace that they name", "other", ["other"], ["node-2", "node-2", "node-2"]],
  ])("pods that want to be alone keep away, unasked, %s", (_, namespace, namespaces, nodes) => {
    const alone = {
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            {
              topologyKey: "kubernetes.io/hostname",
              labelSelector: { matchLabels: { app: "noisy" } },
              ...(namespaces === undefined ? {} : { namespaces }),
            },
          ],
        },
      },
    };
    const cluster = world({ nodes: 2 }, deployment("web", 1, alone));
    const noisy = deployment("noisy", 3, {});
    cluster.act("create", (api) => {
      api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "other" } });
      api.create({ ...noisy, metadata: { ...noisy.metadata, namespace } });
    });
    cluster.runUntil(90_000);
    expect(places(cluster, "noisy")).toEqual(nodes);
  });

  test("pods may want to be near each other by zone and apart by host", () => {
    const affinity = {
      podAffinity: apps("web", "zone"),
      podAntiAffinity: apps("web", "kubernetes.io/hostname"),
    };
    expect(places(world(zones, deployment("web", 3, { affinity })))).toEqual([
      "-",
      "node-1",
      "node-2",
    ]);
  });

  // Pods of db are on node-1 and node-2 (zone a).
  test.each([
    ["far from them in its zone", far("zone", "db"), ["-", "node-4"]],
    ["far from others", far("zone", "cache"), ["node-1", "node-4"]],
    ["near them", closeTo("db"), ["node-1", "node-1"]],
    ["near others, which there are none of", closeTo("cache"), ["-", "-"]],
    ["near what no node has a place for", closeTo("db", "rack"), ["-", "-"]],
  ])("pods that come later may want to be %s", (_, pod, nodes) => {
    const cluster = world(zones, deployment("db", 3, { nodeSelector: { zone: "a" } }));
    cluster.act("create", (api) => api.create(deployment("web", 2, pod)));
    cluster.runUntil(70_000);
    expect(places(cluster)).toEqual(nodes);
  });

  test("pods that have ended keep nobody away, and take no room", () => {
    const behaviors = [{ fault: { type: "Evicted", first: 1 } as const }];
    const cluster = world(
      { nodes: [{ cpu: "2" }], behaviors },
      deployment("db", 1, asks({ cpu: "2" }, "db")),
    );
    cluster.act("scale", (api) =>
      api.patch({ resource: "deployments", name: "db" }, "merge", { spec: { replicas: 0 } }),
    );
    cluster.runUntil(70_000);
    expect(cluster.api.list("pods")).toMatchObject([{ status: { phase: "Failed" } }]);
    const alone = { ...asks({ cpu: "2" }), ...far("kubernetes.io/hostname", "db") };
    for (const each of [cluster, Cluster.restore(cluster.save())]) {
      each.act("create", (api) => api.create(deployment("web", 1, alone)));
      each.runUntil(70_500);
      expect(places(each)).toEqual(["node-1"]);
    }
  });

  test("who wants to be near itself needs a node that has a place", () => {
    const nodes = [{}, { labels: { zone: "a" } }];
    expect(places(world({ nodes }, deployment("web", 2, closeTo("web"))))).toEqual([
      "node-2",
      "node-2",
    ]);
  });

  test("a term without a selector means no pods", () => {
    const term = { topologyKey: "kubernetes.io/hostname" };
    const affinity = {
      podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] },
    };
    const cluster = world({ nodes: 1 }, deployment("db", 1, {}));
    cluster.act("create", (api) => api.create(deployment("web", 2, { affinity })));
    cluster.runUntil(70_000);
    expect(places(cluster)).toEqual(["node-1", "node-1"]);
  });

  test("near holds as long as one of them is there", () => {
    const cluster = world({ nodes: 1 }, deployment("db", 2, {}));
    cluster.act("create", (api) =>
      api.create(deployment("web", 1, closeTo("db", "kubernetes.io/hostname"))),
    );
    for (const replicas of [1, 0]) {
      cluster.act("scale", (api) => {
        api.patch({ resource: "deployments", name: "db" }, "merge", { spec: { replicas } });
      });
      cluster.runUntil(cluster.now + 10_000);
      cluster.act("scale", (api) => {
        api.patch({ resource: "deployments", name: "web" }, "merge", {
          spec: { replicas: 4 - replicas },
        });
      });
      cluster.runUntil(cluster.now + 10_000);
    }
    expect(places(cluster)).toEqual(["-", "node-1", "node-1", "node-1"]);
  });

  test("a pod that gets another image still is one pod to those that keep away from it", () => {
    const one = { nodes: [{ count: 2, labels: { zone: "a" } }] };
    const cluster = world(one, deployment("web", 2, far("zone")));
    expect(places(cluster)).toEqual(["-", "node-1"]);
    const [pod] = cluster.api.list("pods", { fieldSelector: "spec.nodeName=node-1" });
    const ref = { resource: "pods", name: pod!.metadata.name };
    cluster.act("set image", (api) =>
      api.patch(ref, "strategic", { spec: { containers: [{ name: "web", image: "web:v2" }] } }),
    );
    cluster.runUntil(80_000);
    expect(places(cluster)).toEqual(["-", "node-1"]);
    cluster.act("delete", (api) => api.delete(ref));
    cluster.runUntil(100_000);
    expect(places(cluster)).toEqual(["-", "node-1"]);
  });

  test("pods that want to be near each other share a zone", () => {
    expect(places(world(zones, deployment("web", 4, closeTo("web"))))).toEqual([
      "node-1",
      "node-1",
      "node-2",
      "node-2",
    ]);
  });
});

describe("topology spread", () => {
  const spread = (more: Fields = {}): Fields => ({
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "zone",
        whenUnsatisfiable: "DoNotSchedule",
        labelSelector: { matchLabels: { app: "web" } },
        ...more,
      },
    ],
  });
  const zones: ClusterOptions = {
    nodes: [{ count: 3, labels: { zone: "a" } }, { labels: { zone: "b" } }],
  };

  const inZoneB = (cluster: Cluster): number =>
    cluster.api.list("pods", {
      namespace: "default",
      labelSelector: "app=web",
      fieldSelector: "spec.nodeName=node-4",
    }).length;

  test("keeps zones even where the nodes are not", () => {
    expect(places(world(zones, deployment("web", 6, spread())))).toEqual([
      "node-1",
      "node-2",
      "node-3",
      "node-4",
      "node-4",
      "node-4",
    ]);
  });

  test("counts the pods that it selects, of its own namespace", () => {
    const cluster = world(zones);
    cluster.act("create", (api) => {
      api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "other" } });
      const noise = { nodeSelector: { zone: "b" } };
      const web = deployment("web", 3, noise);
      api.create({ ...web, metadata: { ...web.metadata, namespace: "other" } });
      api.create(deployment("db", 3, noise));
      api.create(deployment("web", 4, spread()));
    });
    cluster.runUntil(70_000);
    expect(inZoneB(cluster)).toBe(2);
  });

  test("counts pods that nobody owns, until they end", () => {
    const cluster = world(zones);
    const bare = (name: string): void => {
      const spec = {
        containers: [{ name: "web", image: "web:v1" }],
        nodeSelector: { zone: "b" },
      };
      const metadata = { name, labels: { app: "web" } };
      cluster.act("create", (api) => api.create({ apiVersion: "v1", kind: "Pod", metadata, spec }));
    };
    bare("one");
    bare("two");
    cluster.runUntil(61_000);
    expect(inZoneB(cluster)).toBe(2);
    cluster.act("create", (api) => api.create(deployment("web", 3, spread())));
    cluster.runUntil(70_000);
    expect(inZoneB(cluster)).toBe(2);
    cluster.act("delete", (api) => {
      for (const name of ["one", "two"]) api.delete({ resource: "pods", name });
      api.patch({ resource: "deployments", name: "web" }, "merge", { spec: { replicas: 5 } });
    });
    cluster.runUntil(80_000);
    expect(inZoneB(cluster)).toBe(2);
  });

  test("counts a pod once, whatever becomes of its image", () => {
    const cluster = world(zones, deployment("web", 4, spread({ maxSkew: 2 })));
    expect(inZoneB(cluster)).toBe(1);
    const [pod] = cluster.api.list("pods", { fieldSelector: "spec.nodeName=node-4" });
    cluster.act("set image", (api) => {
      const spec = { containers: [{ name: "web", image: "web:v2" }] };
      api.patch({ resource: "pods", name: pod!.metadata.name }, "strategic", { spec });
      api.patch({ resource: "deployments", name: "web" }, "merge", { spec: { replicas: 6 } });
    });
    cluster.runUntil(80_000);
    expect(inZoneB(cluster)).toBe(2);
  });

  test("counts an empty zone more where there are fewer than minDomains", () => {
    const pods = deployment("web", 4, spread({ minDomains: 3 }));
    expect(places(world(zones, pods))).toEqual(["-", "-", "node-1", "node-4"]);
    const enough = deployment("web", 4, spread({ minDomains: 2 }));
    expect(places(world(zones, enough))).toHaveLength(4);
    expect(places(world(zones, enough))).not.toContain("-");
  });

  test.each([
    ["counts only nodes that the pod may go to", {}, ["node-1", "node-2", "node-3"]],
    ["or all, by its policy", { nodeAffinityPolicy: "Ignore" }, ["-", "-", "node-1"]],
  ])("%s", (_, more, nodes) => {
    const pod = { ...spread(more), nodeSelector: { zone: "a" } };
    expect(places(world(zones, deployment("web", 3, pod)))).toEqual(nodes);
  });

  test("pods wait where a zone is full, by the words of the plugin", () => {
    const full: ClusterOptions = {
      nodes: [{ labels: { zone: "a" } }, { labels: { zone: "b" }, pods: 1 }, {}],
    };
    const cluster = world(full, deployment("web", 4, spread()));
    expect(places(cluster)).toEqual(["-", "node-1", "node-1", "node-2"]);
    expect(whyNot(cluster)).toEqual([
      "0/3 nodes are available: 1 Too many pods, " +
        "1 node(s) didn't match pod topology spread constraints, " +
        "1 node(s) didn't match pod topology spread constraints (missing required label).",
    ]);
  });
});
