/** The numbers of a PodDisruptionBudget, over pods that are given. */
import { expect, test } from "vitest";
import type { Pod } from "../../src/api/core.ts";
import type { KubeObject } from "../../src/api/meta.ts";
import {
  budgetStatus,
  scaleFrom,
  type Budget,
  type BudgetStatus,
} from "../../src/controllers/disruption/budget.ts";
import { deployment, NOW, replicaSet } from "./rollout-view.ts";

const set = replicaSet({ image: "web:2", replicas: 4 });

function pod(name: string, metadata: Partial<Pod["metadata"]> = {}): Pod {
  const { name: owner, uid } = set.metadata;
  const reference = { apiVersion: "apps/v1", kind: "ReplicaSet", name: owner, uid: uid! };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, ownerReferences: [{ ...reference, controller: true }], ...metadata },
    spec: { containers: [] },
    status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
  } as unknown as Pod;
}

const five = ["a", "b", "c", "d", "e"].map((name) => pod(name));

function statusOf(
  spec: Budget["spec"],
  pods: readonly Pod[],
  status?: BudgetStatus,
  replicas = 4,
): BudgetStatus {
  const budget = { metadata: { name: "web" }, spec, status } as unknown as Budget;
  return budgetStatus(budget, pods, () => ({ uid: "d", replicas }), NOW);
}

test("a share is of the replicas that are wanted, not of the pods of a surge", () => {
  const expected = { expectedPods: 4, desiredHealthy: 2, disruptionsAllowed: 3 };
  expect(statusOf({ minAvailable: "50%" }, five)).toMatchObject(expected);
  expect(statusOf({ maxUnavailable: "50%" }, five)).toMatchObject(expected);
});

test("where no replicas are wanted nothing is to spare, though pods are still there", () => {
  expect(statusOf({ maxUnavailable: 1 }, five, undefined, 0)).toMatchObject({
    expectedPods: 0,
    disruptionsAllowed: 0,
  });
});

test("a budget that says neither minAvailable nor maxUnavailable expects nothing, and lets nothing go", () => {
  const expected = { expectedPods: 0, desiredHealthy: 0, currentHealthy: 5, disruptionsAllowed: 0 };
  expect(statusOf({}, five)).toMatchObject(expected);
});

test("an evicted pod is forgotten once it is asked to go", () => {
  const since = new Date(NOW - 1000).toISOString();
  const before = { disruptedPods: { a: since, b: since } } as unknown as BudgetStatus;
  const going = pod("a", { deletionTimestamp: "2000-01-01T01:00:30Z" });
  const status = statusOf({ minAvailable: 1 }, [going, ...five.slice(1)], before);
  expect(status.disruptedPods).toEqual({ b: since });
  expect(status.currentHealthy).toBe(3);
});

test("replicas are asked of the pod's own ReplicaSet and Deployment, not of others of their names", () => {
  const made = (uid: string | undefined): KubeObject => {
    return { ...set, metadata: { ...set.metadata, uid: uid! } };
  };
  const of = (rs: KubeObject, d: KubeObject): unknown =>
    scaleFrom((resource) => (resource === "replicasets" ? rs : d))(pod("a"));
  const other = { ...deployment(), metadata: { ...deployment().metadata, uid: "other" } };
  expect([of(set, deployment()), of(made("other"), deployment()), of(set, other)]).toEqual([
    { uid: "d", replicas: 10 },
    undefined,
    undefined,
  ]);
});
