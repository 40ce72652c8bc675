/** What argo-rollouts' end-to-end tests expect (test/e2e, commit 9f8d111d8), each named. */
import { describe, expect, test } from "vitest";
import type { CanaryStrategy } from "../../../src/api/rollout.ts";
import { Cluster } from "../../../src/cluster.ts";
import { podTemplateHash } from "../../../src/controllers/rollout/hash.ts";
import { rollout, RolloutWorld, service, analysisTemplate } from "./world.ts";

function ingress(name: string, of: string): object {
  const backend = { service: { name: of, port: { number: 80 } } };
  const rules = [{ http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }];
  const apiVersion = "networking.k8s.io/v1";
  return { apiVersion, kind: "Ingress", metadata: { name }, spec: { rules } };
}

/** With two Services and an Ingress of nginx. */
function routed(canary: CanaryStrategy, replicas = 4): RolloutWorld {
  const strategy: CanaryStrategy = {
    stableService: "stable",
    canaryService: "canary",
    trafficRouting: { nginx: { stableIngress: "web" } },
    ...canary,
  };
  const objects = [service("stable"), service("canary"), ingress("web", "stable")];
  const all = [...objects, rollout({ canary: strategy }, { replicas })];
  return new RolloutWorld(all as ConstructorParameters<typeof RolloutWorld>[0]);
}

const ABORT_RETRY_PROMOTE = [
  "RolloutUpdated",
  "NewReplicaSetCreated",
  "RolloutNotCompleted",
  "ScalingReplicaSet",
  "RolloutCompleted",
  "RolloutUpdated",
  "NewReplicaSetCreated",
  "RolloutNotCompleted",
  "ScalingReplicaSet",
  "RolloutStepCompleted",
  "RolloutPaused",
  "ScalingReplicaSet",
  "RolloutAborted",
  "ScalingReplicaSet",
  "RolloutStepCompleted",
  "RolloutPaused",
  "RolloutStepCompleted",
  "RolloutResumed",
  "ScalingReplicaSet",
  "RolloutCompleted",
];

describe("a canary", () => {
  test("aborts, retries and is promoted with these events (TestRolloutAbortRetryPromote)", () => {
    const steps = [{ setWeight: 50 }, { pause: { duration: "3s" } }];
    const of = rollout({ canary: { steps } }, { replicas: 1 });
    const world = new RolloutWorld([of]).look().update("web:v2").look(3);
    expect(world.phase).toBe("Paused - CanaryPauseStep");
    expect(world.sizes).toEqual({ "web:v1": 1, "web:v2": 1 });
    world.abort().look(1);
    expect(world.phase).toBe("Degraded - RolloutAborted: Rollout aborted update to revision 2");
    expect(world.sizes).toEqual({ "web:v1": 1, "web:v2": 0 });
    world.retry().look(3);
    expect(world.phase).toBe("Paused - CanaryPauseStep");
    world.look(10);
    expect(world.phase).toBe("Healthy");
    expect(world.sizes).toEqual({ "web:v1": 0, "web:v2": 1 });
    // Upstream sends one more of its own, RolloutAddedToInformer, at the start.
    expect(world.events).toEqual(ABORT_RETRY_PROMOTE);
  });

  test("keeps the pods that setCanaryScale asks for (TestCanarySetCanaryScale)", () => {
    const world = routed({
      steps: [
        { pause: {} },
        { setCanaryScale: { weight: 25 } },
        { pause: { duration: "100s" } },
        { setWeight: 50 },
        { pause: { duration: "10s" } },
        { setCanaryScale: { replicas: 3 } },
        { pause: {} },
        { setCanaryScale: { matchTrafficWeight: true } },
        { pause: { duration: "5s" } },
      ],
    });
    world.look().update("web:v2").look(3);
    const seen = [[world.status.currentStepIndex, world.sizes["web:v2"], world.sizes["web:v1"]]];
    for (let promotion = 0; promotion < 4; promotion++) {
      world.promote().look(4);
      seen.push([world.status.currentStepIndex, world.sizes["web:v2"], world.sizes["web:v1"]]);
    }
    expect(seen).toEqual([
      [0, 0, 4],
      [2, 1, 4],
      [4, 1, 4],
      [6, 3, 4],
      [8, 2, 4],
    ]);
    world.promote().look(4);
    expect(world.phase).toBe("Healthy");
    expect(world.messages).toContain(
      "Rollout step 8/9 completed (setCanaryScale{matchTrafficWeight: true})",
    );
    expect(world.sizes).toEqual({ "web:v1": 4, "web:v2": 4 });
  });

  test("keeps old pods for the delay, and only so many revisions (TestCanaryScaleDownDelay)", () => {
    const delays = { scaleDownDelaySeconds: 600, scaleDownDelayRevisionLimit: 1 };
    const world = routed({ ...delays, steps: [{ setWeight: 50 }] }, 1).look();
    world.update("web:v2").look(10);
    expect(world.phase).toBe("Healthy");
    expect(world.of("web:v1").metadata.annotations).toHaveProperty("scale-down-deadline");
    expect(world.sizes).toEqual({ "web:v1": 1, "web:v2": 1 });
    world.update("web:v3").look(10);
    expect(world.sizes).toEqual({ "web:v1": 0, "web:v2": 1, "web:v3": 1 });
    expect(world.of("web:v1").metadata.annotations).not.toHaveProperty("scale-down-deadline");
    world.update("web:v2").look(10);
    expect(world.sizes).toEqual({ "web:v1": 0, "web:v2": 1, "web:v3": 1 });
    expect(world.of("web:v2").metadata.annotations).not.toHaveProperty("scale-down-deadline");
    expect(world.of("web:v3").metadata.annotations).toHaveProperty("scale-down-deadline");
  });

  test("leads its Service back on abort, and its pods go later (TestCanaryScaleDownOnAbort)", () => {
    const world = routed({
      abortScaleDownDelaySeconds: 2,
      steps: [{ setWeight: 50 }, { pause: {} }],
    });
    world.look().update("web:v2").look().abort();
    expect(world.get("services", "canary")["spec"]).toEqual(
      expect.objectContaining({
        selector: { app: "web", "rollouts-pod-template-hash": world.status.stableRS },
      }),
    );
    expect(world.sizes["web:v2"]).toBe(2);
    world.look(3);
    expect(world.sizes["web:v2"]).toBe(0);
  });

  test("moves pods with the traffic, both ways (TestCanaryDynamicStableScale)", () => {
    const steps = [{ setWeight: 25 }, { pause: {} }, { setWeight: 75 }, { pause: {} }];
    const world = routed({ dynamicStableScale: true, steps }).look().update("web:v2").look();
    expect(world.sizes).toEqual({ "web:v1": 3, "web:v2": 1 });
    world.promote().look();
    expect(world.sizes).toEqual({ "web:v1": 1, "web:v2": 3 });
    world.abort().look(30);
    expect(world.sizes).toEqual({ "web:v1": 4, "web:v2": 0 });
  });
});

describe("blue-green", () => {
  test("shows a preview of fewer pods (TestBlueGreenPreviewReplicaCount)", () => {
    const blueGreen = {
      activeService: "active",
      previewService: "preview",
      previewReplicaCount: 1,
      scaleDownDelaySeconds: 5,
      autoPromotionEnabled: false,
    };
    const objects = [
      service("active"),
      service("preview"),
      rollout({ blueGreen }, { replicas: 2 }),
    ];
    const world = new RolloutWorld(objects).look().update("web:v2").look(4);
    expect(world.phase).toBe("Paused - BlueGreenPause");
    expect(world.sizes).toEqual({ "web:v1": 2, "web:v2": 1 });
    expect(world.status).toMatchObject({ replicas: 3, updatedReplicas: 1, availableReplicas: 2 });
    world.promote().look(4);
    expect(world.phase).toBe("Healthy");
    expect(world.status).toMatchObject({ replicas: 4, updatedReplicas: 2, availableReplicas: 2 });
    world.look(6);
    expect(world.sizes).toEqual({ "web:v1": 0, "web:v2": 2 });
  });
});

describe("an analysis", () => {
  test("that fails aborts the update, with its reason", () => {
    const analysis = { templates: [{ templateName: "rate" }] };
    const canary = { steps: [{ setWeight: 25 }, { analysis }] };
    const template = analysisTemplate("rate", { interval: "5s", count: 3, failureLimit: 1 });
    const options = { metricRules: [{ measure: "value" as const, value: 0.9 }] };
    const world = new RolloutWorld([template, rollout({ canary })], options);
    world.look().update("web:v2").look(30);
    expect(world.phase).toBe(
      "Degraded - RolloutAborted: Rollout aborted update to revision 2: Step-based analysis phase " +
        'error/failed: Metric "rate" assessed Failed due to failed (2) > failureLimit (1)',
    );
    expect(world.sizes).toEqual({ "web:v1": 4, "web:v2": 0 });
    expect(world.runs.map(({ status }) => status?.phase)).toEqual(["Failed"]);
  });

  test("says what to add to the scenario where nothing says what a query reads", () => {
    const analysis = { templates: [{ templateName: "rate" }] };
    const canary = { steps: [{ analysis }] };
    const world = new RolloutWorld([analysisTemplate("rate", {}), rollout({ canary })]);
    world.look().update("web:v2").look(60);
    expect(world.phase).toContain("add to the scenario: metrics: [{ match: { metric: rate");
  });
});

test("a Rollout saved in mid-update goes on as it would have", () => {
  const steps = [{ setWeight: 25 }, { pause: { duration: 10 } }, { setWeight: 75 }];
  const whole = routed({ steps }).look().update("web:v2").look(6);
  const copy = Cluster.restore(
    JSON.parse(JSON.stringify(whole.cluster.save())) as ReturnType<Cluster["save"]>,
  );
  const fork = whole.cluster.fork();
  whole.look(100);
  fork.runUntil(whole.cluster.now);
  expect(fork.trace.entries).toEqual(whole.cluster.trace.entries);
  copy.runUntil(whole.cluster.now);
  expect(copy.trace.entries).toEqual(whole.cluster.trace.entries);
});

test("hashes of templates are those that TestCanaryDynamicStableScale and TestCanaryScaleDownOnAbort name", () => {
  const hash = (app: string, cpu: string, more: object): string =>
    podTemplateHash({
      metadata: { labels: { app } },
      spec: {
        ...more,
        containers: [
          {
            name: app,
            image: "nginx:1.19-alpine",
            ports: [{ name: "http", containerPort: 80, protocol: "TCP" }],
            resources: { requests: { memory: "16Mi", cpu } },
          },
        ],
      },
    });
  const gates = { readinessGates: [{ conditionType: "argoproj.io/e2e-readiness" }] };
  expect(hash("dynamic-stable-scale", "5m", gates)).toBe("6b56c8cdb4");
  expect(hash("canary-scaledowndelay", "5m", {})).toBe("674d8cf959");
});
