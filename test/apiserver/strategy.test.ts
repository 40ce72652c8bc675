import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import { applyDefaults } from "../../src/apiserver/defaults.ts";
import { asRecord } from "../../src/apiserver/json.ts";
import { strategyFor, type Strategy } from "../../src/apiserver/strategy.ts";
import { qosClassOf } from "../../src/apiserver/strategy-pod.ts";
import { Cluster } from "../../src/cluster.ts";

const UNREACHABLE = "node.kubernetes.io/unreachable";

function strategy(resource: string): Strategy {
  const found = strategyFor(resource);
  if (found === undefined) throw new Error(`no strategy for ${resource}`);
  return found;
}

function workload(kind: "Deployment" | "ReplicaSet", replicas = 3): KubeObject {
  return applyDefaults({
    apiVersion: "apps/v1",
    kind,
    metadata: { name: "web", namespace: "default", generation: 4, resourceVersion: "7" },
    spec: {
      replicas,
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [{ name: "c", image: "nginx" }] },
      },
    },
    status: { replicas: 2 },
  });
}

function withAnnotation(object: KubeObject): KubeObject {
  return { ...object, metadata: { ...object.metadata, annotations: { note: "x" } } };
}

describe.each([
  ["deployments", "Deployment"],
  ["replicasets", "ReplicaSet"],
] as const)("%s", (resource, kind) => {
  const rules = strategy(resource);
  const old = workload(kind);

  test("begin at generation 1 without a status of their own", () => {
    const created = rules.prepareForCreate(old);
    expect(created.metadata.generation).toBe(1);
    expect(asRecord(created["status"])["replicas"] ?? 0).toBe(0);
  });

  test("count a change of the spec, and not one of the status", () => {
    expect(rules.prepareForUpdate(workload(kind, 5), old).metadata.generation).toBe(5);
    expect(rules.prepareForUpdate(workload(kind), old).metadata.generation).toBe(4);
  });

  test("keep the status in an update, the spec in one of the status", () => {
    const next = { ...workload(kind, 5), status: { replicas: 9 } };
    expect(rules.prepareForUpdate(next, old)["status"]).toEqual({ replicas: 2 });
    const reported = rules.prepareForUpdate(next, old, "status");
    expect(reported["status"]).toEqual({ replicas: 9 });
    expect(reported["spec"]).toEqual(old["spec"]);
    expect(reported.metadata.generation).toBe(4);
  });

  test("do not let the selector change", () => {
    const spec = { ...asRecord(old["spec"]), selector: { matchLabels: { app: "x" } } };
    const next = rules.prepareForUpdate({ ...old, spec }, old);
    const fields = rules.validateUpdate(next, old).map(({ field }) => field);
    expect(fields).toContain("spec.selector");
  });
});

test("annotations count for a Deployment's generation, not for a ReplicaSet's", () => {
  const generation = (kind: "Deployment" | "ReplicaSet", resource: string): number | undefined => {
    const old = workload(kind);
    return strategy(resource).prepareForUpdate(withAnnotation(old), old).metadata.generation;
  };
  expect(generation("Deployment", "deployments")).toBe(5);
  expect(generation("ReplicaSet", "replicasets")).toBe(4);
});

test("a Deployment that says nothing rolls by quarters, keeps 10 revisions and waits 10 minutes", () => {
  expect(workload("Deployment")["spec"]).toMatchObject({
    strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } },
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
  });
});

test("resources without rules have no strategy", () => {
  expect(strategyFor("things")).toBeUndefined();
});

describe("the quality of service of a pod", () => {
  const limited = { cpu: "1", memory: "1Gi" };
  test.each([
    ["BestEffort", [{}]],
    ["Burstable", [{ requests: { cpu: "1" } }]],
    ["Burstable", [{ limits: limited, requests: limited }, {}]],
    ["Guaranteed", [{ limits: limited, requests: limited }]],
    ["Guaranteed", [{ limits: limited, requests: { cpu: "1000m", memory: "1024Mi" } }]],
  ])("is %s with %j", (expected, resources) => {
    const containers = resources.map((each, index) => ({ name: `c${index}`, resources: each }));
    const pod: KubeObject = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "web" },
      spec: { containers },
    };
    expect(qosClassOf(pod)).toBe(expected);
  });
});

// Mirrors the admission plugin DefaultTolerationSeconds.
test.each([
  ["none", [], 2],
  ["one of all taints", [{ operator: "Exists" }], 0],
  ["one that does not evict", [{ key: UNREACHABLE, operator: "Exists", effect: "NoSchedule" }], 2],
  ["one of its own", [{ key: UNREACHABLE, operator: "Exists", effect: "NoExecute" }], 1],
  ["one of another taint", [{ key: "gpu", operator: "Exists" }], 2],
])("a pod stays 300 s on a node that ails, unless it has a toleration for that: %s", (...row) => {
  const [, tolerations, added] = row;
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "web" } };
  const spec = { containers: [{ name: "c", image: "nginx" }], tolerations };
  const answer = new Cluster().api.create({ ...pod, spec });
  const all = answer.ok ? (answer.value["spec"] as { tolerations: object[] }).tolerations : [];
  const own = all.filter((each) => "tolerationSeconds" in each);
  expect(own).toHaveLength(added);
  for (const each of own)
    expect(each).toMatchObject({ effect: "NoExecute", tolerationSeconds: 300 });
});

test.each([
  ["10.0.0.0/8", true],
  ["10.0.0.0/32", true],
  ["10.0.0.0/33", false],
  ["10.0.0.256/8", false],
  ["10.0.0.0", false],
  ["2001:db8::/64", true],
  ["2001:db8::/128", true],
  ["2001:db8::/129", false],
])("a range of addresses: %s is one: %j", (range, ok) => {
  const service = { apiVersion: "v1", kind: "Service", metadata: { name: "web" } };
  const spec = { type: "LoadBalancer", ports: [{ port: 80 }], loadBalancerSourceRanges: [range] };
  expect(new Cluster().api.create({ ...service, spec }).ok).toBe(ok);
});
