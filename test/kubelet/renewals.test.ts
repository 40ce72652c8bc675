/** Pods that run and get another image. */
import { expect, test } from "vitest";
import type { Pod } from "../../src/api/core.ts";
import { Cluster, type ClusterOptions } from "../../src/cluster.ts";
import { runKubectl } from "../../src/kubectl/cluster-io.ts";

const second = 1000;

/** A pod of web:1, at 20 s. */
function world(options: ClusterOptions = {}): Cluster {
  const cluster = new Cluster({
    behaviors: [
      { match: { image: "missing:*" }, fault: { type: "ImagePullBackOff" } },
      {
        start: { delay: 2 * second },
        ready: { delay: 3 * second },
        terminate: { delay: 4 * second },
      },
    ],
    ...options,
  });
  const spec = { containers: [{ name: "web", image: "web:1" }] };
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web", namespace: "default" },
    spec,
  };
  cluster.act("create", (api) => expect(api.create(pod as never)).toMatchObject({ ok: true }));
  cluster.runUntil(20 * second);
  return cluster;
}

function kubectl(cluster: Cluster, line: string): string {
  let printed = "";
  const out = (text: string): void => void (printed += text);
  const { code } = runKubectl(cluster, line, { readFile: () => undefined, out, err: out });
  expect([code, printed]).toEqual([0, printed]);
  return printed;
}

/** `image, why it waits or since when it runs, ready or not, restarts`. */
function state(cluster: Cluster): string {
  const [{ spec, status, metadata }] = cluster.api.list("pods") as unknown as readonly [Pod];
  const [container] = status["containerStatuses"] as readonly {
    readonly image: string;
    readonly ready: boolean;
    readonly restartCount: number;
    readonly state: { readonly waiting?: { readonly reason: string } };
  }[];
  expect(container!.image).toBe(spec.containers[0]!.image);
  const { image, ready, restartCount, state: now } = container!;
  const what = now.waiting?.reason ?? "runs";
  return `${image} ${what}${ready ? " ready" : ""}, ${restartCount} restarts, generation ${metadata.generation}`;
}

test("a new image ends the container in its grace and starts it again, without a back-off", () => {
  const cluster = world();
  expect(state(cluster)).toBe("web:1 runs ready, 0 restarts, generation 1");
  expect(kubectl(cluster, "set image pod/web web=web:2")).toBe("pod/web image updated\n");
  const seen = [23, 24, 26, 29].map((at) => {
    cluster.runUntil(at * second);
    return state(cluster);
  });
  expect(seen).toEqual([
    "web:2 runs ready, 0 restarts, generation 2",
    "web:2 ContainerCreating, 0 restarts, generation 2",
    "web:2 runs, 1 restarts, generation 2",
    "web:2 runs ready, 1 restarts, generation 2",
  ]);
  const told = cluster.trace.entries.flatMap((entry) =>
    entry.kind === "event" ? [`${entry.at} ${entry.by} ${entry.reason}: ${entry.message}`] : [],
  );
  const changes = cluster.trace.entries.flatMap((entry) =>
    entry.kind === "pods" && entry.at > 20 * second ? [entry.change] : [],
  );
  expect(changes).toEqual(["restarted", "running", "ready"]);
  expect(told).toEqual([
    "20000 kubelet Killing: Container web definition changed, will be restarted",
    "26000 kubelet Created: Created container: web",
    "26000 kubelet Started: Started container web",
  ]);
});

// The old container would have crashed at 26 s.
test.each([
  ["long before", { ready: { delay: 10 * second } }],
  ["at the time at which the new one is ready", { ready: { delay: 6 * second } }],
  ["before the new one does", { fault: { type: "ReadyThenCrash", after: 25 * second } as const }],
])("what was put off for the old container no longer happens: %s", (_, behavior) => {
  const cluster = world({
    behaviors: [
      { match: { image: "web:1" }, fault: { type: "ReadyThenCrash", after: 25 * second } },
      behavior,
    ],
  });
  kubectl(cluster, "set image pod/web web=web:2");
  cluster.runUntil(40 * second);
  expect(state(cluster)).toBe("web:2 runs ready, 1 restarts, generation 2");
});

test("a container that does not stop for a new image is killed at the end of its grace", () => {
  const cluster = world({ behaviors: [{ terminate: { delay: 60 * second } }] });
  kubectl(cluster, "set image pod/web web=web:2");
  cluster.runUntil(50 * second - 1);
  expect(state(cluster)).toBe("web:2 runs ready, 0 restarts, generation 2");
  cluster.runUntil(51 * second);
  expect(state(cluster)).toBe("web:2 runs ready, 1 restarts, generation 2");
});

test("a new image ends the wait of a container that crashed", () => {
  const cluster = world({
    behaviors: [{ match: { image: "web:1" }, fault: { type: "CrashLoopBackOff" } }],
  });
  cluster.runUntil(40 * second);
  expect(state(cluster)).toBe("web:1 CrashLoopBackOff, 3 restarts, generation 1");
  kubectl(cluster, "set image pod/web web=web:2");
  cluster.runUntil(41 * second);
  expect(state(cluster)).toMatch(/^web:2 runs ready/);
  const told = cluster.trace.entries.filter((entry) => entry.kind === "event");
  expect(told.filter(({ reason }) => reason === "Killing")).toEqual([]);
});

test("a container that is about to start does so once, with the new image", () => {
  const cluster = world({ behaviors: [{ start: { delay: 30 * second } }] });
  kubectl(cluster, "set image pod/web web=web:2");
  cluster.runUntil(49 * second);
  expect(state(cluster)).toBe("web:2 ContainerCreating, 0 restarts, generation 2");
  cluster.runUntil(51 * second);
  expect(state(cluster)).toBe("web:2 runs ready, 0 restarts, generation 2");
  const told = cluster.trace.entries.filter((entry) => entry.kind === "event");
  expect(told.filter(({ reason }) => reason === "Killing")).toEqual([]);
});

test("a pod that is asked to stop does not start anew for a new image", () => {
  const cluster = world({ behaviors: [{ terminate: { delay: 9 * second } }] });
  cluster.act("delete", (api) => api.delete({ resource: "pods", name: "web" }));
  kubectl(cluster, "set image pod/web web=web:2");
  cluster.runUntil(29 * second);
  expect(cluster.api.list("pods")).toEqual([]);
  const told = cluster.trace.entries.flatMap((entry) =>
    entry.kind === "event" ? [entry.message] : [],
  );
  expect(told).toEqual([]);
});

test("a pod without a node takes the new image with it", () => {
  const cluster = world({ behaviors: [{ schedule: { delay: 30 * second } }] });
  kubectl(cluster, "set image pod/web web=web:2");
  cluster.runUntil(29 * second);
  expect((cluster.api.list("pods")[0] as unknown as Pod).status.phase).toBe("Pending");
  cluster.runUntil(31 * second);
  expect(state(cluster)).toBe("web:2 runs ready, 0 restarts, generation 2");
});

test("a readiness probe that fails says so of the new container, too", () => {
  const cluster = world();
  const probe = { name: "web" };
  cluster.act("fail", () => {
    cluster.faults.failProbe(probe);
  });
  kubectl(cluster, "set image pod/web web=web:2");
  cluster.runUntil(27 * second);
  cluster.act("pass", () => {
    cluster.faults.passProbe(probe);
  });
  expect(state(cluster)).toBe("web:2 runs, 1 restarts, generation 2");
  cluster.runUntil(29 * second);
  expect(state(cluster)).toBe("web:2 runs ready, 1 restarts, generation 2");
});

test("an image that cannot be pulled leaves the pod running without its container, until another comes", () => {
  const cluster = world();
  kubectl(cluster, "set image pod/web web=missing:1");
  cluster.runUntil(40 * second);
  expect(state(cluster)).toBe("missing:1 ImagePullBackOff, 0 restarts, generation 2");
  expect((cluster.api.list("pods")[0] as unknown as Pod).status.phase).toBe("Running");
  const fork = cluster.fork();
  for (const each of [cluster, fork]) {
    kubectl(each, "set image pod/web web=web:2");
    each.runUntil(50 * second);
    expect(state(each)).toBe("web:2 runs ready, 1 restarts, generation 3");
  }
});

test("a pod that never started takes the new image at once", () => {
  const cluster = world({
    behaviors: [{ match: { image: "web:1" }, fault: { type: "ImagePullBackOff" } }],
  });
  expect(state(cluster)).toBe("web:1 ImagePullBackOff, 0 restarts, generation 1");
  kubectl(cluster, "set image pod/web web=web:2");
  cluster.runUntil(21 * second);
  expect(state(cluster)).toBe("web:2 runs ready, 0 restarts, generation 2");
});

test("other changes of a pod leave its containers alone", () => {
  const cluster = world();
  kubectl(cluster, "label pod web a=b");
  kubectl(cluster, "annotate pod web a=b");
  cluster.runUntil(30 * second);
  expect(state(cluster)).toBe("web:1 runs ready, 0 restarts, generation 1");
});

test("a pod keeps its own grace when it gets another image", () => {
  const gone = (terminationGracePeriodSeconds: number): number => {
    const cluster = new Cluster({ behaviors: [{ terminate: { delay: 60 * second } }] });
    const containers = [{ name: "web", image: "web:1" }];
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "web", namespace: "default" },
      spec: { containers, terminationGracePeriodSeconds },
    };
    cluster.act("create", (api) => api.create(pod));
    cluster.runUntil(20 * second);
    kubectl(cluster, "set image pod/web web=web:2");
    // First the old container takes its grace.
    cluster.runUntil(100 * second);
    cluster.act("delete", (api) => api.delete({ resource: "pods", name: "web" }));
    while (cluster.api.list("pods").length > 0) cluster.runUntil(cluster.now + second);
    return cluster.now / second - 100;
  };
  expect([5, 30, 45].map(gone)).toEqual([5, 30, 45]);
});
