import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import { Cluster } from "../../src/cluster.ts";

type Fields = Readonly<Record<string, unknown>>;

interface CoreEvent extends KubeObject {
  readonly reason: string;
  readonly message: string;
  readonly count: number;
}

function quota(hard: Fields): KubeObject {
  return { apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "team" }, spec: { hard } };
}

function deployment(replicas: number, resources: Fields): KubeObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: {
      replicas,
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [{ name: "web", image: "web:v1", resources }] },
      },
    },
  };
}

function world(hard: Fields, replicas: number, resources: Fields = {}): Cluster {
  const cluster = new Cluster({ behaviors: [{ terminate: { delay: 5000 } }] });
  cluster.act("create", (api) => {
    expect(api.create(quota(hard))).toMatchObject({ ok: true });
    expect(api.create(deployment(replicas, resources))).toMatchObject({ ok: true });
  });
  cluster.runUntil(10_000);
  return cluster;
}

function used(cluster: Cluster): unknown {
  const answer = cluster.api.get({ resource: "resourcequotas", name: "team" });
  return answer.ok ? (answer.value["status"] as { used: unknown }).used : undefined;
}

function refusals(cluster: Cluster): readonly string[] {
  return cluster.trace.entries.flatMap((entry) =>
    entry.kind === "event" && entry.reason === "FailedCreate"
      ? [entry.message.replace(/web-[a-z0-9]+-[a-z0-9]+/u, "web-x")]
      : [],
  );
}

describe("a ResourceQuota", () => {
  test("binds beside one that has room", () => {
    const cluster = world({ pods: "9" }, 0);
    cluster.act("more", (api) => {
      api.create({ ...quota({ pods: "1" }), metadata: { name: "tight" } });
      const ref = { resource: "deployments", name: "web" };
      api.patch(ref, "merge", { spec: { replicas: 2 } });
    });
    expect(refusals(cluster)[0]).toContain(
      "exceeded quota: tight, requested: pods=1, used: pods=1",
    );
  });

  test("wants limits where it limits limits, whatever is requested", () => {
    const cluster = world({ "limits.cpu": "1" }, 1, { requests: { cpu: "100m" } });
    expect(refusals(cluster)[0]).toMatch(/failed quota: team: must specify limits\.cpu for: web$/);
  });

  test("counts pods that have ended only as objects", () => {
    const cluster = new Cluster({ behaviors: [{ fault: { type: "Evicted", first: 1 } }] });
    cluster.act("create", (api) => {
      api.create(quota({ pods: "9", "count/pods": "9" }));
      api.create(deployment(2, {}));
    });
    cluster.runUntil(10_000);
    expect(cluster.api.list("pods").map(({ status }) => status.phase)).toContain("Failed");
    expect(used(cluster)).toEqual({ pods: "2", "count/pods": "3" });
  });

  test.each([
    [{ pods: "3" }, {}, 3, "requested: pods=1, used: pods=3, limited: pods=3"],
    [
      { "count/pods": 2 },
      {},
      2,
      "requested: count/pods=1, used: count/pods=2, limited: count/pods=2",
    ],
    [
      { "requests.cpu": "1", "requests.memory": "256Mi" },
      { requests: { cpu: "300m", memory: "100Mi" } },
      2,
      "requested: requests.memory=100Mi, used: requests.memory=200Mi, limited: requests.memory=256Mi",
    ],
    [
      { "limits.cpu": "1", cpu: "1" },
      { limits: { cpu: "600m" } },
      1,
      "requested: cpu=600m,limits.cpu=600m, used: cpu=600m,limits.cpu=600m, limited: cpu=1,limits.cpu=1",
    ],
  ])("%j admits so many pods and names what was exceeded", (hard, resources, pods, why) => {
    const cluster = world(hard, 5, resources);
    expect(cluster.api.list("pods")).toHaveLength(pods);
    expect(refusals(cluster)[0]).toBe(
      `Error creating: pods "web-x" is forbidden: exceeded quota: team, ${why}`,
    );
  });

  test("refuses each try under a name of its own, which no pod gets: rows of events, combined from the tenth on", () => {
    const cluster = world({ pods: "1" }, 4);
    const ref = { resource: "resourcequotas", name: "team" };
    cluster.act("room", (api) => api.patch(ref, "merge", { spec: { hard: { pods: "9" } } }));
    cluster.runUntil(60_000);
    const told = cluster.trace.entries.flatMap((entry) =>
      entry.kind === "event" && entry.reason === "FailedCreate" ? [entry.message] : [],
    );
    expect(told.length).toBeGreaterThan(9);
    expect(new Set(told).size).toBe(told.length);
    const pods = cluster.api.list("pods");
    expect(pods).toHaveLength(4);
    for (const { metadata } of pods) {
      expect(told.join()).not.toContain(metadata.name);
    }
    const rows = (cluster.api.list("events") as readonly CoreEvent[]).filter(
      ({ reason }) => reason === "FailedCreate",
    );
    expect(rows.map(({ count }) => count)).toEqual([...Array<number>(9).fill(1), told.length - 9]);
    expect(rows.at(-1)?.message).toMatch(
      /^\(combined from similar events\): Error creating: pods/u,
    );
  });

  test("refuses pods that say nothing of what it limits", () => {
    const cluster = world({ "limits.memory": "1Gi", "requests.cpu": "1" }, 1);
    expect(refusals(cluster)[0]).toBe(
      'Error creating: pods "web-x" is forbidden: failed quota: team: must specify ' +
        "limits.memory for: web; requests.cpu for: web",
    );
  });

  test("counts in its status what there is, a terminating pod until it is gone", () => {
    const cluster = world({ pods: 10, "requests.cpu": 4 }, 3, { requests: { cpu: "500m" } });
    expect(used(cluster)).toEqual({ pods: "3", "requests.cpu": "1500m" });
    cluster.act("scale", (api) =>
      api.patch({ resource: "deployments", name: "web" }, "merge", { spec: { replicas: 1 } }),
    );
    expect(used(cluster)).toEqual({ pods: "3", "requests.cpu": "1500m" });
    cluster.runUntil(20_000);
    expect(used(cluster)).toEqual({ pods: "1", "requests.cpu": "500m" });
  });

  test("refuses a pod that somebody makes by hand, and counts on after a restore", () => {
    const cluster = Cluster.restore(world({ pods: 2 }, 2).save());
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "lone" },
      spec: { containers: [{ name: "a", image: "a" }] },
    };
    const answer = cluster.act("create", (api) => api.create(pod));
    expect(answer).toMatchObject({
      ok: false,
      status: {
        code: 403,
        message:
          'pods "lone" is forbidden: exceeded quota: team, requested: pods=1, used: pods=2, limited: pods=2',
      },
    });
    expect(used(cluster)).toEqual({ pods: "2" });
  });
});

const selector = "spec.scopeSelector.matchExpressions";

describe("a ResourceQuota that a real API server refuses", () => {
  const standard = "must be a standard resource";
  const negative = "must be greater than or equal to 0";

  test.each<[Fields, readonly string[]]>([
    [{ hard: { pods: "-1" } }, [`spec.hard[pods]: Invalid value: "-1": ${negative}`]],
    [{ hard: { pods: "1.5" } }, ['spec.hard[pods]: Invalid value: "1500m": must be an integer']],
    [
      { hard: { foo: "1" } },
      [
        `spec.hard[foo]: Invalid value: "foo": ${standard} type or fully qualified`,
        `spec.hard[foo]: Invalid value: "foo": ${standard} for quota`,
      ],
    ],
    [
      { hard: { storage: 1 } },
      [`spec.hard[storage]: Invalid value: "storage": ${standard} for quota`],
    ],
    [
      { hard: { "count/deployments.apps": "1.5" } },
      ['spec.hard[count/deployments.apps]: Invalid value: "1500m": must be an integer'],
    ],
    [
      { hard: { "requests.nvidia.com/gpu": -1 } },
      [`spec.hard[requests.nvidia.com/gpu]: Invalid value: "-1": ${negative}`],
    ],
    [{ scopes: ["Foo"] }, ['spec.scopes: Invalid value: ["Foo"]: unsupported scope']],
    [
      { scopes: ["Terminating", "NotTerminating"] },
      ['spec.scopes: Invalid value: ["Terminating","NotTerminating"]: conflicting scopes'],
    ],
    [
      { hard: { services: "1", pods: "1" }, scopes: ["BestEffort"] },
      ['spec.scopes: Invalid value: ["BestEffort"]: unsupported scope applied to resource'],
    ],
    [
      { scopeSelector: { matchExpressions: [{ scopeName: "x", operator: "In" }] } },
      [
        `${selector}.scopeName: Invalid value: "x": unsupported scope`,
        `${selector}.values: Required value: must be at least one value when \`operator\` is 'In' or 'NotIn' for scope selector`,
      ],
    ],
    [
      {
        scopeSelector: {
          matchExpressions: [{ scopeName: "BestEffort", operator: "In", values: ["a"] }],
        },
      },
      [
        `${selector}.operator: Invalid value: "In": must be 'Exists' when scope is any of ` +
          "ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, " +
          "ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity",
      ],
    ],
    [
      {
        scopeSelector: {
          matchExpressions: [
            { scopeName: "PriorityClass", operator: "Exists", values: ["a"] },
            { scopeName: "PriorityClass", operator: "z" },
          ],
        },
      },
      [
        `${selector}.values: Invalid value: ["a"]: must be no value when \`operator\` is 'Exist' or 'DoesNotExist' for scope selector`,
        `${selector}.operator: Invalid value: "z": not a valid selector operator`,
      ],
    ],
    [
      {
        scopeSelector: {
          matchExpressions: [
            { scopeName: "BestEffort", operator: "Exists" },
            { scopeName: "NotBestEffort", operator: "Exists" },
          ],
        },
      },
      [`${selector}: Invalid value: null: conflicting scopes`],
    ],
    [
      {
        hard: { services: "1", "count/pods": "1" },
        scopeSelector: {
          matchExpressions: [{ scopeName: "PriorityClass", operator: "In", values: ["high"] }],
        },
      },
      [
        `${selector}: Invalid value: {"MatchExpressions":[{"ScopeName":"PriorityClass","Operator":"In",` +
          '"Values":["high"]}]}: unsupported scope applied to resource',
      ],
    ],
  ])("%j is refused in its words", (spec, expected) => {
    const answer = new Cluster().api.create({ ...quota({}), spec });
    const causes = answer.ok ? [] : (answer.status.details?.causes ?? []);
    expect(causes.map(({ field, message }) => `${field}: ${message}`)).toEqual(expected);
  });

  test.each<Fields>([
    {},
    { hard: { "requests.storage": 1.5, "hugepages-2Mi": 3, "requests.hugepages-2Mi": "3Mi" } },
    { hard: { "kubernetes.io/x": "1.5", "requests.nvidia.com/gpu": "1500m" } },
    { hard: { pods: "1" }, scopes: ["BestEffort"] },
  ])("%j is taken", (spec) => {
    expect(new Cluster().api.create({ ...quota({}), spec })).toMatchObject({
      ok: true,
    });
  });
});

describe("a quota with scopes", () => {
  const pod = (name: string, spec: object = {}, container: object = {}): KubeObject => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: { containers: [{ name: "web", image: "web:v1", ...container }], ...spec },
  });
  const requests = { resources: { requests: { cpu: "1" } } };
  const elsewhere = {
    affinity: {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          {
            topologyKey: "zone",
            namespaces: ["other"],
            labelSelector: { matchLabels: { app: "web" } },
          },
        ],
      },
    },
  };
  const ofClass = (operator: string, ...values: readonly string[]): object => ({
    scopeSelector: {
      matchExpressions: [
        { scopeName: "PriorityClass", operator, ...(values.length === 0 ? {} : { values }) },
      ],
    },
  });
  const high = { priorityClassName: "high" };

  test.each([
    [{ scopes: ["BestEffort"] }, pod("in"), pod("out", {}, requests)],
    [{ scopes: ["NotBestEffort"] }, pod("in", {}, requests), pod("out")],
    [{ scopes: ["Terminating"] }, pod("in", { activeDeadlineSeconds: 5 }), pod("out")],
    [{ scopes: ["NotTerminating"] }, pod("in"), pod("out", { activeDeadlineSeconds: 5 })],
    [{ scopes: ["CrossNamespacePodAffinity"] }, pod("in", elsewhere), pod("out")],
    [{ scopes: ["PriorityClass"] }, pod("in", high), pod("out")],
    [ofClass("In", "high"), pod("in", high), pod("out")],
    [ofClass("NotIn", "high"), pod("in"), pod("out", high)],
    [ofClass("DoesNotExist"), pod("in"), pod("out", high)],
  ])(
    "counts and refuses the pods that are in them, and no others: %j",
    (scopes, within, without) => {
      const cluster = new Cluster();
      const { api } = cluster;
      const priority = { value: 1000, metadata: { name: "high" } };
      api.create({ apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", ...priority });
      api.create({ ...quota({}), spec: { hard: { pods: "1" }, ...scopes } });
      const named = (object: KubeObject, name: string) =>
        api.create({ ...object, metadata: { ...object.metadata, name } });
      expect([named(without, "a").ok, named(within, "b").ok, named(without, "c").ok]).toEqual([
        true,
        true,
        true,
      ]);
      expect(named(within, "d")).toMatchObject({
        status: { message: expect.stringContaining("used: pods=1, limited: pods=1") },
      });
      cluster.settle();
      const [{ status }] = api.list("resourcequotas") as readonly [KubeObject];
      expect(status).toMatchObject({ used: { pods: "1" } });
    },
  );
});
