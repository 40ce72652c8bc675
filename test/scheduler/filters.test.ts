import { describe, expect, test } from "vitest";
import { Cluster } from "../../src/cluster.ts";
import { asks, deployment, far, places, whyNot, world, zones, type Fields } from "./world.ts";

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

test("a taint of PreferNoSchedule keeps nobody away", () => {
  const taints = [{ key: "gpu", value: "yes", effect: "PreferNoSchedule" }] as const;
  expect(places(world({ nodes: [{ taints }] }, deployment("web", 1, {})))).toEqual(["node-1"]);
});

test("a toleration without a value tolerates a taint without one", () => {
  const taints = [{ key: "gpu", effect: "NoSchedule" }] as const;
  const tolerations = [{ key: "gpu", operator: "Equal" }];
  expect(places(world({ nodes: [{ taints }] }, deployment("web", 1, { tolerations })))).toEqual([
    "node-1",
  ]);
});

describe("which nodes", () => {
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
    ["less than the least", node("Lt", ["8"], "cores"), ["-", "-"]],
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
});
