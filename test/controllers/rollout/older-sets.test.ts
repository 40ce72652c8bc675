/** Updates that overtake others: which ReplicaSets give up pods, in which order, and how many at a time. */
import { describe, expect, test } from "vitest";
import type { ReplicaSet } from "../../../src/api/apps.ts";
import type { KubeObject } from "../../../src/api/meta.ts";
import { rollout, RolloutWorld, service, type Strategy } from "./world.ts";

type Canary = NonNullable<Strategy["canary"]>;

const steps = [{ setWeight: 50 }, { pause: {} }];
const neverReady = { match: { image: "web:v2" }, fault: { type: "NeverReady" as const } };
const ready = { ready: { delay: 2000 } };

/** Half of its 6 pods are of web:v2. */
function halfway(canary: Canary, options: ConstructorParameters<typeof RolloutWorld>[1] = {}) {
  const of = rollout({ canary: { steps, ...canary } }, { replicas: 6 });
  return new RolloutWorld([of], options).look().update("web:v2").look(40);
}

/** `image pods`, for every change of a ReplicaSet's size from now on. */
function resizings(world: RolloutWorld): string[] {
  const sizes = { ...world.sizes };
  const seen: string[] = [];
  world.cluster.on("write", ({ resource, object }) => {
    if (resource !== "replicasets" || object === undefined) return;
    const { spec } = object as ReplicaSet;
    const image = spec.template.spec.containers[0]?.image ?? "";
    if (sizes[image] === spec.replicas) return;
    sizes[image] = spec.replicas;
    seen.push(`${image} ${spec.replicas}`);
  });
  return seen;
}

describe("a canary that overtakes another", () => {
  test.each<[Canary, readonly string[]]>([
    [
      { maxSurge: 0, maxUnavailable: 2 },
      ["web:v3 0", "web:v2 1", "web:v3 2", "web:v2 0", "web:v3 3"],
    ],
    [
      { maxSurge: 1, maxUnavailable: 0 },
      ["web:v3 0", "web:v3 1", "web:v2 2", "web:v3 2", "web:v2 1", "web:v3 3", "web:v2 0"],
    ],
    [
      { maxSurge: 2, maxUnavailable: 2 },
      ["web:v3 0", "web:v3 2", "web:v2 1", "web:v3 3", "web:v2 0"],
    ],
  ])("with %j takes its pods, and no more than can be spared", (limits, sequence) => {
    const world = halfway(limits);
    const seen = resizings(world);
    world.update("web:v3").look(30);
    expect(seen).toEqual(sequence);
    expect(world.status.currentStepIndex).toBe(1);
  });

  test("takes pods that are not available first, though none can be spared", () => {
    const limits = { maxSurge: 2, maxUnavailable: 0 };
    const world = halfway(limits, { behaviors: [neverReady, ready] });
    expect(world.sizes).toEqual({ "web:v1": 6, "web:v2": 2 });
    const seen = resizings(world);
    world.update("web:v3").look(1);
    expect(seen).toEqual(["web:v3 0", "web:v2 0", "web:v3 2"]);
  });

  test("shares what can be spared among all older ones, the newest first", () => {
    const world = halfway({ maxSurge: 1, maxUnavailable: 0 });
    world
      .update("web:v3")
      .look(1)
      .patch({ spec: { paused: true } })
      .look();
    expect(world.sizes).toEqual({ "web:v1": 3, "web:v2": 3, "web:v3": 1 });
    world.update("web:v4").look();
    const seen = resizings(world);
    world.patch({ spec: { paused: false } }).look(30);
    expect(seen.slice(0, 4)).toEqual(["web:v3 0", "web:v4 1", "web:v2 2", "web:v4 2"]);
  });

  test.each([{}, { dynamicStableScale: true }])(
    "leaves the pods that a router still sends users to, with %j",
    (more) => {
      const world = routed(more);
      expect(world.sizes["web:v2"]).toBe(3);
      world.update("web:v3").look(1.5);
      expect([world.sizes["web:v2"], world.sizes["web:v3"]]).toEqual([3, 3]);
      world.look(10);
      expect([world.sizes["web:v2"], world.sizes["web:v3"]]).toEqual([0, 3]);
      expect(world.decisions).toContain("rollout/old/still-referenced");
      expect(world.decisions).not.toContain("rollout/old/delay-begins");
    },
  );
});

/** With two Services and an Ingress of nginx, halfway. */
function routed(more: Canary): RolloutWorld {
  const backend = { service: { name: "stable", port: { number: 80 } } };
  const rules = [{ http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }];
  const ingress: KubeObject = {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name: "web" },
    spec: { rules },
  };
  const canary = {
    stableService: "stable",
    canaryService: "canary",
    trafficRouting: { nginx: { stableIngress: "web" } },
    steps,
    ...more,
  };
  const of = rollout({ canary }, { replicas: 6 });
  const world = new RolloutWorld([service("stable"), service("canary"), ingress, of]);
  return world.look().update("web:v2").look(40);
}

test("pods of both versions change one kind a sync, the stable ones first, and a pause begins behind them", () => {
  const world = halfway({ maxSurge: 1, maxUnavailable: 0 });
  expect(world.decisions).toContain("rollout/pause/begins");
  const seen = resizings(world);
  world.promote().look(30);
  expect(seen).toEqual(["web:v2 4", "web:v1 2", "web:v2 5", "web:v1 1", "web:v2 6", "web:v1 0"]);
});

test("where the pods of both versions could change in one sync, the stable ones do", () => {
  const canary = { steps, maxSurge: 1, maxUnavailable: 1 };
  const world = new RolloutWorld([rollout({ canary }, { replicas: 6 })]).look();
  const seen = resizings(world);
  world.update("web:v2").look(20);
  expect(seen).toEqual(["web:v2 0", "web:v1 5", "web:v2 2", "web:v1 3", "web:v2 3"]);
});
