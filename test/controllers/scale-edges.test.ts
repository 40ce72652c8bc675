/** Sizes in situations that users make by hand, and that stay for a moment only. */
import { expect, test } from "vitest";
import { DESIRED_REPLICAS, MAX_REPLICAS } from "../../src/controllers/deployment/revisions.ts";
import { deployment, planFor, replicaSet, sizes } from "./rollout-view.ts";

const surge3 = {
  strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } },
} as const;

test("a new ReplicaSet that somebody made too large has not taken over: an old one keeps its share", () => {
  const plan = planFor(deployment({ spec: { ...surge3, paused: true } }), [
    replicaSet({ image: "web:1", replicas: 1 }),
    replicaSet({ image: "web:2", replicas: 12, available: 10 }),
  ]);
  expect(sizes(plan)).toEqual({});
});

test("max-replicas of 0 is none: the share is taken from the Deployment's status", () => {
  const status = { replicas: 13, observedGeneration: 2 };
  const none = { [MAX_REPLICAS]: "0" };
  const plan = planFor(deployment({ spec: { replicas: 15, ...surge3 }, status }), [
    replicaSet({ image: "web:1", replicas: 8 }),
    replicaSet({ image: "web:2", replicas: 5, annotations: none }),
  ]);
  // 5*18/13 = 6.9
  expect(sizes(plan)).toEqual({ "web-1": 11, "web-2": 7 });
});

test("once the budget is spent on unavailable pods, it does not matter that a status is ahead of its spec", () => {
  const plan = planFor(deployment({ spec: surge3 }), [
    replicaSet({ image: "web:0", replicas: 5, available: 0 }),
    replicaSet({ image: "web:1", replicas: 3, available: 5 }),
    replicaSet({ image: "web:2", replicas: 5 }),
  ]);
  // 13 asked for - 8 to keep = 5 unavailable ones; of 10 available ones 2 are to spare.
  expect(sizes(plan)).toEqual({ "web-0": 0, "web-1": 1 });
});

test("an old ReplicaSet of size 0 of which pods are still told neither ends a step nor has pods to spare", () => {
  const plan = planFor(deployment({ spec: surge3 }), [
    replicaSet({ image: "web:0", replicas: 0, available: 3 }),
    replicaSet({ image: "web:1", replicas: 8 }),
    replicaSet({ image: "web:2", replicas: 5 }),
  ]);
  expect(sizes(plan)).toEqual({ "web-1": 3 });
});

test("a wanted size that is 10 in 32 bits is 10: the old ReplicaSets of a paused Deployment go", () => {
  const wanted = { [DESIRED_REPLICAS]: String(2 ** 32 + 10) };
  const plan = planFor(deployment({ spec: { replicas: 10, ...surge3, paused: true } }), [
    replicaSet({ image: "web:1", replicas: 2 }),
    replicaSet({ image: "web:2", replicas: 10, annotations: wanted }),
  ]);
  expect(sizes(plan)).toEqual({ "web-1": 0 });
});
