/** Which known failures a Deployment shows, where that is not plain; the plain ones are in test/docs/failures.test.ts. */
import { expect, test } from "vitest";
import { Cluster } from "../../src/cluster.ts";
import { explainDeployment } from "../../src/explain/why.ts";
import { runKubectl } from "../../src/kubectl/cluster-io.ts";
import { web } from "../support/web.ts";

const second = 1000;
const silent = { readFile: () => undefined, out: () => undefined, err: () => undefined };

test("a restart is not put down to the liveness probe of another Deployment's container", () => {
  const cluster = new Cluster({
    behaviors: [
      { match: { image: "slow:1" }, listens: 45 * second },
      { match: { image: "crash:1" }, fault: { type: "CrashLoopBackOff" } },
    ],
  });
  for (const name of ["slow", "crash"]) {
    const livenessProbe = { tcpSocket: { port: 80 }, periodSeconds: 10, failureThreshold: 3 };
    const container = { name: "web", image: `${name}:1`, livenessProbe };
    cluster.act("create", (api) =>
      api.create({
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name, namespace: "default" },
        spec: {
          selector: { matchLabels: { app: name } },
          template: { metadata: { labels: { app: name } }, spec: { containers: [container] } },
        },
      }),
    );
  }
  cluster.runUntil(60 * second);
  const named = (name: string): string[] =>
    explainDeployment(cluster, `default/${name}`)!.failures.map(({ story }) => story);
  expect(named("slow")).toContain("liveness-kills-slow");
  expect(named("crash")).not.toContain("liveness-kills-slow");
});

test.each([
  [0, ["ready-then-crash"]],
  [40, []],
])(
  "pods that crash 20 s after they are ready: minReadySeconds %i shows in mid-rollout already",
  (minReadySeconds, shown) => {
    const crash = { type: "ReadyThenCrash", after: 20 * second } as const;
    const match = { image: "web:v2" };
    const cluster = new Cluster({
      behaviors: [{ match, ready: { delay: 10 * second }, fault: crash }],
    });
    cluster.act("create", (api) => api.create(web(4, { minReadySeconds })));
    cluster.runUntil(60 * second);
    runKubectl(cluster, "set image deployment/web web=web:v2", silent);
    cluster.runUntil(105 * second);
    const { state, failures } = explainDeployment(cluster, "web")!;
    expect(state).toBe("waiting");
    expect(failures.map(({ story }) => story)).toEqual(shown);
  },
);

test("an old pod that is made anew in mid-rollout is not put down to scaling", () => {
  const stories = (event: (cluster: Cluster) => void): string[] => {
    const cluster = new Cluster({ behaviors: [{ ready: { delay: 10 * second } }] });
    cluster.act("create", (api) => api.create(web(4)));
    cluster.runUntil(60 * second);
    runKubectl(cluster, "set image deployment/web web=web:v2", silent);
    cluster.runUntil(65 * second);
    event(cluster);
    cluster.runUntil(66 * second);
    return explainDeployment(cluster, "web")!.failures.map(({ story }) => story);
  };
  const lost = stories((cluster) => {
    const { metadata } = cluster.api.list("pods")[0]!;
    cluster.act("lose", (api) => api.delete({ resource: "pods", name: metadata.name }));
  });
  expect(lost).not.toContain("scale-and-ship");
  const scaled = stories((cluster) =>
    cluster.act("scale", (api) => {
      const ref = { resource: "deployments", name: "web" };
      return api.patch(ref, "merge", { spec: { replicas: 8 } });
    }),
  );
  expect(scaled).toContain("scale-and-ship");
});

test("an autoscaler that has found no metric yet wants nothing, so no apply resets it", () => {
  const cluster = new Cluster({ behaviors: [{ ready: { delay: second } }] });
  const apply = (object: object): void => {
    runKubectl(cluster, "apply -f -", { ...silent, stdin: JSON.stringify(object) });
  };
  apply(web(1));
  apply({
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "web" },
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
      maxReplicas: 5,
      metrics: [
        {
          type: "Resource",
          resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } },
        },
      ],
    },
  });
  cluster.runUntil(60 * second);
  const { failures } = explainDeployment(cluster, "web")!;
  expect(failures.map(({ story }) => story)).not.toContain("apply-resets-hpa");
});
