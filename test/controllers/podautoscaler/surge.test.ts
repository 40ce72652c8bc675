import { describe, expect, test } from "vitest";
import type { ClusterOptions } from "../../../src/cluster.ts";
import { replicasOf, world } from "./world.ts";

const second = 1000;
const minute = 60 * second;

// Pods use 100 % of the target, whatever the others do, and more while they warm up. During a rollout the
// autoscaler multiplies what it finds by all pods, those of the surge too; once they are warm it finds nothing
// wrong, and the number stays (failure 13; k8s#72775).
describe("an autoscaler and a rollout that surges", () => {
  const warming: ClusterOptions = {
    behaviors: [
      { match: { image: "web:v1" }, cpu: [{ at: 0, milli: 300 }] },
      {
        match: { image: "web:v2" },
        cpu: [{ at: 0, milli: 300 }],
        startCpu: { milli: 200, for: 90 * second },
      },
    ],
  };
  const doubling = { rollingUpdate: { maxSurge: "100%", maxUnavailable: 0 } };
  const onePod = { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };

  function rollout(spec: Readonly<Record<string, unknown>>, strategy: unknown): number {
    const cluster = world(warming, { replicas: 4, strategy, hpa: spec, minReadySeconds: 60 });
    cluster.runUntil(minute);
    cluster.act("image", (api) =>
      api.patch({ resource: "deployments", name: "web" }, "strategic", {
        spec: { template: { spec: { containers: [{ name: "web", image: "web:v2" }] } } },
      }),
    );
    cluster.runUntil(10 * minute);
    return replicasOf(cluster);
  }

  test("outside the tolerance the pods of the surge count, and the number stays when they are warm", () => {
    expect([rollout({ maxReplicas: 40 }, doubling), rollout({ maxReplicas: 40 }, onePod)]).toEqual([
      40, 12,
    ]);
  });

  test("within the tolerance a surge changes nothing: spec.replicas stays, not the number of pods", () => {
    expect(rollout({ behavior: { scaleUp: { tolerance: "0.7" } } }, doubling)).toBe(4);
  });

  test("a window for scaling up that is longer than the rollout lets it pass", () => {
    const behavior = { scaleUp: { stabilizationWindowSeconds: 300 } };
    expect(rollout({ behavior }, doubling)).toBe(4);
  });
});
