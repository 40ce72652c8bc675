/** Pods whose ConfigMaps and Secrets are missing. */
import { describe, expect, test } from "vitest";
import type { Pod } from "../../src/api/core.ts";
import { Cluster, type ClusterOptions } from "../../src/cluster.ts";

const second = 1000;

/** A cluster with one pod whose container or volumes are so. */
function world(
  { container = {}, volumes = [] }: { container?: object; volumes?: readonly object[] },
  options: ClusterOptions = {},
): Cluster {
  const cluster = new Cluster(options);
  create(cluster, "Pod", "web", {
    spec: { containers: [{ name: "web", image: "web:1", ...container }], volumes },
  });
  cluster.runUntil(60 * second);
  return cluster;
}

function create(cluster: Cluster, kind: string, name: string, rest: object): void {
  const object = { apiVersion: "v1", kind, metadata: { name, namespace: "default" }, ...rest };
  cluster.act("create", (api) => expect(api.create(object as never)).toMatchObject({ ok: true }));
}

/** `Running`, or why the container waits and with which message. */
function state(cluster: Cluster): string {
  const [{ status }] = cluster.api.list("pods") as unknown as readonly [Pod];
  const [container] = status["containerStatuses"] as readonly {
    readonly state: { readonly waiting?: { readonly reason: string; readonly message?: string } };
  }[];
  const { waiting } = container!.state;
  if (waiting === undefined) return status.phase ?? "";
  return waiting.message === undefined ? waiting.reason : `${waiting.reason}: ${waiting.message}`;
}

function events(cluster: Cluster, reason: string): (string | number)[][] {
  return cluster.api
    .list("events")
    .filter((event) => event["reason"] === reason)
    .map((event) => [String(event["message"]), Number(event["count"] ?? 1)]);
}

describe("a container is not made without", () => {
  test.each([
    ["envFrom of a ConfigMap", { envFrom: [{ configMapRef: { name: "cfg" } }] }, 'configmap "cfg"'],
    ["envFrom of a Secret", { envFrom: [{ secretRef: { name: "key" } }] }, 'secret "key"'],
    [
      "a variable of a ConfigMap",
      { env: [{ name: "A", valueFrom: { configMapKeyRef: { name: "cfg", key: "a" } } }] },
      'configmap "cfg"',
    ],
    [
      "a variable of a Secret",
      { env: [{ name: "A", valueFrom: { secretKeyRef: { name: "key", key: "a" } } }] },
      'secret "key"',
    ],
  ])("%s", (_, container, which) => {
    const cluster = world({ container });
    expect(state(cluster)).toBe(`CreateContainerConfigError: ${which} not found`);
    const [[message, count]] = events(cluster, "Failed") as [[string, number]];
    expect(message).toBe(`Error: ${which} not found`);
    expect(events(cluster, "Pulled")).toEqual([
      ['Container image "web:1" already present on machine', count],
    ]);
    // Every 10 to 15 s.
    expect(count).toBeGreaterThanOrEqual(4);
    expect(count).toBeLessThanOrEqual(6);
  });

  test("what is missing, and it is tried again after 10 to 15 s", () => {
    const cluster = world({ container: { envFrom: [{ secretRef: { name: "key" } }] } });
    cluster.runUntil(1200 * second);
    const tries = cluster.trace.entries.flatMap((entry) =>
      entry.kind === "event" && entry.reason === "Failed" ? [entry.at] : [],
    );
    const waits = tries.slice(1).map((at, i) => (at - tries[i]!) / second);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(10);
    expect(Math.min(...waits)).toBeLessThan(11);
    expect(Math.max(...waits)).toBeGreaterThan(14);
    expect(Math.max(...waits)).toBeLessThanOrEqual(15);
  });

  test("the key that a variable names", () => {
    const container = {
      env: [{ name: "A", valueFrom: { secretKeyRef: { name: "key", key: "a" } } }],
    };
    const cluster = world({ container });
    create(cluster, "Secret", "key", { stringData: { b: "1" } });
    cluster.runUntil(80 * second);
    const missing = "couldn't find key a in Secret default/key";
    expect(state(cluster)).toBe(`CreateContainerConfigError: ${missing}`);
  });
});

describe("volumes are not mounted without", () => {
  const later = "ContainerCreating";
  test.each([
    ["a ConfigMap", { configMap: { name: "cfg" } }, 'configmap "cfg" not found'],
    ["a Secret", { secret: { secretName: "key" } }, 'secret "key" not found'],
    [
      "one of several projected",
      {
        projected: {
          sources: [{ configMap: { name: "cfg", optional: true } }, { secret: { name: "key" } }],
        },
      },
      'secret "key" not found',
    ],
    [
      "a projected ConfigMap",
      { projected: { sources: [{ configMap: { name: "cfg" } }] } },
      'configmap "cfg" not found',
    ],
  ])("%s", (_, volume, which) => {
    const cluster = world({ volumes: [{ name: "data", ...volume }] });
    expect(state(cluster)).toBe(later);
    // After 0.5, 1, 2, 4, 8, 16 and 32 s more: at 0, 0.5, 1.5 ... 31.5 s.
    const message = `MountVolume.SetUp failed for volume "data" : ${which}`;
    expect(events(cluster, "FailedMount")).toEqual([[message, 7]]);
  });

  const items = [{ key: "a", path: "a" }];

  test.each([
    ["config", "ConfigMap", { configMap: { name: "cfg", items } }],
    ["secret", "Secret", { secret: { secretName: "cfg", items } }],
  ])("the key of an item of a %s", (noun, kind, volume) => {
    const cluster = world({ volumes: [{ name: "data", ...volume }] });
    create(cluster, kind, "cfg", { data: { b: "MQ==" } });
    cluster.runUntil(70 * second);
    expect(state(cluster)).toBe(later);
    expect(events(cluster, "FailedMount").at(-1)).toEqual([
      `MountVolume.SetUp failed for volume "data" : references non-existent ${noun} key: a`,
      1,
    ]);
  });

  test("a key, be it text or binary", () => {
    const cluster = world({ volumes: [{ name: "data", configMap: { name: "cfg", items } }] });
    create(cluster, "ConfigMap", "cfg", { binaryData: { a: "MQ==" } });
    cluster.runUntil(70 * second);
    expect(state(cluster)).toBe("Running");
  });
});

test.each([
  ["optional", { optional: true, name: "cfg" }],
  ["that each namespace has", { name: "kube-root-ca.crt" }],
])("a ConfigMap %s need not be made", (_, configMap) => {
  const container = { envFrom: [{ configMapRef: configMap }] };
  const cluster = world({ container, volumes: [{ name: "data", configMap }] });
  expect(state(cluster)).toBe("Running");
  expect(events(cluster, "Failed")).toEqual([]);
});

test("a pod starts when what it lacks is there, a snapshot of it too", () => {
  const cluster = world({
    container: { envFrom: [{ secretRef: { name: "key" } }] },
    volumes: [{ name: "data", configMap: { name: "cfg" } }],
  });
  const fork = cluster.fork();
  for (const each of [cluster, fork]) {
    create(each, "ConfigMap", "cfg", { data: { a: "1" } });
    each.runUntil(63 * second);
    expect(state(each)).toBe("ContainerCreating");
    // The next try is 32 s after the one at 31.5 s.
    each.runUntil(64 * second);
    expect(state(each)).toContain('secret "key" not found');
    create(each, "Secret", "key", { stringData: { a: "1" } });
    each.runUntil(79 * second);
    expect(state(each)).toBe("Running");
  }
});

test("a container that runs needs its Secret again when it is made anew", () => {
  const cluster = new Cluster({
    behaviors: [{ fault: { type: "ReadyThenCrash", after: 20 * second } }],
  });
  create(cluster, "Secret", "key", { stringData: { a: "1" } });
  const envFrom = [{ secretRef: { name: "key" } }];
  create(cluster, "Pod", "web", {
    spec: { containers: [{ name: "web", image: "web:1", envFrom }] },
  });
  cluster.runUntil(10 * second);
  cluster.act("delete", (api) => api.delete({ resource: "secrets", name: "key" }));
  cluster.runUntil(19 * second);
  expect(state(cluster)).toBe("Running");
  cluster.runUntil(22 * second);
  expect(state(cluster)).toBe('CreateContainerConfigError: secret "key" not found');
});
