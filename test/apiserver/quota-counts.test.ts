import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import { Cluster } from "../../src/cluster.ts";
import { runKubectl } from "../../src/kubectl/cluster-io.ts";
import { web } from "../support/web.ts";

type Fields = Readonly<Record<string, unknown>>;

function quota(hard: Fields): KubeObject {
  const metadata = { name: "team", namespace: "default" };
  return { apiVersion: "v1", kind: "ResourceQuota", metadata, spec: { hard } };
}

function world(hard: Fields): Cluster {
  const cluster = new Cluster();
  const answer = cluster.act("quota", (api) => api.create(quota(hard)));
  expect(answer).toMatchObject({ ok: true });
  return cluster;
}

function used(cluster: Cluster): unknown {
  const answer = cluster.api.get({ resource: "resourcequotas", name: "team" });
  return answer.ok ? (answer.value["status"] as { used: unknown }).used : undefined;
}

/** What it says is wrong. */
function kubectl(cluster: Cluster, line: string): string {
  const errors: string[] = [];
  runKubectl(cluster, `kubectl ${line}`, {
    out: () => undefined,
    err: (text) => void errors.push(text),
    readFile: () => undefined,
  });
  return errors.join("").trim();
}

/** Asked of a real API server of v1.37.2, with the quota's controller. */
describe("a quota on the number of objects", () => {
  const limits = {
    "count/deployments.apps": "1",
    "count/secrets": "1",
    secrets: "1",
    services: "1",
    "services.nodeports": "0",
    "services.loadbalancers": "0",
    "count/foos.example.com": "2",
    "count/events": "3",
  };

  test("is used by those that there are, in its namespace, and by none of kinds that there are not", () => {
    const cluster = world(limits);
    expect(used(cluster)).toEqual(Object.fromEntries(Object.keys(limits).map((key) => [key, "0"])));
    for (const line of ["create deployment web --image=web:v1", "create secret generic a"]) {
      expect(kubectl(cluster, line)).toBe("");
    }
    expect(kubectl(cluster, "create namespace other")).toBe("");
    expect(kubectl(cluster, "create deployment web --image=web:v1 -n other")).toBe("");
    const three = { "count/deployments.apps": "1", "count/secrets": "1", secrets: "1" };
    expect(used(cluster)).toMatchObject({ ...three, "count/events": "0", services: "0" });
  });

  test.each([
    [
      "create deployment api --image=a:1",
      'deployments.apps "api" is forbidden: exceeded quota: team, requested: count/deployments.apps=1, ' +
        "used: count/deployments.apps=1, limited: count/deployments.apps=1",
    ],
    [
      "create deployment web --image=web:v1 --dry-run=server",
      'deployments.apps "web" is forbidden: exceeded quota: team, requested: count/deployments.apps=1, ' +
        "used: count/deployments.apps=1, limited: count/deployments.apps=1",
    ],
    [
      "create service nodeport s3 --tcp=80",
      'services "s3" is forbidden: exceeded quota: team, requested: services=1,services.nodeports=1, ' +
        "used: services=1,services.nodeports=0, limited: services=1,services.nodeports=0",
    ],
  ])("refuses what goes beyond it: %s", (line, words) => {
    const cluster = world(limits);
    expect(kubectl(cluster, "create deployment web --image=web:v1")).toBe("");
    expect(kubectl(cluster, "create service clusterip s1 --tcp=80")).toBe("");
    expect(kubectl(cluster, line)).toContain(words);
  });

  test("names all limits that it goes beyond, and has room again when something is gone", () => {
    const cluster = world(limits);
    expect(kubectl(cluster, "create secret generic a")).toBe("");
    expect(kubectl(cluster, "create secret generic b")).toBe(
      'error: failed to create secret secrets "b" is forbidden: exceeded quota: team, ' +
        "requested: count/secrets=1,secrets=1, used: count/secrets=1,secrets=1, " +
        "limited: count/secrets=1,secrets=1",
    );
    expect(kubectl(cluster, "delete secret a")).toBe("");
    expect(kubectl(cluster, "create secret generic b")).toBe("");
  });

  test("counts the ports of Services that nodes open, and load balancers, which may do without", () => {
    const cluster = world({ "services.nodeports": "9", "services.loadbalancers": "9" });
    const ports = [
      { port: 80, name: "a" },
      { port: 81, name: "b" },
    ];
    cluster.act("services", (api) => {
      const specs = [
        { type: "ClusterIP" },
        { type: "NodePort" },
        { type: "LoadBalancer" },
        { type: "LoadBalancer", allocateLoadBalancerNodePorts: false },
      ];
      for (const [i, spec] of specs.entries()) {
        const metadata = { name: `s${i}` };
        api.create({ apiVersion: "v1", kind: "Service", metadata, spec: { ports, ...spec } });
      }
    });
    expect(used(cluster)).toEqual({ "services.nodeports": "4", "services.loadbalancers": "2" });
  });

  test("still counts after a restore", () => {
    const cluster = Cluster.restore(world({ secrets: "0" }).save());
    expect(kubectl(cluster, "create secret generic a")).toContain("limited: secrets=0");
  });
});

test("a quota of ReplicaSets stops a rollout until an old one is gone", () => {
  const cluster = world({ "count/replicasets.apps": "1" });
  cluster.act("create", (api) => api.create(web(2)));
  cluster.runUntil(10_000);
  cluster.act("update", (api) =>
    api.patch({ resource: "deployments", name: "web" }, "strategic", {
      spec: { template: { spec: { containers: [{ name: "web", image: "web:v2" }] } } },
    }),
  );
  cluster.runUntil(20_000);
  expect(cluster.api.list("replicasets")).toHaveLength(1);
  const answer = cluster.api.get({ resource: "deployments", name: "web" });
  const { conditions = [] } = answer.ok ? answer.value.status : {};
  expect(conditions.find(({ type }) => type === "Progressing")).toMatchObject({
    status: "False",
    reason: "ReplicaSetCreateError",
    message: expect.stringMatching(
      /^Failed to create new replica set "(web-\w+)": replicasets\.apps "\1" is forbidden: exceeded quota: team, requested: count\/replicasets\.apps=1/u,
    ) as string,
  });
  expect(cluster.api.list("events")).toContainEqual(
    expect.objectContaining({ type: "Warning", reason: "ReplicaSetCreateError" }),
  );
  cluster.act("room", (api) => api.delete({ resource: "resourcequotas", name: "team" }));
  cluster.runUntil(1_200_000);
  expect(cluster.api.get({ resource: "deployments", name: "web" })).toMatchObject({
    value: { status: { updatedReplicas: 2, replicas: 2 } },
  });
});
