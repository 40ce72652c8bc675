/** What counts as progress of a rollout, and from when its deadline counts. */
import { describe, expect, test } from "vitest";
import type { Deployment, DeploymentCondition, ReplicaSet } from "../../src/api/apps.ts";
import { timestamp } from "../../src/api/time.ts";
import { newCondition } from "../../src/controllers/deployment/conditions.ts";
import { reconcileDeployment } from "../../src/controllers/deployment/deployment.ts";
import { planOf } from "../../src/controllers/reconcile.ts";
import { decisionsOf, deployment, NOW, planFor, replicaSet, viewOf } from "./rollout-view.ts";

const timed = { progressDeadlineSeconds: 600 };
const updated = (): DeploymentCondition =>
  newCondition("Progressing", "True", "ReplicaSetUpdated", "before", NOW);
const rs = (version: number, replicas: number, more: object = {}): ReplicaSet =>
  replicaSet({ image: `web:${version}`, replicas, ...more });
const withStatus = (of: ReplicaSet, status: object): ReplicaSet => ({
  ...of,
  status: { ...of.status, ...status },
});

describe("a rollout", () => {
  test.each([
    // of the old pods and of the new ones, 4 before; of all, 8 before: ready, available
    ["nothing is new", 8, 4, 8, 8, false],
    ["a new pod is there", 8, 5, 8, 8, true],
    ["an old pod is gone", 7, 4, 8, 8, true],
    ["one more old pod is there", 9, 4, 8, 8, false],
    ["a new pod less is there", 8, 3, 8, 8, false],
    ["an old pod is gone, and a new one", 7, 3, 8, 8, true],
    ["one more is ready", 8, 4, 9, 8, true],
    ["one more is available", 8, 4, 8, 9, true],
    ["fewer are ready, and available", 8, 4, 7, 7, false],
  ])("begins the deadline anew, though it has passed, where %s", (...row) => {
    const [, replicas, updatedReplicas, readyReplicas, availableReplicas, is] = row;
    const status = {
      observedGeneration: 2,
      replicas: 12,
      updatedReplicas: 4,
      readyReplicas: 8,
      availableReplicas: 8,
      conditions: [{ ...updated(), lastUpdateTime: timestamp(NOW - 601_000) }],
    };
    const sets = [
      withStatus(rs(1, 8), { replicas, readyReplicas, availableReplicas }),
      withStatus(rs(2, 4, { available: 0 }), { replicas: updatedReplicas }),
    ];
    const written = planFor(deployment({ spec: timed, status }), sets).writes.at(-1);
    const { conditions } = (written as unknown as { object: Deployment }).object.status;
    expect(conditions?.find(({ type }) => type === "Progressing")?.reason).toBe(
      is ? "ReplicaSetUpdated" : "ProgressDeadlineExceeded",
    );
  });

  test.each([
    ["FoundNewReplicaSet", [rs(2, 10, { available: 9 })]],
    ["NewReplicaSetCreated", []],
  ])("of a Deployment that has the revision already says %s all the same", (reason, sets) => {
    const revision = sets.length === 0 ? "1" : "2";
    const annotations = { "deployment.kubernetes.io/revision": revision };
    const plan = planFor(deployment({ spec: timed, annotations }), sets);
    const statuses = plan.writes.filter(({ do: verb }) => verb === "update/status");
    expect(statuses[0]).toMatchObject({ object: { status: { conditions: [{ reason }] } } });
  });

  test("has a deadline from the very ms at which the sync itself began it; where it wrote, no timer", () => {
    const available = newCondition("Available", "True", "MinimumReplicasAvailable", "", NOW);
    const counts = { replicas: 10, updatedReplicas: 10, readyReplicas: 9, availableReplicas: 9 };
    const status = {
      observedGeneration: 2,
      ...counts,
      unavailableReplicas: 1,
      conditions: [available],
    };
    const d = deployment({ spec: { progressDeadlineSeconds: 600 }, status });
    const view = viewOf(d, [replicaSet({ image: "web:2", replicas: 10, available: 9 })]);
    const found = planOf(reconcileDeployment({ ...view, now: NOW + 250 }));
    expect(decisionsOf(found)).toContain("deployment/new/found");
    expect(found.requeueAfterMs).toBe(601_000);
    const behind = { ...d, status: { ...status, readyReplicas: 8 } };
    const wrote = planOf(reconcileDeployment({ ...view, deployment: behind }));
    expect([wrote.writes.at(-1)?.do, wrote.requeueAfterMs]).toEqual(["update/status", undefined]);
  });
});
