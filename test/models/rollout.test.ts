import { describe, expect, test } from "vitest";
import { check } from "../../src/verify/check.ts";
import { endingsOf } from "../../src/verify/endings.ts";
import { always, everyStep, sometimes } from "../../src/verify/judge.ts";
import type { Property } from "../../src/verify/judge.ts";
import { stateLaws, type StateLaw } from "../../src/verify/properties.ts";
import { syncLaws, type SyncLaw } from "../../src/verify/sync-laws.ts";
import { goalOf, shortestTrace } from "../../src/verify/trace.ts";
import { claims } from "./claims.ts";
import { claim, lawOn, meets } from "./judged.ts";
import type { Creation } from "./law.ts";
import {
  describeAction,
  isSystemAction,
  toSyncDeployment,
} from "../../src/verify/explore-layout.ts";
import { rolloutModel } from "./rollout.ts";
import type { RolloutModel } from "./rollout.ts";
import { rows } from "./rows.ts";
import type { Row, RowConfig } from "./rows.ts";

const creations = ["create ends", "create goes on"] as const;
const all: readonly Row[] = Object.values(rows);
const laws: readonly (StateLaw | SyncLaw)[] = [...stateLaws, ...syncLaws];

function modelOf(config: RowConfig, creation: Creation = "create goes on"): RolloutModel {
  return rolloutModel({ ...config, creation });
}

/** How often each property is hit in all reachable states. */
function countsOf(model: RolloutModel, ...properties: readonly Property[]): readonly number[] {
  const result = check(model, properties);
  expect(result.exhausted).toBe(true);
  return result.verdicts.map(({ count }) => count);
}

function lawOf(id: string, form: "state" | "sync" = "state"): StateLaw | SyncLaw {
  return laws.find((law) => law.id === id && law.form === form)!;
}

for (const creation of creations) {
  describe(`where ${creation}`, () => {
    test.each(all)("$name has as many states as the recorded model", ({ config, states }) => {
      const result = check(modelOf(config, creation));
      expect(result.exhausted).toBe(true);
      expect(result.states).toBe(states[creation]);
    });

    test.each(all)("$name keeps every law whose assumptions it meets", ({ config }) => {
      const model = modelOf(config, creation);
      const due = laws.filter((law) => law.assumes.every((assumed) => meets(config, assumed)));
      expect(due.length).toBeGreaterThanOrEqual(2);
      const verdicts = check(
        model,
        due.map((law) => lawOn(model, law)),
      ).verdicts;
      expect(verdicts.filter(({ holds }) => !holds)).toEqual([]);
    });

    test.each(all)("$name comes to rest in every order of steps, complete", ({ config }) => {
      const model = modelOf(config, creation);
      const done = model.isComplete;
      const endings = endingsOf(model, check(model).reached, { acts: isSystemAction, done });
      expect(endings).toMatchObject({ acyclic: true, stuck: 0 });
      expect(endings.resting).toBeGreaterThan(1);
    });

    test.each(claims)('$id: "$says" is false for $row.name', (folk) => {
      const model = modelOf(folk.row.config, creation);
      const claimed = claim(model, folk.says, folk.holds);
      expect(countsOf(model, claimed)).toEqual([folk.breaches[creation]]);
      const trace = shortestTrace(model, goalOf(claimed))!;
      expect(trace).toHaveLength(folk.length[creation] + 1);
      const last = trace[folk.length[creation]]!;
      expect(folk.holds(model.view(last.state, 0))).toBe(false);
    });
  });
}

describe("bounds are reached, so they are the best ones", () => {
  test("availability has no margin in a rollover at 6/2/1", () => {
    const model = modelOf(rows.rollover.config);
    const onTheEdge = sometimes("edge", (s, at) => lawMargin("P3", model, s, at) === 0);
    expect(countsOf(model, onTheEdge)[0]).toBeGreaterThan(0);
  });

  test("a rollout at 10/3/2 has 18 pods at worst, the bound on transient surge", () => {
    const model = modelOf(rows.ten.config);
    const most = (s: Int32Array, at: number): number =>
      model.view(s, at).sets.reduce((total, set) => total + set.active, 0);
    const [beyond, reached] = countsOf(
      model,
      always("no more", (s, at) => most(s, at) <= 18),
      sometimes("18", (s, at) => most(s, at) === 18),
    );
    expect(beyond).toBe(0);
    expect(reached).toBeGreaterThan(0);
    const edge = sometimes("edge", (s, at) => lawMargin("P5", model, s, at) === 0);
    expect(countsOf(model, edge)).toEqual([reached]);
  });

  test.each([
    { replicas: 10, surge: 3, unavailable: 2, reaches: 5 },
    { replicas: 10, surge: 3, unavailable: 0, reaches: 3 },
    { replicas: 4, surge: "25%", unavailable: "25%", reaches: 2 },
    { replicas: 3, surge: "25%", unavailable: "25%", reaches: 1 },
  ])("a bad image reaches $reaches of $replicas pods at $surge/$unavailable", (size) => {
    const model = modelOf({ ...size, sets: 2, changes: 1, newPods: "never ready" });
    const newSize = (s: Int32Array, at: number): number => model.view(s, at).sets[1]!.spec;
    const [beyond, law, reached] = countsOf(
      model,
      always("no more", (s, at) => newSize(s, at) <= size.reaches),
      lawOn(model, lawOf("P15")),
      sometimes("so many", (s, at) => newSize(s, at) === size.reaches),
    );
    expect([beyond, law]).toEqual([0, 0]);
    expect(reached).toBeGreaterThan(0);
  });
});

describe("with honest status at every sync", () => {
  const honest = { syncs: "on honest status" } as const;

  test("undo keeps the floor (P8), which it does not otherwise", () => {
    const law = lawOf("P8");
    const free = modelOf(rows.undos.config);
    expect(countsOf(free, lawOn(free, law))[0]).toBeGreaterThan(0);
    const model = modelOf({ ...rows.undos.config, ...honest });
    expect(countsOf(model, lawOn(model, law))).toEqual([0]);
  });

  test("F failures cost at most F in a rollover (P9), which they exceed otherwise", () => {
    const law = lawOf("P9");
    const model = modelOf({ ...rows.faults.config, ...honest });
    expect(countsOf(model, lawOn(model, law))).toEqual([0]);
  });

  test("F failures may still lower what lasts in one sync, so P6 assumes none", () => {
    const model = modelOf({ ...rows.faults.config, ...honest });
    expect(countsOf(model, lawOn(model, lawOf("P6", "sync")))[0]).toBeGreaterThan(0);
  });
});

test.each(["zero", "positive"] as const)(
  "one rollout loses at most what fails by itself, minReadySeconds %s (P9)",
  (minReady) => {
    const config = { replicas: 4, surge: 1, unavailable: 1, sets: 2, changes: 1 } as const;
    const model = modelOf({ ...config, minReady, faults: 2 });
    expect(countsOf(model, lawOn(model, lawOf("P9")))).toEqual([0]);
  },
);

describe("where the recorded model differs from v1.37.2", () => {
  test("letting a second write in one step land adds 48 states and changes no verdict", () => {
    const config = { ...rows.stale.config, secondWrite: "lands" } as const;
    const counts = creations.map((creation) => check(modelOf(config, creation)).states);
    expect(counts).toEqual([6_739, 6_764]);
    const due = laws.filter((law) => law.assumes.every((assumed) => meets(config, assumed)));
    for (const creation of creations) {
      const model = modelOf(config, creation);
      const found = countsOf(model, ...due.map((law) => lawOn(model, law)));
      expect(found.every((count) => count === 0)).toBe(true);
    }
  });
});

describe("without the status guard at 4/1/1, 3 sets, 2 changes", () => {
  const config = { replicas: 4, surge: 1, unavailable: 1, sets: 3, changes: 2 } as const;
  const mutant = "no guard: an old set may grow in cleanup" as const;
  const model = modelOf({ ...config, mutant }, "create ends");

  test("18 157 states are reachable, 52 of them below R-U", () => {
    const result = check(model, [
      always("floor", (s, at) => model.view(s, at).sets.reduce((n, x) => n + x.available, 0) >= 3),
    ]);
    expect(result.states).toBe(18_157);
    expect(result.verdicts[0]!.count).toBe(52);
  });

  test("an old set grows in 30 syncs, of which 18 are the first to find the state they lead to", () => {
    const seen = new Set<string>();
    let grew = 0;
    let grewFirst = 0;
    const watch = everyStep("watch", (before, beforeAt, after, afterAt, action) => {
      const found = after.subarray(afterAt, afterAt + model.lanes).join();
      const isNew = !seen.has(found);
      seen.add(found);
      const then = model.view(before, beforeAt);
      const now = model.viewAfter(after, afterAt);
      const grows = now.sets.some(({ spec }, i) => i !== now.current && spec > then.sets[i]!.spec);
      if (action === toSyncDeployment && grows) {
        grew++;
        if (isNew) grewFirst++;
      }
      return true;
    });
    check(model, [watch]);
    expect([grew, grewFirst]).toEqual([30, 18]);
  });
});

test("a witness reads as a story: CE3, in which scaling down costs a pod too many", () => {
  const model = modelOf(rows.scaling.config);
  const folk = claims.find(({ id }) => id === "CE3")!;
  const trace = shortestTrace(model, goalOf(claim(model, folk.says, folk.holds)))!;
  expect(trace.map(({ action }) => describeAction(action))).toMatchInlineSnapshot(`
    [
      "the rollout of v1 is complete",
      "the user changes the template to v2",
      "the Deployment controller syncs",
      "the Deployment controller syncs",
      "the user scales",
      "the Deployment controller syncs",
      "the ReplicaSet controller syncs v1",
    ]
  `);
  expect(model.show(trace.at(-1)!.state, 0)).toMatchInlineSnapshot(
    `"spec 2 pods 2 available 2 status 6 | *spec 2 pods 0 available 0 status 0"`,
  );
});

function lawMargin(id: string, model: RolloutModel, states: Int32Array, at: number): number {
  const law = lawOf(id);
  return law.form === "state" ? law.margin(model.view(states, at)) : Number.NaN;
}
