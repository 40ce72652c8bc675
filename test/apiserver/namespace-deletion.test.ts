import { describe, expect, test } from "vitest";
import { Cluster } from "../../src/cluster.ts";
import { runKubectl } from "../../src/kubectl/cluster-io.ts";

/** A namespace `shop` with a Deployment of three pods that take 5 s to stop, a Service and a ConfigMap. */
function shop(terminateMs = 5000, grace = 30): Cluster {
  const cluster = new Cluster({ behaviors: [{ terminate: { delay: terminateMs } }] });
  const labels = { app: "web" };
  const template = {
    metadata: { labels },
    spec: {
      containers: [{ name: "web", image: "web:v1" }],
      terminationGracePeriodSeconds: grace,
    },
  };
  const at = { namespace: "shop" };
  cluster.act("make", (api) => {
    api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
    api.create({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings", ...at } });
    api.create({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web", ...at },
      spec: { selector: labels, ports: [{ port: 80 }] },
    });
    api.create({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web", ...at },
      spec: { replicas: 3, selector: { matchLabels: labels }, template },
    });
  });
  cluster.runUntil(10_000);
  return cluster;
}

function kubectl(cluster: Cluster, line: string) {
  let [out, err] = ["", ""];
  const streams = {
    out: (text: string) => (out += text),
    err: (text: string) => (err += text),
    readFile: () => undefined,
  };
  const { code } = runKubectl(cluster, line, streams);
  return { code, out, err };
}

describe("deleting a namespace", () => {
  test("begins 5 s later with the pods, and takes the rest 5 s after that, if they are gone", () => {
    const cluster = shop();
    const deleted = kubectl(cluster, "kubectl delete ns shop");
    expect(deleted).toEqual({ code: 0, out: 'namespace "shop" deleted\n', err: "" });
    expect(cluster.now).toBe(20_000);
    const resources = ["deployments", "replicasets", "pods", "services", "endpointslices"];
    for (const resource of [...resources, "configmaps"]) {
      expect(cluster.api.list(resource, { namespace: "shop" })).toEqual([]);
    }
    expect(cluster.api.get({ resource: "namespaces", name: "shop" })).toMatchObject({ ok: false });
  });

  test("shows it as Terminating meanwhile, and refuses what is new", () => {
    const cluster = shop();
    kubectl(cluster, "kubectl delete ns shop --wait=false");
    expect(cluster.api.list("pods", { namespace: "shop" })).toHaveLength(3);
    expect(kubectl(cluster, "kubectl get ns shop").out).toMatch(/shop +Terminating/u);
    const refused = kubectl(cluster, "kubectl create deployment late --image=web -n shop");
    expect(refused).toEqual({
      code: 1,
      out: "",
      err:
        'error: failed to create deployment: deployments.apps "late" is forbidden: ' +
        "unable to create new content in namespace shop because it is being terminated\n",
    });
    const copy = Cluster.restore(cluster.save());
    for (const each of [cluster, copy]) {
      each.runUntil(15_000);
      expect(each.api.list("pods", { namespace: "shop" })).toMatchObject(
        Array.from({ length: 3 }, () => ({
          metadata: { deletionTimestamp: "2000-01-01T00:00:45Z" },
        })),
      );
      expect(each.api.list("services", { namespace: "shop" })).toHaveLength(1);
      each.runUntil(20_000);
      expect(each.api.list("namespaces").map(({ metadata }) => metadata.name)).not.toContain(
        "shop",
      );
    }
  });

  // Tried at 15 and 20 s, when pods are still there; then after half of the longest grace period and 1 s.
  test("waits for pods for half of their grace period and a second before it looks again", () => {
    const cluster = shop(8000, 31);
    kubectl(cluster, "kubectl delete ns shop --wait=false");
    cluster.runUntil(36_000 - 1);
    expect(cluster.api.list("pods", { namespace: "shop" })).toEqual([]);
    expect(cluster.api.list("services", { namespace: "shop" })).toHaveLength(1);
    cluster.runUntil(36_000);
    expect(cluster.api.list("services", { namespace: "shop" })).toEqual([]);
  });

  test("takes several at once", () => {
    const cluster = shop();
    kubectl(cluster, "kubectl create ns other");
    kubectl(cluster, "kubectl delete ns shop other --wait=false");
    cluster.runUntil(20_000);
    const names = cluster.api.list("namespaces").map(({ metadata }) => metadata.name);
    expect(names).not.toContain("shop");
    expect(names).not.toContain("other");
  });

  test("leaves other namespaces alone", () => {
    const cluster = shop();
    const before = cluster.api.list("namespaces").length;
    kubectl(cluster, "kubectl create deployment web --image=web");
    kubectl(cluster, "kubectl delete ns shop");
    expect(cluster.api.list("deployments")).toHaveLength(1);
    expect(cluster.api.list("namespaces")).toHaveLength(before - 1);
  });

  test("makes no pods anew, and writes no events of what it does", () => {
    const cluster = shop();
    const before = kubectl(cluster, "kubectl get events -n shop").out.split("\n").length;
    kubectl(cluster, "kubectl delete ns shop --wait=false");
    cluster.runUntil(17_000);
    const { out } = kubectl(cluster, "kubectl get events -n shop");
    expect(out.split("\n")).toHaveLength(before);
    expect(out).not.toContain("Killing");
    expect(kubectl(cluster, "kubectl get rs -n shop").out).toMatch(/ 3 +0 +0 /u);
  });

  test("goes on for as long as finalizers hold something, and says so", () => {
    const cluster = shop();
    const settings = { resource: "configmaps", namespace: "shop", name: "settings" };
    const hold = (finalizers: readonly string[] | null): void => {
      cluster.act("hold", (api) => api.patch(settings, "merge", { metadata: { finalizers } }));
    };
    hold(["example.com/hold"]);
    kubectl(cluster, "kubectl delete ns shop --wait=false");
    cluster.runUntil(30_000);
    const { out } = kubectl(cluster, "kubectl describe ns shop");
    expect(out).toMatch(/NamespaceContentRemaining +True .* configmaps. has 1 resource instances/u);
    expect(out).toMatch(/NamespaceFinalizersRemaining +True .* example.com\/hold in 1 resource/u);
    expect(cluster.api.list("deployments", { namespace: "shop" })).toEqual([]);
    expect(kubectl(cluster, "kubectl get ns shop").out).toMatch(/shop +Terminating/u);
    const since = (): unknown[] => {
      const answer = cluster.api.get({ resource: "namespaces", name: "shop" });
      const { conditions = [] } = (answer.ok ? answer.value["status"] : {}) as {
        conditions?: readonly { readonly lastTransitionTime: string }[];
      };
      return conditions.map(({ lastTransitionTime }) => lastTransitionTime);
    };
    const before = since();
    expect(before).toHaveLength(5);
    expect(before.every((time) => typeof time === "string" && time < "2000-01-01T00:00:21")).toBe(
      true,
    );
    cluster.runUntil(45_000);
    expect(since()).toEqual(before);
    hold(null);
    cluster.runUntil(60_000);
    expect(kubectl(cluster, "kubectl get ns shop").err).toContain("NotFound");
  });
});
