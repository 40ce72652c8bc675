/** What a Rollout does beside steps and weights: history, restarts, workloads, metadata, ways back, analyses. */
import { describe, expect, test } from "vitest";
import type { Deployment } from "../../../src/api/apps.ts";
import type { KubeObject } from "../../../src/api/meta.ts";
import type { CanaryStrategy, RolloutSpec } from "../../../src/api/rollout.ts";
import type { ClusterOptions } from "../../../src/cluster.ts";
import { analysisTemplate, rollout, RolloutWorld, service, template } from "./world.ts";

const images = (world: RolloutWorld): string[] => Object.keys(world.sizes).toSorted();
const pause = { pause: {} };
const paused: CanaryStrategy = { steps: [{ setWeight: 25 }, pause] };

function updated(
  canary: CanaryStrategy,
  spec: Partial<RolloutSpec> = {},
  objects: readonly KubeObject[] = [],
  options: ClusterOptions = {},
): RolloutWorld {
  const world = new RolloutWorld([...objects, rollout({ canary }, spec)], options);
  return world.look().update("web:v2").look();
}

test("old ReplicaSets beyond the limit go, the oldest first, and never one with pods", () => {
  const world = new RolloutWorld([rollout({ canary: {} }, { revisionHistoryLimit: 1 })]).look();
  for (const version of [2, 3, 4]) world.update(`web:v${version}`).look(20);
  expect(world.phase).toBe("Healthy");
  expect(images(world)).toEqual(["web:v3", "web:v4"]);
  const none = new RolloutWorld([rollout({ canary: paused }, { revisionHistoryLimit: 0 })]).look();
  none.update("web:v2").look().update("web:v3").look();
  expect(none.sizes).toEqual({ "web:v1": 3, "web:v3": 1 });
});

test("restartAt replaces the pods that are older, one by one, and notes that it is done", () => {
  const world = new RolloutWorld([rollout({ canary: { maxUnavailable: 1 } })]).look();
  const names = (): Set<string> =>
    new Set(world.cluster.api.list("pods").map(({ metadata }) => metadata.name));
  const before = names();
  let least = Infinity;
  world.cluster.on("write", ({ resource, object }) => {
    if (resource !== "replicasets") return;
    const { availableReplicas = 0 } = (object?.["status"] ?? {}) as { availableReplicas?: number };
    least = Math.min(least, availableReplicas);
  });
  const restartAt = "2000-01-01T00:00:20Z";
  world.patch({ spec: { restartAt } }).look(5);
  expect(names()).toEqual(before);
  world.look(200);
  expect([...names()].filter((name) => before.has(name))).toEqual([]);
  expect(names().size).toBe(4);
  expect(least).toBe(3);
  expect(world.status.restartedAt).toBe(restartAt);
});

describe("a Rollout of a Deployment's template", () => {
  const workload: Deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "old" },
    spec: {
      replicas: 4,
      selector: { matchLabels: { app: "web" } },
      template: template("web:v1"),
      strategy: {},
    },
    status: {},
  };
  const of = (scaleDown: string): RolloutWorld => {
    const { template: _, selector: __, ...spec } = rollout({ canary: {} }).spec;
    const workloadRef = { apiVersion: "apps/v1", kind: "Deployment", name: "old", scaleDown };
    const moved = { ...rollout({ canary: {} }), spec: { ...spec, workloadRef } };
    return new RolloutWorld([workload]).look().create(moved);
  };
  const left = (world: RolloutWorld): number =>
    (world.get("deployments", "old") as Deployment).spec.replicas;

  test.each([
    ["never", [4], 4],
    // The first revision is stable as soon as it is made.
    ["onsuccess", [0], 0],
    ["progressively", [4, 0], 0],
  ])(
    "with scaleDown %s leaves it these pods, one after the other: %j",
    (scaleDown, course, end) => {
      const world = of(scaleDown);
      const seen = [left(world)];
      world.cluster.on("write", ({ resource }) => {
        if (resource === "deployments" && left(world) !== seen.at(-1)) seen.push(left(world));
      });
      world.look(30);
      expect(world.phase).toBe("Healthy");
      expect(world.status.workloadObservedGeneration).toBe(
        world.rollout.metadata.annotations?.["rollout.argoproj.io/workload-generation"],
      );
      expect([seen, left(world)]).toEqual([course, end]);
    },
  );

  test("follows its template", () => {
    const world = of("never").look(30);
    world.cluster.act("update", (api) =>
      api.patch({ resource: "deployments", name: "old" }, "merge", {
        spec: { template: template("web:v2") },
      }),
    );
    world.look(30);
    const { metadata } = world.rollout;
    const own = world.replicaSets.filter(
      ({ metadata: { ownerReferences = [] } }) => ownerReferences[0]?.uid === metadata.uid,
    );
    expect(own.map(({ spec }) => [spec.template.spec.containers[0]?.image, spec.replicas])).toEqual(
      expect.arrayContaining([
        ["web:v1", 0],
        ["web:v2", 4],
      ]),
    );
  });
});

describe("pods that never get ready", () => {
  const behaviors = [
    { match: { image: "web:v2" }, fault: { type: "NeverReady" as const } },
    { ready: { delay: 2000 } },
  ];
  const spec = { progressDeadlineSeconds: 60 };

  test("make a Rollout Degraded at the deadline, and no more than that", () => {
    const world = updated({}, spec, [], { behaviors }).look(120);
    expect(world.phase).toMatch(/^Degraded - ProgressDeadlineExceeded: /);
    expect(world.sizes["web:v2"]).toBeGreaterThan(0);
    expect(world.status.abort).toBeUndefined();
  });

  test("abort it with progressDeadlineAbort", () => {
    const world = updated({}, { ...spec, progressDeadlineAbort: true }, [], { behaviors }).look(
      120,
    );
    expect(world.phase).toMatch(/^Degraded - RolloutAborted: .* has timed out progressing\.$/);
    expect(world.sizes).toEqual({ "web:v1": 4, "web:v2": 0 });
  });
});

test("canary and stable pods have metadata of their own, until all are stable", () => {
  const world = updated({
    ...paused,
    canaryMetadata: { labels: { role: "canary" }, annotations: { note: "new" } },
    stableMetadata: { labels: { role: "stable" } },
  });
  const metadata = (image: string): unknown => world.of(image).spec.template.metadata;
  expect(metadata("web:v1")).toMatchObject({ labels: { app: "web", role: "stable" } });
  expect(metadata("web:v2")).toMatchObject({
    labels: { app: "web", role: "canary" },
    annotations: { note: "new" },
  });
  world.promoteFully().look(20);
  expect(world.phase).toBe("Healthy");
  expect(metadata("web:v2")).toMatchObject({ labels: { app: "web", role: "stable" } });
  expect(metadata("web:v2")).not.toHaveProperty("annotations.note");
});

describe("a way back", () => {
  function back(spec: Partial<RolloutSpec>, to: string): RolloutWorld {
    const world = new RolloutWorld([rollout({ canary: paused }, spec)]).look();
    for (const version of [2, 3]) {
      world.update(`web:v${version}`).look(5).promote().look(20);
      expect(world.phase).toBe("Healthy");
    }
    return world.update(to).look(5);
  }

  test("goes through the steps", () => {
    const world = back({}, "web:v2");
    expect(world.phase).toBe("Paused - CanaryPauseStep");
    expect(world.of("web:v2").metadata.annotations).toMatchObject({
      "rollout.argoproj.io/revision": "4",
      "rollout.argoproj.io/revision-history": "2",
    });
    expect(world.messages).not.toContain("Rollback within window");
  });

  test.each([
    [1, "web:v2", "Healthy"],
    [1, "web:v1", "Paused - CanaryPauseStep"],
    [2, "web:v1", "Healthy"],
  ])("skips them within a window of %d: to %s it is %s", (revisions, to, phase) => {
    const world = back({ rollbackWindow: { revisions } }, to).look(20);
    expect(world.phase).toBe(phase);
    const done = world.messages.filter((text) => text.endsWith("Rollback within window"));
    expect(done).toHaveLength(phase === "Healthy" ? 1 : 0);
  });

  test("to the stable template in mid-update skips them, too", () => {
    const world = updated(paused).update("web:v1").look(20);
    expect(world.phase).toBe("Healthy");
    expect(world.messages).toContain("Rollback to stable ReplicaSets");
    expect(world.sizes).toEqual({ "web:v1": 4, "web:v2": 0 });
  });
});

describe("an analysis in the background", () => {
  const metricRules = [{ measure: "value" as const, value: 1 }];
  const rate = analysisTemplate(
    "rate",
    { interval: "5s" },
    { args: [{ name: "hash" }, { name: "stable" }, { name: "app" }, { name: "plain" }] },
  );
  const analysis = {
    startingStep: 2,
    templates: [{ templateName: "rate" }],
    args: [
      { name: "hash", valueFrom: { podTemplateHashValue: "Latest" as const } },
      { name: "stable", valueFrom: { podTemplateHashValue: "Stable" as const } },
      { name: "app", valueFrom: { fieldRef: { fieldPath: "spec.selector.matchLabels['app']" } } },
      { name: "plain", value: "x" },
    ],
    analysisRunMetadata: { labels: { team: "shop" }, annotations: { note: "y" } },
  };
  const steps = [{ setWeight: 25 }, pause, { setWeight: 50 }, pause];

  test("begins with its step, has its arguments, and ends with the update", () => {
    const world = updated({ steps, analysis }, {}, [rate], { metricRules });
    expect(world.runs).toEqual([]);
    world.promote().look();
    const [run] = world.runs;
    const hash = (image: string): string =>
      world.of(image).metadata.labels?.["rollouts-pod-template-hash"] ?? "";
    expect(run).toMatchObject({
      metadata: {
        name: `web-${hash("web:v2")}-2`,
        labels: { app: "web", "rollout-type": "Background", team: "shop" },
        annotations: { "rollout.argoproj.io/revision": "2", note: "y" },
        ownerReferences: [{ kind: "Rollout", name: "web", controller: true }],
      },
      spec: {
        args: [
          { name: "hash", value: hash("web:v2") },
          { name: "stable", value: hash("web:v1") },
          { name: "app", value: "web" },
          { name: "plain", value: "x" },
        ],
      },
      status: { phase: "Running" },
    });
    world.promote().look(20);
    expect(world.phase).toBe("Healthy");
    expect(world.runs[0]).toMatchObject({
      spec: { terminate: true },
      status: { phase: "Successful" },
    });
  });

  test("that fails aborts the update", () => {
    const low = [{ measure: "value" as const, value: 0.5 }];
    const world = updated({ steps, analysis: { ...analysis, startingStep: 0 } }, {}, [rate], {
      metricRules: low,
    });
    expect(world.phase).toContain("RolloutAborted");
    expect(world.phase).toContain('Background analysis phase error/failed: Metric "rate"');
    expect(world.events).toContain("AnalysisRunFailed");
  });

  const unsure = (more: object): RolloutWorld => {
    const conditions = { successCondition: "result[0] > 2", failureCondition: "result[0] < 0.5" };
    const template = analysisTemplate("rate", { interval: "5s", ...conditions, ...more });
    const { args: _, ...plain } = analysis;
    const strategy = { steps, analysis: { ...plain, startingStep: 0 } };
    return updated(strategy, {}, [template], { metricRules });
  };

  test("that is inconclusive during a pause pauses it for two reasons", () => {
    const reasons = (world: RolloutWorld): unknown[] | undefined =>
      world.status.pauseConditions?.map(({ reason }) => reason);
    const world = unsure({ initialDelay: "15s" });
    expect(reasons(world)).toEqual(["CanaryPauseStep"]);
    expect(reasons(world.look())).toEqual(["CanaryPauseStep", "InconclusiveAnalysisRun"]);
  });

  test("that is inconclusive pauses it, until somebody lets it pass", () => {
    const world = unsure({});
    expect(world.phase).toBe("Paused - InconclusiveAnalysisRun");
    expect(world.runs).toHaveLength(1);
    world.promote().look(2);
    expect(world.runs).toHaveLength(2);
  });
});

test("finished analyses stay as long as their limits say, the newest, and no longer than their pods", () => {
  const once = analysisTemplate("once", {});
  const canary = { steps: [{ analysis: { templates: [{ templateName: "once" }] } }] };
  const limits = { analysis: { successfulRunHistoryLimit: 1, unsuccessfulRunHistoryLimit: 0 } };
  const options = { metricRules: [{ measure: "value" as const, value: 1 }] };
  const world = new RolloutWorld([once, rollout({ canary }, limits)], options).look();
  const revisions = (): unknown[] =>
    world.runs.map(({ metadata }) => metadata.annotations?.["rollout.argoproj.io/revision"]);
  for (const version of [2, 3, 4]) world.update(`web:v${version}`).look(30);
  expect(world.phase).toBe("Healthy");
  expect(revisions()).toEqual(["4"]);
  world
    .patch({ spec: { revisionHistoryLimit: 0 } })
    .look(5)
    .update("web:v5")
    .look(40);
  expect(world.phase).toBe("Healthy");
  expect(revisions()).toEqual(["5"]);
});

test("of analyses that went well and that did not, each have a limit, and those of ReplicaSets that are gone go", () => {
  const once = analysisTemplate("once", {});
  const canary = { steps: [{ analysis: { templates: [{ templateName: "once" }] } }] };
  const limits = { analysis: { successfulRunHistoryLimit: 9, unsuccessfulRunHistoryLimit: 1 } };
  const bad = { measure: "value" as const, value: 0, from: 40_000, to: 100_000 };
  const options = { metricRules: [bad, { measure: "value" as const, value: 1 }] };
  const world = new RolloutWorld([once, rollout({ canary }, limits)], options).look();
  const revisions = (): unknown[] =>
    world.runs.map(({ metadata }) => metadata.annotations?.["rollout.argoproj.io/revision"]);
  for (const version of [2, 3, 4, 5]) world.update(`web:v${version}`).look(30);
  expect([world.phase, revisions()]).toEqual(["Healthy", ["4", "5", "2"]]);
  world.patch({ spec: { revisionHistoryLimit: 0 } }).look(5);
  world.update("web:v6").look(40);
  expect([world.phase, revisions()]).toEqual(["Healthy", ["6"]]);
});

test("a status leaves out what is zero, as Go writes it", () => {
  const world = new RolloutWorld([rollout({ canary: {} }, { replicas: 0 })]).look();
  expect(world.status).toMatchObject({ canary: {}, blueGreen: {}, observedGeneration: "1" });
  for (const count of ["replicas", "readyReplicas", "availableReplicas", "promoteFull"]) {
    expect(world.status).not.toHaveProperty(count);
  }
  world.patch({ spec: { replicas: 4 } }).look();
  expect(world.status).toMatchObject({ replicas: 4, readyReplicas: 4, selector: "app=web" });
});

describe("a blue-green analysis", () => {
  const once = analysisTemplate("once", {});
  const services = [service("active"), service("preview")];
  const templates = [{ templateName: "once" }];
  const blueGreen = (value: number, when: "pre" | "post"): RolloutWorld => {
    const strategy = {
      activeService: "active",
      previewService: "preview",
      scaleDownDelaySeconds: 30,
      [`${when}PromotionAnalysis`]: { templates },
    };
    const metricRules = [{ measure: "value" as const, value }];
    const of = rollout({ blueGreen: strategy }, { replicas: 2 });
    const world = new RolloutWorld([...services, once, of], { metricRules });
    return world.look().update("web:v2").look();
  };
  const selected = (world: RolloutWorld): unknown => {
    const { selector } = world.get("services", "active")["spec"] as { selector: object };
    return (selector as Record<string, string>)["rollouts-pod-template-hash"];
  };
  const hash = (world: RolloutWorld, image: string): unknown =>
    world.of(image).metadata.labels?.["rollouts-pod-template-hash"];

  test.each([
    ["pre", 1, "Healthy", "web:v2"],
    ["pre", 0, "Degraded", "web:v1"],
    ["post", 1, "Healthy", "web:v2"],
    ["post", 0, "Degraded", "web:v1"],
  ] as const)("%s-promotion at %d makes it %s, with users at %s", (when, value, phase, image) => {
    const world = blueGreen(value, when);
    expect(world.status.phase).toBe(phase);
    expect(selected(world)).toBe(hash(world, image));
    const type = when === "pre" ? "PrePromotion" : "PostPromotion";
    expect(world.runs).toMatchObject([
      {
        metadata: {
          name: `web-${String(hash(world, "web:v2"))}-2-${when}`,
          labels: { "rollout-type": type },
        },
        status: { phase: value === 1 ? "Successful" : "Failed" },
      },
    ]);
    expect(world.events).toContain(value === 1 ? "AnalysisRunSuccessful" : "AnalysisRunFailed");
  });

  test("waits for autoPromotionSeconds where it is asked to", () => {
    const strategy = {
      activeService: "active",
      previewService: "preview",
      autoPromotionSeconds: 20,
    };
    const of = rollout({ blueGreen: strategy }, { replicas: 2 });
    const world = new RolloutWorld([...services, of]).look().update("web:v2").look(15);
    expect(world.phase).toBe("Paused - BlueGreenPause");
    expect(selected(world)).toBe(hash(world, "web:v1"));
    world.look(15);
    expect(selected(world)).toBe(hash(world, "web:v2"));
  });
});
