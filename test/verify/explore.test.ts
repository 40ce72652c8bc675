// The refinement result, whole: exploring the real reconcile functions reaches exactly as many states
// as the counter model, whose counts are pinned, and breaches the same claims in as many of them.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { check } from "../../src/verify/check.ts";
import { exploration } from "../../src/verify/explore.ts";
import type { ExploreConfig } from "../../src/verify/explore-config.ts";
import { exploreRollout } from "../../src/verify/explore-verdicts.ts";
import { always } from "../../src/verify/judge.ts";
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
      fc.pre(config.scaleTo !== config.replicas);
      const { laws } = exploreRollout(config, { stateLimit: 1_500 });
      const broken = laws.filter(({ holds, missing }) => !holds && missing.length === 0);
      expect(broken.map(({ id, name }) => `${id} ${name}`)).toEqual([]);
    }),
    runs(50),
  );
});
