/** Who owns which fields after writes of several managers (apimachinery managedfields, structured-merge-diff). */
import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import { withControllers } from "../../src/apiserver/field-managers/controllers.ts";
import { Cluster } from "../../src/cluster.ts";
import { web } from "../support/web.ts";

type Client = Cluster["api"];
type Patch = Parameters<Client["patch"]>[1];
type Options = Parameters<Client["patch"]>[3];

const map = { resource: "configmaps", name: "c" };
const deployment = { resource: "deployments", name: "web" };
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

const settings = (data: object): object => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "c" },
  data,
});

const containers = (...list: readonly object[]): object => ({
  spec: { template: { spec: { containers: list } } },
});

const withContainers = (...list: readonly object[]): KubeObject => {
  const { spec, ...rest } = web(1);
  const { status: _, ...named } = rest;
  const template = { ...spec.template, spec: { containers: list } };
  return { ...named, spec: { ...spec, template } };
};

function patched(
  api: Client,
  ref: { readonly resource: string; readonly name: string },
  how: Patch,
  change: object,
  options: Options,
): KubeObject {
  const answer = api.patch(ref, how, change, options);
  if (!answer.ok) throw new Error(answer.status.message);
  return answer.value;
}

interface Entry {
  readonly manager: string;
  readonly operation: string;
  readonly subresource?: string;
  readonly time?: string;
  readonly fieldsV1: Readonly<Record<string, unknown>>;
}

const entries = (object: KubeObject): readonly Entry[] =>
  (object.metadata.managedFields ?? []) as unknown as readonly Entry[];

const names = (object: KubeObject): readonly string[] =>
  entries(object).map(({ manager, operation, subresource = "" }) =>
    [manager, operation, subresource].join(" ").trim(),
  );

describe("a manager that applies", () => {
  const apply = (api: Client, fieldManager: string, body: object, force = false): KubeObject =>
    patched(api, map, "apply", body, { fieldManager, ...(force ? { force: "conflicts" } : {}) });

  test("is told of conflicts level by level", () => {
    const { api } = new Cluster();
    api.create(web(1), { fieldManager: "me" });
    const body = {
      ...web(2),
      spec: { ...web(2).spec, template: { spec: { containers: [{ name: "web", image: "x" }] } } },
    };
    const options = { fieldManager: "you" };
    const answer = api.patch(deployment, "apply", { ...body, status: undefined }, options);
    expect(answer.ok ? [] : answer.status.details?.causes?.map(({ field }) => field)).toEqual([
      ".spec.replicas",
      '.spec.template.spec.containers[name="web"].image',
    ]);
  });

  test("is another than one of that name that updates, and conflicts with it", () => {
    const { api } = new Cluster();
    api.create(settings({ x: "1" }) as KubeObject, { fieldManager: "me" });
    expect(names(apply(api, "me", settings({ x: "1" })))).toEqual(["me Apply", "me Update"]);
    expect(() => apply(api, "me", settings({ x: "2" }))).toThrow(
      'conflict with "me" using v1: .data.x',
    );
  });

  test("gives up a field that stays while somebody else owns it", () => {
    const { api } = new Cluster();
    apply(api, "a", settings({ x: "1", y: "1" }));
    apply(api, "b", settings({ x: "1" }));
    expect(apply(api, "a", settings({ y: "1" }))["data"]).toEqual({ x: "1", y: "1" });
    expect(apply(api, "b", settings({ y: "1" }))["data"]).toEqual({ y: "1" });
  });

  test("by force leaves no entry to who owns nothing any more", () => {
    const { api } = new Cluster();
    apply(api, "a", settings({ x: "1" }));
    expect(names(apply(api, "b", settings({ x: "2" }), true))).toEqual(["b Apply"]);
  });

  test("neither sets nor owns a status", () => {
    const { api } = new Cluster();
    const body = { ...withContainers({ name: "web", image: "web:v1" }), status: { replicas: 9 } };
    for (const _ of ["made", "again"]) {
      const applied = patched(api, deployment, "apply", body, { fieldManager: "me" });
      expect(applied["status"]).not.toMatchObject({ replicas: 9 });
      expect(entries(applied)[0]?.fieldsV1).not.toHaveProperty("f:status");
    }
  });

  test("finds the items of a list in the object's order, and its own new ones behind them", () => {
    const { api } = new Cluster();
    const [a, b, c] = ["a", "b", "c"].map((name) => ({ name, image: `${name}:v1` }));
    const one = { fieldManager: "one" };
    patched(api, deployment, "apply", withContainers(a!, b!), one);
    const two = { fieldManager: "two" };
    const applied = patched(api, deployment, "apply", withContainers(c!, b!), two);
    expect(applied).toMatchObject(containers(a!, b!, c!));
  });

  test("takes an item away, and with it what others owned in it", () => {
    const { api } = new Cluster();
    const [a, b] = ["a", "b"].map((name) => ({ name, image: `${name}:v1` }));
    const one = { fieldManager: "one" };
    patched(api, deployment, "apply", withContainers(a!, b!), one);
    const change = containers({ name: "b", image: "b:v2" });
    const two = patched(api, deployment, "strategic", change, { fieldManager: "two" });
    expect(names(two)).toEqual(["one Apply", "two Update"]);
    expect(names(patched(api, deployment, "apply", withContainers(a!), one))).toEqual([
      "one Apply",
    ]);
  });

  test("touches the annotation of client-side apply only if it is kubectl", () => {
    const { api } = new Cluster();
    const annotated = (text: string): KubeObject => ({
      ...(settings({ x: "1" }) as KubeObject),
      metadata: { name: "c", annotations: { [LAST_APPLIED]: text } },
    });
    const text = JSON.stringify({ ...settings({ x: "1" }) });
    api.create(annotated(text), { fieldManager: "kubectl-client-side-apply" });
    const other = apply(api, "other", settings({ x: "2" }), true);
    expect(other.metadata.annotations?.[LAST_APPLIED]).toBe(text);
    const kubectl = apply(api, "kubectl", settings({ x: "3" }), true);
    expect(kubectl.metadata.annotations?.[LAST_APPLIED]).toContain('"x":"3"');
  });

  test("as kubectl takes nothing over from a client-side apply of another version", () => {
    const taken = (apiVersion: string): unknown => {
      const { api } = new Cluster();
      const text = JSON.stringify({ ...settings({ x: "1" }), apiVersion });
      const metadata = { name: "c", annotations: { [LAST_APPLIED]: text } };
      api.create({ ...(settings({ x: "1" }) as KubeObject), metadata }, { fieldManager: "csa" });
      return api.patch(map, "apply", settings({ x: "2" }), { fieldManager: "kubectl" }).ok;
    };
    expect([taken("v1"), taken("v1beta1")]).toEqual([true, false]);
  });
});

describe("a manager that updates", () => {
  test("keeps what it wrote before, and its time where it changes nothing", () => {
    const cluster = new Cluster();
    const { api } = cluster;
    const me = { fieldManager: "me" };
    api.create(settings({ x: "1" }) as KubeObject, { fieldManager: "maker" });
    patched(api, map, "merge", { data: { y: "1" } }, me);
    cluster.runUntil(60_000);
    const second = patched(api, map, "merge", { data: { z: "1" } }, me);
    const mine = entries(second).find(({ manager }) => manager === "me");
    expect(mine).toMatchObject({
      time: "2000-01-01T00:01:00Z",
      fieldsV1: { "f:data": { "f:y": {}, "f:z": {} } },
    });
    cluster.runUntil(120_000);
    const same = patched(api, map, "merge", { data: { z: "1" }, immutable: false }, me);
    cluster.runUntil(180_000);
    const third = patched(api, map, "merge", { data: { z: "1" }, immutable: false }, me);
    expect(entries(third)).toEqual(entries(same));
    expect(entries(second).find(({ manager }) => manager === "maker")?.fieldsV1).toEqual({
      "f:data": { ".": {}, "f:x": {} },
    });
  });

  test("has an entry of its own, without a time, for what it scales", () => {
    const { api } = new Cluster();
    api.create(web(1), { fieldManager: "me" });
    const change = { spec: { replicas: 5 } };
    const scaling = { fieldManager: "me", subresource: "scale" } as const;
    expect(api.patch(deployment, "merge", change, scaling)).toMatchObject({ ok: true });
    const now = api.get(deployment);
    if (!now.ok) throw new Error(now.status.message);
    expect(names(now.value).toSorted()).toEqual(["me Update", "me Update scale"]);
    const scaled = entries(now.value).find(({ subresource }) => subresource === "scale");
    expect(scaled).not.toHaveProperty("time");
    expect(scaled?.fieldsV1).toEqual({ "f:spec": { "f:replicas": {} } });
  });

  test("owns no address that the server gave a Service", () => {
    const { api } = new Cluster();
    const spec = { selector: { app: "web" }, ports: [{ port: 80 }] };
    const service = { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec };
    const made = api.create(service, { fieldManager: "me" });
    if (!made.ok) throw new Error(made.status.message);
    expect(made.value["spec"]).toHaveProperty("clusterIP");
    expect(entries(made.value)[0]?.fieldsV1["f:spec"]).not.toHaveProperty("f:clusterIP");
  });
});

describe("a Scale", () => {
  const configuration = (replicas: number): object => ({
    apiVersion: "autoscaling/v1",
    kind: "Scale",
    metadata: { name: "web" },
    spec: { replicas },
  });
  const scaling = (fieldManager: string): Options => ({ fieldManager, subresource: "scale" });
  const owners = (api: Client): readonly string[] => {
    const now = api.get(deployment);
    if (!now.ok) throw new Error(now.status.message);
    return entries(now.value).flatMap(({ manager, operation, subresource = "", fieldsV1 }) => {
      const spec = fieldsV1["f:spec"] as object | undefined;
      const owns = spec !== undefined && "f:replicas" in spec;
      return owns ? [`${manager} ${operation} ${subresource}`.trim()] : [];
    });
  };

  test("that is applied conflicts with who owns the replicas, or takes them over", () => {
    const { api } = new Cluster();
    api.create(web(1), { fieldManager: "me" });
    const apply = (manager: string, replicas: number, more: Options = {}): KubeObject =>
      patched(api, deployment, "apply", configuration(replicas), { ...scaling(manager), ...more });
    expect(() => apply("two", 3)).toThrow(
      'Apply failed with 1 conflict: conflict with "me" using autoscaling/v1: .spec.replicas',
    );
    apply("two", 3, { force: "conflicts" });
    expect(owners(api)).toEqual(["two Apply scale"]);
    apply("three", 3);
    expect(owners(api)).toEqual(["three Apply scale", "two Apply scale"]);
    patched(api, deployment, "merge", { spec: { replicas: 4 } }, scaling("me"));
    expect(owners(api)).toEqual(["me Update scale"]);
  });

  test("that nobody wrote has its replicas from before the first apply", () => {
    const { api } = new Cluster();
    const { replicas: _, ...spec } = web(1).spec;
    patched(
      api,
      deployment,
      "apply",
      { ...web(1), spec, status: undefined },
      { fieldManager: "me" },
    );
    expect(() => patched(api, deployment, "apply", configuration(3), scaling("two"))).toThrow(
      'conflict with "before-first-apply" with subresource "scale" using autoscaling/v1: .spec.replicas',
    );
  });

  test("is refused where it is none, or of an object that is not there", () => {
    const { api } = new Cluster();
    expect(api.patch(deployment, "apply", configuration(1), scaling("me"))).toMatchObject({
      status: { code: 404, message: 'deployments.apps "web" not found' },
    });
    api.create(web(1), { fieldManager: "me" });
    expect(api.patch(deployment, "apply", web(1), scaling("me"))).toMatchObject({
      status: { code: 400, message: "invalid object type: apps/v1, Kind=Deployment" },
    });
    expect(api.patch(deployment, "apply", configuration(-1), scaling("me"))).toMatchObject({
      status: { code: 409 },
    });
  });
});

test("a status that is applied is owned as such, and leaves the rest alone", () => {
  const { api } = new Cluster();
  api.create(web(1), { fieldManager: "me" });
  const status = { replicas: 1, readyReplicas: 1 };
  const body = { ...web(9), status };
  const options = { fieldManager: "two", subresource: "status" } as const;
  const applied = patched(api, deployment, "apply", body, options);
  expect(applied).toMatchObject({ spec: { replicas: 1 }, status });
  expect(entries(applied).find(({ manager }) => manager === "two")).toMatchObject({
    subresource: "status",
    fieldsV1: { "f:status": { "f:readyReplicas": {}, "f:replicas": {} } },
  });
});

describe("a pod", () => {
  const pod = { resource: "pods", name: "p" };
  const made = (api: Client): KubeObject => {
    const spec = { containers: [{ name: "web", image: "web:v1" }] };
    const metadata = { name: "p", labels: { app: "web" } };
    const answer = api.create(
      { apiVersion: "v1", kind: "Pod", metadata, spec },
      { fieldManager: "me" },
    );
    if (!answer.ok) throw new Error(answer.status.message);
    return answer.value;
  };

  test("is owned by who made it, but for what the server added", () => {
    const { api } = new Cluster();
    const { fieldsV1 } = entries(made(api))[0]!;
    expect(Object.keys(fieldsV1)).toEqual(["f:metadata", "f:spec"]);
    expect(Object.keys(fieldsV1["f:spec"] as object)).toEqual([
      "f:containers",
      "f:dnsPolicy",
      "f:enableServiceLinks",
      "f:restartPolicy",
      "f:schedulerName",
      "f:securityContext",
      "f:terminationGracePeriodSeconds",
    ]);
  });

  test("changes hands with its labels and its image, with one event each", () => {
    const { api } = new Cluster();
    made(api);
    const watch = api.watch("pods");
    patched(api, pod, "merge", { metadata: { labels: { tier: "x" } } }, { fieldManager: "two" });
    const image = { spec: { containers: [{ name: "web", image: "web:v2" }] } };
    const second = patched(api, pod, "strategic", image, { fieldManager: "three" });
    expect(names(second).toSorted()).toEqual(["me Update", "three Update", "two Update"]);
    expect(watch.take().map(({ type }) => type)).toEqual(["MODIFIED", "MODIFIED"]);
    expect(() => patched(api, pod, "apply", applied("web:v3"), { fieldManager: "a" })).toThrow(
      'conflict with "three" using v1: .spec.containers[name="web"].image',
    );
  });

  const applied = (image: string): object => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p" },
    spec: { containers: [{ name: "web", image }] },
  });

  test("keeps its priority and its tolerations in an update that does not speak of them", () => {
    const { api } = new Cluster();
    const { spec: before } = made(api);
    const body = { ...applied("web:v1"), metadata: { name: "p", namespace: "default" } };
    const answer = api.update(body as unknown as KubeObject, { fieldManager: "me" });
    expect(answer).toMatchObject({ ok: true, value: { spec: before } });
  });
});

describe("what controllers own is shown", () => {
  const shown = (cluster: Cluster, resource: string) =>
    cluster.api.list(resource).map((object) =>
      entries(withControllers(object)).map(({ manager, subresource = "", fieldsV1 }) => ({
        who: `${manager} ${subresource}`.trim(),
        what: Object.keys(fieldsV1),
      })),
    );

  test("of ReplicaSets and their pods", () => {
    const cluster = new Cluster();
    cluster.api.create(web(1), { fieldManager: "me" });
    cluster.settle();
    cluster.runUntil(60_000);
    const made = { who: "kube-controller-manager", what: ["f:metadata", "f:spec"] };
    expect(shown(cluster, "replicasets")).toEqual([
      [made, { who: "kube-controller-manager status", what: ["f:status"] }],
    ]);
    expect(shown(cluster, "pods")).toEqual([[made, { who: "kubelet status", what: ["f:status"] }]]);
    const [replicaSet] = cluster.api.list("replicasets");
    const [entry] = entries(withControllers(replicaSet!));
    expect(entry?.fieldsV1).toMatchObject({
      "f:metadata": {
        "f:annotations": { "f:deployment.kubernetes.io/revision": {} },
        "f:ownerReferences": { ".": {} },
      },
      "f:spec": { "f:replicas": {} },
    });
    const [pod] = cluster.api.list("pods");
    const conditions = entries(withControllers(pod!))[1]?.fieldsV1["f:status"] as {
      readonly "f:conditions": object;
    };
    expect(Object.keys(conditions["f:conditions"])).not.toContain('k:{"type":"PodScheduled"}');
  });

  test("of Deployments once there is a status, and not where users took it", () => {
    const cluster = new Cluster();
    cluster.api.create(web(1), { fieldManager: "me" });
    expect(shown(cluster, "deployments")).toEqual([[{ who: "me", what: ["f:spec"] }]]);
    cluster.settle();
    expect(shown(cluster, "deployments")[0]?.map(({ who }) => who)).toEqual([
      "kube-controller-manager status",
      "me",
    ]);
  });

  test("of namespaces that come with the cluster", () => {
    const owned = shown(new Cluster(), "namespaces");
    expect(owned[0]).toEqual([{ who: "kube-apiserver", what: ["f:metadata"] }]);
  });
});
