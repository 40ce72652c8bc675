import { describe, expect, test } from "vitest";
import { Cluster } from "../../src/cluster.ts";
import type { Behavior } from "../../src/kubelet/behavior.ts";
import { runKubectl } from "../../src/kubectl/cluster-io.ts";

const GATE = "target-health.example.com/web";

/** Two replicas whose pods have a readiness gate, behind a Service. */
function web(behavior: Behavior, gates: readonly { conditionType: string }[]): Cluster {
  const cluster = new Cluster({ behaviors: [behavior] });
  const labels = { app: "web" };
  const container = { name: "web", image: "web:v1" };
  const spec = { containers: [container], readinessGates: gates };
  cluster.act("make", (api) => {
    api.create({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web" },
      spec: { selector: labels, ports: [{ port: 80 }] },
    });
    api.create({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web" },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec },
      },
    });
  });
  return cluster;
}

const gates = [{ conditionType: GATE }];
const behavior: Behavior = { ready: { delay: 2000 }, gates: { delay: 5000 } };

function conditionsAt(cluster: Cluster, at: number): Record<string, string> {
  cluster.runUntil(at);
  const [pod] = cluster.api.list("pods");
  return Object.fromEntries(
    (pod!.status.conditions ?? []).map(({ type, status, reason }) => [
      type,
      reason === undefined ? status : `${status} ${reason}`,
    ]),
  );
}

describe("a pod with a readiness gate", () => {
  test("is not ready before somebody has set the gate's condition, though its containers are", () => {
    const cluster = web(behavior, gates);
    expect(conditionsAt(cluster, 1999)).toMatchObject({
      Ready: "False ContainersNotReady",
      ContainersReady: "False ContainersNotReady",
    });
    const gated = conditionsAt(cluster, 6999);
    expect(gated).toMatchObject({ Ready: "False ReadinessGatesNotReady", ContainersReady: "True" });
    expect(gated).not.toHaveProperty(GATE);
    expect(conditionsAt(cluster, 7000)).toMatchObject({
      Ready: "True",
      ContainersReady: "True",
      [GATE]: "True",
    });
  });

  test("gets no requests and makes no progress meanwhile", () => {
    const cluster = web(behavior, gates);
    const ready = () =>
      cluster.api
        .list("endpointslices")
        .flatMap((slice) => slice["endpoints"] as { conditions: { ready: boolean } }[])
        .filter(({ conditions }) => conditions.ready).length;
    cluster.runUntil(6000);
    expect(ready()).toBe(0);
    expect(cluster.countPods(cluster.api.list("replicasets")[0]!.metadata.uid!, 0)).toEqual({
      active: 2,
      available: 0,
    });
    cluster.runUntil(7000);
    expect(ready()).toBe(2);
  });

  test("is shown by kubectl with how many of its gates are open", () => {
    const cluster = web(behavior, gates);
    const wide = (): string => {
      let out = "";
      const streams = {
        out: (text: string) => (out += text),
        err: () => undefined,
        readFile: () => undefined,
      };
      runKubectl(cluster, "kubectl get pods -o wide --no-headers", streams);
      return out.split("\n")[0]!;
    };
    cluster.runUntil(6000);
    expect(wide()).toMatch(/ 1\/1 +Running .* 0\/1$/u);
    cluster.runUntil(7000);
    expect(wide()).toMatch(/ 1\/1 +Running .* 1\/1$/u);
  });

  test("is as ready as its containers where nothing is said of its gates", () => {
    const cluster = web({ ready: { delay: 2000 } }, gates);
    expect(conditionsAt(cluster, 2000)).toMatchObject({ Ready: "True", [GATE]: "True" });
  });

  test("loses both when a container crashes, and goes through the gate again", () => {
    const crashing: Behavior = { ...behavior, fault: { type: "ReadyThenCrash", after: 1000 } };
    const cluster = web(crashing, gates);
    expect(conditionsAt(cluster, 8000)).toMatchObject({ Ready: "False ContainersNotReady" });
    expect(conditionsAt(cluster, 14_999)).toMatchObject({ Ready: "False ReadinessGatesNotReady" });
  });

  test("goes on alike in a world that was saved while it waited", () => {
    const cluster = web({ ...behavior, gates: { delay: 5000, jitter: 2000 } }, gates);
    cluster.runUntil(4000);
    const copy = Cluster.restore(cluster.save());
    for (const each of [cluster, copy]) each.runUntil(20_000);
    expect(copy.api.list("pods")).toEqual(cluster.api.list("pods"));
  });
});

test("pods without a gate do not wait for one", () => {
  expect(conditionsAt(web(behavior, []), 2000)).toMatchObject({ Ready: "True" });
});
