import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import { Cluster, type ClusterOptions } from "../../src/cluster.ts";

interface Conditions {
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
}
interface Endpoint {
  readonly addresses: readonly string[];
  readonly conditions: Conditions;
  readonly targetRef: { readonly name: string };
}
interface Slice extends KubeObject {
  readonly endpoints: readonly Endpoint[] | null;
  readonly ports: readonly { readonly port: number }[] | null;
}
interface Endpoints extends KubeObject {
  readonly subsets?: readonly {
    readonly addresses?: readonly { readonly ip: string }[];
    readonly notReadyAddresses?: readonly { readonly ip: string }[];
    readonly ports?: readonly { readonly name?: string; readonly port: number }[];
  }[];
}

const second = 1000;

function world(options: ClusterOptions = {}): Cluster {
  return new Cluster({
    behaviors: [
      { start: { delay: second }, ready: { delay: second }, terminate: { delay: second } },
    ],
    ...options,
  });
}

function service(spec: Readonly<Record<string, unknown>> = {}): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", labels: { tier: "front" } },
    spec: { selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080 }], ...spec },
  };
}

function deployment(
  name: string,
  replicas: number,
  { labels = {}, container = {}, strategy = {} }: Record<string, object> = {},
): KubeObject {
  const podLabels = { app: "web", ...labels, deployment: name };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: {
      replicas,
      strategy,
      selector: { matchLabels: { deployment: name } },
      template: {
        metadata: { labels: podLabels },
        spec: {
          enableServiceLinks: true,
          containers: [{ name: "web", image: "web:v1", ...container }],
        },
      },
    },
  };
}

function create(cluster: Cluster, ...objects: readonly KubeObject[]): void {
  cluster.act("create", (api) => {
    for (const object of objects) expect(api.create(object)).toMatchObject({ ok: true });
  });
}

function slices(cluster: Cluster): readonly Slice[] {
  return cluster.api.list("endpointslices", {
    labelSelector: "kubernetes.io/service-name=web",
  }) as readonly Slice[];
}

function onlySlice(cluster: Cluster): Slice {
  const all = slices(cluster);
  expect(all).toHaveLength(1);
  return all[0]!;
}

function legacy(cluster: Cluster): Endpoints {
  const answer = cluster.api.get({ resource: "endpoints", name: "web" });
  if (!answer.ok) throw new Error(answer.status.message);
  return answer.value;
}

/** `ready`, `not ready`, `terminating` (and still serving), in the slices' order. */
function states(cluster: Cluster): readonly string[] {
  return slices(cluster).flatMap(({ endpoints }) =>
    (endpoints ?? []).map(({ conditions: { ready, serving, terminating } }) => {
      if (terminating) return serving ? "terminating" : "terminating, not serving";
      return ready && serving ? "ready" : ready ? "published" : "not ready";
    }),
  );
}

describe("a Service without pods", () => {
  test("has one slice without ports or endpoints, and an empty Endpoints object", () => {
    const cluster = world();
    create(cluster, service());
    const slice = onlySlice(cluster);
    expect(slice).toMatchObject({ endpoints: null, ports: null, addressType: "IPv4" });
    expect(slice.metadata).toMatchObject({
      generateName: "web-",
      generation: 1,
      annotations: { "endpoints.kubernetes.io/last-change-trigger-time": "2000-01-01T00:00:00Z" },
      labels: {
        tier: "front",
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
        "kubernetes.io/service-name": "web",
      },
      ownerReferences: [{ kind: "Service", name: "web", controller: true }],
    });
    expect(slice.metadata.name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    expect(legacy(cluster)).not.toHaveProperty("subsets");
    expect(legacy(cluster).metadata.labels).toStrictEqual({
      tier: "front",
      "endpoints.kubernetes.io/managed-by": "endpoint-controller",
    });
  });

  test("has none of either without a selector, or as an ExternalName", () => {
    const cluster = world();
    create(cluster, service({ selector: undefined }), {
      ...service({ type: "ExternalName", externalName: "example.org", ports: undefined }),
      metadata: { name: "away" },
    });
    expect(cluster.api.list("endpointslices")).toHaveLength(0);
    expect(cluster.api.list("endpoints")).toHaveLength(0);
  });
});

describe("pods of a Service", () => {
  test("are listed from when they have an address, ready once they are, until they are gone", () => {
    const cluster = world();
    create(cluster, service(), deployment("web", 2));
    expect(states(cluster)).toStrictEqual([]);
    cluster.runUntil(1 * second);
    expect(states(cluster)).toStrictEqual(["not ready", "not ready"]);
    cluster.runUntil(2 * second);
    expect(states(cluster)).toStrictEqual(["ready", "ready"]);
    cluster.act("scale", (api) =>
      api.patch({ resource: "deployments", name: "web" }, "merge", { spec: { replicas: 1 } }),
    );
    expect(states(cluster).toSorted()).toStrictEqual(["ready", "terminating"]);
    cluster.runUntil(4 * second);
    expect(states(cluster)).toStrictEqual(["ready"]);
  });

  test("are not in the legacy object while they terminate, and apart while they are not ready", () => {
    const cluster = world();
    create(cluster, service(), deployment("web", 2));
    cluster.runUntil(1 * second);
    expect(legacy(cluster).subsets).toHaveLength(1);
    expect(legacy(cluster).subsets![0]!.notReadyAddresses).toHaveLength(2);
    expect(legacy(cluster).subsets![0]).not.toHaveProperty("addresses");
    cluster.runUntil(2 * second);
    expect(legacy(cluster).subsets![0]!.addresses).toHaveLength(2);
    expect(legacy(cluster).subsets![0]!.ports).toStrictEqual([{ port: 8080, protocol: "TCP" }]);
    cluster.act("delete", (api) => api.delete({ resource: "deployments", name: "web" }));
    expect(states(cluster)).toStrictEqual(["terminating", "terminating"]);
    expect(legacy(cluster)).not.toHaveProperty("subsets");
  });

  test("count as ready from their address on, with publishNotReadyAddresses", () => {
    const cluster = world();
    create(cluster, service({ publishNotReadyAddresses: true }), deployment("web", 1));
    cluster.runUntil(1 * second);
    expect(states(cluster)).toStrictEqual(["published"]);
    expect(legacy(cluster).subsets![0]!.addresses).toHaveLength(1);
  });

  test("leave when their labels stop matching, and come back", () => {
    const cluster = world();
    create(cluster, service(), deployment("web", 1));
    cluster.runUntil(2 * second);
    const pod = { resource: "pods", name: cluster.api.list("pods")[0]!.metadata.name };
    const label = (value: string): void => {
      cluster.act("label", (api) => {
        const answer = api.patch(pod, "merge", { metadata: { labels: { app: value } } });
        expect(answer).toMatchObject({ ok: true });
      });
    };
    label("quarantine");
    expect(states(cluster)).toStrictEqual([]);
    label("web");
    expect(states(cluster)).toStrictEqual(["ready"]);
  });

  test("offer the named port of their own template, in slices by ports", () => {
    const cluster = world();
    const container = (containerPort: number): Record<string, object> => ({
      container: { ports: [{ name: "http", containerPort }] },
    });
    create(
      cluster,
      service({ ports: [{ port: 80, targetPort: "http" }] }),
      deployment("old", 1, container(8080)),
      deployment("new", 2, container(9090)),
      deployment("none", 1),
    );
    cluster.runUntil(2 * second);
    const offered = slices(cluster).map(({ ports, endpoints }) => ({
      ports: ports?.map(({ port }) => port) ?? [],
      endpoints: endpoints?.length ?? 0,
    }));
    expect(offered.toSorted((a, b) => (a.ports[0] ?? 0) - (b.ports[0] ?? 0))).toStrictEqual([
      { ports: [], endpoints: 1 },
      { ports: [8080], endpoints: 1 },
      { ports: [9090], endpoints: 2 },
    ]);
    const { subsets = [] } = legacy(cluster);
    expect(subsets.map(({ ports }) => ports?.[0]?.port)).toStrictEqual([8080, 9090]);
  });
});

describe("slices", () => {
  test("hold at most 100 endpoints each; new ones go where they fit best", () => {
    const cluster = world({ podsPerNode: 1000 });
    create(cluster, service(), deployment("web", 250));
    cluster.runUntil(2 * second);
    const sizes = (): readonly number[] =>
      slices(cluster)
        .map(({ endpoints }) => endpoints?.length ?? 0)
        .toSorted((a, b) => b - a);
    expect(sizes()).toStrictEqual([100, 100, 50]);
    const names = slices(cluster).map(({ metadata }) => metadata.name);
    create(cluster, deployment("more", 30));
    cluster.runUntil(4 * second);
    expect(sizes()).toStrictEqual([100, 100, 80]);
    expect(slices(cluster).map(({ metadata }) => metadata.name)).toStrictEqual(names);
  });

  test("keep their name and UID when the Service selects other pods", () => {
    const cluster = world();
    const blue = service({ selector: { app: "web", colour: "blue" } });
    create(cluster, blue, deployment("blue", 3, { labels: { colour: "blue" } }));
    create(cluster, deployment("green", 3, { labels: { colour: "green" } }));
    cluster.runUntil(2 * second);
    const before = onlySlice(cluster);
    cluster.act("switch", (api) =>
      api.patch({ resource: "services", name: "web" }, "merge", {
        spec: { selector: { colour: "green" } },
      }),
    );
    const after = onlySlice(cluster);
    expect(after.metadata).toMatchObject({
      name: before.metadata.name,
      uid: before.metadata.uid,
      generation: before.metadata.generation! + 1,
    });
    for (const { targetRef } of after.endpoints ?? []) expect(targetRef.name).toMatch(/^green-/);
    expect(after.endpoints).toHaveLength(3);
  });

  test("go with their Service, and so does the Endpoints object", () => {
    const cluster = world();
    create(cluster, service(), deployment("web", 1));
    cluster.runUntil(2 * second);
    cluster.act("delete", (api) => api.delete({ resource: "services", name: "web" }));
    expect(slices(cluster)).toHaveLength(0);
    expect(cluster.api.list("endpoints")).toHaveLength(0);
  });

  test("are made again when somebody deletes them", () => {
    const cluster = world();
    create(cluster, service(), deployment("web", 2));
    cluster.runUntil(2 * second);
    const { name } = onlySlice(cluster).metadata;
    cluster.act("delete", (api) => api.delete({ resource: "endpointslices", name }));
    expect(onlySlice(cluster).metadata.name).not.toBe(name);
    expect(states(cluster)).toStrictEqual(["ready", "ready"]);
  });

  test("take over changed labels of the Service", () => {
    const cluster = world();
    create(cluster, service(), deployment("web", 1));
    cluster.runUntil(2 * second);
    cluster.act("label", (api) =>
      api.patch({ resource: "services", name: "web" }, "merge", {
        metadata: { labels: { tier: "back" } },
      }),
    );
    expect(onlySlice(cluster).metadata.labels).toMatchObject({ tier: "back" });
    expect(legacy(cluster).metadata.labels).toMatchObject({ tier: "back" });
  });
});

test("the legacy object ends at 1000 addresses and says so", () => {
  const cluster = world({ podsPerNode: 1000 });
  create(cluster, service(), deployment("web", 1005));
  cluster.runUntil(2 * second);
  expect(legacy(cluster).subsets![0]!.addresses).toHaveLength(1000);
  expect(legacy(cluster).metadata.annotations).toMatchObject({
    "endpoints.kubernetes.io/over-capacity": "truncated",
  });
});

describe("the trigger time", () => {
  const trigger = (cluster: Cluster): string | undefined =>
    onlySlice(cluster).metadata.annotations?.["endpoints.kubernetes.io/last-change-trigger-time"];

  test("is when the readiness changed that made the change", () => {
    const cluster = world();
    create(cluster, service(), deployment("web", 1));
    cluster.runUntil(2 * second);
    expect(trigger(cluster)).toBe("2000-01-01T00:00:02Z");
  });

  test("is absent where only a deletion was asked for", () => {
    const cluster = world();
    create(cluster, service(), deployment("web", 1));
    cluster.runUntil(5 * second);
    cluster.act("delete", (api) => api.delete({ resource: "deployments", name: "web" }));
    expect(trigger(cluster)).toBeUndefined();
    cluster.runUntil(6 * second);
    expect(trigger(cluster)).toBe("2000-01-01T00:00:06Z");
  });
});

describe("in any run", () => {
  const action = fc.oneof(
    fc.record({ do: fc.constant("scale" as const), replicas: fc.integer({ min: 0, max: 260 }) }),
    fc.record({ do: fc.constant("image" as const), image: fc.constantFrom("a", "b", "c") }),
    fc.record({ do: fc.constant("select" as const), app: fc.constantFrom("web", "other") }),
    fc.record({ do: fc.constant("delete pod" as const), pod: fc.nat(300) }),
  );
  type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

  function play(cluster: Cluster, step: Action): void {
    const web = { resource: "deployments", name: "web" };
    cluster.act(step.do, (api) => {
      if (step.do === "scale") api.patch(web, "merge", { spec: { replicas: step.replicas } });
      else if (step.do === "image") {
        const containers = [{ name: "web", image: step.image }];
        api.patch(web, "strategic", { spec: { template: { spec: { containers } } } });
      } else if (step.do === "select") {
        const spec = { selector: { app: step.app } };
        api.patch({ resource: "services", name: "web" }, "merge", { spec });
      } else {
        const { name } = api.list("pods")[step.pod]?.metadata ?? {};
        if (name !== undefined) api.delete({ resource: "pods", name });
      }
    });
  }

  /** What the slices must say, from the pods alone. */
  function truth(cluster: Cluster): ReadonlyMap<string, Conditions> {
    const answer = cluster.api.get({ resource: "services", name: "web" });
    const { selector } = (answer.ok ? answer.value["spec"] : {}) as {
      selector: Record<string, string>;
    };
    const endpoints = new Map<string, Conditions>();
    for (const pod of cluster.api.list("pods", { labelSelector: `app=${selector["app"]}` })) {
      const status = pod["status"] as {
        podIP?: string;
        conditions: readonly { type: string; status: string }[];
      };
      if (status.podIP === undefined) continue;
      const serving = status.conditions.some((c) => c.type === "Ready" && c.status === "True");
      const terminating = pod.metadata.deletionTimestamp !== undefined;
      endpoints.set(pod.metadata.name, { ready: serving && !terminating, serving, terminating });
    }
    return endpoints;
  }

  test("slices list exactly the Service's pods that have an address, each once, at most 100", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(action, fc.nat(2500)), { maxLength: 12 }), (steps) => {
        const cluster = world({ podsPerNode: 1000 });
        create(cluster, service(), deployment("web", 3));
        for (const [step, pause] of steps) {
          play(cluster, step);
          cluster.runUntil(cluster.now + pause);
          const listed = slices(cluster).flatMap(({ endpoints }) => endpoints ?? []);
          const told = listed.map(
            ({ targetRef, conditions }) => [targetRef.name, conditions] as const,
          );
          expect(new Map(told)).toStrictEqual(truth(cluster));
          expect(listed).toHaveLength(truth(cluster).size);
          for (const { endpoints } of slices(cluster)) {
            expect(endpoints?.length ?? 0).toBeLessThanOrEqual(100);
          }
        }
      }),
      { seed: 6, numRuns: 30 },
    );
  });

  test("a world that is saved and restored at any instant goes on as it would have", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(action, fc.nat(2500)), { maxLength: 8 }), (steps) => {
        const cluster = world({ podsPerNode: 1000 });
        create(cluster, service(), deployment("web", 3));
        let other = cluster.fork();
        for (const [step, pause] of steps) {
          for (const one of [cluster, other]) {
            play(one, step);
            one.runUntil(one.now + pause);
          }
          expect(slices(other)).toStrictEqual(slices(cluster));
          expect(legacy(other)).toStrictEqual(legacy(cluster));
          other = other.fork();
        }
      }),
      { seed: 6, numRuns: 30 },
    );
  });
});

test("no Service, no slices, and not one resourceVersion more", () => {
  const cluster = world();
  create(cluster, deployment("web", 3));
  cluster.runUntil(10 * second);
  expect(cluster.api.list("endpointslices")).toHaveLength(0);
  expect(cluster.trace.entries.filter(({ kind }) => kind === "write")).not.toContainEqual(
    expect.objectContaining({ resource: "endpoints" }),
  );
});
