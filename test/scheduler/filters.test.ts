import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import { Cluster, type ClusterOptions } from "../../src/cluster.ts";

type Fields = Readonly<Record<string, unknown>>;

const ready = { ready: { delay: 1000 }, terminate: { delay: 5000 } };

function deployment(name: string, replicas: number, pod: Fields, spec: Fields = {}): KubeObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name, image: `${name}:v1` }], ...pod },
      },
      ...spec,
    },
  };
}

function asks(requests: Fields, name = "web"): Fields {
  return { containers: [{ name, image: `${name}:v1`, resources: { requests } }] };
}

function world(options: ClusterOptions, ...objects: readonly KubeObject[]): Cluster {
  const cluster = new Cluster({ behaviors: [ready], ...options });
  cluster.act("create", (api) => {
    for (const object of objects) expect(api.create(object)).toMatchObject({ ok: true });
  });
  cluster.runUntil(60_000);
  return cluster;
}

/** Nodes of the pods, sorted; "-": Pending. */
function places(cluster: Cluster, app = "web"): readonly string[] {
  return cluster.api
    .list("pods", { labelSelector: `app=${app}` })
    .map((pod) => (pod["spec"] as { nodeName?: string }).nodeName ?? "-")
    .toSorted((a, b) => (a < b ? -1 : 1));
}

function whyNot(cluster: Cluster): readonly string[] {
  const events = cluster.api
    .list("events")
    .filter((event) => event["reason"] === "FailedScheduling");
  return [...new Set(events.map((event) => String(event["message"]).split(" no new claims")[0]!))];
}

describe("resources of nodes", () => {
  const small = { nodes: [{ count: 2, cpu: "2", memory: "4Gi" }] };

  test("a pod goes where what it requests is left, and waits where it is left nowhere", () => {
    const cluster = world(small, deployment("web", 5, asks({ cpu: "900m" })));
    expect(places(cluster)).toEqual(["-", "node-1", "node-1", "node-2", "node-2"]);
    const [event] = cluster.api
      .list("events")
      .filter(({ reason }) => reason === "FailedScheduling");
    expect(event?.["message"]).toBe(
      "0/2 nodes are available: 2 Insufficient cpu. no new claims to deallocate, preemption: " +
        "0/2 nodes are available: 2 No preemption victims found for incoming pod.",
    );
  });

  test("taking pods away would help one that asks for a whole node", () => {
    const cluster = world(small, deployment("web", 3, asks({ cpu: "2" })));
    expect(places(cluster)).toEqual(["-", "node-1", "node-2"]);
    const [event] = cluster.api.list("events", { fieldSelector: "reason=FailedScheduling" });
    expect(event?.["message"]).toContain("2 No preemption victims found for incoming pod.");
  });

  test("says all that is missing, and where taking pods away would not help", () => {
    const cluster = world(small, deployment("web", 1, asks({ cpu: "3", memory: "5Gi" })));
    expect(whyNot(cluster)).toEqual([
      "0/2 nodes are available: 2 Insufficient cpu, 2 Insufficient memory.",
    ]);
  });

  // What runs together, the largest step of the start, the overhead (component-helpers PodRequests).
  test.each([
    [
      "a large init container",
      { initContainers: [{ name: "init", image: "i", resources: { requests: { cpu: "2" } } }] },
      2,
    ],
    [
      "a sidecar",
      {
        initContainers: [
          {
            name: "side",
            image: "s",
            restartPolicy: "Always",
            resources: { requests: { cpu: "1000m" } },
          },
        ],
      },
      2,
    ],
    ["requests of the pod as a whole", { resources: { requests: { cpu: "2" } } }, 2],
    ["little", {}, 4],
  ])("counts %s", (_, pod, fit) => {
    const cluster = world(small, deployment("web", 6, { ...asks({ cpu: "900m" }), ...pod }));
    expect(places(cluster).filter((node) => node !== "-")).toHaveLength(fit);
  });

  test("a pod that waited has its turn when one that was in its way is gone, the first that fits first", () => {
    const cluster = world(
      { nodes: [{ cpu: "2" }] },
      deployment("big", 1, asks({ cpu: "1500m" }, "big")),
      deployment("web", 1, asks({ cpu: "1200m" })),
      deployment("tiny", 2, asks({ cpu: "400m" }, "tiny")),
    );
    expect([places(cluster, "big"), places(cluster), places(cluster, "tiny")]).toEqual([
      ["node-1"],
      ["-"],
      ["-", "node-1"],
    ]);
    cluster.act("scale", (api) =>
      api.patch({ resource: "deployments", name: "big" }, "merge", { spec: { replicas: 0 } }),
    );
    cluster.runUntil(70_000);
    expect([places(cluster), places(cluster, "tiny")]).toEqual([["node-1"], ["node-1", "node-1"]]);
  });

  test("a restored cluster knows what is taken", () => {
    const cluster = world(small, deployment("web", 3, asks({ cpu: "900m" })));
    const other = Cluster.restore(cluster.save());
    for (const each of [cluster, other]) {
      each.act("scale", (api) =>
        api.patch({ resource: "deployments", name: "web" }, "merge", { spec: { replicas: 6 } }),
      );
      each.runUntil(80_000);
    }
    expect(places(other)).toEqual(["-", "-", "node-1", "node-1", "node-2", "node-2"]);
    expect(other.trace.entries).toEqual(cluster.trace.entries);
  });
});

test.each([
  [{ operator: "Exists" }, "node-1"],
  [{ key: "gpu", operator: "Exists" }, "node-1"],
  [{ key: "cpu", operator: "Exists" }, "-"],
  [{ key: "gpu", value: "yes" }, "node-1"],
  [{ key: "gpu", operator: "Equal", value: "yes" }, "node-1"],
  [{ key: "gpu", value: "no" }, "-"],
  [{ key: "gpu", operator: "Exists", effect: "NoSchedule" }, "node-1"],
  [{ key: "gpu", operator: "Exists", effect: "NoExecute" }, "-"],
])("a pod that tolerates %j goes to %s", (toleration, place) => {
  const taints = [{ key: "gpu", value: "yes", effect: "NoSchedule" }] as const;
  const cluster = world(
    { nodes: [{ taints }] },
    deployment("web", 1, { tolerations: [toleration] }),
  );
  expect(places(cluster)).toEqual([place]);
});

test("a toleration without a value tolerates a taint without one", () => {
  const taints = [{ key: "gpu", effect: "NoSchedule" }] as const;
  const tolerations = [{ key: "gpu", operator: "Equal" }];
  expect(places(world({ nodes: [{ taints }] }, deployment("web", 1, { tolerations })))).toEqual([
    "node-1",
  ]);
});

describe("which nodes", () => {
  const zones: ClusterOptions = {
    nodes: [
      { count: 2, labels: { zone: "a", disk: "ssd", cores: "8", rank: "" } },
      { labels: { zone: "b" }, taints: [{ key: "gpu", value: "yes", effect: "NoSchedule" }] },
      { labels: { zone: "b", cores: "16" }, pods: 1 },
    ],
  };
  const far = (topologyKey: string): Fields => ({
    affinity: {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey, labelSelector: { matchLabels: { app: "web" } } },
        ],
      },
    },
  });
  const node = (operator: string, values?: readonly string[], key = "zone"): Fields => ({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            {
              matchExpressions: [{ key, operator, ...(values === undefined ? {} : { values }) }],
            },
          ],
        },
      },
    },
  });

  const terms = (...nodeSelectorTerms: readonly object[]): Fields => ({
    affinity: {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } },
    },
  });
  const has = (key: string): object => ({ key, operator: "Exists" });
  const named = (name: string): object => ({
    key: "metadata.name",
    operator: "In",
    values: [name],
  });

  test.each([
    ["a selector", { nodeSelector: { disk: "ssd" } }, ["node-1", "node-2"]],
    [
      "a toleration",
      { nodeSelector: { zone: "b" }, tolerations: [{ key: "gpu", operator: "Exists" }] },
      ["node-3", "node-4"],
    ],
    ["node affinity", node("NotIn", ["a"]), ["-", "node-4"]],
    ["a label, whatever it is", node("Exists", undefined, "disk"), ["node-1", "node-2"]],
    ["no such label", node("DoesNotExist", undefined, "disk"), ["-", "node-4"]],
    ["more of a number", node("Gt", ["8"], "cores"), ["-", "node-4"]],
    ["less of a number", node("Lt", ["16"], "cores"), ["node-1", "node-2"]],
    ["a number where there is a word", node("Gt", ["0"], "zone"), ["-", "-"]],
    ["a number where there is nothing", node("Lt", ["1"], "rank"), ["-", "-"]],
    ["hosts apart", far("kubernetes.io/hostname"), ["node-1", "node-2"]],
    ["zones apart", far("zone"), ["node-1", "node-4"]],
    ["an unknown zone", node("In", ["c"]), ["-", "-"]],
    ["all that one term says", terms({ matchExpressions: [has("disk"), has("none")] }), ["-", "-"]],
    [
      "labels and the name",
      terms({ matchExpressions: [has("zone")], matchFields: [named("node-2")] }),
      ["node-2", "node-2"],
    ],
    ["either of two terms", terms({ matchFields: [named("node-4")] }, {}), ["-", "node-4"]],
  ])("%s", (_, pod, nodes) => {
    expect(places(world(zones, deployment("web", 2, pod)))).toEqual(nodes);
  });

  test("the event counts each reason", () => {
    const cluster = world(zones, deployment("web", 5, { ...far("kubernetes.io/hostname") }));
    expect(whyNot(cluster)).toEqual([
      "0/4 nodes are available: 1 Too many pods, 1 node(s) had untolerated taint(s), " +
        "2 node(s) didn't match pod anti-affinity rules.",
    ]);
  });

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

  const near = {
    affinity: {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: "zone", labelSelector: { matchLabels: { app: "web" } } },
        ],
      },
    },
  };

  test("pods may want to be near each other by zone and apart by host", () => {
    const both = {
      affinity: { ...near.affinity, ...(far("kubernetes.io/hostname")["affinity"] as Fields) },
    };
    expect(places(world(zones, deployment("web", 3, both)))).toEqual(["-", "node-1", "node-2"]);
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
    expect(places(world(zones, deployment("web", 4, near)))).toEqual([
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

  test("counts an empty zone more where there are fewer than minDomains", () => {
    const pods = deployment("web", 4, spread({ minDomains: 3 }));
    expect(places(world(zones, pods))).toEqual(["-", "-", "node-1", "node-4"]);
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
