/** Blue-green updates with fewer pods in the preview, and ReplicaSets that cannot be made. */
import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../../src/api/meta.ts";
import type { BlueGreenStrategy } from "../../../src/api/rollout.ts";
import { podTemplateHash } from "../../../src/controllers/rollout/hash.ts";
import { analysisTemplate, rollout, RolloutWorld, service, template } from "./world.ts";

function blueGreen(strategy: Partial<BlueGreenStrategy>, metricValue = 1): RolloutWorld {
  const services = { activeService: "active", previewService: "preview" };
  const slow = analysisTemplate("slow", { interval: "5s", count: 3 });
  const of = rollout({ blueGreen: { ...services, ...strategy } });
  return new RolloutWorld([service("active"), service("preview"), slow, of], {
    metricRules: [{ measure: "value", value: metricValue }],
  }).look();
}

describe("a preview of previewReplicaCount pods", () => {
  const previewReplicaCount = 1;

  test("stays so until it is let through, then grows, and then gets the users", () => {
    const world = blueGreen({ previewReplicaCount, autoPromotionEnabled: false });
    world.update("web:v2").look(20);
    expect(world.phase).toBe("Paused - BlueGreenPause");
    expect(world.sizes).toEqual({ "web:v1": 4, "web:v2": 1 });
    world.promote().look(1);
    expect(world.sizes).toEqual({ "web:v1": 4, "web:v2": 4 });
    expect(world.status.stableRS).toBe(podTemplateHash(template("web:v1")));
    world.look(10);
    expect(world.phase).toBe("Healthy");
    expect(world.status.stableRS).toBe(podTemplateHash(template("web:v2")));
  });

  test("grows by itself when it is available, and not before", () => {
    const world = blueGreen({ previewReplicaCount });
    world.update("web:v2").look(1);
    expect(world.sizes["web:v2"]).toBe(1);
    world.look(2);
    expect(world.sizes["web:v2"]).toBe(4);
  });

  test("waits for the analysis before the promotion", () => {
    const world = blueGreen({
      previewReplicaCount,
      prePromotionAnalysis: { templates: [{ templateName: "slow" }] },
    });
    world.update("web:v2").look(10);
    expect(world.sizes["web:v2"]).toBe(1);
    world.look(15);
    expect(world.phase).toBe("Healthy");
    expect(world.sizes["web:v2"]).toBe(4);
  });

  test("is no limit for the version that has the users", () => {
    const world = blueGreen({ previewReplicaCount });
    world.patch({ spec: { replicas: 6 } }).look();
    expect(world.decisions).toContain("rollout/scaling-event");
    expect(world.sizes).toEqual({ "web:v1": 6 });
    expect(world.status).toMatchObject({ replicas: 6, availableReplicas: 6 });
  });
});

describe("a ReplicaSet", () => {
  test("whose name somebody else's has gets another, by a collision count", () => {
    const hash = podTemplateHash(template("web:v1"));
    const labels = { app: "else" };
    const name = `web-${hash}`;
    const other = {
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: { name },
      spec: {
        replicas: 0,
        selector: { matchLabels: labels },
        template: { ...template("else:v1"), metadata: { labels } },
      },
    };
    const world = new RolloutWorld([other, rollout({ canary: {} })]).look();
    expect(world.status.collisionCount).toBe(1);
    expect(world.sizes).toEqual({ "else:v1": 0, "web:v1": 4 });
    expect(world.of("web:v1").metadata.name).not.toBe(name);
    expect(world.decisions).toContain("rollout/new/hash-collision");
  });

  test("that is refused is told of, and made at the next try", () => {
    const world = new RolloutWorld([]);
    world.cluster.refuseNext("create", "replicasets", 1);
    const conditions: unknown[] = [];
    world.cluster.on("write", ({ resource, object }) => {
      const { conditions: all = [] } = (object?.["status"] ?? {}) as { conditions?: object[] };
      if (resource === "rollouts") conditions.push(...all);
    });
    world.create(rollout({ canary: {} })).look();
    const name = world.of("web:v1").metadata.name;
    const message = world.messages[world.events.indexOf("ReplicaSetCreateError")];
    expect(message).toMatch(new RegExp(`^Failed to create new replica set "${name}": .`, "u"));
    expect(conditions).toContainEqual(
      expect.objectContaining({
        type: "Progressing",
        status: "False",
        reason: "ReplicaSetCreateError",
        message,
      }),
    );
    expect(world.phase).toBe("Healthy");
  });
});

test("pods that are refused make a condition of the Rollout", () => {
  const quota: KubeObject = {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "few" },
    spec: { hard: { pods: "3" } },
  };
  const world = new RolloutWorld([quota, rollout({ canary: {} })]).look();
  const [condition] = world.replicaSets[0]?.status.conditions ?? [];
  expect(condition).toMatchObject({ type: "ReplicaFailure", reason: "FailedCreate" });
  expect(world.status.conditions).toContainEqual({
    ...condition,
    lastUpdateTime: condition?.lastTransitionTime,
  });
});
