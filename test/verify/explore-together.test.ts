import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runs } from "../support/seed.ts";
import type { AlikeSyncs } from "../../src/verify/deployment-syncs.ts";
import { exploration } from "../../src/verify/explore.ts";
import { exploreTogether } from "../../src/verify/explore-together.ts";
import type { ExploreConfig } from "../../src/verify/explore-config.ts";
import { lawsOn } from "../../src/verify/explore-laws.ts";
import { writeMask } from "../../src/verify/explore-layout.ts";
import { exploreRollout, exploreWhatFits } from "../../src/verify/explore-verdicts.ts";
import { endingsTogether } from "../../src/verify/together-endings.ts";
import { judgeTogether } from "../../src/verify/together-verdicts.ts";

const undone: ExploreConfig = {
  replicas: 4,
  surge: "25%",
  unavailable: "25%",
  revisions: 2,
  changes: 2,
  direction: "forward or back",
  cache: "lagging",
};

function together(config: ExploreConfig) {
  const model = exploration(config);
  const explored = exploreTogether(model, 1e8)!;
  const judged = lawsOn(model);
  const holds = judgeTogether(model, explored, judged);
  const laws = judged.map(({ id, name }, i) => [`${id} ${name}`, holds[i]]);
  const { states } = explored;
  const { acyclic, resting, stuck } = endingsTogether(model, explored);
  return { states, laws: Object.fromEntries(laws), acyclic, resting, stuck };
}

function oneByOne(config: ExploreConfig) {
  const { states, exhausted, laws } = exploreRollout(config);
  expect(exhausted).toBe(true);
  const ending = laws.find(({ id }) => id === "P24")!;
  const judged = laws.filter((law) => law !== ending);
  const verdicts = Object.fromEntries(
    judged.map(({ id, name, holds }) => [`${id} ${name}`, holds]),
  );
  return { states, laws: verdicts, resting: ending.occasions, stuck: ending.breaches };
}

describe("all states taken together", () => {
  test("are as many as one by one, of the same verdicts and endings", () => {
    expect(together(undone)).toEqual({ ...oneByOne(undone), acyclic: true });
  });

  test("likewise whatever the settings, and whatever users, faults and the cache may do", () => {
    const configs = fc.record(
      {
        replicas: fc.integer({ min: 1, max: 3 }),
        surge: fc.nat(1),
        unavailable: fc.nat(1),
        revisions: fc.constantFrom(2 as const, 3 as const),
        changes: fc.integer({ min: 1, max: 2 }),
        direction: fc.constantFrom("forward" as const, "forward or back" as const),
        minReady: fc.constantFrom("zero" as const, "positive" as const),
        newPods: fc.constantFrom("turn ready" as const, "never ready" as const),
        scaleTo: fc.constantFrom(0, 1, 2, 4),
        pause: fc.constantFrom("never" as const, "once" as const),
        faults: fc.nat(1),
        cache: fc.constantFrom("fresh" as const, "lagging" as const),
        actions: fc.integer({ min: 1, max: 2 }),
      },
      { requiredKeys: ["replicas", "surge", "unavailable", "revisions", "actions"] },
    );
    fc.assert(
      fc.property(configs, (config) => {
        fc.pre(config.scaleTo !== config.replicas && config.surge + config.unavailable > 0);
        const { acyclic, ...found } = together(config);
        expect(found).toEqual(oneByOne(config));
        expect(acyclic).toBe(true);
      }),
      runs(40),
    );
  });

  test("are told when they are too many to look at one by one; a way to a breach is still a shortest one", () => {
    const whole = exploreRollout(undone);
    const fitting = exploreWhatFits(undone, { stateLimit: whole.states - 1 });
    expect(fitting).toMatchObject({ exhausted: true, states: whole.states });
    expect(fitting.oneByOne!.states).toBeLessThanOrEqual(whole.states);
    const ways = ({ laws }: typeof whole) =>
      laws.map(({ id, holds, witness }) => [id, holds, witness?.length]);
    expect(ways(fitting)).toEqual(ways(whole));
  });

  test("where the whole is too much work even so, are as many as come of the most actions that are not", () => {
    const paused: ExploreConfig = { ...undone, pause: "once" };
    const two = together({ ...paused, actions: 2 });
    const fitting = exploreWhatFits(paused, { stateLimit: 5_000, workLimit: 6e6 });
    expect(fitting).toMatchObject({ exhausted: true, config: { actions: 2 }, states: two.states });
    for (const { states } of [fitting.oneByOne!, fitting.beyond!]) {
      expect(states).toBeGreaterThanOrEqual(5_000);
      expect(states).toBeLessThan(two.states);
    }
    const three = exploreTogether(exploration({ ...paused, actions: 3 }), 6e6);
    expect(three).toBeUndefined();
  });

  test("the whole is not tried where half of the actions take too much of the work", () => {
    const paused: ExploreConfig = { ...undone, pause: "once" };
    // One action takes 39,308 of work, the whole 14,930,472.
    const workLimit = 16 * 39_000;
    const most = (explore: (onStates: (found: number) => void) => unknown) => {
      const told: number[] = [];
      const result = explore((found) => void told.push(found));
      return { result, most: Math.max(...told) };
    };
    const tried = most((tell) => exploreTogether(exploration(paused), workLimit, tell));
    const fitting = most((onStates) =>
      exploreWhatFits(paused, { stateLimit: 500, workLimit, onStates }),
    );
    expect(tried.result).toBeUndefined();
    expect(fitting.result).toMatchObject({ config: { actions: 1 }, exhausted: true });
    expect(fitting.most).toBeLessThan(tried.most);
    const enough = { stateLimit: 500, workLimit: 15e6 };
    expect(exploreWhatFits(paused, enough)).toMatchObject({ states: together(paused).states });
  });

  test("a sync that undoes what another does is found to go round", () => {
    const model = exploration({ ...undone, pause: "once" });
    const explored = exploreTogether(model, 1e8)!;
    const { local, syncs } = explored;
    expect(endingsTogether(model, explored).acyclic).toBe(true);
    const writesOne = ({ written }: AlikeSyncs): boolean =>
      written.filter((fields) => fields >= 0).length === 1;
    const [global, of] = [...syncs].find(([, all]) => all.some(writesOne))!;
    const sync = of.find(writesOne)!;
    const rank = sync.written.findIndex((fields) => fields >= 0);
    const states = Array.from({ length: local.count(rank) }, (_, id) => id);
    const fieldsOf = (id: number) => local.wordOf(rank, id) & writeMask;
    const before = states.find((id) => sync.sights[rank]!.includes(local.sightOf(rank, id)))!;
    const after = states.find(
      (id) =>
        fieldsOf(id) === sync.written[rank] &&
        (local.listedOf(rank, id) & writeMask) === sync.written[rank],
    )!;
    const back: AlikeSyncs = {
      sights: sync.sights.with(rank, [local.sightOf(rank, after)]),
      written: sync.written.with(rank, fieldsOf(before)),
    };
    const both = new Map([...syncs, [global, [sync, back]]]);
    expect(endingsTogether(model, { ...explored, syncs: both }).acyclic).toBe(false);
  });
});
