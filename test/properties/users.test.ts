import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ReplicaSet } from "../../src/api/apps.ts";
import type { Cluster } from "../../src/cluster.ts";
import { healthyBehaviors } from "../support/arbitraries/behavior.ts";
import { deployments } from "../support/arbitraries/deployment.ts";
import { rollingUpdates } from "../support/arbitraries/strategy.ts";
import { playActions } from "../support/play-actions.ts";
import { runs } from "../support/seed.ts";
import {
  completeCluster,
  deploymentOf,
  imageOf,
  isComplete,
  look,
  replicaSetsOf,
} from "./observer.ts";

const REVISION = "deployment.kubernetes.io/revision";
const noDeadline = { progressDeadlineSeconds: 2147483647, minReadySeconds: 0 };
const LONG_ENOUGH = 900_000;

const world = fc.record({
  deployment: deployments({
    fewestReplicas: 1,
    mostReplicas: 8,
    strategy: rollingUpdates(),
    spec: { ...noDeadline, revisionHistoryLimit: 10 },
  }),
  behavior: healthyBehaviors(),
  schedule: fc.constantFrom("fresh", "random", "random-own"),
  seed: fc.nat(1_000_000).map(String),
});

function kubectl(cluster: Cluster, line: string, afterMs = 0): void {
  expect(playActions(cluster, [{ afterMs, line }])).toEqual([0]);
}

function setImage(cluster: Cluster, image: number, afterMs = 0): void {
  kubectl(cluster, `set image deployment/web app=web:${image}`, afterMs);
}

function roll(cluster: Cluster, image: number): void {
  setImage(cluster, image);
  cluster.runUntil(cluster.now + LONG_ENOUGH);
  expect(isComplete(cluster)).toBe(true);
}

function sizes(cluster: Cluster): Record<string, number> {
  return Object.fromEntries(
    replicaSetsOf(cluster).map((rs) => [rs.metadata.name, rs.spec.replicas]),
  );
}

function revisionOf({ metadata }: { metadata: ReplicaSet["metadata"] }): number {
  return Number(metadata.annotations?.[REVISION]);
}

describe("pausing", () => {
  test("stops a rollout where it is: no ReplicaSet is made or resized until it is resumed (P21)", () => {
    const property = fc.property(world, fc.nat(20_000), ({ deployment, ...rest }, afterMs) => {
      const { behavior, schedule, seed } = rest;
      const cluster = completeCluster(deployment, { behaviors: [behavior], schedule, seed });
      setImage(cluster, 2);
      kubectl(cluster, "rollout pause deployment/web", afterMs);
      // Until the caches show the pause, syncs go on as before; with two active ReplicaSets, a paused
      // rollout is then filled up to R+S.
      cluster.runUntil(cluster.now + 60_000);
      const paused = sizes(cluster);
      setImage(cluster, 3, 1000);
      cluster.runUntil(cluster.now + LONG_ENOUGH);
      expect(sizes(cluster)).toEqual(paused);
      kubectl(cluster, "rollout resume deployment/web");
      cluster.runUntil(cluster.now + LONG_ENOUGH);
      expect(isComplete(cluster)).toBe(true);
      expect(replicaSetsOf(cluster).map(imageOf)).toContain("web:3");
    });
    fc.assert(property, runs(25));
  });

  test("does not stop `scale`: sizes come to what is wanted, plus the surge in mid-rollout", () => {
    const property = fc.property(
      world,
      fc.nat(20_000),
      fc.nat(9),
      ({ deployment, behavior, schedule, seed }, afterMs, replicas) => {
        const cluster = completeCluster(deployment, { behaviors: [behavior], schedule, seed });
        setImage(cluster, 2);
        kubectl(cluster, "rollout pause deployment/web", afterMs);
        cluster.runUntil(cluster.now + 60_000);
        const before = replicaSetsOf(cluster).filter((rs) => rs.spec.replicas > 0);
        kubectl(cluster, `scale deployment/web --replicas=${replicas}`);
        cluster.runUntil(cluster.now + LONG_ENOUGH);
        const { specs, surge, available } = look(cluster);
        const inMidRollout = before.length > 1 && replicas > 0;
        expect(available).toBe(specs);
        if (inMidRollout) expect([replicas, replicas + surge]).toContain(specs);
        else expect(specs).toBe(replicas);
      },
    );
    fc.assert(property, runs(25));
  });
});

describe("rollout undo", () => {
  test("gives the earlier template, in its old ReplicaSet, as a new revision", () => {
    const property = fc.property(world, ({ deployment, behavior, schedule, seed }) => {
      const cluster = completeCluster(deployment, { behaviors: [behavior], schedule, seed });
      const before = deploymentOf(cluster).spec.template;
      const [first] = replicaSetsOf(cluster);
      roll(cluster, 2);
      expect(revisionOf(deploymentOf(cluster))).toBe(2);
      kubectl(cluster, "rollout undo deployment/web");
      cluster.runUntil(cluster.now + LONG_ENOUGH);
      expect(isComplete(cluster)).toBe(true);
      expect(deploymentOf(cluster).spec.template).toEqual(before);
      expect(revisionOf(deploymentOf(cluster))).toBe(3);
      const sets = replicaSetsOf(cluster);
      expect(sets).toHaveLength(2);
      const revived = sets.find((rs) => rs.metadata.uid === first!.metadata.uid)!;
      expect([revisionOf(revived), revived.spec.replicas]).toEqual([3, look(cluster).replicas]);
    });
    fc.assert(property, runs(20));
  });

  test("to a revision gives that one's template; undone twice it is back where it was", () => {
    const property = fc.property(world, fc.integer({ min: 1, max: 3 }), (drawn, revision) => {
      const { deployment, behavior, schedule, seed } = drawn;
      const cluster = completeCluster(deployment, { behaviors: [behavior], schedule, seed });
      for (const image of [2, 3, 4]) roll(cluster, image);
      kubectl(cluster, `rollout undo deployment/web --to-revision=${revision}`);
      cluster.runUntil(cluster.now + LONG_ENOUGH);
      expect(imageOf(deploymentOf(cluster))).toBe(`web:${revision}`);
      kubectl(cluster, "rollout undo deployment/web");
      cluster.runUntil(cluster.now + LONG_ENOUGH);
      expect(imageOf(deploymentOf(cluster))).toBe("web:4");
      expect(revisionOf(deploymentOf(cluster))).toBe(6);
    });
    fc.assert(property, runs(10));
  });
});

describe("the history", () => {
  test("keeps so many old ReplicaSets as its limit says, the latest ones, once a rollout is complete", () => {
    const property = fc.property(
      world,
      fc.nat(4),
      fc.integer({ min: 2, max: 6 }),
      (drawn, limit, last) => {
        const { deployment, behavior, schedule, seed } = drawn;
        const { spec } = deployment as { readonly spec?: object };
        const limited = { ...deployment, spec: { ...spec, revisionHistoryLimit: limit } };
        const cluster = completeCluster(limited, { behaviors: [behavior], schedule, seed });
        for (let image = 2; image <= last; image++) roll(cluster, image);
        const kept = replicaSetsOf(cluster)
          .map(revisionOf)
          .toSorted((a, b) => a - b);
        const expected = Array.from({ length: Math.min(last, limit + 1) }, (_, i) => last - i);
        expect(kept).toEqual(expected.toReversed());
      },
    );
    fc.assert(property, runs(15));
  });
});

describe("the deadline", () => {
  test.each(["fresh", "random"])(
    "is reported once nothing has moved for longer than it, never before (P22): %s",
    (schedule) => {
      const property = fc.property(world, fc.integer({ min: 5, max: 90 }), (drawn, deadline) => {
        const { spec } = drawn.deployment as { readonly spec?: object };
        const limited = {
          ...drawn.deployment,
          spec: { ...spec, progressDeadlineSeconds: deadline },
        };
        const bad = { match: { image: "web:2" }, fault: { type: "NeverReady" } } as const;
        const cluster = completeCluster(limited, { behaviors: [bad], schedule, seed: drawn.seed });
        const passed: number[] = [];
        cluster.on("write", ({ resource, object, at }) => {
          if (resource !== "deployments" || passed.length > 0) return;
          const conditions = (object as ReturnType<typeof deploymentOf> | undefined)?.status
            .conditions;
          const progressing = conditions?.find(({ type }) => type === "Progressing");
          if (progressing?.reason === "ProgressDeadlineExceeded") passed.push(at);
        });
        setImage(cluster, 2);
        let last = 0;
        cluster.on("decision", ({ id, at }) => {
          if (id === "progress/progressing" || id === "deployment/new/create") last = at;
        });
        cluster.runUntil(cluster.now + 240_000);
        const moved = Math.max(last, 60_000);
        expect(passed).toHaveLength(1);
        expect(passed[0]! - Math.floor(moved / 1000) * 1000).toBeGreaterThan(deadline * 1000);
      });
      fc.assert(property, runs(10));
    },
  );
});
