/** What a sync of a ReplicaSet asks for, awaits and writes. */
import { describe, expect, test } from "vitest";
import { failure } from "../../src/api/status.ts";
import { planOf, type Outcome, type Write } from "../../src/controllers/reconcile.ts";
import { reconcileReplicaSet } from "../../src/controllers/replicaset/replicaset.ts";
import type { ReplicaSetView } from "../../src/controllers/replicaset/view.ts";
import { counts, orphan, view } from "./replica-set-view.ts";
import { NOW } from "./rollout-view.ts";

const second = 1000;

describe("a sync of a ReplicaSet", () => {
  /** What it asked for and awaits, with what came of each: all, or `done` of the batch number `refused`. */
  function asked(change: Partial<ReplicaSetView>, refused = Infinity, done = 0): string[] {
    const told: string[] = [];
    let batches = 0;
    planOf(reconcileReplicaSet(view(change)), (effect): Outcome => {
      if ("count" in effect) told.push(`${effect.do} ${effect.count}`);
      else if ("rows" in effect) told.push(`${effect.do} ${effect.rows.join(" ")}`);
      if (effect.do !== "create-pods") {
        if (effect.do === "delete-pods") return { done: effect.rows.length };
        return "object" in effect ? { ok: true, value: effect.object } : undefined;
      }
      if (++batches < refused) return { done: effect.count };
      return { done, refused: failure(403, "Forbidden", "no quota") };
    });
    return told;
  }

  test("makes 1 pod, 2, 4 ... at a time, stops after a refusal, and awaits those that it made", () => {
    const none = counts({ active: 0 });
    const rs = view().replicaSet!;
    const ten = { counts: none, replicaSet: { ...rs, spec: { ...rs.spec, replicas: 10 } } };
    const batches = ["create-pods 1", "create-pods 2", "create-pods 4"];
    expect(asked(ten)).toEqual(["expect-creations 10", ...batches, "create-pods 3"]);
    expect(asked(ten, 3, 1)).toEqual(["expect-creations 10", ...batches, "forgo-creations 6"]);
  });

  test("awaits what it deletes, and does nothing while it awaits anything", () => {
    const more = { counts: counts({ active: 5 }), surplus: [7, 3, 5] };
    expect(asked(more)).toEqual(["expect-deletions 7 3", "delete-pods 7 3"]);
    expect(asked({ ...more, awaited: { creations: 1, deletions: 0 } })).toEqual([]);
    expect(asked({ ...more, awaited: { creations: 0, deletions: 1 } })).toEqual([]);
    expect(asked({ ...more, stale: true })).toEqual([]);
  });

  test("makes and deletes 500 pods at the most", () => {
    const rs = view().replicaSet!;
    const many = { ...rs, spec: { ...rs.spec, replicas: 700 } };
    expect(asked({ counts: counts({ active: 0 }), replicaSet: many })[0]).toBe(
      "expect-creations 500",
    );
    const surplus = Array.from({ length: 600 }, (_, row) => row);
    const [deletions] = asked({ counts: counts({ active: 603 }), surplus });
    expect(deletions?.split(" ")).toHaveLength(501);
  });

  test("lets go of pods that it does not select any more, adopts others all the same, and then fails", () => {
    const refused = failure(409, "Conflict", "changed");
    const claims = (change: Partial<ReplicaSetView>): [string[], string | undefined] => {
      const plan = planOf(reconcileReplicaSet(view(change)), (effect): Outcome => {
        if (effect.do === "release-pods") return { done: 0, refused };
        if (effect.do === "adopt-pods") return { done: 1 };
        return "object" in effect ? { ok: true, value: effect.object } : undefined;
      });
      return [plan.writes.map((write) => write.do), plan.error];
    };
    expect(claims({ strays: [4] })).toEqual([["release-pods"], "changed"]);
    const both = { strays: [4], orphans: [orphan(8)] };
    expect(claims(both)).toEqual([["release-pods", "adopt-pods"], "changed"]);
    const rs = view().replicaSet!;
    const metadata = { ...rs.metadata, deletionTimestamp: "2000-01-01T00:59:59Z" };
    const going = { ...both, orphans: [], replicaSet: { ...rs, metadata } };
    expect(claims(going)).toEqual([["update/status"], undefined]);
  });

  test("sets no timer where all that is ready is available", () => {
    const ready = view({ counts: counts({}) }, 10);
    expect(planOf(reconcileReplicaSet(ready))).not.toHaveProperty("requeueAfterMs");
  });

  test("tells of its first failure until it is over, and leaves other conditions alone", () => {
    const rs = view().replicaSet!;
    const reason = { reason: "FailedCreate", message: "first", lastTransitionTime: "1970" };
    const failing = { type: "ReplicaFailure", status: "True", ...reason } as const;
    const other = { ...failing, type: "Other" } as unknown as typeof failing;
    const after = (active: number, ...conditions: (typeof failing)[]): unknown => {
      const of = { replicaSet: { ...rs, status: { ...rs.status, conditions } } };
      const plan = planOf(
        reconcileReplicaSet(view({ ...of, counts: counts({ active }) })),
        (effect): Outcome => {
          if ("count" in effect) return { done: 0, refused: failure(403, "Forbidden", "second") };
          return "object" in effect ? { ok: true, value: effect.object } : undefined;
        },
      );
      const write = plan.writes.findLast((each) => each.do === "update/status");
      return (write as unknown as { object: typeof rs }).object.status.conditions;
    };
    expect(after(3, failing)).toBeUndefined();
    expect(after(3, other, failing)).toEqual([other]);
    expect(after(2, failing)).toEqual([failing]);
    expect(after(2, other)).toMatchObject([other, { type: "ReplicaFailure", message: "second" }]);
  });

  test("writes its status once more, over a fresh read, where that was refused", () => {
    const conflict = failure(409, "Conflict", "changed");
    const versions: (string | undefined)[] = [];
    const plan = planOf(reconcileReplicaSet(view()), (effect): Outcome => {
      if (!("object" in effect)) return undefined;
      const { object } = effect;
      if (effect.do === "get") {
        const metadata = { ...object.metadata, resourceVersion: "99" };
        return { ok: true, value: { ...object, metadata } };
      }
      versions.push(object.metadata.resourceVersion);
      return versions.length === 1 ? { ok: false, status: conflict } : { ok: true, value: object };
    });
    expect([versions, plan.error]).toEqual([["1", "99"], undefined]);
  });

  test("writes a status that is new only in that the spec is observed", () => {
    const rs = view().replicaSet!;
    const status = { ...rs.status, fullyLabeledReplicas: 3 };
    const writes = (generation: number): Write[] => {
      const replicaSet = { ...rs, status, metadata: { ...rs.metadata, generation } };
      return [...planOf(reconcileReplicaSet(view({ replicaSet }))).writes];
    };
    expect(writes(1)).toEqual([]);
    expect(writes(2)).toMatchObject([{ object: { status: { observedGeneration: 2 } } }]);
  });

  test("counts orphans as what they are, once they are its own", () => {
    const nowS = NOW / second;
    const young = { row: 8, fullyLabeled: false, available: false, readyS: nowS - 4 };
    const two = { active: 2, fullyLabeled: 2, ready: 2, available: 2, readySeconds: [0, 0] };
    const change = { orphans: [young], counts: counts(two) };
    const plan = planOf(reconcileReplicaSet(view(change, 10)), (effect): Outcome => {
      if (effect.do === "adopt-pods") return { done: 1 };
      return "object" in effect ? { ok: true, value: effect.object } : undefined;
    });
    expect(plan.writes.at(-1)).toMatchObject({
      object: {
        status: {
          replicas: 3,
          fullyLabeledReplicas: 2,
          readyReplicas: 3,
          availableReplicas: 2,
        },
      },
    });
    expect(plan.requeueAfterMs).toBe(6000);
  });
});
