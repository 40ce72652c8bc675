/** Addresses of pods where there are only so many. */
import { expect, test } from "vitest";
import type { Pod } from "../../src/api/core.ts";
import { Cluster } from "../../src/cluster.ts";

const second = 1000;

/** Pods `a`, `b`, ... of which two can have an address. */
function world(names: string, spec: object = {}): Cluster {
  const cluster = new Cluster({
    podAddresses: 2,
    behaviors: [{ ready: { delay: second }, terminate: { delay: 3 * second } }],
  });
  for (const name of names) {
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "default" },
      spec: { ...spec, containers: [{ name: "web", image: "web:1" }] },
    };
    cluster.act("create", (api) => expect(api.create(pod)).toMatchObject({ ok: true }));
  }
  cluster.runUntil(5 * second);
  return cluster;
}

function running(cluster: Cluster): string {
  const pods = cluster.api.list("pods");
  const isRunning = ({ status }: Pod): boolean => {
    const containers = (status["containerStatuses"] ?? []) as readonly { state: object }[];
    return containers.every(({ state }) => "running" in state);
  };
  return pods.flatMap((pod) => (isRunning(pod) ? [pod.metadata.name] : [])).join("");
}

function remove(cluster: Cluster, name: string): void {
  cluster.act("delete", (api) => api.delete({ resource: "pods", name }));
}

test("a pod for which no address is left waits, and the kubelet says why", () => {
  const cluster = world("abc");
  expect(running(cluster)).toBe("ab");
  const events = cluster.api.list("events").filter(({ type }) => type === "Warning");
  expect(events).toMatchObject([
    {
      reason: "FailedCreatePodSandBox",
      involvedObject: { name: "c" },
      source: { component: "kubelet" },
    },
  ]);
  expect(events[0]!["message"]).toMatch(
    /^Failed to create pod sandbox: .* sandbox "[0-9a-f]{64}": .* failed to assign an IP address to container$/,
  );
});

test("the address of a pod that is terminating is free when the pod is gone, and found 10 to 15 s after the last try", () => {
  const cluster = world("abc");
  remove(cluster, "a");
  cluster.runUntil(9_999);
  expect(running(cluster)).toBe("b");
  cluster.runUntil(15 * second);
  expect(running(cluster)).toBe("bc");
});

test("a pod that waits for an address takes none with it when it goes", () => {
  const cluster = world("abcd");
  remove(cluster, "c");
  cluster.runUntil(20 * second);
  expect(running(cluster)).toBe("ab");
  remove(cluster, "b");
  cluster.runUntil(40 * second);
  expect(running(cluster)).toBe("ad");
});

test("pods on the host's network need no address", () => {
  expect(running(world("abc", { hostNetwork: true }))).toBe("abc");
});

test("a new image keeps the address", () => {
  const cluster = world("abc");
  const image = { spec: { containers: [{ name: "web", image: "web:2" }] } };
  cluster.act("set image", (api) =>
    expect(api.patch({ resource: "pods", name: "a" }, "strategic", image)).toMatchObject({
      ok: true,
    }),
  );
  cluster.runUntil(30 * second);
  expect(running(cluster)).toBe("ab");
});

test("a pod that was evicted gives its address back", () => {
  const cluster = new Cluster({
    podAddresses: 1,
    behaviors: [{ match: { image: "bad" }, fault: { type: "Evicted", after: second } }],
  });
  const create = (name: string, image: string): void =>
    cluster.act("create", (api) => {
      const metadata = { name, namespace: "default" };
      const spec = { containers: [{ name, image }] };
      expect(api.create({ apiVersion: "v1", kind: "Pod", metadata, spec })).toMatchObject({
        ok: true,
      });
    });
  create("a", "bad");
  create("b", "good");
  cluster.runUntil(20 * second);
  const pods = cluster.api.list("pods");
  expect(pods.map(({ status }) => status.phase)).toEqual(["Failed", "Running"]);
});

test("a cluster that was saved knows who has an address", () => {
  const cluster = world("abc");
  const again = Cluster.restore(cluster.save());
  for (const each of [cluster, again]) {
    remove(each, "a");
    each.runUntil(20 * second);
    expect(running(each)).toBe("bc");
  }
  expect(again.trace.entries).toEqual(cluster.trace.entries);
});
