/** What goes with an object that is deleted, and what stays because somebody else owns it. */
import { describe, expect, test } from "vitest";
import type { DeleteOptions } from "../../src/api/client.ts";
import type { KubeObject, OwnerReference } from "../../src/api/meta.ts";
import { Cluster } from "../../src/cluster.ts";
import { web } from "../support/web.ts";

type Api = Cluster["api"];

function made(api: Api, object: object): KubeObject {
  const answer = api.create(object as KubeObject);
  if (!answer.ok) throw new Error(answer.status.message);
  return answer.value;
}

const settings = (api: Api, name: string, owners: readonly OwnerReference[] = []): KubeObject =>
  made(api, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, ...(owners.length === 0 ? {} : { ownerReferences: owners }) },
  });

const pod = (api: Api, name: string, owners: readonly OwnerReference[]): KubeObject =>
  made(api, {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, ownerReferences: owners },
    spec: { containers: [{ name: "web", image: "web:v1" }] },
  });

function ownedBy({ apiVersion, kind, metadata }: KubeObject, more: object = {}): OwnerReference {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? "", ...more };
}

const map = (name: string) => ({ resource: "configmaps", name });

function ownersOf(api: Api, ref: Parameters<Api["get"]>[0]): readonly string[] | "gone" {
  const answer = api.get(ref);
  if (!answer.ok) return "gone";
  return (answer.value.metadata.ownerReferences ?? []).map(({ name }) => name);
}

function deleted(api: Api, name: string, options: DeleteOptions = {}): void {
  const answer = api.delete(map(name), options);
  if (!answer.ok) throw new Error(answer.status.message);
}

describe("what an object owns", () => {
  test("goes with it, be it its controller or not, and what that owns in turn", () => {
    const { api } = new Cluster();
    const a = settings(api, "a");
    const b = settings(api, "b", [ownedBy(a)]);
    settings(api, "c", [ownedBy(b, { controller: true })]);
    pod(api, "p", [ownedBy(b)]);
    deleted(api, "a");
    expect(["b", "c"].map((name) => ownersOf(api, map(name)))).toEqual(["gone", "gone"]);
    expect(ownersOf(api, { resource: "pods", name: "p" })).toBe("gone");
  });

  test("stays while another owner is there, and forgets the one that is gone", () => {
    const { api } = new Cluster();
    const [a, b] = [settings(api, "a"), settings(api, "b")];
    const both = [ownedBy(a, { controller: true }), ownedBy(b)];
    settings(api, "c", both);
    pod(api, "p", both);
    deleted(api, "a");
    expect(ownersOf(api, map("c"))).toEqual(["b"]);
    expect(ownersOf(api, { resource: "pods", name: "p" })).toEqual(["b"]);
    deleted(api, "b");
    expect(ownersOf(api, map("c"))).toBe("gone");
    expect(ownersOf(api, { resource: "pods", name: "p" })).toBe("gone");
  });

  test("goes where the other owner only has the name of one that was there before", () => {
    const { api } = new Cluster();
    const [a, b] = [settings(api, "a"), settings(api, "b")];
    settings(api, "c", [ownedBy(a), { ...ownedBy(b), uid: "another" }]);
    deleted(api, "a");
    expect(ownersOf(api, map("c"))).toBe("gone");
  });

  test("stays without it where it is orphaned, in the newer way or the older", () => {
    for (const how of [{ propagationPolicy: "Orphan" }, { orphanDependents: true }] as const) {
      const { api } = new Cluster();
      const a = settings(api, "a");
      settings(api, "b", [ownedBy(a)]);
      deleted(api, "a", how);
      expect([ownersOf(api, map("a")), ownersOf(api, map("b"))]).toEqual(["gone", []]);
    }
  });

  test("keeps its owners while it ends: the collector waits for a pod that is going already", () => {
    const cluster = new Cluster({ behaviors: [{ match: {}, terminate: { delay: 20_000 } }] });
    const { api } = cluster;
    const [a, b] = [settings(api, "a"), settings(api, "b")];
    pod(api, "p", [ownedBy(a, { controller: true }), ownedBy(b)]);
    cluster.runUntil(10_000);
    api.delete({ resource: "pods", name: "p" });
    deleted(api, "a");
    expect(ownersOf(api, { resource: "pods", name: "p" })).toEqual(["a", "b"]);
  });

  test("stays where an owner is of a kind that the cluster does not serve: nobody can say that it is gone", () => {
    const { api } = new Cluster();
    const a = settings(api, "a");
    const unknown = { apiVersion: "example.com/v1", kind: "Deployment", name: "a" };
    const owners = [{ ...unknown, uid: a.metadata.uid ?? "" }];
    settings(api, "b", owners);
    pod(api, "p", owners);
    deleted(api, "a");
    expect(ownersOf(api, map("b"))).toEqual(["a"]);
    expect(ownersOf(api, { resource: "pods", name: "p" })).toEqual(["a"]);
  });

  test("goes with the last object of a kind of somebody's own", () => {
    const { api } = new Cluster();
    const own = { apiVersion: "example.com/v1", kind: "Widget" };
    settings(api, "b", [ownedBy(made(api, { ...own, metadata: { name: "w" } }))]);
    expect(api.delete({ resource: "widgets.example.com", name: "w" }).ok).toBe(true);
    expect(ownersOf(api, map("b"))).toBe("gone");
  });

  test("goes with a pod, once that is gone", () => {
    const cluster = new Cluster();
    const { api } = cluster;
    settings(api, "b", [ownedBy(pod(api, "p", []))]);
    cluster.runUntil(10_000);
    api.delete({ resource: "pods", name: "p" });
    expect(ownersOf(api, map("b"))).toEqual(["p"]);
    cluster.runUntil(60_000);
    expect(ownersOf(api, map("b"))).toBe("gone");
  });
});

describe("a deletion in the foreground", () => {
  const foreground = { propagationPolicy: "Foreground" } as const;

  test("waits for what blocks it, and leaves the rest behind no longer than itself", () => {
    const { api } = new Cluster();
    const a = settings(api, "a");
    const held = { finalizers: ["example.com/held"] };
    const blocks = (blockOwnerDeletion: boolean): readonly OwnerReference[] => [
      ownedBy(a, { blockOwnerDeletion }),
    ];
    made(api, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "b", ...held, ownerReferences: blocks(true) },
    });
    made(api, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "c", ...held, ownerReferences: blocks(false) },
    });
    expect(api.delete(map("a"), foreground)).toMatchObject({
      value: { metadata: { finalizers: ["foregroundDeletion"], deletionGracePeriodSeconds: 0 } },
    });
    expect(ownersOf(api, map("a"))).toEqual([]);
    api.patch(map("b"), "merge", { metadata: { finalizers: null } });
    expect(ownersOf(api, map("a"))).toBe("gone");
    expect(ownersOf(api, map("c"))).toEqual(["a"]);
  });

  test("takes an owner for gone where another one stays", () => {
    const { api } = new Cluster();
    const [a, b] = [settings(api, "a"), settings(api, "b")];
    settings(api, "c", [ownedBy(a, { blockOwnerDeletion: true }), ownedBy(b)]);
    deleted(api, "a", foreground);
    expect([ownersOf(api, map("a")), ownersOf(api, map("c"))]).toEqual(["gone", ["b"]]);
  });

  test.each([
    ["foregroundDeletion", "a", ["a"]],
    ["orphan", "gone", []],
  ] as const)("is what a finalizer %s asks for where nobody says how", (finalizer, owner, left) => {
    const { api } = new Cluster();
    const a = settings(api, "a");
    settings(api, "b", [ownedBy(a, { blockOwnerDeletion: true })]);
    api.patch(map("a"), "merge", { metadata: { finalizers: [finalizer] } });
    api.patch(map("b"), "merge", { metadata: { finalizers: ["example.com/held"] } });
    deleted(api, "a");
    const kept = api.get(map("a"));
    expect(kept.ok ? kept.value.metadata.name : "gone").toBe(owner);
    expect(ownersOf(api, map("b"))).toEqual(left);
  });

  test("is the same deletion when it is asked for again", () => {
    const { api } = new Cluster();
    settings(api, "b", [ownedBy(settings(api, "a"), { blockOwnerDeletion: true })]);
    api.patch(map("b"), "merge", { metadata: { finalizers: ["example.com/held"] } });
    const [first, second] = [api.delete(map("a"), foreground), api.delete(map("a"), foreground)];
    expect(first.ok && second).toEqual(first);
  });

  test("marks what waits itself, and ends in a ring, too", () => {
    const { api } = new Cluster();
    const blocking = (owner: KubeObject) => [ownedBy(owner, { blockOwnerDeletion: true })];
    const a = settings(api, "a");
    const b = settings(api, "b", blocking(a));
    settings(api, "c", blocking(b));
    const held = { finalizers: ["example.com/held"] };
    api.patch(map("c"), "merge", { metadata: held });
    deleted(api, "a", foreground);
    expect(api.get(map("b"))).toMatchObject({
      value: { metadata: { finalizers: ["foregroundDeletion"] } },
    });
    api.patch(map("c"), "merge", { metadata: { finalizers: null } });
    expect(["a", "b", "c"].map((name) => ownersOf(api, map(name)))).toEqual(
      Array.from("abc", () => "gone"),
    );
    const first = settings(api, "first");
    const second = settings(api, "second", blocking(first));
    const ring = { metadata: { ownerReferences: blocking(second) } };
    api.patch(map("first"), "merge", ring);
    deleted(api, "first", foreground);
    expect([ownersOf(api, map("first")), ownersOf(api, map("second"))]).toEqual(["gone", "gone"]);
  });

  test("of a Deployment ends with its last pod", () => {
    const cluster = new Cluster();
    const { api } = cluster;
    made(api, web(2));
    cluster.settle();
    cluster.runUntil(60_000);
    api.delete({ resource: "deployments", name: "web" }, foreground);
    expect(api.list("replicasets")).toHaveLength(1);
    cluster.runUntil(120_000);
    expect([...api.list("pods"), ...api.list("replicasets"), ...api.list("deployments")]).toEqual(
      [],
    );
  });

  test("keeps what controllers hold, besides", () => {
    const { api } = new Cluster();
    const finalizers = ["example.com/held"];
    made(api, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", finalizers } });
    expect(api.delete(map("a"), foreground)).toMatchObject({
      value: { metadata: { finalizers: ["example.com/held", "foregroundDeletion"] } },
    });
    expect(api.get(map("a"))).toMatchObject({ value: { metadata: { finalizers } } });
  });

  test("is only shown where it is a dry run", () => {
    const { api } = new Cluster();
    settings(api, "a");
    expect(api.delete(map("a"), { ...foreground, dryRun: "All" })).toMatchObject({
      value: { metadata: { finalizers: ["foregroundDeletion"] } },
    });
    expect(api.get(map("a"))).not.toHaveProperty("value.metadata.finalizers");
  });
});

describe("a deletion", () => {
  test("is of the object and the version that are meant", () => {
    const { api } = new Cluster();
    const { uid = "", resourceVersion = "" } = settings(api, "a").metadata;
    const said = (preconditions: object): string => {
      const answer = api.delete(map("a"), { preconditions });
      return answer.ok ? "deleted" : `${answer.status.code} ${answer.status.message}`;
    };
    const refused = '409 Operation cannot be fulfilled on ConfigMap "a": the';
    expect(said({ uid: "x" })).toBe(
      `${refused} UID in the precondition (x) does not match the UID in record (${uid}). ` +
        "The object might have been deleted and then recreated",
    );
    expect(said({ uid, resourceVersion: "99" })).toBe(
      `${refused} ResourceVersion in the precondition (99) does not match the ResourceVersion ` +
        `in record (${resourceVersion}). The object might have been modified`,
    );
    expect(said({ uid, resourceVersion })).toBe("deleted");
  });

  test("says once what becomes of dependents", () => {
    const { api } = new Cluster();
    settings(api, "a");
    const options = { propagationPolicy: "Orphan", orphanDependents: true } as const;
    expect(api.delete(map("a"), options)).toMatchObject({
      status: {
        code: 422,
        message:
          'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Invalid value: "Orphan": ' +
          "orphanDependents and deletionPropagation cannot be both set",
      },
    });
  });
});

test("a namespace that is going away may still be labelled", () => {
  const { api } = new Cluster();
  made(api, { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
  const shop = { resource: "namespaces", name: "shop" };
  api.delete(shop);
  api.patch(shop, "merge", { metadata: { labels: { a: "b" } } });
  expect(api.get(shop)).toMatchObject({ value: { metadata: { labels: { a: "b" } } } });
});
