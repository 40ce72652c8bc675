/** Messages and objects are those of a real API server (kube-apiserver v1.37.2, dry run). */
import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import { Cluster } from "../../src/cluster.ts";
import { web } from "../support/web.ts";

type Fields = Readonly<Record<string, unknown>>;

const OF_CONTAINERS: Fields = {
  type: "Container",
  default: { cpu: "500m", memory: "1Gi" },
  defaultRequest: { cpu: "100m" },
  min: { cpu: "50m" },
  max: { cpu: "2" },
  maxLimitRequestRatio: { cpu: 5 },
};
const OF_PODS: Fields = { type: "Pod", max: { cpu: "3" } };

function limitRange(...limits: readonly Fields[]): KubeObject {
  return named("team", ...limits);
}

function named(name: string, ...limits: readonly Fields[]): KubeObject {
  return { apiVersion: "v1", kind: "LimitRange", metadata: { name }, spec: { limits } };
}

function pod(containers: readonly Fields[], initContainers: readonly Fields[] = []): KubeObject {
  const complete = (list: readonly Fields[]) => list.map((each) => ({ image: "x", ...each }));
  const spec = {
    containers: complete(containers),
    ...(initContainers.length === 0 ? {} : { initContainers: complete(initContainers) }),
  };
  return { apiVersion: "v1", kind: "Pod", metadata: { name: "p" }, spec };
}

function limited(...limits: readonly Fields[]): Cluster {
  const cluster = new Cluster();
  cluster.act("limit", (api) => {
    expect(api.create(limitRange(...limits))).toMatchObject({ ok: true });
  });
  return cluster;
}

function created(object: KubeObject, ...limits: readonly Fields[]): KubeObject | string {
  const answer = limited(...limits).api.create(object);
  return answer.ok ? answer.value : answer.status.message;
}

describe("a pod in a namespace with a LimitRange", () => {
  test("keeps its own annotations, whoever made it", () => {
    const annotations = { team: "a" };
    const single = pod([{ name: "a" }]);
    const own = { ...single, metadata: { name: "p", annotations } };
    const { template } = web(1).spec;
    const ours = { ...template, metadata: { ...template.metadata, annotations } };
    const cluster = limited(OF_CONTAINERS);
    cluster.act("create", (api) => [api.create(own), api.create(web(1, { template: ours }))]);
    cluster.runUntil(5000);
    const kept = cluster.api.list("pods").map(({ metadata }) => metadata.annotations);
    const note: unknown = expect.stringContaining("LimitRanger");
    const both = { team: "a", "kubernetes.io/limit-ranger": note };
    expect(kept).toEqual([both, both]);
  });

  test("gets what it does not say, and an annotation that tells it", () => {
    expect(created(pod([{ name: "a" }]), OF_CONTAINERS)).toMatchObject({
      metadata: {
        annotations: {
          "kubernetes.io/limit-ranger":
            "LimitRanger plugin set: cpu, memory request for container a; cpu, memory limit for container a",
        },
      },
      spec: {
        containers: [
          {
            resources: {
              limits: { cpu: "500m", memory: "1Gi" },
              requests: { cpu: "100m", memory: "1Gi" },
            },
          },
        ],
      },
      status: { qosClass: "Burstable" },
    });
  });

  test("of another namespace stays as it is", () => {
    const cluster = limited(OF_CONTAINERS);
    cluster.api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "other" } });
    const elsewhere = { ...pod([{ name: "a" }]), metadata: { name: "p", namespace: "other" } };
    const answer = cluster.api.create(elsewhere);
    expect(answer.ok && answer.value.metadata.annotations).toBeUndefined();
  });

  test("keeps what it says; a limit of its own is its request, too; init containers come last", () => {
    const given = pod(
      [{ name: "a" }, { name: "b", resources: { limits: { cpu: 1 } } }],
      [{ name: "i" }],
    );
    expect(created(given, OF_CONTAINERS)).toMatchObject({
      metadata: {
        annotations: {
          "kubernetes.io/limit-ranger":
            "LimitRanger plugin set: cpu, memory request for container a; cpu, memory limit for container a; " +
            "memory request for container b; memory limit for container b; " +
            "cpu, memory request for init container i; cpu, memory limit for init container i",
        },
      },
      spec: {
        containers: [
          {},
          {
            resources: {
              limits: { cpu: "1", memory: "1Gi" },
              requests: { cpu: "1", memory: "1Gi" },
            },
          },
        ],
      },
    });
  });

  test.each<[readonly Fields[], string]>([
    [
      [{ name: "a", resources: { limits: { cpu: 3 }, requests: { cpu: "10m" } } }],
      'pods "p" is forbidden: [minimum cpu usage per Container is 50m, but request is 10m, ' +
        "maximum cpu usage per Container is 2, but limit is 3, " +
        "cpu max limit to request ratio per Container is 5, but provided ratio is 300.000000]",
    ],
    [
      [{ name: "a", resources: { requests: { cpu: 3 } } }],
      'Pod "p" is invalid: spec.containers[0].resources.requests: Invalid value: "3": ' +
        "must be less than or equal to cpu limit of 500m",
    ],
    [
      [
        { name: "a", resources: { limits: { cpu: 2 } } },
        { name: "b", resources: { limits: { cpu: 2 } } },
      ],
      'pods "p" is forbidden: maximum cpu usage per Pod is 3, but limit is 4',
    ],
    [
      [{ name: "a", resources: { limits: { cpu: 1 }, requests: { cpu: "100m" } } }],
      'pods "p" is forbidden: cpu max limit to request ratio per Container is 5, but provided ratio is 10.000000',
    ],
  ])("%j is refused", (containers, message) => {
    expect(created(pod(containers), OF_CONTAINERS, OF_PODS)).toBe(message);
  });

  test("needs a request where there is a least one, and a limit where there is a most, if nothing is filled in", () => {
    expect(
      created(pod([{ name: "a" }]), { type: "Pod", min: { cpu: 1 }, max: { memory: 1 } }),
    ).toBe(
      'pods "p" is forbidden: [minimum cpu usage per Pod is 1.  No request is specified, ' +
        "maximum memory usage per Pod is 1.  No limit is specified]",
    );
  });
});

describe("the bounds of a LimitRange", () => {
  const asking = (name: string, requests: Fields | undefined, limits?: Fields): Fields => ({
    name,
    resources: { ...(requests && { requests }), ...(limits && { limits }) },
  });
  const a = asking("a", { cpu: 1 }, { cpu: 1 });
  const oneSided = [asking("a", { cpu: 1 }), a].map((each, i) => ({ ...each, name: `c${i}` }));
  const ratio = { type: "Container", maxLimitRequestRatio: { cpu: 2 } };

  test.each<[string, KubeObject, Fields, string]>([
    [
      "hold for init containers",
      pod([a], [asking("i", undefined, { cpu: 3 })]),
      { type: "Container", max: { cpu: 2 } },
      "maximum cpu usage per Container is 2, but limit is 3",
    ],
    [
      "are told once, though two containers break them",
      pod([asking("a", undefined, { cpu: 3 }), asking("b", undefined, { cpu: 3 })]),
      { type: "Container", max: { cpu: 2 } },
      "maximum cpu usage per Container is 2, but limit is 3",
    ],
    [
      "hold for the limits of a pod, though not all of its containers have one",
      pod(oneSided),
      { type: "Pod", min: { cpu: "1500m" } },
      "minimum cpu usage per Pod is 1500m, but limit is 1",
    ],
    [
      "hold for the requests of a pod, though not all of its containers have a limit",
      pod(oneSided),
      { type: "Pod", max: { cpu: "1500m" } },
      "maximum cpu usage per Pod is 1500m, but request is 2",
    ],
    [
      "want a limit for a ratio",
      pod([asking("a", { cpu: 1 })]),
      ratio,
      "cpu max limit to request ratio per Container is 2, but no limit is specified or limit is 0",
    ],
    [
      "want a request for a ratio",
      pod([{ name: "a" }]),
      ratio,
      "cpu max limit to request ratio per Container is 2, but no request is specified or request is 0",
    ],
  ])("%s", (_, given, limit, why) => {
    expect(created(given, limit)).toBe(`pods "p" is forbidden: ${why}`);
  });

  test("may be reached", () => {
    const bounds = { min: { cpu: 1 }, max: { cpu: 2 }, maxLimitRequestRatio: { cpu: 2 } };
    const given = pod([asking("a", { cpu: 1 }, { cpu: 2 })]);
    expect(created(given, { type: "Container", ...bounds })).toMatchObject({ kind: "Pod" });
  });
});

describe("several LimitRanges", () => {
  test("fill in what those before them, by name, have left, and only entries of containers do", () => {
    const cluster = new Cluster();
    const first = { type: "Container", default: { cpu: "100m" } };
    const next = { type: "Container", default: { cpu: "200m", memory: "1Gi" } };
    const other = { type: "example.com/thing", default: { "ephemeral-storage": "1Gi" } };
    for (const range of [named("b", next, other), named("a", first)]) {
      expect(cluster.api.create(range)).toMatchObject({ ok: true });
    }
    expect(cluster.api.create(pod([{ name: "c" }]))).toMatchObject({
      value: { spec: { containers: [{ resources: { limits: { cpu: "100m", memory: "1Gi" } } }] } },
    });
    const answer = cluster.api.get({ resource: "pods", name: "p" });
    expect(JSON.stringify(answer)).not.toContain("ephemeral-storage");
  });

  test("all have to be kept", () => {
    const cluster = new Cluster();
    cluster.api.create(named("a", { type: "Pod", max: { cpu: 2 } }));
    cluster.api.create(named("b", { type: "Pod", max: { cpu: 1 } }));
    const resources = { limits: { cpu: "1500m" } };
    const answer = cluster.api.create(pod([{ name: "c", resources }]));
    expect(answer.ok ? "" : answer.status.message).toContain("is 1, but limit is 1500m");
  });
});

describe("the pods of a Deployment", () => {
  const podsOf = (cluster: Cluster): readonly KubeObject[] =>
    cluster.api.list("pods", { namespace: "default" });

  test("get the defaults of the namespace, which a quota then counts", () => {
    const cluster = limited(OF_CONTAINERS);
    cluster.act("create", (api) => {
      const spec = { hard: { "requests.cpu": "250m" } };
      api.create({ apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "q" }, spec });
      api.create(web(3));
    });
    cluster.runUntil(5000);
    expect(podsOf(cluster)).toHaveLength(2);
    expect(podsOf(cluster)[0]).toMatchObject({
      metadata: {
        annotations: { "kubernetes.io/limit-ranger": expect.stringContaining("LimitRanger") },
      },
      spec: { containers: [{ resources: { requests: { cpu: "100m" } } }] },
      status: { qosClass: "Burstable" },
    });
  });

  test.each<[Fields, Fields, string]>([
    [
      { type: "Container", max: { cpu: "1" } },
      { limits: { cpu: "2" } },
      "is forbidden: maximum cpu usage per Container is 1, but limit is 2",
    ],
    [
      { type: "Container", default: { cpu: "1" } },
      { requests: { cpu: "2" } },
      'is invalid: spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
    ],
  ])("are not made under %j with %j, and an event says why", (limit, resources, why) => {
    const cluster = limited(limit);
    const big = web(1);
    const template = big["spec"] as { template: { spec: { containers: readonly Fields[] } } };
    const containers = template.template.spec.containers.map((each) => ({
      ...each,
      resources,
    }));
    cluster.act("create", (api) => {
      const spec = {
        ...template,
        template: { ...template.template, spec: { ...template.template.spec, containers } },
      };
      expect(api.create({ ...big, spec })).toMatchObject({ ok: true });
    });
    cluster.runUntil(5000);
    expect(podsOf(cluster)).toEqual([]);
    expect(
      cluster.trace.entries.some(
        (entry) =>
          entry.kind === "event" && entry.reason === "FailedCreate" && entry.message.endsWith(why),
      ),
    ).toBe(true);
  });

  test("that are made after the LimitRange has changed are others, of the same template", () => {
    const cluster = limited(OF_CONTAINERS);
    cluster.act("create", (api) => api.create(web(1)));
    cluster.runUntil(5000);
    cluster.act("change", (api) => {
      const change = { spec: { limits: [{ type: "Container", default: { cpu: "300m" } }] } };
      expect(api.patch({ resource: "limitranges", name: "team" }, "merge", change)).toMatchObject({
        ok: true,
      });
      api.patch({ resource: "deployments", name: "web" }, "merge", { spec: { replicas: 2 } });
    });
    cluster.runUntil(10_000);
    const oldestFirst = podsOf(cluster).toSorted((a, b) =>
      String(a.metadata.creationTimestamp).localeCompare(String(b.metadata.creationTimestamp)),
    );
    const asked = oldestFirst.map(
      ({ spec }) =>
        (spec as { containers: readonly { resources: Fields }[] }).containers[0]!.resources,
    );
    expect(asked).toEqual([
      { limits: { cpu: "500m", memory: "1Gi" }, requests: { cpu: "100m", memory: "1Gi" } },
      { limits: { cpu: "300m" }, requests: { cpu: "300m" } },
    ]);
  });
});

describe("a LimitRange", () => {
  test("is stored with what follows from it", () => {
    expect(
      new Cluster().api.create(
        limitRange({ type: "Container", max: { cpu: 1 }, min: { cpu: "100m", memory: 1 } }),
      ),
    ).toMatchObject({
      value: {
        spec: {
          limits: [{ default: { cpu: "1" }, defaultRequest: { cpu: "1", memory: "1" } }],
        },
      },
    });
  });

  test.each<[readonly Fields[], readonly string[]]>([
    [
      [{ type: "Container", default: { cpu: 1 }, max: { cpu: "500m" } }],
      [
        'defaultRequest[cpu]: Invalid value: "1": default request value 1 is greater than max value 500m',
        'default[cpu]: Invalid value: "500m": default value 1 is greater than max value 500m',
      ],
    ],
    [
      [{ type: "Container", defaultRequest: { cpu: 2 }, default: { cpu: 1 } }],
      [
        'defaultRequest[cpu]: Invalid value: "2": default request value 2 is greater than default limit value 1',
      ],
    ],
    [
      [{ type: "Foo", max: { cpu: 1 } }],
      ['type: Invalid value: "Foo": must be a standard limit type or fully qualified'],
    ],
    [
      [{ type: "Container", max: { pods: 1 }, default: { pods: 1 }, defaultRequest: { pods: 1 } }],
      ["max", "default", "defaultRequest"].map(
        (list) =>
          `${list}[pods]: Invalid value: "pods": must be a standard resource for containers`,
      ),
    ],
    [
      [{ type: "Pod", default: { cpu: 1 } }],
      ["default: Forbidden: may not be specified when `type` is 'Pod'"],
    ],
    [
      [{ type: "Container", min: { cpu: 2 }, max: { cpu: 1 } }],
      [
        'min[cpu]: Invalid value: "2": min value 2 is greater than max value 1',
        'defaultRequest[cpu]: Invalid value: "1": min value 2 is greater than default request value 1',
        'default[cpu]: Invalid value: "2": min value 2 is greater than default value 1',
      ],
    ],
    [
      [{ type: "Container", maxLimitRequestRatio: { cpu: "0.5" } }],
      ['maxLimitRequestRatio[cpu]: Invalid value: "500m": ratio 500m is less than 1'],
    ],
  ])("%j is refused in the server's words", (limits, expected) => {
    const answer = new Cluster().api.create(limitRange(...limits));
    const causes = answer.ok ? [] : (answer.status.details?.causes ?? []);
    expect(causes.map(({ field, message }) => `${field}: ${message}`)).toEqual(
      expected.map((each) => `spec.limits[0].${each}`),
    );
  });

  test("has one entry of a type", () => {
    const answer = new Cluster().api.create(limitRange(OF_PODS, OF_PODS));
    expect(answer.ok ? "" : answer.status.message).toBe(
      'LimitRange "team" is invalid: spec.limits[1].type: Duplicate value: "Pod"',
    );
  });
});
