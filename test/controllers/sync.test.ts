/** Choices of a Deployment's sync that recordings hardly tell apart, most of them after a refused write. */
import { describe, expect, test } from "vitest";
import type { Deployment, ReplicaSet } from "../../src/api/apps.ts";
import { failure, type Status } from "../../src/api/status.ts";
import { timestamp } from "../../src/api/time.ts";
import { Cluster } from "../../src/cluster.ts";
import { reconcileDeployment } from "../../src/controllers/deployment/deployment.ts";
import { newCondition } from "../../src/controllers/deployment/conditions.ts";
import {
  planOf,
  type Effect,
  type Outcome,
  type PlannedSync,
  type Write,
} from "../../src/controllers/reconcile.ts";
import {
  decisionsOf,
  deployment,
  NOW,
  planFor,
  replicaSet,
  template,
  viewOf,
} from "./rollout-view.ts";

const second = 1000;
const notFound = failure(404, "NotFound", "gone");
const terminating = failure(403, "Forbidden", "namespace default is being terminated", {
  causes: [{ reason: "NamespaceTerminating", message: "it ends", field: "metadata.namespace" }],
});

/** Answers the writes of one kind with a refusal, all others with what they ask for. */
function refusing(verb: Write["do"], status: Status): (effect: Effect) => Outcome {
  return (effect) => {
    if (effect.do === verb) return { ok: false, status };
    return "object" in effect ? { ok: true, value: effect.object } : undefined;
  };
}

function orphan(): ReplicaSet {
  const { ownerReferences: _, ...metadata } = replicaSet({ image: "web:1", replicas: 1 }).metadata;
  return { ...replicaSet({ image: "web:1", replicas: 1 }), metadata };
}

const verbs = (writes: readonly Write[]): string[] => writes.map((write) => write.do);

describe("a sync of a Deployment", () => {
  test("without a deadline says nothing of progress when it creates a ReplicaSet", () => {
    const plan = planFor(deployment({ annotations: {} }), []);
    const [status] = plan.writes.filter((write) => write.do === "update/status");
    expect(status).not.toHaveProperty("object.status.conditions");
    const timed = planFor(deployment({ spec: { progressDeadlineSeconds: 600 } }), []);
    expect(timed.writes.find((write) => write.do === "update/status")).toMatchObject({
      object: { status: { conditions: [{ reason: "NewReplicaSetCreated" }] } },
    });
  });

  test("is not tried again where the namespace is going away", () => {
    const view = viewOf(deployment({ spec: { progressDeadlineSeconds: 600 } }), []);
    const ending = planOf(reconcileDeployment(view), refusing("create", terminating));
    expect(ending).toMatchObject({ error: "namespace default is being terminated", final: true });
    expect([verbs(ending.writes), ending.events]).toEqual([["create"], []]);
    const refusal = refusing("create", failure(403, "Forbidden", "no quota"));
    const verdict = planOf(reconcileDeployment(view), refusal);
    expect(verdict).toMatchObject({ error: "no quota" });
    expect(verdict).not.toHaveProperty("final");
    expect(verdict.writes[1]).toMatchObject({
      object: { status: { conditions: [{ status: "False", reason: "ReplicaSetCreateError" }] } },
    });
  });

  const two = (replicas: number): ReplicaSet[] => [
    replicaSet({ image: "web:1", replicas }),
    replicaSet({ image: "web:2", replicas: 10 - replicas }),
  ];
  test.each([
    ["update", "rolling", deployment(), two(5)],
    ["update", "recreating", deployment({ spec: { strategy: { type: "Recreate" } } }), two(5)],
    ["update", "scaling", deployment({ spec: { replicas: 20 } }), two(5)],
    ["update/status", "rolling", deployment(), two(0)],
    ["update/status", "paused", deployment({ spec: { paused: true } }), two(5)],
    ["delete", "trimming", deployment({ spec: { paused: true, revisionHistoryLimit: 0 } }), two(0)],
    [
      "create",
      "rolling back",
      deployment({ annotations: { "deprecated.deployment.rollback.to": "1" } }),
      [],
    ],
    [
      "update",
      "rolling back to another",
      deployment({ annotations: { "deprecated.deployment.rollback.to": "1" } }),
      two(0),
    ],
  ] as const)("gives up where %s is refused so, when %s", (verb, _, d, sets) => {
    const plan = planOf(reconcileDeployment(viewOf(d, sets)), refusing(verb, terminating));
    expect(plan).toMatchObject({ error: "namespace default is being terminated", final: true });
    expect(plan.events.map(({ reason }) => reason)).not.toContain("DeploymentRollback");
  });

  test("tries again where a claim is refused so", () => {
    const sync = reconcileDeployment(viewOf(deployment(), [orphan()]));
    const plan = planOf(sync, refusing("adopt", terminating));
    expect(plan).toMatchObject({ error: "namespace default is being terminated" });
    expect(plan).not.toHaveProperty("final");
  });

  test("adopts an orphan that it selects, and does without one that is gone by then", () => {
    const sets = [orphan(), replicaSet({ image: "web:2", replicas: 10 })];
    const adopted = planFor(deployment(), sets);
    expect(verbs(adopted.writes)[0]).toBe("adopt");
    expect(decisionsOf(adopted)).toContain("deployment/rolling/scale-down-old");
    const without = planOf(
      reconcileDeployment(viewOf(deployment(), sets)),
      refusing("adopt", notFound),
    );
    expect(without.error).toBeUndefined();
    expect(decisionsOf(without)).toContain("deployment/rolling/no-old-pods");
    const failed = planOf(
      reconcileDeployment(viewOf(deployment(), sets)),
      refusing("adopt", failure(409, "Conflict", "changed")),
    );
    expect(failed).toMatchObject({ error: "changed" });
    expect(verbs(failed.writes)).toEqual(["adopt"]);
  });

  test("adopts several orphans in order of their names", () => {
    const cluster = new Cluster();
    const metadata = { name: "web" };
    const spec = { selector: { matchLabels: { app: "web" } }, template: template("web:1") };
    const make = (kind: string, of: object): unknown =>
      cluster.act("make", (api) =>
        api.create({ apiVersion: "apps/v1", kind, metadata, spec, ...of }),
      );
    for (const name of ["b", "c", "a"]) {
      make("ReplicaSet", { metadata: { name, labels: { app: "web" } } });
    }
    const adopted: string[] = [];
    cluster.on("write", ({ by, resource, name }) => {
      if (by === "deployment-controller" && resource === "replicasets") adopted.push(name);
    });
    make("Deployment", {});
    expect(adopted.slice(0, 3)).toEqual(["a", "b", "c"]);
  });

  test("lets go of its ReplicaSet that it no longer selects, which may be gone or sick by then", () => {
    const stray = replicaSet({ image: "web:1", replicas: 1 });
    const labeled = { ...stray, metadata: { ...stray.metadata, labels: { app: "other" } } };
    const sets = [labeled, replicaSet({ image: "web:2", replicas: 10 })];
    const sync = () => reconcileDeployment(viewOf(deployment(), sets));
    const released = planOf(sync());
    expect(verbs(released.writes)[0]).toBe("release");
    for (const status of [notFound, failure(422, "Invalid", "owner without uid")]) {
      const plan = planOf(sync(), refusing("release", status));
      expect(plan).not.toHaveProperty("error");
      expect(decisionsOf(plan)).toEqual(decisionsOf(released));
    }
    const conflict = planOf(sync(), refusing("release", failure(409, "Conflict", "changed")));
    expect(conflict).toMatchObject({ error: "changed" });
  });

  test("tries all its claims, and fails with what the first was refused for", () => {
    const others = ["web-1", "web-0"].map((name) => ({
      ...orphan(),
      metadata: { ...orphan().metadata, name },
    }));
    const plan = planOf(reconcileDeployment(viewOf(deployment(), others)), (effect) => {
      if (effect.do !== "adopt") return refusing("create", notFound)(effect);
      return {
        ok: false,
        status: failure(409, "Conflict", `${effect.object.metadata.name} changed`),
      };
    });
    expect(verbs(plan.writes)).toEqual(["adopt", "adopt"]);
    expect(plan).toMatchObject({ error: "web-1 changed" });
  });

  test("adopts nothing for a Deployment that is another, or going, when it is read afresh", () => {
    const fresh = (change: object) => (effect: Effect) => {
      if (effect.do !== "get") return refusing("create", notFound)(effect);
      const { metadata } = effect.object;
      return {
        ok: true as const,
        value: { ...effect.object, metadata: { ...metadata, ...change } },
      };
    };
    const sync = () => reconcileDeployment(viewOf(deployment(), [orphan()]));
    expect(planOf(sync(), fresh({ uid: "another" })).error).toBe("original Deployment web is gone");
    const going = { deletionTimestamp: "2000-01-01T00:59:59Z" };
    expect(planOf(sync(), fresh(going)).error).toBe("web has just been deleted");
  });

  test("while paused trims the history, but not before a rollback that is asked for", () => {
    const sets = [
      replicaSet({ image: "web:1", replicas: 0 }),
      replicaSet({ image: "web:2", replicas: 10 }),
    ];
    const spec = { paused: true, revisionHistoryLimit: 0 };
    expect(verbs(planFor(deployment({ spec }), sets).writes)).toContain("delete");
    const annotations = { "deprecated.deployment.rollback.to": "1" };
    expect(verbs(planFor(deployment({ spec, annotations }), sets).writes)).not.toContain("delete");
  });

  test("orders a history with a revision that is no number as Go's sort does", () => {
    const revision = (text: string) => ({ "deployment.kubernetes.io/revision": text });
    const sets = [
      replicaSet({ image: "web:3", replicas: 10, annotations: revision("7") }),
      replicaSet({ image: "web:4", replicas: 3, annotations: revision("x") }),
      replicaSet({ image: "web:5", replicas: 0, annotations: revision("1") }),
      replicaSet({ image: "web:6", replicas: 0, annotations: revision("0") }),
    ];
    // Newest first 0, 1, x, 7 becomes x, 0, 1, 7: x is older than 1 and 0.
    const plan = planFor(deployment({ spec: { paused: true, revisionHistoryLimit: 2 } }), sets);
    const gone = plan.writes.flatMap((write) =>
      write.do === "delete" ? [write.object.metadata.name] : [],
    );
    expect(gone).toEqual(["web-6"]);
  });

  test("trims the rest of the history where one of it is gone already", () => {
    const sets = [
      ...[0, 1].map((n) => replicaSet({ image: `web:${n}`, replicas: 0 })),
      replicaSet({ image: "web:2", replicas: 10 }),
    ];
    const spec = { paused: true, revisionHistoryLimit: 0 };
    const sync = reconcileDeployment(viewOf(deployment({ spec }), sets));
    const plan = planOf(sync, refusing("delete", notFound));
    expect(plan).not.toHaveProperty("error");
    expect(verbs(plan.writes)).toEqual(["delete", "delete", "update/status"]);
  });

  test("trims the history once it has nothing to scale, or was refused it", () => {
    const status = {
      observedGeneration: 2,
      replicas: 10,
      updatedReplicas: 10,
      availableReplicas: 10,
    };
    const d = deployment({ spec: { revisionHistoryLimit: 0 }, status });
    const sets = (available: number): ReplicaSet[] => [
      replicaSet({ image: "web:0", replicas: 0 }),
      replicaSet({ image: "web:1", replicas: 2, available }),
      replicaSet({ image: "web:2", replicas: 10 }),
    ];
    // One that is not available goes, then one that is.
    expect(verbs(planFor(d, sets(1)).writes)).toEqual(["update", "update", "update/status"]);
    const conflict = failure(409, "Conflict", "changed");
    for (const available of [1, 2]) {
      const sync = reconcileDeployment(viewOf(d, sets(available)));
      const refused = planOf(sync, refusing("update", conflict));
      expect(verbs(refused.writes)).toEqual(["update", "delete", "update/status"]);
      expect(refused).not.toHaveProperty("error");
    }
    const half = planOf(reconcileDeployment(viewOf(d, sets(1))), (effect) => {
      const isSecond = effect.do === "update" && (effect.object as ReplicaSet).spec.replicas === 0;
      return refusing(isSecond ? "update" : "create", conflict)(effect);
    });
    expect(verbs(half.writes)).toEqual(["update", "update", "delete", "update/status"]);
  });

  test("takes nothing from a ReplicaSet that cleanup has just emptied", () => {
    const plan = planFor(deployment(), [
      replicaSet({ image: "web:0", replicas: 2, available: 0 }),
      replicaSet({ image: "web:1", replicas: 8 }),
      replicaSet({ image: "web:2", replicas: 3 }),
      replicaSet({ image: "web:3", replicas: 1, available: 1 }),
    ]);
    const named = plan.because.flatMap(({ id, weighed: { replicaSet: name, from, to } }) =>
      /unhealthy-first|scale-down-old/.test(id)
        ? [`${id.split("/")[2]} ${name} from ${from} to ${to}`]
        : [],
    );
    // 12 available, 8 to keep: the first takes all 4 that are to spare.
    expect(named).toEqual([
      "unhealthy-first web-0 from 2 to 0",
      "scale-down-old web-1 from 8 to 4",
    ]);
  });

  test("says that it is available, or not, only where that changes", () => {
    const sets = [replicaSet({ image: "web:2", replicas: 10 })];
    const first = planFor(deployment(), sets);
    expect(decisionsOf(first)).toContain("deployment/status/available");
    const written = first.writes.findLast((write) => write.do === "update/status");
    const { status } = (written as unknown as { readonly object: Deployment }).object;
    expect(decisionsOf(planFor(deployment({ status }), sets))).not.toContain(
      "deployment/status/available",
    );
  });
});

describe("a Deployment that selects all pods", () => {
  test("is warned, once it is observed, and no ReplicaSet is touched", () => {
    const spec = { selector: {} };
    const plan = planFor(deployment({ spec, status: { observedGeneration: 1 } }), [orphan()]);
    const message = "This deployment is selecting all pods. A non-empty selector is required.";
    const { metadata } = deployment();
    expect(plan.events).toMatchObject([
      { type: "Warning", reason: "SelectingAll", message, about: { metadata } },
    ]);
    expect(plan.writes).toMatchObject([
      { do: "update/status", object: { metadata, status: { observedGeneration: 2 } } },
    ]);
    expect(planFor(deployment({ spec }), [orphan()]).writes).toEqual([]);
  });
});

describe("the deadline of a rollout that stands still", () => {
  const stuck = (reason: string, agoS: number): PlannedSync => {
    const since = timestamp(NOW - agoS * second);
    const status = {
      observedGeneration: 2,
      replicas: 13,
      updatedReplicas: 3,
      readyReplicas: 10,
      availableReplicas: 10,
      unavailableReplicas: 3,
      conditions: [
        newCondition("Available", "True", "MinimumReplicasAvailable", "", NOW),
        { ...newCondition("Progressing", "True", reason, "", NOW), lastUpdateTime: since },
      ],
    };
    return planFor(deployment({ spec: { progressDeadlineSeconds: 600 }, status }), [
      replicaSet({ image: "web:1", replicas: 10 }),
      replicaSet({ image: "web:2", replicas: 3, available: 0 }),
    ]);
  };

  test.each([
    ["ReplicaSetUpdated", 590, { requeueAfterMs: 11_000 }],
    ["ReplicaSetUpdated", 599, { requeueAfterMs: 2000 }],
    ["ReplicaSetUpdated", 600, { requeueRateLimited: true }],
    ["NewReplicaSetAvailable", 700, { requeueRateLimited: true, sameUntilEvent: true }],
    ["ProgressDeadlineExceeded", 590, {}],
  ])("after %s %d s ago asks for %j", (reason, agoS, verdict) => {
    const { writes, events, because, ...asked } = stuck(reason, agoS);
    expect(asked).toEqual(verdict);
  });

  test("is told to have passed one second later, and only once", () => {
    const late = stuck("ReplicaSetUpdated", 601);
    expect(decisionsOf(late)).toContain("progress/deadline-passed");
    const again = stuck("ProgressDeadlineExceeded", 601);
    expect(decisionsOf(again)).not.toContain("progress/deadline-passed");
  });
});

describe("a rollback that an annotation asks for", () => {
  test.each([
    ["1", "deployment/rollback/done", "DeploymentRollback"],
    ["0", "deployment/rollback/done", "DeploymentRollback"],
    ["2", "deployment/rollback/same-template", "DeploymentRollbackTemplateUnchanged"],
    ["7", "deployment/rollback/not-found", "DeploymentRollbackRevisionNotFound"],
  ])("to revision %s: %s", (revision, decision, reason) => {
    const annotations = { "deprecated.deployment.rollback.to": revision };
    const cause = { "kubernetes.io/change-cause": "first" };
    const first = replicaSet({ image: "web:1", replicas: 0, annotations: cause });
    const labels = { app: "web", "pod-template-hash": "1" };
    const hashed = { ...first.spec.template, metadata: { labels } };
    const plan = planFor(deployment({ annotations }), [
      { ...first, spec: { ...first.spec, template: hashed } },
      replicaSet({ image: "web:2", replicas: 10 }),
    ]);
    expect(decisionsOf(plan)).toContain(decision);
    expect(plan.events).toMatchObject([{ reason }]);
    const isDone = decision.endsWith("done");
    const { spec, metadata } = (plan.writes.at(-1) as unknown as { object: Deployment }).object;
    expect(spec.template).toEqual(template(isDone ? "web:1" : "web:2"));
    const kept = { "deployment.kubernetes.io/revision": "2" };
    expect(metadata.annotations).toEqual(isDone ? { ...kept, ...cause } : kept);
  });
});

test.each([
  ["0", "Unable to find last revision."],
  ["7", "Unable to find the revision to rollback to."],
  ["first", undefined],
])("a rollback to revision %j, where there is but one, says %j", (revision, message) => {
  const annotations = { "deprecated.deployment.rollback.to": revision };
  const plan = planFor(deployment({ annotations }), [replicaSet({ image: "web:2", replicas: 10 })]);
  expect(plan.events.map((event) => event.message)).toEqual(message === undefined ? [] : [message]);
  expect(decisionsOf(plan).includes("deployment/rolling/no-old-pods")).toBe(message === undefined);
});

test("a Deployment whose sync fails is tried 15 times more, ever later, then left alone", () => {
  const cluster = new Cluster();
  cluster.refuseNext("create", "replicasets", 100);
  const waits: number[] = [];
  cluster.on("sync", ({ requeue }) => waits.push(...(requeue.length === 0 ? [0] : requeue)));
  const spec = { selector: { matchLabels: { app: "web" } }, template: template("web:1") };
  cluster.act("create", (api) =>
    api.create({ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" }, spec }),
  );
  cluster.runUntil(3600 * second);
  const round = [...Array.from({ length: 15 }, (_, n) => -5 * 2 ** n), 0];
  // Its first status woke it while a retry was on its way: that one, left over, begins once more.
  expect(waits).toEqual([...round, ...round]);
});
