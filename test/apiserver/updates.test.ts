/** Which updates are taken, and what a deletion in the foreground waits for. */
import { describe, expect, test } from "vitest";
import { Cluster } from "../../src/cluster.ts";
import { web } from "../support/web.ts";

function running(): Cluster {
  const cluster = new Cluster({ behaviors: [{ terminate: { delay: 5000 } }] });
  cluster.act("create", (api) => api.create(web(2)));
  cluster.runUntil(60_000);
  return cluster;
}

const ref = { resource: "deployments", name: "web" };

test("a Status leaves out what is not told, as Go writes it", () => {
  const { api } = new Cluster();
  const map = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" } };
  const versioned = { ...map, metadata: { name: "c", resourceVersion: "5" } };
  const refused = api.create(versioned);
  expect(refused.ok ? undefined : refused.status).toEqual({
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: "resourceVersion should not be set on objects to be created",
    code: 500,
  });
  expect(api.create(versioned, { dryRun: "All" }).ok).toBe(true);
  api.create(map);
  const again = api.create(map);
  expect(again.ok ? undefined : again.status.details).toEqual({ name: "c", kind: "configmaps" });
});

test("a refused write still tells of fields that the server does not know", () => {
  const { api } = new Cluster();
  const map = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "C" }, dat: {} };
  expect(api.create(map)).toMatchObject({ ok: false, warnings: ['unknown field "dat"'] });
});

test("an update is refused where it is of an older version, not where it names none", () => {
  const cluster = running();
  const current = cluster.api.get(ref);
  if (!current.ok) throw new Error(current.status.message);
  const written: string[] = [];
  cluster.on("write", ({ verb, by }) => written.push(`${verb} by ${by}`));
  const update = (resourceVersion: string, options?: { dryRun: "All" }): unknown => {
    const metadata = { ...current.value.metadata, resourceVersion };
    const answer = cluster.api.update({ ...current.value, metadata }, options);
    return answer.ok ? "taken" : answer.status.reason;
  };
  expect([update("1"), update(""), written.splice(0)]).toEqual([
    "Conflict",
    "taken",
    ["update by user", "update by user"],
  ]);
  const { resourceVersion = "" } = current.value.metadata;
  expect([update(resourceVersion, { dryRun: "All" }), written]).toEqual(["taken", []]);
});

test("a Deployment that is deleted in the foreground goes last, in a fork as well", () => {
  const cluster = running();
  cluster.act("delete", (api) => api.delete(ref, { propagationPolicy: "Foreground" }));
  const fork = cluster.fork();
  for (const world of [cluster, fork]) {
    const left = (): number[] =>
      ["deployments", "replicasets", "pods"].map((each) => world.api.list(each).length);
    world.runUntil(64_999);
    expect(left()).toEqual([1, 1, 2]);
    world.runUntil(65_000);
    expect(left()).toEqual([0, 0, 0]);
  }
});

test("an update of a disruption budget says which version it is meant for", () => {
  const { api } = new Cluster();
  const budget = {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "web" },
    spec: { minAvailable: 1 },
  };
  api.create(budget);
  expect(api.update(budget)).toMatchObject({
    status: {
      message:
        'poddisruptionbudgets.policy "web" is invalid: metadata.resourceVersion: ' +
        "Invalid value: 0: must be specified for an update",
    },
  });
});

test("who makes an object cannot say when it is deleted", () => {
  const { api } = new Cluster();
  const metadata = { name: "c", deletionTimestamp: "2020-01-01T00:00:00Z" };
  const answer = api.create({ apiVersion: "v1", kind: "ConfigMap", metadata });
  expect(answer.ok && answer.value.metadata).not.toHaveProperty("deletionTimestamp");
});

test("a JSON patch has 10,000 operations at most", () => {
  const { api } = new Cluster();
  api.create({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" }, data: { x: "1" } });
  const patch = (length: number): unknown => {
    const operation = { op: "test", path: "/data/x", value: "1" };
    const operations = Array.from({ length }, () => operation);
    const answer = api.patch({ resource: "configmaps", name: "c" }, "json", operations);
    return answer.ok ? "patched" : answer.status.code;
  };
  expect([patch(10_000), patch(10_001)]).toEqual(["patched", 413]);
});

describe("a deletion that orphans", () => {
  const shared = { apiVersion: "v1", kind: "ConfigMap", name: "shared", uid: "1" };

  test("leaves ReplicaSets and pods, that have no owner but others any more", () => {
    const cluster = running();
    const [set] = cluster.api.list("replicasets");
    const { name, ownerReferences = [] } = set!.metadata;
    const metadata = { ownerReferences: [...ownerReferences, shared] };
    cluster.act("share", (api) =>
      api.patch({ resource: "replicasets", name }, "merge", { metadata }),
    );
    cluster.act("delete", (api) => api.delete(ref, { propagationPolicy: "Orphan" }));
    cluster.runUntil(cluster.now + 60_000);
    const [left] = cluster.api.list("replicasets");
    expect(left?.metadata).toMatchObject({ name, ownerReferences: [shared] });
    expect(cluster.api.list("deployments")).toEqual([]);
    const pods = cluster.api.list("pods");
    cluster.act("delete", (api) =>
      api.delete({ resource: "replicasets", name }, { propagationPolicy: "Orphan" }),
    );
    cluster.runUntil(cluster.now + 60_000);
    expect(cluster.api.list("replicasets")).toEqual([]);
    expect(cluster.api.list("pods").map((pod) => pod.metadata.name)).toEqual(
      pods.map((pod) => pod.metadata.name),
    );
    for (const pod of cluster.api.list("pods")) {
      expect(pod.metadata).not.toHaveProperty("ownerReferences");
      expect(pod.metadata).not.toHaveProperty("deletionTimestamp");
    }
  });
});

describe("who writes an object", () => {
  const map = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" } };
  const old = "2001-01-01T00:00:00Z";

  test("chooses neither its identity, nor its generation, nor when it was made", () => {
    const { api } = new Cluster();
    const chosen = { name: "web", uid: "mine", creationTimestamp: old, generation: 7 };
    const made = api.create({ ...web(1), metadata: chosen });
    if (!made.ok) throw new Error(made.status.message);
    const { uid, creationTimestamp, generation } = made.value.metadata;
    expect([uid === "mine", creationTimestamp === old, generation]).toEqual([false, false, 1]);
    const metadata = { ...made.value.metadata, creationTimestamp: old, generation: 7 };
    expect(api.update({ ...made.value, metadata })).toMatchObject({
      value: { metadata: { uid, creationTimestamp, generation } },
    });
  });

  test("cannot take its deletion back, and ends it with its last finalizer", () => {
    const { api } = new Cluster();
    const at = { resource: "configmaps", name: "c" };
    api.create({ ...map, metadata: { name: "c", finalizers: ["example.com/hold"] } });
    const held = api.delete(at);
    if (!held.ok) throw new Error(held.status.message);
    const { deletionTimestamp, ...metadata } = held.value.metadata;
    expect(deletionTimestamp).toBeDefined();
    // It never had one (registry/generic/registry/store.go markAsDeleting).
    expect(metadata).not.toHaveProperty("generation");
    expect(api.update({ ...map, metadata })).toMatchObject({
      value: { metadata: { deletionTimestamp } },
    });
    expect(api.delete(at)).toMatchObject({ value: { metadata: { deletionTimestamp } } });
    api.patch(at, "merge", { metadata: { finalizers: null } });
    expect(api.get(at)).toMatchObject({ ok: false });
  });

  test("adds no finalizer while it is deleted, and its deletion is a new generation", () => {
    const { api } = new Cluster();
    const at = { resource: "rollouts", name: "web" };
    const finalizers = ["example.com/hold"];
    const { kind: _, apiVersion: __, ...deployment } = web(1);
    const strategy = { canary: {} };
    const spec = { ...deployment.spec, strategy };
    const rollout = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout" };
    api.create({ ...rollout, metadata: { name: "web", finalizers }, spec });
    expect(api.delete(at)).toMatchObject({ value: { metadata: { generation: 2 } } });
    const more = { metadata: { finalizers: [...finalizers, "example.com/more"] } };
    expect(api.patch(at, "merge", more)).toMatchObject({ status: { code: 422 } });
  });

  test("changes a Deployment's labels, but not with its status; those of a ReplicaSet also so", () => {
    const cluster = running();
    const [set] = cluster.api.list("replicasets");
    const metadata = { labels: { by: "status" } };
    for (const [at, labels] of [
      [ref, undefined],
      [{ resource: "replicasets", name: set!.metadata.name }, { by: "status" }],
    ] as const) {
      const answer = cluster.api.patch(at, "merge", { metadata }, { subresource: "status" });
      if (!answer.ok) throw new Error(answer.status.message);
      expect(answer.value.metadata.labels?.["by"]).toBe(labels?.by);
    }
  });

  test("means no version by 0, which a disruption budget does not take", () => {
    const { api } = new Cluster();
    const spec = { minAvailable: 1 };
    const metadata = { name: "web", namespace: "default", resourceVersion: "0" };
    api.create({
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "web" },
      spec,
    });
    api.create({ ...map, metadata: { name: "web" } });
    expect(api.update({ ...map, metadata })).toMatchObject({ ok: true });
    expect(
      api.update({ apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata, spec }),
    ).toMatchObject({ status: { code: 422 } });
  });

  test("makes a namespace that has a finalizer from the start", () => {
    const { api } = new Cluster();
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };
    expect(api.create(namespace)).toMatchObject({
      value: { spec: { finalizers: ["kubernetes"] } },
    });
  });
});

test("a deletion in the foreground marks what it waits for, as a new generation", () => {
  const cluster = running();
  cluster.act("delete", (api) => api.delete(ref, { propagationPolicy: "Foreground" }));
  const finalizers = ["foregroundDeletion"];
  for (const resource of ["deployments", "replicasets"]) {
    const [object] = cluster.api.list(resource);
    expect(object?.metadata).toMatchObject({ generation: 2, finalizers });
  }
});
