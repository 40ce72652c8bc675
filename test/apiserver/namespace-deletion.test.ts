import { describe, expect, test } from "vitest";
import { Cluster } from "../../src/cluster.ts";
import { runKubectl } from "../../src/kubectl/cluster-io.ts";

/** A namespace `shop` with a Deployment of three pods that take 5 s to stop, a Service and a ConfigMap. */
function shop(): Cluster {
  const cluster = new Cluster({ behaviors: [{ terminate: { delay: 5000 } }] });
  const labels = { app: "web" };
  const template = {
    metadata: { labels },
    spec: { containers: [{ name: "web", image: "web:v1" }] },
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
  test("takes all that is in it, and waits for the pods", () => {
    const cluster = shop();
    const deleted = kubectl(cluster, "kubectl delete ns shop");
    expect(deleted).toEqual({ code: 0, out: 'namespace "shop" deleted\n', err: "" });
    expect(cluster.now).toBe(15_000);
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
      each.runUntil(20_000);
      expect(each.api.list("namespaces").map(({ metadata }) => metadata.name)).not.toContain(
        "shop",
      );
    }
  });

  test("leaves other namespaces alone", () => {
    const cluster = shop();
    const before = cluster.api.list("namespaces").length;
    kubectl(cluster, "kubectl create deployment web --image=web");
    kubectl(cluster, "kubectl delete ns shop");
    expect(cluster.api.list("deployments")).toHaveLength(1);
    expect(cluster.api.list("namespaces")).toHaveLength(before - 1);
  });
});
