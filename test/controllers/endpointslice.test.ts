import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import type { Cluster } from "../../src/cluster.ts";
import {
  second,
  world,
  service,
  deployment,
  create,
  slices,
  onlySlice,
  legacy,
  states,
} from "./endpoints-world.ts";
import { placed, sliceOf } from "./placed-slices.ts";

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
    expect(legacy(cluster).subsets![0]!.addresses).toMatchObject(
      cluster.api.list("pods").map(({ metadata: { name, uid } }) => ({
        targetRef: { kind: "Pod", namespace: "default", name, uid },
      })),
    );
    expect(legacy(cluster).subsets![0]).not.toHaveProperty("notReadyAddresses");
    expect(legacy(cluster).subsets![0]!.ports).toStrictEqual([{ port: 8080, protocol: "TCP" }]);
    cluster.act("delete", (api) => api.delete({ resource: "deployments", name: "web" }));
    expect(states(cluster)).toStrictEqual(["terminating", "terminating"]);
    expect(legacy(cluster)).not.toHaveProperty("subsets");
  });

  test("leave when the pod has ended, though its object stays", () => {
    const fault = { type: "Evicted", after: 3 * second, first: 1 } as const;
    const cluster = world({
      behaviors: [{ start: { delay: second }, ready: { delay: second }, fault }],
    });
    create(cluster, service(), deployment("web", 2));
    cluster.runUntil(2 * second);
    expect(states(cluster)).toStrictEqual(["ready", "ready"]);
    cluster.runUntil(5 * second);
    const phases = cluster.api
      .list("pods")
      .map((pod) => (pod["status"] as { phase: string }).phase);
    expect(phases.toSorted()).toStrictEqual(["Failed", "Pending", "Running"]);
    expect(states(cluster)).toStrictEqual(["ready"]);
  });

  test("fill the fullest of the slices that change anyway", () => {
    const cluster = world({ podsPerNode: 200 });
    create(cluster, service(), deployment("web", 150));
    cluster.runUntil(10 * second);
    const sizes = (): readonly number[] =>
      slices(cluster)
        .map(({ endpoints }) => endpoints?.length ?? 0)
        .toSorted((a, b) => b - a);
    expect(sizes()).toStrictEqual([100, 50]);
    const [large, small] = slices(cluster).toSorted(
      (a, b) => (b.endpoints?.length ?? 0) - (a.endpoints?.length ?? 0),
    );
    // 70 and 10 stay, and 70 come at the same instant: 30 fill up the larger, 40 are left for the smaller.
    const gone = [...large!.endpoints!.slice(0, 30), ...small!.endpoints!.slice(0, 40)];
    cluster.act("delete", (api) => {
      for (const { targetRef } of gone) api.delete({ resource: "pods", name: targetRef.name });
    });
    cluster.runUntil(20 * second);
    expect(sizes()).toStrictEqual([100, 50]);
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
      deployment("old", 2, container(9090)),
      deployment("new", 1, container(8080)),
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

  const dns = { name: "dns", image: "dns:1", ports: [{ name: "http", containerPort: 53 }] };
  test.each([
    ["one of a sidecar", { initContainers: [{ ...dns, restartPolicy: "Always" }] }, [53]],
    ["none of another init container", { initContainers: [dns] }, []],
    [
      "none of another protocol",
      { containers: [{ ...dns, ports: [{ ...dns.ports[0], protocol: "UDP" }] }] },
      [],
    ],
  ])("offer, under a name, %s", (_, pod, ports) => {
    const cluster = world();
    const web = deployment("web", 1);
    const { template, ...spec } = web["spec"] as { template: { metadata: object; spec: object } };
    const full = { ...template, spec: { ...template.spec, ...pod } };
    create(cluster, service({ ports: [{ port: 80, targetPort: "http" }] }), {
      ...web,
      spec: { ...spec, template: full },
    });
    cluster.runUntil(2 * second);
    expect(onlySlice(cluster).ports?.map(({ port }) => port) ?? []).toEqual(ports);
  });
});

describe("slices", () => {
  test("that stay as they are take new endpoints that just fit, and none that do not", () => {
    const [roomy, tight] = [sliceOf("roomy", 50), sliceOf("tight", 98)];
    expect(placed([roomy, tight], [200, 201]).update).toEqual([tight]);
    expect(tight.rows).toHaveLength(100);
    expect(placed([sliceOf("a", 50), sliceOf("b", 99)], [200, 201]).update).toMatchObject([
      { name: "a" },
    ]);
    expect(placed([sliceOf("a", 99)], [200, 201])).toMatchObject({
      update: [],
      create: [{ rows: [200, 201] }],
    });
  });

  test("of other ports take none", () => {
    expect(placed([sliceOf("grpc", 98, "grpc"), sliceOf("http", 1)], [200])).toMatchObject({
      update: [{ name: "http" }],
    });
    expect(placed([sliceOf("grpc", 98, "grpc")], [200])).toMatchObject({
      update: [],
      create: [{}],
    });
  });

  test("that change anyway take new endpoints first", () => {
    const [changed, tight] = [sliceOf("changed", 50), sliceOf("tight", 98)];
    expect(placed([changed, tight], [200, 201], [changed]).update).toEqual([changed]);
    expect([changed.rows.length, tight.rows.length]).toEqual([52, 98]);
  });

  test("that are empty go when their last endpoint left, or nothing offers their ports any more", () => {
    const empty = sliceOf("empty", 0);
    expect(placed([empty, sliceOf("other", 1)], []).delete).toEqual([]);
    expect(placed([empty, sliceOf("other", 1)], [], [empty]).delete).toEqual([empty]);
    const old = sliceOf("old", 0, "grpc");
    expect(placed([old, sliceOf("other", 1)], []).delete).toEqual([old]);
  });

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

  test("have the ports that the Service sends to by now", () => {
    const cluster = world();
    create(cluster, service(), deployment("web", 1));
    cluster.runUntil(2 * second);
    cluster.act("retarget", (api) =>
      api.patch({ resource: "services", name: "web" }, "merge", {
        spec: { ports: [{ port: 80, targetPort: 9090 }] },
      }),
    );
    expect(onlySlice(cluster)).toMatchObject({ ports: [{ port: 9090 }], endpoints: [{}] });
  });

  test("of somebody else are left alone, though they have the Service's name", () => {
    const cluster = world();
    create(cluster, service(), deployment("web", 1));
    cluster.runUntil(2 * second);
    const labels = {
      "kubernetes.io/service-name": "web",
      "endpointslice.kubernetes.io/managed-by": "me",
    };
    const mine: KubeObject = {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: "mine", labels },
      addressType: "IPv4",
      endpoints: [{ addresses: ["10.9.9.9"] }],
      ports: [],
    };
    create(cluster, mine);
    const { name } = slices(cluster).find(({ metadata }) => metadata.name !== "mine")!.metadata;
    cluster.act("delete", (api) => {
      api.delete({ resource: "endpointslices", name });
      api.patch({ resource: "services", name: "web" }, "merge", {
        metadata: { labels: { tier: "back" } },
      });
    });
    cluster.runUntil(4 * second);
    const [own, other] = slices(cluster).toSorted((a) => (a.metadata.name === "mine" ? 1 : -1));
    expect(own?.endpoints).toHaveLength(1);
    expect(other).toMatchObject({ metadata: { labels }, endpoints: [{ addresses: ["10.9.9.9"] }] });
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
