import { expect, test } from "vitest";
import { Cluster } from "../../src/cluster.ts";
import { summarizePod } from "../../src/kubectl/columns/pods.ts";

function pod(cluster: Cluster): void {
  cluster.act("make", (api) =>
    api.create({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "web" },
      spec: { containers: [{ name: "web", image: "web:v1" }] },
    }),
  );
}

function told(cluster: Cluster, act: () => void): readonly string[] {
  const watch = cluster.api.watch("pods");
  act();
  const events = watch.take();
  watch.stop();
  return events.map(({ type, object }) => {
    const { ready, status } = summarizePod(object);
    return `${type} ${ready} ${status}`;
  });
}

test("A watch tells of a pod that is bound before its kubelet speaks of containers", () => {
  const behaviors = [{ start: { delay: 1000 }, ready: { delay: 1000 } }];
  const cluster = new Cluster({ behaviors });
  const lines = told(cluster, () => {
    pod(cluster);
    cluster.runUntil(5000);
  });
  expect(lines).toEqual([
    "ADDED 0/1 Pending",
    "MODIFIED 0/1 Pending",
    "MODIFIED 0/1 ContainerCreating",
    "MODIFIED 0/1 Running",
    "MODIFIED 1/1 Running",
  ]);
});

test("A watch tells that the containers of a stopping pod have ended, unless nothing ran or nobody waits", () => {
  const cluster = new Cluster({ behaviors: [{ terminate: { delay: 1000 } }] });
  const ref = { resource: "pods", name: "web" };
  pod(cluster);
  cluster.runUntil(5000);
  const gently = told(cluster, () => {
    cluster.act("delete", (api) => api.delete(ref));
    cluster.runUntil(10_000);
  });
  expect(gently).toEqual([
    "MODIFIED 1/1 Terminating",
    "MODIFIED 0/1 Completed",
    "MODIFIED 0/1 Completed",
    "DELETED 0/1 Completed",
  ]);
  pod(cluster);
  cluster.runUntil(15_000);
  const atOnce = told(cluster, () => {
    cluster.act("delete", (api) => api.delete(ref, { gracePeriodSeconds: 0 }));
  });
  expect(atOnce).toEqual(["DELETED 1/1 Running"]);
});
