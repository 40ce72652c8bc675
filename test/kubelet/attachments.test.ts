/** Volumes that one node at a time may have. */
import { expect, test } from "vitest";
import { Cluster, type ClusterOptions } from "../../src/cluster.ts";

const second = 1000;

const claim = (...accessModes: string[]): object => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "data", namespace: "default" },
  spec: { accessModes, resources: { requests: { storage: "1Gi" } } },
});

const pod = (name: string, nodeName: string, claims = ["data"]): object => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "default" },
  spec: {
    nodeSelector: { "kubernetes.io/hostname": nodeName },
    containers: [{ name: "web", image: "web:1" }],
    volumes: claims.map((name) => ({ name, persistentVolumeClaim: { claimName: name } })),
  },
});

/** Two pods with the same volume, one after the other, each on a node of its own unless said otherwise. */
function world(claims: readonly object[], node = "node-2", options: ClusterOptions = {}): Cluster {
  const cluster = new Cluster({
    behaviors: [{ ready: { delay: second }, terminate: { delay: 3 * second } }],
    ...options,
  });
  for (const object of [...claims, pod("first", "node-1")]) create(cluster, object);
  cluster.runUntil(5 * second);
  create(cluster, pod("second", node));
  cluster.runUntil(10 * second);
  return cluster;
}

function create(cluster: Cluster, object: object): void {
  cluster.act("create", (api) => expect(api.create(object as never)).toMatchObject({ ok: true }));
}

/** `second: Running`, or why its container waits. */
function states(cluster: Cluster): string[] {
  const pods = cluster.api.list("pods");
  return pods.map(({ metadata, status }) => {
    const [container] = (status["containerStatuses"] ?? []) as readonly {
      readonly state: { readonly waiting?: { readonly reason: string } };
    }[];
    return `${metadata.name}: ${container?.state.waiting?.reason ?? status.phase ?? ""}`;
  });
}

test("a pod on another node waits for a ReadWriteOnce volume, and starts when it is free", () => {
  const cluster = world([claim("ReadWriteOnce")]);
  expect(states(cluster)).toEqual(["first: Running", "second: ContainerCreating"]);
  cluster.act("delete", (api) => api.delete({ resource: "pods", name: "first" }));
  cluster.runUntil(12_999);
  expect(states(cluster)).toContain("second: ContainerCreating");
  cluster.runUntil(13_000);
  expect(states(cluster)).toEqual(["second: Running"]);
});

test("an event says which pod has the volume", () => {
  const cluster = world([claim("ReadWriteOnce")]);
  const { metadata } = cluster.api.list("persistentvolumeclaims")[0]!;
  expect(
    cluster.api.list("events").find(({ reason }) => reason === "FailedAttachVolume"),
  ).toMatchObject({
    type: "Warning",
    involvedObject: { kind: "Pod", name: "second" },
    message: `Waiting for detach for volume "pvc-${metadata.uid!}" Volume is already used by pod(s) first`,
    source: { component: "attachdetach-controller" },
  });
});

test.each([
  ["on the same node", [claim("ReadWriteOnce")], "node-1"],
  ["where the volume may be shared", [claim("ReadWriteOnce", "ReadWriteMany")], "node-2"],
  ["where the claim is not known", [], "node-2"],
])("pods have a volume together %s", (_, claims, node) => {
  const cluster = world(claims, node);
  expect(states(cluster)).toEqual(["first: Running", "second: Running"]);
  cluster.act("delete", (api) => api.delete({ resource: "pods", name: "first" }));
  cluster.runUntil(20 * second);
  expect(states(cluster)).toEqual(["second: Running"]);
});

test.each([
  ["first", "second"],
  ["second", "first"],
])("a volume is free when the last pod of a node is gone, not before: %s, %s", (one, other) => {
  const cluster = world([claim("ReadWriteOnce")], "node-1");
  create(cluster, pod("third", "node-2"));
  cluster.act("delete", (api) => api.delete({ resource: "pods", name: one }));
  cluster.runUntil(20 * second);
  expect(states(cluster)).toContain("third: ContainerCreating");
  cluster.act("delete", (api) => api.delete({ resource: "pods", name: other }));
  cluster.runUntil(30 * second);
  expect(states(cluster)).toEqual(["third: Running"]);
});

test("a pod that waits and is deleted takes nothing with it", () => {
  const cluster = world([claim("ReadWriteOnce")]);
  cluster.act("delete", (api) => api.delete({ resource: "pods", name: "second" }));
  cluster.runUntil(20 * second);
  create(cluster, pod("third", "node-2"));
  cluster.act("delete", (api) => api.delete({ resource: "pods", name: "first" }));
  cluster.runUntil(30 * second);
  expect(states(cluster)).toEqual(["third: Running"]);
});

/** Two volumes, `a` and `b`, each with a pod that has it, and pods on another node that wait: for one each, or both. */
function twoVolumes(waiting: "one each" | "one for both" = "one each"): Cluster {
  const objectOf = (text: object, name: string): object =>
    JSON.parse(JSON.stringify(text).replaceAll('"data"', JSON.stringify(name))) as object;
  const cluster = new Cluster({ behaviors: [{ terminate: { delay: 3 * second } }] });
  for (const name of ["a", "b"]) {
    create(cluster, objectOf(claim("ReadWriteOnce"), name));
    create(cluster, objectOf(pod(`first-${name}`, "node-1"), name));
  }
  cluster.runUntil(5 * second);
  if (waiting === "one for both") create(cluster, pod("both", "node-2", ["a", "b"]));
  else
    for (const name of ["a", "b"]) create(cluster, objectOf(pod(`second-${name}`, "node-2"), name));
  cluster.runUntil(10 * second);
  return cluster;
}

test("a pod whose volume is still taken is not tried again because another volume is free", () => {
  const cluster = twoVolumes();
  cluster.act("delete", (api) => api.delete({ resource: "pods", name: "first-a" }));
  cluster.runUntil(20 * second);
  expect(states(cluster)).toContain("second-a: Running");
  const failures = cluster.trace.entries.flatMap((entry) =>
    entry.kind === "event" && entry.reason === "FailedAttachVolume" ? [entry.about.name] : [],
  );
  expect(failures).toEqual(["second-a", "second-b"]);
});

test.each([
  ["other volumes become", "one each", ["second-a: Running", "second-b: Running"]],
  ["both that it waits for become", "one for both", ["both: Running"]],
] as const)("a pod starts once, though %s free at the same time", (_, waiting, running) => {
  const cluster = twoVolumes(waiting);
  const before = cluster.trace.entries.length;
  for (const name of ["a", "b"]) {
    cluster.act("delete", (api) => api.delete({ resource: "pods", name: `first-${name}` }));
  }
  cluster.runUntil(20 * second);
  expect(states(cluster)).toEqual(running);
  const started = cluster.trace.entries
    .slice(before)
    .flatMap((entry) => (entry.kind === "pods" && entry.change === "running" ? [entry.count] : []));
  expect(started.reduce((sum, count) => sum + count, 0)).toBe(running.length);
});

test("a snapshot knows who has a volume and who waits for it", () => {
  const fork = world([claim("ReadWriteOnce")]).fork();
  expect(states(fork)).toContain("second: ContainerCreating");
  fork.act("delete", (api) => api.delete({ resource: "pods", name: "first" }));
  fork.runUntil(20 * second);
  expect(states(fork)).toEqual(["second: Running"]);
});
