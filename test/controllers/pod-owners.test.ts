import { expect, test } from "vitest";
import type { Pod } from "../../src/api/core.ts";
import type { OwnerReference } from "../../src/api/meta.ts";
import { Cluster } from "../../src/cluster.ts";

const labels = { app: "web" };
const job: OwnerReference = { apiVersion: "batch/v1", kind: "Job", name: "once", uid: "1-2-3" };

/** Two replicas; their pods, oldest first. */
function web(): { readonly cluster: Cluster; readonly pods: () => readonly Pod[] } {
  const cluster = new Cluster();
  cluster.act("make", (api) =>
    api.create({
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: { name: "web" },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: "c", image: "web" }] } },
      },
    }),
  );
  cluster.runUntil(1000);
  return { cluster, pods: () => cluster.api.list("pods") };
}

function owners({ metadata }: Pod): readonly string[] {
  return (metadata.ownerReferences ?? []).map(({ kind, name }) => `${kind}/${name}`);
}

function own(cluster: Cluster, name: string, ownerReferences: unknown): void {
  cluster.act("patch", (api) =>
    api.patch({ resource: "pods", name }, "merge", { metadata: { ownerReferences } }),
  );
  cluster.runUntil(cluster.api.now + 1000);
}

test("A pod that another controller owns is not adopted, whatever its labels", () => {
  const { cluster, pods } = web();
  cluster.act("make", (api) =>
    api.create({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "once", labels, ownerReferences: [{ ...job, controller: true }] },
      spec: { containers: [{ name: "c", image: "web" }] },
    }),
  );
  cluster.runUntil(2000);
  expect(pods().map(owners)).toEqual([["Job/once"], ["ReplicaSet/web"], ["ReplicaSet/web"]]);
});

test("A pod that is given to another controller is replaced", () => {
  const { cluster, pods } = web();
  own(cluster, pods()[0]!.metadata.name, [{ ...job, controller: true }]);
  expect(pods().map(owners)).toEqual([["Job/once"], ["ReplicaSet/web"], ["ReplicaSet/web"]]);
});

test("Owners that are no controllers change nothing, and stay when the controller lets go", () => {
  const { cluster, pods } = web();
  const { name, ownerReferences = [] } = pods()[0]!.metadata;
  own(cluster, name, [...ownerReferences, job]);
  expect(pods().map(owners)).toEqual([["ReplicaSet/web", "Job/once"], ["ReplicaSet/web"]]);
  cluster.act("relabel", (api) =>
    api.patch({ resource: "pods", name }, "merge", { metadata: { labels: { app: "x" } } }),
  );
  cluster.runUntil(3000);
  expect(pods().map(owners)).toEqual([["Job/once"], ["ReplicaSet/web"], ["ReplicaSet/web"]]);
});

test("A pod with an owner that is no controller is adopted beside it", () => {
  const { cluster, pods } = web();
  own(cluster, pods()[0]!.metadata.name, [job]);
  expect(pods().map(owners)).toEqual([["ReplicaSet/web", "Job/once"], ["ReplicaSet/web"]]);
});

test("Owners are saved with the cluster", () => {
  const { cluster, pods } = web();
  own(cluster, pods()[0]!.metadata.name, [job]);
  const fork = cluster.fork();
  expect(fork.api.list("pods")).toEqual(pods());
});

test.each([
  ["of another kind", { kind: "Rollout" }],
  ["of another name", { name: "other" }],
])("A ReplicaSet's UID on a reference %s makes nobody its owner", (_, change) => {
  const { cluster, pods } = web();
  const { name, ownerReferences = [] } = pods()[0]!.metadata;
  const mistaken = { ...ownerReferences[0]!, ...change };
  own(cluster, name, [mistaken]);
  expect(pods().map(owners)).toEqual([
    [`${mistaken.kind}/${mistaken.name}`],
    ["ReplicaSet/web"],
    ["ReplicaSet/web"],
  ]);
  const [rs] = cluster.api.list("replicasets");
  expect(rs!.status).toMatchObject({ replicas: 2, readyReplicas: 2 });
});

test("Pods of one batch may be refused for different reasons, and each is told", () => {
  const { cluster } = web();
  const refuse = (reason: "Forbidden" | "Conflict", skip: number): void =>
    cluster.refuseWrites({ verb: "create", resource: "pods", reason, skip, count: 1 });
  refuse("Conflict", 1);
  refuse("Forbidden", 0);
  const told: string[] = [];
  cluster.on("event", ({ reason, message }) => {
    if (reason === "FailedCreate") told.push(message);
  });
  cluster.act("grow", (api) =>
    api.patch({ resource: "replicasets", name: "web" }, "merge", { spec: { replicas: 5 } }),
  );
  expect(told).toEqual([
    'Error creating: Operation cannot be fulfilled on pods "": injected',
    "Error creating: pods is forbidden: injected",
  ]);
});

test.each([
  ["without a controller does not look", [], 0],
  ["with a controller looks", [{ ...job, controller: true }], 1],
])("A ReplicaSet %s at how many of its pods share a node", (_, ownerReferences, spared) => {
  const cluster = new Cluster({ nodes: 2, placement: "round-robin" });
  cluster.act("make", (api) =>
    api.create({
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: { name: "web", ownerReferences },
      spec: {
        replicas: 3,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: "c", image: "web" }] } },
      },
    }),
  );
  cluster.runUntil(60_000);
  const nodes = (): readonly (string | undefined)[] =>
    cluster.api
      .list("pods")
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map(({ spec }) => spec.nodeName);
  const alone = nodes().find((node, _index, all) => all.indexOf(node) === all.lastIndexOf(node));
  cluster.act("shrink", (api) =>
    api.patch({ resource: "replicasets", name: "web" }, "merge", { spec: { replicas: 1 } }),
  );
  expect(nodes().filter((node) => node === alone)).toHaveLength(spared);
});
