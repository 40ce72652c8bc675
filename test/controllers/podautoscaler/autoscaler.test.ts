import { describe, expect, test } from "vitest";
import type { AutoscalerStatus } from "../../../src/api/autoscaling.ts";
import type { KubeObject } from "../../../src/api/meta.ts";
import { Cluster } from "../../../src/cluster.ts";
import { decisionsHeard, hpa, replicasOf, statusOf, world } from "./world.ts";

const second = 1000;
const minute = 60 * second;

function events(cluster: Cluster): readonly string[] {
  return cluster.trace.entries.flatMap((entry) =>
    entry.kind === "event" && entry.about.kind === "HorizontalPodAutoscaler"
      ? [`${entry.reason}: ${entry.message}`]
      : [],
  );
}

const average = { type: "AverageValue", averageValue: "10" };
const noCustomMetrics =
  "unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered";

function conditions(status: AutoscalerStatus): readonly string[] {
  return (status.conditions ?? []).map(({ type, status: is, reason }) => `${type}=${is} ${reason}`);
}

describe("a HorizontalPodAutoscaler", () => {
  test("follows the load: up at the next turn, down after 5 minutes", () => {
    const load = [
      { at: 0, milli: 600 },
      { at: minute, milli: 2400 },
      { at: 3 * minute, milli: 600 },
    ];
    const cluster = world({ behaviors: [{ load }] }, { replicas: 3 });
    cluster.runUntil(minute);
    expect(replicasOf(cluster)).toBe(3);
    // From 75 s on the samples are all of the new load: 2400m on 3 pods are 160 %, of a target of 60 %.
    cluster.runUntil(91 * second);
    expect(replicasOf(cluster)).toBe(6);
    cluster.runUntil(2 * minute);
    expect(replicasOf(cluster)).toBe(8);
    cluster.runUntil(8 * minute);
    expect(replicasOf(cluster)).toBe(8);
    cluster.runUntil(9 * minute);
    expect(replicasOf(cluster)).toBe(2);
    expect(decisionsHeard(cluster)).toContain("hpa/stabilized");
    expect(conditions(statusOf(cluster))).toEqual([
      "AbleToScale=True ReadyForNewScale",
      "ScalingActive=True ValidMetricFound",
      "ScalingLimited=False DesiredWithinRange",
      "ScaledToZero=False NotScaledToZero",
    ]);
    expect(statusOf(cluster)).toMatchObject({
      currentReplicas: 2,
      desiredReplicas: 2,
      lastScaleTime: "2000-01-01T00:08:30Z",
    });
    expect(events(cluster).filter((text) => text.startsWith("SuccessfulRescale"))).toEqual([
      "SuccessfulRescale: New size: 6; reason: cpu resource utilization (percentage of request) above target",
      "SuccessfulRescale: New size: 8; reason: cpu resource utilization (percentage of request) above target",
      "SuccessfulRescale: New size: 2; reason: All metrics below target",
    ]);
  });

  test("says what it says in a cluster without a metrics server, and lets a run end", () => {
    const cluster = world({}, { replicas: 3 });
    cluster.runUntil(10 * second);
    const cause =
      "failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics " +
      "from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)";
    expect(events(cluster)).toEqual([
      `FailedGetResourceMetric: ${cause}`,
      "FailedComputeMetricsReplicas: invalid metrics (1 invalid out of 1), first error is: " +
        `failed to get cpu resource metric value: ${cause}`,
    ]);
    expect(statusOf(cluster)).toMatchObject({
      currentReplicas: 3,
      desiredReplicas: 0,
      currentMetrics: [{ type: "" }],
      observedGeneration: 1,
    });
    cluster.runUntil(minute);
    expect(events(cluster)).toHaveLength(10);
    expect(cluster.isResting).toBe(false);
    // When the Deployment has looked at its deadline for the last time.
    cluster.runUntil(11 * minute);
    expect(cluster.isResting).toBe(true);
  });

  test.each([
    [
      { type: "Pods", pods: { metric: { name: "hits" }, target: average } },
      "FailedGetPodsMetric",
      `failed to get pods metric value: unable to get metric hits: ${noCustomMetrics}`,
    ],
    [
      {
        type: "Object",
        object: {
          metric: { name: "hits" },
          describedObject: { apiVersion: "v1", kind: "Service", name: "web" },
          target: { type: "Value", value: "1" },
        },
      },
      "FailedGetObjectMetric",
      `failed to get object metric value: unable to get metric hits on Service default/web: ${noCustomMetrics}`,
    ],
    [
      { type: "External", external: { metric: { name: "queue" }, target: average } },
      "FailedGetExternalMetric",
      "failed to get queue external metric value: unable to get external metric default/queue/nil: " +
        "unable to fetch metrics from external metrics API: the server could not find the requested " +
        "resource (get queue.external.metrics.k8s.io)",
    ],
  ])("says which API is not there for a metric of %j", (metric, reason, error) => {
    const cluster = world({}, { replicas: 3, hpa: { metrics: [metric] } });
    cluster.runUntil(10 * second);
    expect(events(cluster)).toEqual([
      `${reason}: ${error.slice(error.indexOf("unable"))}`,
      "FailedComputeMetricsReplicas: invalid metrics (1 invalid out of 1), first error is: " +
        error,
    ]);
    expect(conditions(statusOf(cluster))).toContain(`ScalingActive=False ${reason}`);
  });

  // Of 300m of 500m, 60 % are what is wanted; of 100m, one pod would do.
  test.each([
    ["keeps", 300, "ScalingActive=True ValidMetricFound"],
    ["does not go below", 100, "ScalingActive=False FailedGetPodsMetric"],
  ])("%s the replicas that one metric proposes while another cannot be read", (_, milli, says) => {
    const cpu = { name: "cpu", target: { type: "Utilization", averageUtilization: 60 } };
    const hits = { metric: { name: "hits" }, target: average };
    const metrics = [
      { type: "Resource", resource: cpu },
      { type: "Pods", pods: hits },
    ];
    const behaviors = [{ cpu: [{ at: 0, milli }] }];
    const cluster = world({ behaviors }, { replicas: 3, hpa: { metrics } });
    cluster.runUntil(10 * minute);
    expect(replicasOf(cluster)).toBe(3);
    expect(conditions(statusOf(cluster))).toContain(says);
  });

  test("looks at one container alone where it is told to", () => {
    const metric = (container: string) => ({
      type: "ContainerResource",
      containerResource: {
        name: "cpu",
        container,
        target: { type: "Utilization", averageUtilization: 60 },
      },
    });
    const behaviors = [{ cpu: [{ at: 0, milli: 600 }] }];
    const cluster = world({ behaviors }, { replicas: 3, hpa: { metrics: [metric("web")] } });
    cluster.runUntil(minute);
    expect(replicasOf(cluster)).toBe(6);
    expect(statusOf(cluster).currentMetrics).toMatchObject([
      { type: "ContainerResource", containerResource: { name: "cpu", container: "web" } },
    ]);
    expect(events(cluster)).toContain(
      "SuccessfulRescale: New size: 6; reason: cpu container resource utilization (percentage of request) above target",
    );
    const other = world({ behaviors }, { replicas: 3, hpa: { metrics: [metric("side")] } });
    other.runUntil(minute);
    expect(replicasOf(other)).toBe(3);
    expect(events(other).at(-2)).toBe(
      "FailedGetContainerResourceMetric: failed to get cpu utilization: " +
        "did not receive metrics for targeted pods (pods might be unready)",
    );
  });

  test("has no metrics before the first look at its pods, and none of memory", () => {
    const memory = { name: "memory", target: { type: "Utilization", averageUtilization: 60 } };
    const behaviors = [{ cpu: [{ at: 0, milli: 600 }] }];
    const metrics = [{ type: "Resource", resource: memory }];
    const requests = { cpu: "500m", memory: "1Gi" };
    const cluster = world({ behaviors }, { replicas: 3, requests, hpa: { metrics } });
    cluster.runUntil(minute);
    const failed = "FailedGetResourceMetric: failed to get memory utilization: ";
    const said = events(cluster).filter((text) => text.startsWith(failed));
    expect([...new Set(said)]).toEqual([
      `${failed}unable to get metrics for resource memory: no metrics returned from resource metrics API`,
      `${failed}did not receive metrics for targeted pods (pods might be unready)`,
    ]);
    expect(replicasOf(cluster)).toBe(3);
  });

  // 325m of 500m, with a target of 60 %, is a ratio of 1.08.
  test.each([
    [undefined, 3],
    ["0.05", 4],
  ])("keeps or grows by a tolerance of %s", (tolerance, replicas) => {
    const behaviors = [{ cpu: [{ at: 0, milli: 325 }] }];
    const spec = tolerance === undefined ? {} : { behavior: { scaleUp: { tolerance } } };
    const cluster = world({ behaviors }, { replicas: 3, hpa: spec });
    cluster.runUntil(minute);
    expect(replicasOf(cluster)).toBe(replicas);
  });

  test("does not count a pod whose labels are no longer those of its selector", () => {
    const cluster = world({ behaviors: [{ cpu: [{ at: 0, milli: 100 }] }] }, { replicas: 3 });
    cluster.runUntil(20 * second);
    const { name } = cluster.api.list("pods")[0]!.metadata;
    cluster.act("quarantine", (api) =>
      api.patch({ resource: "pods", name }, "merge", { metadata: { labels: { app: "away" } } }),
    );
    cluster.runUntil(minute);
    expect(cluster.api.list("pods")).toHaveLength(4);
    const looks = cluster.trace.entries.flatMap((entry) =>
      entry.kind === "decision" && entry.id === "hpa/by-ratio" ? [entry.weighed] : [],
    );
    expect(looks.at(-1)).toMatchObject({ pods: 3 });
  });

  test("says so when its target cannot be scaled, and keeps what it wanted before", () => {
    const cluster = world({ behaviors: [{ cpu: [{ at: 0, milli: 600 }] }] }, { replicas: 3 });
    cluster.refuseNext("patch", "deployments", 1);
    cluster.runUntil(45 * second);
    expect(replicasOf(cluster)).toBe(3);
    const { conditions: all = [], desiredReplicas } = statusOf(cluster);
    expect(all[0]).toMatchObject({
      type: "AbleToScale",
      status: "False",
      reason: "FailedUpdateScale",
    });
    expect(all[0]!.message).toMatch(/^the HPA controller was unable to update the target scale: ./);
    expect(desiredReplicas).toBe(0);
    cluster.runUntil(minute);
    expect(replicasOf(cluster)).toBe(6);
  });

  test("looks at once when its spec is another, and then at its turns as before", () => {
    const cluster = world({ behaviors: [{ cpu: [{ at: 0, milli: 300 }] }] }, { replicas: 3 });
    cluster.runUntil(20 * second);
    cluster.act("patch", (api) =>
      api.patch({ resource: "horizontalpodautoscalers", name: "web" }, "merge", {
        spec: { maxReplicas: 9 },
      }),
    );
    cluster.runUntil(50 * second);
    const looks = cluster.trace.entries.flatMap((entry) =>
      entry.kind === "decision" && /hpa\/(no-metrics|within-tolerance)/.test(entry.id)
        ? [entry.at / second]
        : [],
    );
    expect(looks).toEqual([0, 15, 20, 30, 45]);
  });

  test.each([
    ["Gadget", "example.com"],
    ["Gadget", "apps"],
    ["Deployment", "example.com"],
  ])("says that there is no kind %s in group %s", (kind, group) => {
    const scaleTargetRef = { apiVersion: `${group}/v1`, kind, name: "web" };
    const cluster = world({}, { replicas: 3, hpa: { scaleTargetRef } });
    cluster.runUntil(10 * second);
    expect(events(cluster)).toEqual([
      `FailedGetScale: no matches for kind "${kind}" in group "${group}"`,
    ]);
  });

  // The sample of 15 s is the first; 600m on any number of pods are 120 % of what they request.
  test.each([
    ["", []],
    [" while another metric cannot be read", [{ metric: { name: "hits" }, target: average }]],
  ])("remembers between its turns what a policy lets it add%s", (_, unread) => {
    const cpu = { name: "cpu", target: { type: "Utilization", averageUtilization: 60 } };
    const metrics = [
      { type: "Resource", resource: cpu },
      ...unread.map((pods) => ({ type: "Pods", pods })),
    ];
    const scaleUp = { policies: [{ type: "Pods", value: 1, periodSeconds: 60 }] };
    const behaviors = [{ cpu: [{ at: 0, milli: 600 }] }];
    const cluster = world({ behaviors }, { replicas: 3, hpa: { metrics, behavior: { scaleUp } } });
    const sizes = [60, 100, 120, 180].map((at) => {
      cluster.runUntil(at * second);
      return replicasOf(cluster);
    });
    expect(sizes).toEqual([4, 4, 5, 6]);
  });

  test("does not count what pods use before they are ready", () => {
    const behaviors = [{ cpu: [{ at: 0, milli: 600 }], ready: { delay: 2 * minute } }];
    const cluster = world({ behaviors }, { replicas: 3 });
    cluster.runUntil(2 * minute);
    expect(replicasOf(cluster)).toBe(3);
    cluster.runUntil(3.5 * minute);
    expect(replicasOf(cluster)).toBe(6);
  });

  test("has nothing to compare where its pods request 0 CPU", () => {
    const cpu = [{ at: 0, milli: 100 }];
    const cluster = world({ behaviors: [{ cpu }] }, { requests: { cpu: "0" } });
    cluster.runUntil(minute);
    expect(events(cluster).at(-2)).toBe(
      "FailedGetResourceMetric: failed to get cpu utilization: no metrics returned matched known pods",
    );
  });

  test("names the pod whose container requests no CPU", () => {
    const cluster = world({ behaviors: [{ cpu: [{ at: 0, milli: 100 }] }] }, { requests: {} });
    cluster.runUntil(minute);
    const pods = cluster.api.list("pods").map(({ metadata }) => metadata.name);
    const [said, pod] = events(cluster).at(-2)?.split(" of Pod ") ?? [];
    expect(said).toBe(
      "FailedGetResourceMetric: failed to get cpu utilization: missing request for cpu in container web",
    );
    expect(pods).toContain(pod);
  });

  test("is turned off by 0 replicas, and lifts a target that is below its minimum", () => {
    const cluster = world({ behaviors: [{ cpu: [{ at: 0, milli: 300 }] }] }, { replicas: 0 });
    cluster.runUntil(minute);
    expect(conditions(statusOf(cluster))).toContain("ScalingActive=False ScalingDisabled");
    scale(cluster, 1);
    cluster.runUntil(2 * minute);
    expect(replicasOf(cluster)).toBe(2);
    scale(cluster, 50);
    cluster.runUntil(3 * minute);
    expect(replicasOf(cluster)).toBe(10);
    expect(decisionsHeard(cluster)).toEqual(
      expect.arrayContaining(["hpa/disabled-at-zero", "hpa/below-minimum", "hpa/above-maximum"]),
    );
  });

  test("scales nothing where its target does not exist, and forgets itself when it is gone", () => {
    const cluster = world({}, { replicas: 1 });
    cluster.act("retarget", (api) => {
      const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "api" };
      api.patch({ resource: "horizontalpodautoscalers", name: "web" }, "merge", {
        spec: { scaleTargetRef },
      });
    });
    expect(events(cluster).at(-1)).toBe('FailedGetScale: deployments.apps "api" not found');
    expect(conditions(statusOf(cluster))[0]).toBe("AbleToScale=False FailedGetScale");
    cluster.act("delete", (api) => {
      api.delete({ resource: "horizontalpodautoscalers", name: "web" });
    });
    cluster.runUntil(minute);
    expect(decisionsHeard(cluster).at(-1)).toBe("hpa/gone");
  });

  test("takes no account of a pod that was evicted", () => {
    const sizes = (evicted: number): readonly number[] => {
      const fault = { type: "Evicted", after: second, first: evicted } as const;
      const load = [{ at: 0, milli: 1800 }];
      const cluster = world({ behaviors: [{ load, fault }] }, { replicas: 3 });
      cluster.runUntil(10 * minute);
      const isFailed = ({ status }: KubeObject): boolean =>
        (status as { readonly phase: string }).phase === "Failed";
      return [cluster.api.list("pods").filter(isFailed).length, replicasOf(cluster)];
    };
    const [, size] = sizes(0);
    expect(sizes(2)).toEqual([2, size]);
  });

  test("refuses to share its pods with another one", () => {
    const cluster = world({ behaviors: [{ cpu: [{ at: 0, milli: 300 }] }] }, { replicas: 2 });
    cluster.act("create", (api) => {
      for (const name of ["other", "zeta"]) api.create(hpa({ metadata: { name } }));
    });
    cluster.runUntil(minute);
    const message =
      "pods by selector app=web are controlled by more than one HPA (e.g. [default/other default/web])";
    expect(statusOf(cluster, "zeta").conditions?.[1]).toMatchObject({
      type: "ScalingActive",
      status: "False",
      reason: "AmbiguousSelector",
      message,
    });
  });

  test("goes on from a snapshot as if nothing had been", () => {
    const load = [
      { at: 0, milli: 600 },
      { at: minute, milli: 2400 },
      { at: 3 * minute, milli: 600 },
    ];
    const cluster = world({ behaviors: [{ load }] }, { replicas: 3 });
    cluster.runUntil(5 * minute);
    const other = Cluster.restore(
      JSON.parse(JSON.stringify(cluster.save())) as ReturnType<Cluster["save"]>,
    );
    const fork = cluster.fork();
    cluster.runUntil(12 * minute);
    fork.runUntil(12 * minute);
    other.runUntil(12 * minute);
    expect(fork.trace.entries).toEqual(cluster.trace.entries);
    expect(other.trace.entries).toEqual(cluster.trace.entries);
  });
});

function scale(cluster: Cluster, replicas: number): void {
  cluster.act("scale", (api) =>
    api.patch({ resource: "deployments", name: "web" }, "merge", { spec: { replicas } }),
  );
}
