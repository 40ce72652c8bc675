/** The ReplicaSet that a Deployment's sync makes or keeps up to date, and what a sync does instead. */
import { describe, expect, test } from "vitest";
import type { Deployment, DeploymentStatus, ReplicaSet } from "../../src/api/apps.ts";
import { failure } from "../../src/api/status.ts";
import { reconcileDeployment } from "../../src/controllers/deployment/deployment.ts";
import { planOf, type PlannedSync } from "../../src/controllers/reconcile.ts";
import { decisionsOf, deployment, planFor, replicaSet, sizes, viewOf } from "./rollout-view.ts";

const recreate = { strategy: { type: "Recreate" } } as const;
const rs = (version: number, replicas: number, more: object = {}): ReplicaSet =>
  replicaSet({ image: `web:${version}`, replicas, ...more });
/** What is different about the ReplicaSet that has the name, and the Deployment's status. */
interface TakenParts {
  readonly ownerReferences?: never[];
  readonly status?: DeploymentStatus;
}

const verbs = ({ writes }: PlannedSync): string[] => writes.map((write) => write.do);

function created(plan: PlannedSync): ReplicaSet {
  const [write] = plan.writes.filter(({ do: verb }) => verb === "create");
  return (write as unknown as { readonly object: ReplicaSet }).object;
}

describe("a new ReplicaSet", () => {
  test("has the hash in its name, its labels, its selector and its pods", () => {
    const { metadata, spec } = created(planFor(deployment(), []));
    const hash = metadata.name.slice("web-".length);
    const labels = { app: "web", "pod-template-hash": hash };
    expect(hash).toMatch(/^[a-z0-9]+$/);
    expect(metadata.labels).toEqual(labels);
    expect(spec.selector).toEqual({ matchLabels: labels });
    expect(spec.template.metadata?.labels).toEqual(labels);
    expect(metadata.annotations).toEqual({
      "deployment.kubernetes.io/revision": "1",
      "deployment.kubernetes.io/desired-replicas": "10",
      "deployment.kubernetes.io/max-replicas": "13",
    });
    expect(metadata.ownerReferences).toMatchObject([{ uid: "d", controller: true }]);
  });

  test("has the minReadySeconds and the annotations of its Deployment", () => {
    const d = deployment({ spec: { minReadySeconds: 5 }, annotations: { note: "why" } });
    const { metadata, spec } = created(planFor(d, []));
    expect([spec.minReadySeconds, metadata.annotations?.["note"]]).toEqual([5, "why"]);
  });

  test("that is refused is told of, with or without a deadline", () => {
    for (const spec of [{}, { progressDeadlineSeconds: 600 }]) {
      const status = failure(403, "Forbidden", "no quota");
      const sync = reconcileDeployment(viewOf(deployment({ spec }), []));
      const { events } = planOf(sync, (effect) => {
        if (effect.do === "create") return { ok: false, status };
        return "object" in effect ? { ok: true, value: effect.object } : undefined;
      });
      const message = expect.stringMatching(
        /^Failed to create new replica set "web-.*": no quota$/,
      );
      expect(events).toMatchObject([{ type: "Warning", reason: "ReplicaSetCreateError", message }]);
    }
  });

  test("has a name of 253 characters at most, and the namespace of its Deployment", () => {
    const d = deployment();
    const long = { ...d.metadata, name: "w".repeat(250), namespace: "shop" };
    const { name, namespace, labels } = created(planFor({ ...d, metadata: long }, [])).metadata;
    expect(name).toHaveLength(253);
    expect(name.endsWith(`w-${labels?.["pod-template-hash"]}`)).toBe(true);
    expect(namespace).toBe("shop");
  });

  test("has another name after a collision", () => {
    const name = (collisionCount?: number): string => {
      const status = collisionCount === undefined ? {} : { collisionCount };
      return created(planFor(deployment({ status }), [])).metadata.name;
    };
    expect(new Set([name(), name(1), name(2)]).size).toBe(3);
  });

  test.each([
    ["with the room that old ones leave", {}, 10, 3],
    ["with all where none are left", {}, 0, 10],
    ["with none where there is no room", {}, 13, 0],
    ["with all under Recreate, whatever is left", recreate, 4, 10],
  ])("begins %s", (_, spec, old, size) => {
    // A rollback makes sure of it whatever the strategy.
    const annotations = { "deprecated.deployment.rollback.to": "7" };
    const plan = planFor(deployment({ spec, annotations }), [rs(1, old)]);
    expect(created(plan).spec.replicas).toBe(size);
    expect(plan.events.filter(({ reason }) => reason === "ScalingReplicaSet")).toHaveLength(
      size === 0 ? 0 : 1,
    );
  });

  test.each([
    ["ours, with the template: it is taken, and its revision", {}, {}, undefined, undefined],
    [
      "ours, with another template: a collision is counted",
      { template: rs(1, 0).spec.template },
      {},
      1,
      "exists",
    ],
    [
      "somebody else's: one more collision is counted",
      {},
      { ownerReferences: [], status: { collisionCount: 1 } },
      2,
      "exists",
    ],
  ])("whose name is taken is %s", (_, spec, { status, ...of }: TakenParts, collisions, error) => {
    const d = deployment({ ...(status && { status }) });
    const wanted = created(planFor(d, []));
    const { metadata } = rs(9, 3);
    // The cache has heard of it after the sync looked for it: its labels do not match yet.
    const hidden = { ...metadata, ...of, name: wanted.metadata.name, labels: {} };
    const taken = { ...rs(9, 3), metadata: hidden, spec: { ...wanted.spec, ...spec } };
    const plan = planOf(reconcileDeployment(viewOf(d, [taken])), (effect) => {
      if (effect.do === "create") {
        return { ok: false, status: failure(409, "AlreadyExists", "exists") };
      }
      return "object" in effect ? { ok: true, value: effect.object } : undefined;
    });
    expect(plan.error).toBe(error);
    const [written] = plan.writes.filter(({ do: verb }) => verb === "update/status");
    const { object } = written as unknown as { readonly object: Deployment };
    expect(object.status.collisionCount).toBe(collisions);
    expect(object.status.observedGeneration).toBe(d.status.observedGeneration);
    const revision = object.metadata.annotations?.["deployment.kubernetes.io/revision"];
    expect(revision).toBe(collisions === undefined ? "1" : "2");
  });

  test("has no room where replicas and surge are more than 32 bits hold", () => {
    const strategy = { type: "RollingUpdate", rollingUpdate: { maxSurge: "100%" } } as const;
    const { metadata, spec } = created(
      planFor(deployment({ spec: { replicas: 2147483647, strategy } }), []),
    );
    expect(spec.replicas).toBe(0);
    expect(metadata.annotations?.["deployment.kubernetes.io/max-replicas"]).toBe("-2");
  });

  test("begins beside the sizes of old ones, however many pods they have", () => {
    const old = { ...rs(1, 10), status: { replicas: 13 } };
    expect(created(planFor(deployment(), [old])).spec.replicas).toBe(3);
  });

  test("that was created by the same Deployment unseen says nothing of it, and a name taken by who knows whom fails", () => {
    const d = deployment({ spec: { progressDeadlineSeconds: 600 } });
    const exists = failure(409, "AlreadyExists", "exists");
    const sync = (taken: readonly ReplicaSet[]): PlannedSync =>
      planOf(reconcileDeployment(viewOf(d, taken)), (effect) => {
        if (effect.do === "create") return { ok: false, status: exists };
        return "object" in effect ? { ok: true, value: effect.object } : undefined;
      });
    const { metadata, spec } = created(planFor(d, []));
    const ours = { ...rs(9, 3), metadata: { ...rs(9, 3).metadata, name: metadata.name }, spec };
    const hidden = { ...ours, metadata: { ...ours.metadata, labels: {} } };
    const [write] = sync([hidden]).writes.filter(({ do: verb }) => verb === "update/status");
    expect((write as unknown as { object: Deployment }).object.status).not.toHaveProperty(
      "conditions",
    );
    const unknown = sync([]);
    expect(unknown.error).toBe(`replicaset.apps "${metadata.name}" not found`);
    expect(verbs(unknown)).toEqual(["create"]);
  });

  test("that was created unseen ends its sync where the status with its revision is refused", () => {
    const d = deployment({ spec: { progressDeadlineSeconds: 600 } });
    const { metadata, spec } = created(planFor(d, []));
    const ours = rs(9, 3).metadata;
    const hidden = { ...rs(9, 3), metadata: { ...ours, name: metadata.name, labels: {} }, spec };
    const plan = planOf(reconcileDeployment(viewOf(d, [hidden])), (effect) => {
      if (effect.do === "create") {
        return { ok: false, status: failure(409, "AlreadyExists", "exists") };
      }
      if (effect.do === "update/status") {
        return { ok: false, status: failure(409, "Conflict", "changed") };
      }
      return "object" in effect ? { ok: true, value: effect.object } : undefined;
    });
    expect(plan.error).toBe("changed");
    expect(verbs(plan).filter((verb) => verb === "update/status")).toHaveLength(1);
  });

  test("that is found and changed ends its step: the revision is copied by the next sync", () => {
    const annotations = { "deployment.kubernetes.io/revision": "1" };
    const sets = [rs(2, 10)];
    const copied = planFor(deployment({ annotations }), sets);
    expect(verbs(copied)).toEqual(["update/status", "update/status"]);
    expect(copied.because[0]).toMatchObject({
      id: "deployment/new/copy-revision",
      weighed: { replicaSet: "web-2", revision: "2" },
    });
    const more = { ...annotations, note: "new" };
    // Once where it looks for a scaling event, once more from the same cached copy.
    expect(verbs(planFor(deployment({ annotations: more }), sets))).toEqual([
      "update",
      "update",
      "update/status",
    ]);
  });
});

test("a ReplicaSet follows its Deployment's minReadySeconds, to more, to less and to none", () => {
  const slow = { ...rs(2, 10), spec: { ...rs(2, 10).spec, minReadySeconds: 5 } };
  const followed = [undefined, 3, 5, 7].map((minReadySeconds) => {
    const spec = minReadySeconds === undefined ? {} : { minReadySeconds };
    const [update] = planFor(deployment({ spec }), [slow]).writes;
    if (update?.do !== "update") return "left alone";
    return (update.object as ReplicaSet).spec.minReadySeconds;
  });
  expect(followed).toEqual([undefined, 3, "left alone", 7]);
});

describe("a sync of a Deployment", () => {
  test("that is being deleted writes its status and rolls nothing", () => {
    const d = deployment();
    const metadata = { ...d.metadata, deletionTimestamp: "2000-01-01T00:59:59Z" };
    const plan = planFor({ ...d, metadata }, [rs(1, 10)]);
    expect(verbs(plan)).toEqual(["update/status"]);
    expect(decisionsOf(plan)).toContain("deployment/being-deleted");
  });

  test("leaves alone what another Deployment of its name owns", () => {
    const [reference] = rs(1, 10).metadata.ownerReferences!;
    const other = { ...rs(1, 10).metadata, ownerReferences: [{ ...reference!, uid: "other" }] };
    expect(sizes(planFor(deployment(), [{ ...rs(1, 10), metadata: other }, rs(2, 10)]))).toEqual(
      {},
    );
  });

  test("takes no orphan that is going, and where it goes itself, lets go of nothing", () => {
    const going = { deletionTimestamp: "2000-01-01T00:59:59Z" };
    const { ownerReferences: _, ...orphan } = rs(1, 3).metadata;
    const leaving = { ...rs(1, 3), metadata: { ...orphan, ...going } };
    expect(verbs(planFor(deployment(), [leaving, rs(2, 10)]))).toEqual(["update/status"]);
    const d = deployment();
    const stray = { ...rs(1, 3), metadata: { ...rs(1, 3).metadata, labels: { app: "other" } } };
    expect(
      verbs(planFor({ ...d, metadata: { ...d.metadata, ...going } }, [stray, rs(2, 10)])),
    ).toEqual(["update/status"]);
  });

  test("that is paused says so before it scales, and rolls nothing back", () => {
    const annotations = { "deprecated.deployment.rollback.to": "1" };
    const spec = { paused: true, replicas: 4, progressDeadlineSeconds: 600 };
    const plan = planFor(deployment({ annotations, spec }), [rs(1, 0), rs(2, 10)]);
    expect(verbs(plan)).toEqual(["update/status", "update", "update/status"]);
    expect(sizes(plan)).toEqual({ "web-2": 4 });
  });

  test("that is paused makes no ReplicaSet", () => {
    expect(verbs(planFor(deployment({ spec: { paused: true } }), [rs(1, 10)]))).toEqual([
      "update/status",
    ]);
  });

  test("forgets what its first status write gave back, so that a second one meets a Conflict", () => {
    const annotations = { "deployment.kubernetes.io/revision": "1" };
    const view = viewOf(deployment({ annotations }), [rs(2, 10)]);
    const { writes } = planOf(reconcileDeployment(view), (effect) => {
      if (!("object" in effect)) return undefined;
      const metadata = { ...effect.object.metadata, resourceVersion: "101" };
      return { ok: true, value: { ...effect.object, metadata } };
    });
    const sent = writes.map((write) => "object" in write && write.object.metadata.resourceVersion);
    expect(sent).toEqual(["100", "100"]);
  });

  test("writes the annotations of its Deployment onto the ReplicaSet that it finds", () => {
    const [first] = planFor(deployment({ annotations: { note: "why" } }), [rs(2, 10)]).writes;
    const { annotations } = rs(2, 10).metadata;
    expect(first).toMatchObject({
      do: "update",
      object: { metadata: { annotations: { ...annotations, note: "why" } } },
    });
  });

  test.each([{}, recreate])(
    "with %j ends where the version that it adjusted is an old one by now",
    (spec) => {
      const d = deployment({ annotations: { note: "why" }, spec });
      let updates = 0;
      const plan = planOf(reconcileDeployment(viewOf(d, [rs(1, 3), rs(2, 10)])), (effect) => {
        // It is adjusted where scaling is looked for, and again, as it was read, where it is rolled out.
        if (effect.do === "update" && ++updates > 1) {
          return { ok: false, status: failure(409, "Conflict", "changed") };
        }
        return "object" in effect ? { ok: true, value: effect.object } : undefined;
      });
      expect([verbs(plan), plan.error]).toEqual([["update", "update"], "changed"]);
    },
  );

  test("writes a status after a creation only where it has a deadline, or another revision by it", () => {
    const known = { observedGeneration: 2, unavailableReplicas: 13 };
    const statuses = (d: Deployment): number =>
      verbs(planFor(d, [rs(1, 10, { available: 0 })])).filter((verb) => verb === "update/status")
        .length;
    const plain = statuses(deployment({ status: known }));
    const deadline = { progressDeadlineSeconds: 600 };
    expect(statuses(deployment({ status: known, spec: deadline })) - plain).toBe(1);
    const annotations = { "deployment.kubernetes.io/revision": "1" };
    expect(statuses(deployment({ status: known, annotations })) - plain).toBe(1);
  });

  test("rolls back to the template of that revision, its annotations too, without the hash", () => {
    const old = rs(1, 0);
    const metadata = {
      annotations: { restartedAt: "then" },
      labels: { app: "web", "pod-template-hash": "1" },
    };
    const template = { ...old.spec.template, metadata };
    const target = { ...old, spec: { ...old.spec, template } };
    const d = deployment({ annotations: { "deprecated.deployment.rollback.to": "1" } });
    const { writes } = planFor(d, [target, rs(2, 10)]);
    const restored = { annotations: { restartedAt: "then" }, labels: { app: "web" } };
    expect(writes).toHaveLength(1);
    const [{ object }] = writes as unknown as readonly [{ readonly object: Deployment }];
    expect(object.spec.template.metadata).toEqual(restored);
  });

  test("rolls back before it scales", () => {
    const annotations = { "deprecated.deployment.rollback.to": "1" };
    const plan = planFor(deployment({ annotations, spec: { replicas: 4 } }), [rs(1, 0), rs(2, 10)]);
    expect(decisionsOf(plan)).toContain("deployment/rollback/done");
    expect(sizes(plan)).toEqual({});
  });

  test("under Recreate takes the old pods away, and makes no ReplicaSet meanwhile", () => {
    const plan = planFor(deployment({ spec: recreate }), [rs(0, 2), rs(1, 3)]);
    expect(sizes(plan)).toEqual({ "web-0": 0, "web-1": 0 });
    expect(verbs(plan)).toEqual(["update", "update", "update/status"]);
    const grown = planFor(deployment({ spec: recreate }), [rs(1, 0), rs(2, 3)]);
    expect(decisionsOf(grown)).toContain("deployment/recreate/scale-up-new");
    expect(sizes(planFor(deployment({ spec: recreate }), [rs(2, 12)]))).toEqual({ "web-2": 10 });
    const limit = { ...recreate, revisionHistoryLimit: 0 };
    expect(verbs(planFor(deployment({ spec: limit }), [rs(1, 0), rs(2, 10)]))).not.toContain(
      "delete",
    );
    const there = planFor(deployment({ spec: recreate }), [rs(1, 0), rs(2, 10)]);
    expect(decisionsOf(there)).not.toContain("deployment/recreate/scale-up-new");
  });

  test("scales by shares where the new one was full of another number", () => {
    const sets = [rs(1, 3), rs(2, 10, { desired: 8 })];
    const plan = planFor(deployment({ spec: { paused: true } }), sets);
    expect(decisionsOf(plan)).not.toContain("deployment/scale/saturated");
    const full = planFor(deployment({ spec: { paused: true } }), [rs(1, 3), rs(2, 10)]);
    expect(decisionsOf(full)).toContain("deployment/scale/saturated");
  });

  test("under Recreate is not made in the sync that takes replicas away, though no pod was there", () => {
    const none = rs(1, 4);
    const refused = { ...none, status: { ...none.status, replicas: 0, availableReplicas: 0 } };
    const plan = planFor(deployment({ spec: recreate }), [refused]);
    expect(verbs(plan)).toEqual(["update", "update/status"]);
    const after = planFor(deployment({ spec: recreate }), [rs(1, 0)]);
    expect(verbs(after)[0]).toBe("create");
  });

  test("under Recreate does not scale by shares", () => {
    const sets = [rs(1, 3), rs(2, 5)];
    expect(sizes(planFor(deployment({ spec: { paused: true, ...recreate } }), sets))).toEqual({});
  });

  test.each([
    [[rs(1, 10), rs(2, 0)], "Scaled up replica set web-2 from 0 to 3"],
    [[rs(1, 10), rs(2, 3)], "Scaled down replica set web-1 from 10 to 5"],
  ])("tells of a size that it changes", (sets, message) => {
    expect(planFor(deployment(), sets).events).toMatchObject([
      { type: "Normal", reason: "ScalingReplicaSet", message },
    ]);
  });
});
