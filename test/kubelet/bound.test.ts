/** A pod that waited for a node: when did it start? */
import { expect, test } from "vitest";
import type { PodCondition } from "../../src/api/core.ts";
import { Cluster } from "../../src/cluster.ts";

const pod = (name: string): object => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "default" },
  spec: { containers: [{ name: "web", image: "web:v1" }] },
});

// pkg/kubelet/status: startTime is when the kubelet first took note of the pod; the scheduler sets PodScheduled as it binds.
test("a pod starts when it comes to its node, not when it was created", () => {
  const cluster = new Cluster({
    nodes: [{ count: 1, pods: 1 }],
    behaviors: [{ ready: { delay: 5000 }, terminate: { delay: 1000 } }],
  });
  for (const name of ["first", "second"]) {
    cluster.act("create", (api) => expect(api.create(pod(name) as never).ok).toBe(true));
  }
  cluster.runUntil(30_000);
  cluster.act("delete", (api) =>
    expect(api.delete({ resource: "pods", namespace: "default", name: "first" }).ok).toBe(true),
  );
  cluster.runUntil(33_000);
  const [second] = cluster.api.list("pods");
  const status = second!["status"] as {
    readonly startTime: string;
    readonly conditions: readonly PodCondition[];
  };
  expect(second!.metadata.creationTimestamp).toBe("2000-01-01T00:00:00Z");
  expect(status.startTime).toBe("2000-01-01T00:00:31Z");
  for (const type of ["PodScheduled", "Initialized", "Ready"]) {
    const condition = status.conditions.find((each) => each.type === type);
    expect(condition?.lastTransitionTime, type).toBe("2000-01-01T00:00:31Z");
  }
});
