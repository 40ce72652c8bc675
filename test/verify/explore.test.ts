// The refinement result, whole: exploring the real reconcile functions reaches exactly as many states
// as the counter model, whose counts are pinned, and breaches the same claims in as many of them.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { check } from "../../src/verify/check.ts";
import { exploration } from "../../src/verify/explore.ts";
import type { ExploreConfig } from "../../src/verify/explore-config.ts";
import { exploreRollout } from "../../src/verify/explore-verdicts.ts";
import * as layout from "../../src/verify/explore-layout.ts";
import { always, everyStep } from "../../src/verify/judge.ts";
import { shortestTrace } from "../../src/verify/trace.ts";
import { runs } from "../support/seed.ts";
import { claims } from "../models/claims.ts";
import { rolloutModel } from "../models/rollout.ts";
import type { RowConfig } from "../models/rows.ts";
import { rows } from "../models/rows.ts";

/** The same configuration in the words of the explorer. */
function configOf({ sets, secondWrite: _, mutant: __, ...rest }: RowConfig): ExploreConfig {
  return { ...rest, revisions: sets };
}

const goesOn = { creation: "create goes on" } as const;
const fresh = Object.values(rows).filter(({ name }) => name !== rows.stale.name);

describe("exploring the real controllers", () => {
  test.each(fresh)("reaches the states of the model: $name", ({ config, states }) => {
    expect(check(exploration(configOf(config))).states).toBe(states["create goes on"]);
  });

  test("reaches the states of the model whose second write lands: a lagging cache", () => {
    const { config } = rows.stale;
    const model = rolloutModel({ ...config, ...goesOn, secondWrite: "lands" });
    expect(check(exploration(configOf(config))).states).toBe(check(model).states);
  });
});

describe("exploring the real controllers finds the false claims again", () => {
  test.each(claims)("$id in as many states as the model: $row.name", (claim) => {
    const model = exploration(configOf(claim.row.config));
    const property = always(claim.says, (words, at) => claim.holds(model.view(words, at)));
    const [verdict] = check(model, [property]).verdicts;
    expect(verdict!.count).toBe(claim.breaches["create goes on"]);
  });

  test.each(claims)("$id after as few steps: $row.name", (claim) => {
    const model = exploration(configOf(claim.row.config));
    const breach = (words: Int32Array, at: number): boolean => !claim.holds(model.view(words, at));
    const trace = shortestTrace(model, { kind: "state", test: breach });
    expect(trace!.length - 1).toBe(claim.length["create goes on"]);
  });
});

describe("an action of an exploration", () => {
  test.each<Partial<ExploreConfig>>([
    { minReady: "positive", faults: 1 },
    { cache: "lagging", direction: "forward or back", scaleTo: 2, pause: "once" },
    { newPods: "never ready" },
  ])("is about the one ReplicaSet that it changes: %j", (options) => {
    const model = exploration({ replicas: 1, surge: 1, unavailable: 0, revisions: 3, ...options });
    const about = [layout.toSyncSet, layout.toReady, layout.toAvailable, layout.toFail];
    const named = everyStep("", (before, from, after, to, action) => {
      const changed = [0, 1, 2].filter((i) => before[from + i] !== after[to + i]);
      const heard = [3, 4, 5].filter((i) => i < model.lanes && before[from + i] !== after[to + i]);
      const [kind, rank] = [layout.kindOfAction(action), layout.rankOfAction(action)];
      if (kind === layout.toDeliver) return changed.length === 0 && heard.join() === `${rank + 3}`;
      if (!about.includes(kind)) return true;
      // What is left of the faults is kept beside the first.
      const others = changed.filter((i) => i !== 0 || kind !== layout.toFail);
      return changed.includes(rank) && others.every((i) => i === rank);
    });
    expect(check(model, [named]).verdicts).toMatchObject([{ holds: true, count: 0 }]);
  });

  test.each([
    [-1, "the rollout of v1 is complete"],
    [layout.toSyncDeployment, "the Deployment controller syncs"],
    [layout.toReady + 2 * 16, "a pod turns ready in v3"],
    [layout.toSyncSet, "the ReplicaSet controller syncs v1"],
    [
      layout.toSyncSet + 16 + 15,
      "the ReplicaSet controller syncs v2 and deletes 15 that are ready but not available",
    ],
    [
      layout.toSyncSet + 1,
      "the ReplicaSet controller syncs v1 and deletes 1 that are ready but not available",
    ],
  ])("%d is told as: %s", (action, words) => {
    expect(layout.describeAction(action)).toBe(words);
  });
});

test.each<[Partial<ExploreConfig>, string | undefined]>([
  [{ replicas: 12, surge: 2 }, undefined],
  [{ replicas: 12, surge: 3 }, "replicas 12 + surge 3: use at most 14 together"],
  [{ scaleTo: 13, surge: 2 }, "replicas 13 + surge 2: use at most 14 together"],
  [{ replicas: 0 }, undefined],
  [{ replicas: -1 }, "replicas: got -1; use an integer >= 0"],
  [{ scaleTo: 2 }, "scaleTo: got 2, as many as there are; use another count"],
  [{ changes: 7 }, undefined],
  [{ changes: 8 }, "changes: got 8; use an integer from 0 to 7"],
  [{ changes: Number.NaN }, "changes: got NaN; use an integer from 0 to 7"],
  [{ replicas: 1.5 }, "replicas: got 1.5; use an integer >= 0"],
  [{ replicas: undefined as never }, "replicas: got undefined; use an integer >= 0"],
  [{ surge: "25" }, 'surge: got "25"; use a number of pods, or a percentage such as "25%"'],
  [{ faults: 3 }, undefined],
  [{ faults: 4 }, "faults: got 4; use an integer from 0 to 3"],
])("what an exploration has no room for is said: %j", (options, problem) => {
  const begun = (): unknown =>
    exploration({ replicas: 2, surge: 1, unavailable: 0, revisions: 2, ...options });
  if (problem === undefined) expect(begun).not.toThrow();
  else expect(begun).toThrow(problem);
});

test("no law is broken where all that it assumes is given, whatever the settings and options", () => {
  const configs = fc.record(
    {
      replicas: fc.integer({ min: 1, max: 3 }),
      surge: fc.nat(2),
      unavailable: fc.nat(2),
      revisions: fc.constantFrom(2 as const, 3 as const),
      changes: fc.integer({ min: 1, max: 3 }),
      direction: fc.constantFrom("forward" as const, "forward or back" as const),
      minReady: fc.constantFrom("zero" as const, "positive" as const),
      newPods: fc.constantFrom("turn ready" as const, "never ready" as const),
      scaleTo: fc.constantFrom(0, 1, 2, 5),
      pause: fc.constantFrom("never" as const, "once" as const),
      faults: fc.nat(2),
      cache: fc.constantFrom("fresh" as const, "lagging" as const),
    },
    { requiredKeys: ["replicas", "surge", "unavailable", "revisions"] },
  );
  fc.assert(
    fc.property(configs, (config) => {
      fc.pre(config.scaleTo !== config.replicas && config.surge + config.unavailable > 0);
      const { laws } = exploreRollout(config, { stateLimit: 1_500 });
      const broken = laws.filter(({ holds, missing }) => !holds && missing.length === 0);
      expect(broken.map(({ id, name }) => `${id} ${name}`)).toEqual([]);
    }),
    runs(50),
  );
});
