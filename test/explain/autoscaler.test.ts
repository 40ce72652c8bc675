/** What a HorizontalPodAutoscaler wants, in words, and what it lacks. */
import { expect, test } from "vitest";
import type { HorizontalPodAutoscaler } from "../../src/api/autoscaling.ts";
import { Cluster } from "../../src/cluster.ts";
import { explainAutoscaler } from "../../src/explain/autoscaler.ts";
import { operatedText } from "../../src/explain/text.ts";

const second = 1000;

function autoscaled(milli: number | undefined, cpu: string | undefined, at = 90 * second): Cluster {
  const ready = { delay: second };
  const behavior = milli === undefined ? { ready } : { ready, load: [{ at: 0, milli }] };
  const cluster = new Cluster({ behaviors: [behavior] });
  const resources = cpu === undefined ? {} : { requests: { cpu } };
  const labels = { app: "web" };
  const containers = [{ name: "web", image: "web:v1", resources }];
  const resource = { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } };
  const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "web" };
  const template = { metadata: { labels }, spec: { containers } };
  for (const [apiVersion, kind, spec] of [
    ["apps/v1", "Deployment", { replicas: 4, selector: { matchLabels: labels }, template }],
    [
      "autoscaling/v2",
      "HorizontalPodAutoscaler",
      { scaleTargetRef, maxReplicas: 6, metrics: [{ type: "Resource", resource }] },
    ],
  ] as const) {
    const metadata = { name: "web", namespace: "default" };
    cluster.act("create", (api) => api.create({ apiVersion, kind, metadata, spec }));
  }
  cluster.runUntil(at);
  return cluster;
}

function told(cluster: Cluster): object {
  const [hpa] = cluster.api.list("horizontalpodautoscalers");
  const { state, decisions, wouldHelp } = explainAutoscaler(
    cluster,
    hpa as HorizontalPodAutoscaler,
  );
  return { state, last: decisions.map(({ id }) => id), help: wouldHelp };
}

test.each<[string, () => Cluster, object]>([
  [
    "whose pods have no metric yet",
    () => autoscaled(2_000, "1", 40 * second),
    { state: expect.stringMatching(/pods might be unready/u) as string, help: [] },
  ],
  [
    "that is content",
    () => autoscaled(2_000, "1"),
    {
      state: "4 replicas, as many as it wants",
      last: ["hpa/within-tolerance", "hpa/keep"],
      help: [],
    },
  ],
  [
    "at its maximum",
    () => autoscaled(8_000, "1"),
    { state: "6 replicas, as many as it wants", help: ["a maxReplicas above 6"] },
  ],
  [
    "without requests",
    () => autoscaled(2_000, undefined),
    {
      state: expect.stringMatching(
        /^FailedGetResourceMetric \(.*missing request for cpu/u,
      ) as string,
      last: ["hpa/no-metrics"],
      help: ["a request for cpu in every container of deployment/web"],
    },
  ],
  [
    "without metrics",
    () => autoscaled(undefined, "1"),
    {
      last: ["hpa/no-metrics"],
      help: ["metrics: cpu or load under behaviors of the scenario, or traffic"],
    },
  ],
])("an autoscaler %s is explained", (_, world, expected) => {
  expect(told(world())).toMatchObject(expected);
});

test("the explanation of an autoscaler has the numbers of its last look", () => {
  const cluster = autoscaled(2_600, "1", 75 * second);
  const [hpa] = cluster.api.list("horizontalpodautoscalers");
  expect(operatedText(explainAutoscaler(cluster, hpa as HorizontalPodAutoscaler))).toBe(
    `hpa/web at 75s: 6 replicas, as many as it wants

  deployment/web may have 1 to 6 replicas

What its controller decided last, at 75s:
  - hpa/by-ratio: Usage is 44 %, the target 50 %: ceil(0.88 x 4 pods with
    metrics) = 4; spec.replicas is 6.
  - hpa/stabilized: The metrics propose 4; the recommendations of the last 300
    s are between 4 and 6: 6.
  - hpa/keep: Deployment/default/web keeps its 6 replicas.
`,
  );
});
