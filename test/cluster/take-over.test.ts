import { describe, expect, test } from "vitest";
import fc from "fast-check";
import type { KubeObject } from "../../src/api/meta.ts";
import { Cluster, type ClusterOptions } from "../../src/cluster.ts";
import { explainDeployment } from "../../src/explain/why.ts";
import type { Behavior } from "../../src/kubelet/behavior.ts";
import { runKubectl } from "../../src/kubectl/cluster-io.ts";
import { web } from "../support/web.ts";
import { runs } from "../support/seed.ts";

const v1: Behavior = { match: { image: "web:v1" }, ready: { delay: 5000 } };
const START = Date.parse("2000-01-01T00:00:00Z");
const RELEASE = 60_000;
const v2 = { template: { spec: { containers: [{ name: "web", image: "web:v2" }] } } };

function release(replicas: number, options: ClusterOptions, image = "web:v2"): Cluster {
  const cluster = new Cluster(options);
  cluster.act("create", (api) => api.create(web(replicas)));
  cluster.runUntil(RELEASE);
  cluster.act("release", (api) =>
    api.patch({ resource: "deployments", name: "web" }, "strategic", {
      spec: { template: { spec: { containers: [{ name: "web", image }] } } },
    }),
  );
  return cluster;
}

/** What `kubectl get deploy,rs,pods -o json` gives. */
function dump({ api }: Cluster): readonly KubeObject[] {
  const objects = ["deployments", "replicasets", "pods"].flatMap((kind) => [...api.list(kind, {})]);
  return JSON.parse(JSON.stringify(objects)) as KubeObject[];
}

function takenOver(from: Cluster): Cluster {
  const startTime = new Date(START + from.now).toISOString();
  const cluster = new Cluster({ ...from.options, startTime });
  cluster.takeOver(dump(from));
  return cluster;
}

/** All that does not say which object, or which version of it. */
function standing({ api }: Cluster): unknown {
  const deployments = api.list("deployments", {});
  const sets = api.list("replicasets", {});
  return {
    deployments: deployments.map(({ spec, status }) => ({ spec, status })),
    sets: sets.map(({ metadata: { name, annotations }, spec, status }) => ({
      name,
      annotations,
      spec,
      status,
    })),
  };
}

function withoutTimes(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll(/"2000-01-01T[:0-9]+Z"/gu, '"then"'));
}

/** The kubelet's message names the pod by its uid, which is another here. */
function withoutUids(statuses: unknown): unknown {
  return JSON.parse(JSON.stringify(statuses).replaceAll(/00000000-[-0-9]+/gu, "uid"));
}

/** Their names, and how they are. */
function podsOf({ api }: Cluster): unknown {
  const pods = api.list("pods", {});
  return pods
    .map(({ metadata: { name, creationTimestamp, deletionTimestamp }, status }) => ({
      name,
      creationTimestamp,
      deletionTimestamp,
      phase: status.phase,
      conditions: status.conditions?.map(({ type, status: is, lastTransitionTime }) => ({
        type,
        is,
        lastTransitionTime,
      })),
      containers: withoutUids(status["containerStatuses"]),
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

describe("a cluster that is taken over goes on as it would have", () => {
  const lives: Readonly<Record<string, Behavior>> = {
    "becomes ready": { ready: { delay: 7000 }, start: { delay: 2000 } },
    "cannot be pulled": { fault: { type: "ImagePullBackOff" } },
    crashes: { fault: { type: "CrashLoopBackOff", after: 3000 } },
    "is never ready": { fault: { type: "NeverReady" } },
    "takes its time to end": { terminate: { delay: 20_000 }, ready: { delay: 1000 } },
  };

  test.each(Object.entries(lives))("a version that %s", (_, life) => {
    const cases = fc.record({
      replicas: fc.integer({ min: 1, max: 8 }),
      seconds: fc.integer({ min: 0, max: 90 }),
    });
    fc.assert(
      fc.property(cases, ({ replicas, seconds }) => {
        const behaviors = [v1, { match: { image: "web:v2" }, ...life }];
        const first = release(replicas, { behaviors });
        first.runUntil(RELEASE + seconds * 1000);
        const second = takenOver(first);
        expect(standing(second)).toEqual(standing(first));
        expect(podsOf(second)).toEqual(podsOf(first));
        first.runUntil(first.now + 900_000);
        second.runUntil(second.now + 900_000);
        expect(standing(second)).toEqual(standing(first));
      }),
      runs(30),
    );
  });
});

describe("whatever the Deployment is, and whatever users did", () => {
  const specs = fc.record({
    minReadySeconds: fc.constantFrom(0, 3, 20),
    revisionHistoryLimit: fc.constantFrom(0, 2, 10),
    strategy: fc.oneof(
      fc.constant({ type: "Recreate" }),
      fc
        .record({
          maxSurge: fc.constantFrom(0, 1, "50%"),
          maxUnavailable: fc.constantFrom(1, "25%", "100%"),
        })
        .map((rollingUpdate) => ({ rollingUpdate })),
    ),
  });
  const patches = fc.constantFrom<object>(
    { paused: true },
    { paused: false },
    { replicas: 2 },
    { replicas: 9 },
    { template: { spec: { containers: [{ name: "web", image: "web:v1" }] } } },
    { template: { spec: { containers: [{ name: "web", image: "web:v3" }] } } },
  );
  const actions = fc.array(fc.record({ after: fc.integer({ min: 1, max: 12 }), patch: patches }), {
    maxLength: 4,
  });
  const behaviors: readonly Behavior[] = [
    v1,
    { match: { image: "web:v2" }, ready: { delay: 6000 }, terminate: { delay: 4000 } },
    { match: { image: "web:v3" }, fault: { type: "CrashLoopBackOff", after: 2000 } },
  ];

  test("it goes on the same", () => {
    fc.assert(
      fc.property(specs, actions, fc.integer({ min: 0, max: 12 }), (spec, users, seconds) => {
        const first = new Cluster({ behaviors });
        first.act("create", (api) => api.create(web(5, spec)));
        first.runUntil(RELEASE);
        for (const { after, patch } of [{ after: 0, patch: v2 }, ...users]) {
          first.runUntil(first.now + after * 1000);
          first.act("patch", (api) =>
            api.patch({ resource: "deployments", name: "web" }, "strategic", { spec: patch }),
          );
        }
        first.runUntil(first.now + seconds * 1000);
        const second = takenOver(first);
        expect(standing(second)).toEqual(standing(first));
        expect(podsOf(second)).toEqual(podsOf(first));
        for (const each of [5000, 20_000, 700_000]) {
          first.runUntil(first.now + each);
          second.runUntil(second.now + each);
          // A controller that begins anew has no timers of syncs before: it may find a deadline passed a second later.
          expect(withoutTimes(standing(second))).toEqual(withoutTimes(standing(first)));
        }
      }),
      runs(60),
    );
  });
});

describe("what was taken over", () => {
  const behaviors = [
    v1,
    { match: { image: "web:v2" }, fault: { type: "ImagePullBackOff" } as const },
  ];

  test("has no events of what happened before", () => {
    const second = takenOver(release(4, { behaviors }));
    expect(second.api.list("events", {})).toEqual([]);
  });

  test("can be taken back: pods that come have names of their own", () => {
    const first = release(4, { behaviors });
    first.runUntil(100_000);
    const second = takenOver(first);
    const io = { namespace: "default", readFile: () => undefined, out: () => {}, err: () => {} };
    runKubectl(second, "kubectl rollout undo deploy/web", io);
    second.runUntil(60_000);
    const pods = podsOf(second) as readonly { readonly name: string; readonly phase: string }[];
    expect(pods.map(({ phase }) => phase)).toEqual(["Running", "Running", "Running", "Running"]);
    expect(new Set(pods.map(({ name }) => name)).size).toBe(4);
  });

  test("is started again when its back-off is over", () => {
    const fault = { type: "CrashLoopBackOff", after: 2000 } as const;
    const first = release(4, { behaviors: [v1, { match: { image: "web:v2" }, fault }] });
    first.runUntil(RELEASE + 50_000);
    const second = takenOver(first);
    for (let turn = 0; turn < 20; turn++) {
      first.runUntil(first.now + 5000);
      second.runUntil(second.now + 5000);
      expect(podsOf(second)).toEqual(podsOf(first));
    }
  });

  test("is explained as it was", () => {
    const first = release(4, { behaviors });
    first.runUntil(100_000);
    const told = explainDeployment(first, "default/web");
    const second = explainDeployment(takenOver(first), "default/web");
    const elapsed = { at: 0, deadlineAt: (told?.deadlineAt ?? NaN) - 100_000 };
    expect(second).toEqual({ ...told, ...elapsed });
  });

  test("is known to controllers before they begin, however far their caches lag then", () => {
    for (const seed of ["1", "2", "3", "4", "5"]) {
      const first = release(4, { behaviors, seed });
      first.runUntil(100_000);
      const startTime = new Date(START + first.now).toISOString();
      const second = new Cluster({ behaviors, seed, schedule: "random", startTime });
      second.takeOver(dump(first));
      expect(standing(second)).toEqual(standing(first));
    }
  });

  test("goes on after a snapshot as without", () => {
    const second = takenOver(release(4, { behaviors }));
    const third = Cluster.restore(JSON.parse(JSON.stringify(second.save())));
    second.runUntil(700_000);
    third.runUntil(700_000);
    expect(standing(third)).toEqual(standing(second));
  });
});

test("a pod that was evicted is found on its node, as it was, and takes no room there", () => {
  const behaviors: readonly Behavior[] = [{ fault: { type: "Evicted", after: 5000, first: 1 } }];
  const nodes = [{ name: "only", pods: 2 }];
  const there = new Cluster({ behaviors, nodes });
  there.act("create", (api) => api.create(web(2)));
  there.runUntil(30_000);
  const here = new Cluster({ nodes, startTime: "2000-01-01T00:00:30Z" });
  here.takeOver(dump(there));
  const failed = ({ api }: Cluster): unknown =>
    api
      .list("pods", {})
      .filter(({ status }) => status.phase === "Failed")
      .map(({ metadata: { name }, spec: { nodeName }, status }) => {
        const { podIP, podIPs, ...more } = status as unknown as Readonly<Record<string, unknown>>;
        return { name, nodeName, ...more };
      });
  expect(failed(there)).toMatchObject([{ nodeName: "only", reason: "Evicted" }]);
  expect(failed(here)).toEqual(failed(there));
  here.runUntil(60_000);
  const phases = here.api.list("pods", {}).map(({ status: { phase } }) => phase);
  expect(phases.filter((phase) => phase === "Running")).toHaveLength(2);
  expect(phases).toHaveLength(3);
});
