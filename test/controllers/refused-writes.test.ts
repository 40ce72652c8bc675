/** What a sync of a Deployment does after the API server has refused one of its writes. */
import { describe, expect, test } from "vitest";
import type { Deployment, ReplicaSet } from "../../src/api/apps.ts";
import { failure } from "../../src/api/status.ts";
import { reconcileDeployment } from "../../src/controllers/deployment/deployment.ts";
import { planOf, type PlannedSync, type Write } from "../../src/controllers/reconcile.ts";
import { deployment, replicaSet, viewOf } from "./rollout-view.ts";

const refusal = failure(403, "Forbidden", "no");

/** All writes of one kind are refused. */
function refused(d: Deployment, sets: readonly ReplicaSet[], verb: Write["do"]): PlannedSync {
  return planOf(reconcileDeployment(viewOf(d, sets)), (effect) => {
    if (effect.do === verb) return { ok: false, status: refusal };
    return "object" in effect ? { ok: true, value: effect.object } : undefined;
  });
}

const full = { observedGeneration: 2, replicas: 10, updatedReplicas: 10, availableReplicas: 10 };
const recreate = { strategy: { type: "Recreate" } } as const;
const going = { deletionTimestamp: "2000-01-01T00:59:59Z" };
const rs = (version: number, replicas: number, available = replicas): ReplicaSet =>
  replicaSet({ image: `web:${version}`, replicas, available });

describe("a sync of a Deployment ends with the error, and writes nothing more, where", () => {
  test.each<[string, Write["do"], Deployment, ReplicaSet[], string[]]>([
    [
      "annotations are refused while it is being deleted",
      "update",
      {
        ...deployment(),
        metadata: { ...deployment({ annotations: { a: "b" } }).metadata, ...going },
      },
      [rs(2, 10)],
      ["update"],
    ],
    [
      "its revision is refused",
      "update/status",
      deployment({ annotations: { "deployment.kubernetes.io/revision": "1" } }),
      [rs(2, 10)],
      ["update/status"],
    ],
    ["the new ReplicaSet is refused", "create", deployment(), [rs(1, 10)], ["create"]],
    [
      "the status after a creation is refused",
      "update/status",
      deployment({ annotations: { "deployment.kubernetes.io/revision": "1" } }),
      [rs(1, 10)],
      ["create", "update/status"],
    ],
    ["the surge is refused", "update", deployment(), [rs(1, 10), rs(2, 0)], ["update"]],
    ["the last status is refused", "update/status", deployment(), [rs(2, 10)], ["update/status"]],
    [
      "the only active ReplicaSet is refused its size",
      "update",
      deployment({ spec: { replicas: 4 } }),
      [rs(2, 10)],
      ["update"],
    ],
    [
      "the first share is refused",
      "update",
      deployment({ spec: { replicas: 15 } }),
      [rs(1, 8), rs(2, 5)],
      ["update"],
    ],
    [
      "the end of an old ReplicaSet is refused while it is paused",
      "update",
      deployment({ spec: { paused: true } }),
      [rs(0, 2), rs(1, 2), rs(2, 10)],
      ["update"],
    ],
    [
      "the end of history is refused",
      "delete",
      deployment({ spec: { revisionHistoryLimit: 0 }, status: full }),
      [rs(1, 0), rs(2, 10)],
      ["delete"],
    ],
    [
      "the end of history is refused while it is paused",
      "delete",
      deployment({ spec: { revisionHistoryLimit: 0, paused: true } }),
      [rs(1, 0), rs(2, 10)],
      ["delete"],
    ],
    [
      "the end of history is refused under Recreate",
      "delete",
      deployment({ spec: { revisionHistoryLimit: 0, ...recreate }, status: full }),
      [rs(1, 0), rs(2, 10)],
      ["delete"],
    ],
    [
      "its minReadySeconds are refused under Recreate",
      "update",
      deployment({ spec: { ...recreate, minReadySeconds: 5 } }),
      [rs(1, 3), rs(2, 10)],
      ["update"],
    ],
    [
      "the end of old pods is refused under Recreate",
      "update",
      deployment({ spec: recreate }),
      [rs(0, 2), rs(1, 2), rs(2, 0)],
      ["update"],
    ],
    [
      "new pods are refused under Recreate",
      "update",
      deployment({ spec: recreate }),
      [rs(1, 0), rs(2, 0)],
      ["update"],
    ],
    [
      "its rollback is refused",
      "update",
      deployment({ annotations: { "deprecated.deployment.rollback.to": "1" } }),
      [rs(1, 0), rs(2, 10)],
      ["update"],
    ],
  ])("%s", (_, verb, d, sets, written) => {
    const plan = refused(d, sets, verb);
    expect(plan.error).toBe("no");
    expect(plan.writes.map((write) => write.do)).toEqual(written);
  });
});

describe("a sync of a rolling update goes on to its status where", () => {
  test.each<[string, ReplicaSet[]]>([
    ["the end of available old pods is refused", [rs(0, 4), rs(1, 4), rs(2, 5)]],
    ["the end of unavailable old pods is refused", [rs(0, 4, 0), rs(1, 8), rs(2, 3)]],
  ])("%s, and takes none from the next", (_, sets) => {
    const plan = refused(deployment(), sets, "update");
    expect(plan.error).toBeUndefined();
    expect(plan.writes.map((write) => write.do)).toEqual(["update", "update/status"]);
  });
});
