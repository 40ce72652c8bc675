/** Known failures of room: where they are named, and near by, where they must not be. */
import { expect, test } from "vitest";
import { deploymentOf, examplesOf, release, shown } from "./situation.ts";

const rolling = (maxSurge: number | string, maxUnavailable: number | string) => ({
  strategy: { rollingUpdate: { maxSurge, maxUnavailable } },
});
const ending = (delay: string) => [{ ready: { delay: "5s" }, terminate: { delay } }];
const nodes = (count: number, podsPerNode = 110) => ({ nodes: count, podsPerNode });
/** Of two pods one is deleted, and the one that follows has no place until it is gone. */
const deleted = { 60: "delete pod -l app=web --wait=false" };

examplesOf(
  "terminating-free",
  { at: 70, replicas: 10, cluster: nodes(1, 13), behaviors: ending("30s") },
  {
    named: {
      "for a pod more than the surge": {
        replicas: 2,
        cluster: nodes(1, 2),
        spec: rolling(1, 0),
        steps: deleted,
      },
    },
    not: {
      "where there is room": { cluster: nodes(1, 20) },
      "where none is terminating": { cluster: nodes(1, 10), spec: rolling(3, 0) },
      "for as many as the surge": {
        replicas: 2,
        cluster: nodes(1, 2),
        spec: rolling(2, 0),
        steps: deleted,
      },
    },
  },
);

const important = {
  apiVersion: "scheduling.k8s.io/v1",
  kind: "PriorityClass",
  metadata: { name: "important" },
  value: 1000,
};
const report = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "report" },
  spec: {
    replicas: 4,
    selector: { matchLabels: { app: "report" } },
    template: {
      metadata: { labels: { app: "report" } },
      spec: { containers: [{ name: "report", image: "report:v1" }] },
    },
  },
};
const spread = (more: object = {}) => ({
  topologySpreadConstraints: [
    {
      topologyKey: "kubernetes.io/hostname",
      maxSkew: 1,
      whenUnsatisfiable: "DoNotSchedule",
      labelSelector: { matchLabels: { app: "web" } },
      ...more,
    },
  ],
});

/** All new pods are on one of two nodes. */
const closedNode = { steps: { 60: `cordon node-2\n${release[60]}` } };

/** Nobody is left on the other. */
const lostThere = {
  60: `cordon node-2
    delete pods -l app=web --field-selector spec.nodeName=node-2 --wait=false
    scale deploy/web --replicas=3`,
};

/** Pods are even on both nodes when the rollout is over, 2 and 2. */
const evenly = { ...release, 30: "scale deploy/web --replicas=4" };
/** Those of one node go first. */
const onlyThere = `annotate pods -l app=web --field-selector spec.nodeName=node-2 controller.kubernetes.io/pod-deletion-cost=-1`;

examplesOf(
  "spread-lost",
  { at: 120, replicas: 6, cluster: nodes(2), spec: rolling("50%", 0), pod: spread() },
  {
    named: {
      "by the second of two constraints": {
        pod: {
          topologySpreadConstraints: [
            ...spread({ whenUnsatisfiable: "ScheduleAnyway" }).topologySpreadConstraints,
            ...spread().topologySpreadConstraints,
          ],
        },
      },
      "while pods of others come and go": {
        objects: [report],
        steps: { ...release, 110: "scale deploy/report --replicas=2" },
      },
      "where a node has none of them any more": {
        replicas: 2,
        spec: rolling("100%", 0),
        pod: {},
        steps: {
          0: "cordon node-2",
          59: "uncordon node-2",
          60: `patch deploy/web -p '${JSON.stringify({ spec: { template: { spec: spread() } } })}'`,
        },
      },
    },
    not: {
      "by a node that is in no zone": {
        cluster: { nodes: [{ labels: { zone: "a" } }, { labels: { zone: "b" } }, {}] },
        pod: spread({ topologyKey: "zone" }),
        steps: evenly,
      },
      "before the release": { at: 59 },
      "where more skew is allowed": { pod: spread({ maxSkew: 2 }) },
      "where it is only a wish": {
        ...closedNode,
        pod: spread({ whenUnsatisfiable: "ScheduleAnyway" }),
      },
      "where old pods do not count": {
        steps: lostThere,
        pod: spread({ matchLabelKeys: ["pod-template-hash"] }),
      },
      "by pods that are not selected": {
        ...closedNode,
        pod: spread({ labelSelector: { matchLabels: { app: "other" } } }),
      },
      "in mid-rollout": { at: 67 },
      "when it was lost later, by a scaling": {
        steps: { ...evenly, 90: onlyThere, 91: "scale deploy/web --replicas=2" },
      },
      "of the first pods": { steps: { 60: `${onlyThere}\nscale deploy/web --replicas=3` } },
    },
  },
);

/** Two of three nodes are closed while it is released. */
const closed = { 60: `cordon node-2\ncordon node-3\n${release[60]}` };

examplesOf(
  "all-on-one-node",
  { at: 120, replicas: 3, spec: rolling(1, 0), steps: closed },
  {
    named: { "of two pods": { replicas: 2 } },
    not: {
      "where there is one node": { cluster: nodes(1), steps: release },
      "of one pod": { replicas: 1 },
      "of pods on two nodes": { steps: { 60: `cordon node-3\n${release[60]}` } },
      "while an old pod on another is terminating": {
        behaviors: ending("100s"),
        pod: { terminationGracePeriodSeconds: 120 },
      },
      "in mid-rollout": {
        steps: { 0: "cordon node-2\ncordon node-3", ...release },
        behaviors: [{ ready: { delay: "20s" } }],
        at: 65,
      },
    },
  },
);

const preempting = {
  at: 62,
  cluster: nodes(1, 8),
  behaviors: ending("2s"),
  objects: [important, report],
  steps: {
    60: `patch deploy/report -p '{"spec":{"template":{"spec":{"priorityClassName":"important"}}}}'`,
  },
};

examplesOf("preempted", preempting, {
  named: { "until the last of its pods is ready again": { at: 79 } },
  not: {
    "where there is room": { cluster: nodes(1, 12) },
    "before it happens": { at: 59 },
    "when all is well again": { at: 82 },
  },
});

test.each([
  [62, "stopped 2 pods of it to make room for pods of a priority above 0; one pod of it now waits"],
  [79, "stopped 4 pods of it to make room for pods of a priority above 0; 0 pods of it now wait"],
])("preempted: %i s after the start it says how many were stopped and wait", (at, says) => {
  const failures = shown({ ...preempting, at });
  expect(failures.find(({ story }) => story === "preempted")?.says).toContain(says);
});

test("preempted: it is told of those that are stopped, not of a namesake nor of those that come", () => {
  // The namesake lacks a pod as well, for another reason.
  const web = deploymentOf({ at: 0, replicas: 2 });
  const namespace = "kube-public";
  const elsewhere = { ...web, metadata: { name: "web", namespace } };
  const quota = {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "one", namespace },
    spec: { hard: { pods: "1" } },
  };
  const objects = [...preempting.objects, quota, elsewhere];
  const stories = (name: string) =>
    shown({ ...preempting, objects, cluster: nodes(1, 9) }, name).map(({ story }) => story);
  expect(stories("default/web")).toContain("preempted");
  expect(stories("kube-public/web")).not.toContain("preempted");
  expect(stories("default/report")).not.toContain("preempted");
});

const claim = {
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "data" },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
};
const volume = {
  pod: { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }] },
  container: { volumeMounts: [{ name: "data", mountPath: "/data" }] },
};

examplesOf(
  "rwo-deadlock",
  { at: 100, replicas: 1, spec: rolling(1, 0), objects: [claim], ...volume },
  {
    not: {
      "while the holder is terminating": {
        spec: rolling(0, 1),
        behaviors: ending("25s"),
        at: 70,
      },
      "where all are on one node": { cluster: nodes(1) },
      "before the release": { at: 59 },
      "when it runs, as the holder has failed": {
        behaviors: [
          {
            match: { image: "web:v1" },
            ready: { delay: "5s" },
            fault: { type: "Evicted", after: "75s" },
          },
          { ready: { delay: "5s" } },
        ],
      },
    },
  },
);

examplesOf(
  "ip-exhaustion",
  { at: 100, replicas: 6, spec: rolling(2, 0), cluster: { podAddresses: 6 } },
  {
    named: {
      "while old pods keep theirs": { spec: rolling(0, 1), behaviors: ending("25s"), at: 62 },
    },
    not: {
      "when old pods have given theirs": { spec: rolling(0, 6), behaviors: ending("5s") },
      "where there are enough": { cluster: { podAddresses: 8 } },
      "while they are slow to start": {
        cluster: { podAddresses: 8 },
        behaviors: [{ start: { delay: "20s" } }],
        at: 70,
      },
    },
  },
);

test.each([
  ["one new pod without an address: 6 pods have one, 1 of them terminating", rolling(0, 1), 62],
  ["2 new pods without an address: 6 pods have one; old ones stay", rolling(2, 0), 100],
])("ip-exhaustion: %s", (says, spec, at) => {
  const situation = { replicas: 6, behaviors: ending("25s"), cluster: { podAddresses: 6 } };
  const [failure] = shown({ ...situation, at, spec });
  expect(failure?.says).toContain(says);
});

const skewed = (clock: string) => ({ nodes: [{ count: 1, clock }, { count: 1 }] });
const on = (name: string) => ({ nodeSelector: { "kubernetes.io/hostname": name } });

examplesOf(
  "clock-skew",
  {
    at: 50,
    steps: {},
    spec: { minReadySeconds: 20 },
    cluster: skewed("30s behind"),
    pod: on("node-1"),
  },
  {
    named: { "for a clock that is ahead": { cluster: skewed("30s ahead") } },
    not: {
      "where it judges nothing": { spec: {} },
      "by a node that it has no pods on": { pod: on("node-2") },
      "where clocks agree": { cluster: nodes(2) },
    },
  },
);

test.each([
  ["30s behind", "4 pods on", "30 s behind: minReadySeconds end 20 - 30 = -10 s after"],
  ["5s ahead", "4 pods on", "5 s ahead: minReadySeconds end 20 + 5 = 25 s after"],
])("clock-skew: a clock %s", (clock, pods, end) => {
  const spec = { minReadySeconds: 20 };
  const situation = { at: 50, steps: {}, spec, cluster: skewed(clock), pod: on("node-1") };
  const { says } = shown(situation).find(({ story }) => story === "clock-skew")!;
  expect([says.includes(pods), says.includes(end)]).toEqual([true, true]);
});
