/** What a sync of a Deployment says in its status, and which old ReplicaSets it deletes. */
import { describe, expect, test } from "vitest";
import type {
  Deployment,
  DeploymentCondition,
  DeploymentStatus,
  ReplicaSet,
} from "../../src/api/apps.ts";
import { timestamp } from "../../src/api/time.ts";
import { newCondition } from "../../src/controllers/deployment/conditions.ts";
import { reconcileDeployment } from "../../src/controllers/deployment/deployment.ts";
import { REVISION } from "../../src/controllers/deployment/revisions.ts";
import { planOf, type PlannedSync } from "../../src/controllers/reconcile.ts";
import {
  decisionsOf,
  deployment,
  NOW,
  planFor,
  replicaSet,
  viewOf,
  type DeploymentParts,
} from "./rollout-view.ts";

const rs = (version: number, replicas: number, more: object = {}): ReplicaSet =>
  replicaSet({ image: `web:${version}`, replicas, ...more });
const withStatus = (of: ReplicaSet, status: object): ReplicaSet => ({
  ...of,
  status: { ...of.status, ...status },
});
const full = { observedGeneration: 2, replicas: 10, updatedReplicas: 10, availableReplicas: 10 };
const timed = { progressDeadlineSeconds: 600 };
const earlier = timestamp(NOW - 60_000);

/** The status as this sync leaves it. */
function statusAfter(parts: DeploymentParts, sets: readonly ReplicaSet[]): DeploymentStatus {
  const d = deployment(parts);
  const written = planFor(d, sets).writes.findLast((write) => write.do === "update/status");
  return (written as unknown as { object: Deployment } | undefined)?.object.status ?? d.status;
}

function progressing(
  status: DeploymentCondition["status"],
  reason: string,
): readonly DeploymentCondition[] {
  const of = newCondition("Progressing", status, reason, "before", NOW);
  return [{ ...of, lastUpdateTime: earlier, lastTransitionTime: earlier }];
}

const conditionOf = (status: DeploymentStatus, type: string): DeploymentCondition | undefined =>
  status.conditions?.find((condition) => condition.type === type);

describe("the history of a complete Deployment", () => {
  const deleted = (sets: readonly ReplicaSet[]): string[] =>
    planFor(deployment({ spec: { revisionHistoryLimit: 1 }, status: full }), [
      ...sets,
      rs(5, 10, { image: "web:2" }),
    ]).writes.flatMap((write) =>
      write.do === "delete" ? [(write.object as ReplicaSet).metadata.name] : [],
    );
  const going = (of: ReplicaSet): ReplicaSet => ({
    ...of,
    metadata: { ...of.metadata, deletionTimestamp: earlier },
  });
  const unseen = (of: ReplicaSet): ReplicaSet => ({
    ...of,
    metadata: { ...of.metadata, generation: 2 },
  });

  const withRevision = (version: number, revision: string): ReplicaSet =>
    rs(version, 0, { annotations: { [REVISION]: revision } });

  test.each<[string, ReplicaSet[], string[]]>([
    ["all but the last revision go", [rs(1, 0), rs(3, 0), rs(4, 0)], ["web-1", "web-3"]],
    ["none goes within the limit", [rs(1, 0)], []],
    [
      "one that still has pods stays, and is replaced by none",
      [withStatus(rs(1, 0), { replicas: 1 }), rs(3, 0), rs(4, 0)],
      ["web-3"],
    ],
    [
      "revisions are numbers: 9 goes before 10",
      [withRevision(1, "10"), withRevision(3, "9")],
      ["web-3"],
    ],
    ["one whose size is not observed stays", [unseen(rs(1, 0)), rs(3, 0)], []],
    ["one that is going does not count", [going(rs(1, 0)), rs(3, 0)], []],
  ])("%s", (_, sets, names) => {
    expect(deleted(sets)).toEqual(names);
  });
});

test("the history of a paused Deployment keeps what has no pods yet, but is to have some", () => {
  const d = deployment({ spec: { paused: true, revisionHistoryLimit: 0 } });
  const starting = withStatus(rs(1, 2), { replicas: 0, availableReplicas: 0 });
  const { writes } = planFor(d, [starting, rs(2, 8)]);
  expect(writes.map((write) => write.do)).not.toContain("delete");
  const idle = planFor(d, [withStatus(rs(1, 0), { replicas: 0 }), rs(2, 8)]).writes;
  expect(idle.map((write) => write.do)).toContain("delete");
});

describe("the counts of a status", () => {
  test("have terminating pods only where every observed ReplicaSet tells of them", () => {
    const count = (...told: (number | undefined)[]): unknown => {
      const sets = told.map((terminatingReplicas, i) =>
        withStatus(rs(i + 1, 5), terminatingReplicas === undefined ? {} : { terminatingReplicas }),
      );
      const view = viewOf(deployment({ spec: { paused: true } }), sets);
      const features = { ...view.features, terminatingReplicas: true };
      const plan: PlannedSync = planOf(reconcileDeployment({ ...view, features }));
      const written = plan.writes.at(-1) as unknown as { readonly object: Deployment };
      return written.object.status.terminatingReplicas;
    };
    expect([count(1, 2), count(0, 0), count(1, undefined)]).toEqual([3, 0, undefined]);
  });

  test("are of the pods that are there, but pods are missing that were asked for", () => {
    const starting = { replicas: 2, readyReplicas: 1, availableReplicas: 0 };
    const sets = [rs(1, 10, { available: 8 }), withStatus(rs(2, 3), starting)];
    expect(
      statusAfter({ spec: { paused: true }, status: { observedGeneration: 1 } }, sets),
    ).toMatchObject({
      observedGeneration: 2,
      replicas: 12,
      updatedReplicas: 2,
      readyReplicas: 9,
      availableReplicas: 8,
      unavailableReplicas: 5,
    });
  });

  test("never miss fewer pods than none", () => {
    expect(statusAfter({}, [rs(2, 10, { available: 12 })])).not.toHaveProperty(
      "unavailableReplicas",
    );
    expect(statusAfter({}, [rs(2, 10, { available: 7 })])).toMatchObject({
      unavailableReplicas: 3,
    });
  });
});

describe("the condition Progressing", () => {
  test.each<[string, DeploymentParts, ReplicaSet[], object | undefined]>([
    [
      "becomes Unknown with a pause",
      {
        spec: { ...timed, paused: true },
        status: { conditions: progressing("True", "ReplicaSetUpdated") },
      },
      [rs(2, 10)],
      { status: "Unknown", reason: "DeploymentPaused", message: "Deployment is paused" },
    ],
    [
      "becomes Unknown with the end of a pause",
      { spec: timed, status: { ...full, conditions: progressing("Unknown", "DeploymentPaused") } },
      [rs(2, 10, { available: 0 })],
      { status: "Unknown", reason: "DeploymentResumed", message: "Deployment is resumed" },
    ],
    [
      "says all through a pause that the deadline has passed",
      {
        spec: { ...timed, paused: true },
        status: { conditions: progressing("False", "ProgressDeadlineExceeded") },
      },
      [rs(2, 10)],
      { reason: "ProgressDeadlineExceeded", message: "before" },
    ],
    [
      "is not there without a deadline, paused or not",
      { spec: { paused: true } },
      [rs(2, 10)],
      undefined,
    ],
    [
      "goes where there is no deadline any more",
      { status: { conditions: progressing("True", "ReplicaSetUpdated") } },
      [rs(2, 10)],
      undefined,
    ],
    [
      "goes with the largest deadline, which is none",
      {
        spec: { progressDeadlineSeconds: 2147483647 },
        status: { conditions: progressing("True", "ReplicaSetUpdated") },
      },
      [rs(2, 10)],
      undefined,
    ],
    [
      "keeps its transition while it stays True, and counts from now",
      {
        spec: timed,
        status: { observedGeneration: 2, conditions: progressing("True", "FoundNewReplicaSet") },
      },
      [rs(1, 5), rs(2, 5)],
      { reason: "ReplicaSetUpdated", lastTransitionTime: earlier, lastUpdateTime: timestamp(NOW) },
    ],
    [
      "has a new transition where it was not True",
      {
        spec: timed,
        status: {
          observedGeneration: 2,
          conditions: progressing("False", "ProgressDeadlineExceeded"),
        },
      },
      [rs(1, 5), rs(2, 5)],
      { reason: "ReplicaSetUpdated", lastTransitionTime: timestamp(NOW) },
    ],
    [
      "stays what it is once all is updated",
      {
        spec: timed,
        status: { ...full, conditions: progressing("True", "NewReplicaSetAvailable") },
      },
      [rs(2, 10, { available: 4 })],
      { reason: "NewReplicaSetAvailable", message: "before", lastUpdateTime: earlier },
    ],
    [
      "stays what it is while a complete one is scaled up",
      {
        spec: { ...timed, replicas: 12 },
        status: { ...full, conditions: progressing("True", "NewReplicaSetAvailable") },
      },
      [withStatus(rs(2, 12, { desired: 12, available: 10 }), { replicas: 11 })],
      { reason: "NewReplicaSetAvailable", lastUpdateTime: earlier },
    ],
    [
      "is not complete while the only pod is an old one",
      {
        spec: { ...timed, replicas: 1 },
        status: { observedGeneration: 2, conditions: progressing("True", "NewReplicaSetCreated") },
      },
      [rs(1, 1, { desired: 1 }), rs(2, 0, { desired: 1 })],
      { reason: "ReplicaSetUpdated" },
    ],
    [
      "is told anew once an undo rolls",
      {
        spec: timed,
        status: { ...full, conditions: progressing("True", "NewReplicaSetAvailable") },
      },
      [rs(1, 5), rs(2, 6)],
      { reason: "ReplicaSetUpdated", message: 'ReplicaSet "web-2" is progressing.' },
    ],
    [
      "is complete only once the spec is observed",
      { spec: timed, status: { conditions: progressing("True", "FoundNewReplicaSet") } },
      [rs(2, 10)],
      {
        reason: "NewReplicaSetAvailable",
        message: 'ReplicaSet "web-2" has successfully progressed.',
      },
    ],
  ])("%s", (_, parts, sets, condition) => {
    const found = conditionOf(statusAfter(parts, sets), "Progressing");
    if (condition === undefined) expect(found).toBeUndefined();
    else expect(found).toMatchObject(condition);
  });

  test("goes to the end of the list with a new reason, and keeps its transition", () => {
    const [before] = progressing("True", "ReplicaSetUpdated");
    const available = {
      ...before!,
      type: "Available",
      reason: "MinimumReplicasAvailable",
    } as const;
    const status = { observedGeneration: 2, conditions: [before!, available] };
    const { conditions } = statusAfter({ spec: timed, status }, [rs(2, 10)]);
    expect(conditions).toMatchObject([
      { type: "Available", message: "before" },
      {
        reason: "NewReplicaSetAvailable",
        lastTransitionTime: earlier,
        lastUpdateTime: timestamp(NOW),
      },
    ]);
  });

  test("is not complete while an old pod is left, though all new ones are available", () => {
    const status = { ...full, replicas: 11, conditions: progressing("True", "ReplicaSetUpdated") };
    const sets = [withStatus(rs(1, 0), { replicas: 1 }), rs(2, 10)];
    const found = conditionOf(statusAfter({ spec: timed, status }, sets), "Progressing");
    expect(found?.reason).toBe("ReplicaSetUpdated");
  });

  test("is the Deployment's own where there is no new ReplicaSet yet", () => {
    const late = timestamp(NOW - 601_000);
    const [before] = progressing("True", "ReplicaSetUpdated");
    const conditions = [{ ...before!, lastUpdateTime: late }];
    const spec = { ...timed, strategy: { type: "Recreate" } } as const;
    const status = { observedGeneration: 2, replicas: 1, conditions };
    const old = withStatus(rs(1, 0), { replicas: 1 });
    expect(conditionOf(statusAfter({ spec, status }, [old]), "Progressing")).toMatchObject({
      status: "False",
      message: 'Deployment "web" has timed out progressing.',
    });
  });

  test("becomes Unknown by a decision of its own", () => {
    const pausing = (paused: boolean, reason: string): string[] =>
      decisionsOf(
        planFor(
          deployment({
            spec: { ...timed, paused },
            status: { conditions: progressing("Unknown", reason) },
          }),
          [rs(2, 10)],
        ),
      );
    const [paused, resumed] = ["deployment/pause-condition", "deployment/resume-condition"];
    expect(pausing(true, "DeploymentResumed")).toContain(paused);
    expect(pausing(false, "DeploymentPaused")).toContain(resumed);
    expect(pausing(true, "DeploymentPaused")).not.toContain(paused);
  });

  test("of a complete Deployment sets no timer, and its history is not trimmed before it is observed", () => {
    const available = {
      ...progressing("True", "MinimumReplicasAvailable")[0]!,
      type: "Available" as const,
    };
    const conditions = [...progressing("True", "NewReplicaSetAvailable"), available];
    const status = { ...full, readyReplicas: 10, conditions };
    const plan = planFor(deployment({ spec: timed, status }), [rs(2, 10)]);
    expect([plan.writes, plan.requeueAfterMs]).toEqual([[], undefined]);
    const limit = { revisionHistoryLimit: 0 };
    const unobserved = planFor(
      deployment({ spec: limit, status: { ...full, observedGeneration: 1 } }),
      [rs(1, 0), rs(2, 10)],
    );
    expect(unobserved.writes.map((write) => write.do)).toEqual(["update/status"]);
  });
});

describe("the condition ReplicaFailure", () => {
  const failure = (message: string): object => ({
    conditions: [
      {
        type: "ReplicaFailure",
        status: "True",
        reason: "FailedCreate",
        lastTransitionTime: earlier,
        message,
      },
    ],
  });

  test("is the new ReplicaSet's before an old one's, with one time for both", () => {
    const [old, next] = [rs(1, 5), rs(2, 5)];
    const of = (sets: ReplicaSet[]): unknown =>
      conditionOf(statusAfter({}, sets), "ReplicaFailure");
    expect(of([withStatus(old, failure("old")), withStatus(next, failure("new"))])).toMatchObject({
      message: "new",
      lastUpdateTime: earlier,
      lastTransitionTime: earlier,
    });
    expect(of([withStatus(old, failure("old")), next])).toMatchObject({ message: "old" });
    expect(of([old, next])).toBeUndefined();
  });

  test("goes when no ReplicaSet has it any more", () => {
    const before: DeploymentCondition = {
      ...newCondition("ReplicaFailure", "True", "FailedCreate", "no", NOW),
    };
    const after = statusAfter({ status: { conditions: [before] } }, [rs(2, 10)]);
    expect(conditionOf(after, "ReplicaFailure")).toBeUndefined();
  });
});
