import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runs } from "../support/seed.ts";
import { statesIn } from "../../src/verify/boxes-counted.ts";
import { endingsInBoxes } from "../../src/verify/boxes-endings.ts";
import { holdsInBoxes } from "../../src/verify/boxes-verdicts.ts";
import type { AlikeSyncs } from "../../src/verify/deployment-steps.ts";
import { exploration } from "../../src/verify/explore.ts";
import { exploreBoxes } from "../../src/verify/explore-boxes.ts";
import type { ExploreConfig } from "../../src/verify/explore-config.ts";
import { lawsOn } from "../../src/verify/explore-laws.ts";
import { exploreRollout, exploreWhatFits } from "../../src/verify/explore-verdicts.ts";

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
  const explored = exploreBoxes(model, 100_000)!;
  let states = 0;
  for (const boxes of explored.boxes.values()) states += statesIn(boxes, explored.sets);
  const laws = lawsOn(model).flatMap(({ id, law }) =>
    law === undefined ? [] : [[id, holdsInBoxes(model, explored, law)]],
  );
  const { acyclic, resting, stuck } = endingsInBoxes(model, explored);
  const boxes = [...explored.boxes.values()].flat().length;
  return { states, boxes, laws: Object.fromEntries(laws), acyclic, resting, stuck };
}

function oneByOne(config: ExploreConfig) {
  const { states, exhausted, laws } = exploreRollout(config);
  expect(exhausted).toBe(true);
  const about = new Set(lawsOn(exploration(config)).filter(({ law }) => law !== undefined));
  const names = new Set([...about].map(({ id, name }) => `${id} ${name}`));
  const judged = laws.filter(({ id, name }) => names.has(`${id} ${name}`));
  const ending = laws.find(({ id }) => id === "P24")!;
  const verdicts = Object.fromEntries(judged.map(({ id, holds }) => [id, holds]));
  return { states, laws: verdicts, resting: ending.occasions, stuck: ending.breaches };
}

describe("all states taken together", () => {
  test("are as many as one by one, of the same verdicts and endings, in far fewer boxes", () => {
    const { boxes, ...found } = together(undone);
    expect(found).toEqual({ ...oneByOne(undone), acyclic: true });
    expect(boxes * 50).toBeLessThan(found.states);
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
        const { boxes: _, acyclic, ...found } = together(config);
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

  test("a sync that undoes what another does is found to go round", () => {
    const model = exploration({ ...undone, pause: "once" });
    const explored = exploreBoxes(model, 1e6)!;
    const { steps } = explored;
    expect(endingsInBoxes(model, explored).acyclic).toBe(true);
    const writesOne = ({ written }: AlikeSyncs): boolean =>
      written.filter((fields) => fields >= 0).length === 1;
    const [global, of] = [...explored.syncs].find(([, all]) => all.some(writesOne))!;
    const sync = of.find(writesOne)!;
    const rank = sync.written.findIndex((fields) => fields >= 0);
    const before = steps.fieldsOf(sync.sights[rank]![0]!)[0]!;
    const sides = explored.boxes.get(global)!.map((box) => box[rank]!);
    const seen = sides.flatMap((set) => [...steps.statesBySight(set).keys()]);
    const sight = seen.find(
      (each) =>
        steps.fieldsOf(each).join() === `${sync.written[rank]!}` &&
        steps.listedFieldsOf(each) === sync.written[rank]!,
    )!;
    const back: AlikeSyncs = {
      sights: sync.sights.map((of, k) => (k === rank ? [sight] : of)),
      written: sync.written.map((fields, k) => (k === rank ? before : fields)),
    };
    const syncs = new Map([...explored.syncs, [global, [sync, back]]]);
    expect(endingsInBoxes(model, { ...explored, syncs }).acyclic).toBe(false);
  });
});
