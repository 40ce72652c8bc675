// What an exploration says of each law, held against a search written anew: how often it is put to the test, how
// often it is breached, and how long the shortest way to a breach is.
import { describe, expect, test } from "vitest";
import { exploration } from "../../src/verify/explore.ts";
import type { ExploreConfig } from "../../src/verify/explore-config.ts";
import * as layout from "../../src/verify/explore-layout.ts";
import { exploreRollout } from "../../src/verify/explore-verdicts.ts";
import { stepsFor } from "../../src/verify/packed.ts";
import {
  isStatusHonest,
  stateLaws,
  type RolloutView,
  type StateLaw,
} from "../../src/verify/properties.ts";
import { syncLaws, type SyncFacts, type SyncLaw } from "../../src/verify/sync-laws.ts";

interface Found {
  readonly words: Int32Array;
  readonly view: RolloutView;
  readonly depth: number;
  readonly next: { readonly action: number; readonly to: string }[];
}

/** Breadth first over texts. */
function search(config: ExploreConfig): ReadonlyMap<string, Found> {
  const model = exploration(config);
  const into = stepsFor(model);
  const found = new Map<string, Found>();
  const meet = (words: Int32Array, depth: number): string => {
    const key = words.join();
    if (!found.has(key)) found.set(key, { words, view: model.view(words, 0), depth, next: [] });
    return key;
  };
  model.initial(into);
  meet(into.words.slice(0, model.lanes), 0);
  for (const { words, depth, next } of found.values()) {
    into.count = 0;
    model.next(words, 0, into);
    for (let k = 0; k < into.count; k++) {
      const after = into.words.slice(k * model.lanes, (k + 1) * model.lanes);
      next.push({ action: into.actions[k]!, to: meet(after, depth + 1) });
    }
  }
  return found;
}

function pathOf({ words, view }: Found): SyncFacts["path"] {
  const first = words[0]!;
  if (((first >> layout.pauseAt) & 3) === 1) return "other";
  const wanted = (first >> layout.scaledAt) & 1;
  const isSized = view.sets.every(
    ({ spec }, i) => spec === 0 || ((words[i]! >> layout.sizedAt) & 1) === wanted,
  );
  return isSized ? "rolling" : "scaling";
}

interface Told {
  readonly occasions: number;
  readonly breaches: number;
  /** To the first breach. */
  readonly steps: number | undefined;
}

/** Of each occasion: the margin, negative for a breach, and how many steps lead there. */
function told(occasions: readonly (readonly [margin: number, depth: number])[]): Told {
  const breaches = occasions.filter(([margin]) => margin < 0).map(([, depth]) => depth);
  const steps = breaches.length === 0 ? undefined : Math.min(...breaches);
  return { occasions: occasions.length, breaches: breaches.length, steps };
}

function ofStates(states: ReadonlyMap<string, Found>, { margin }: Pick<StateLaw, "margin">): Told {
  const all = [...states.values()].map(({ view, depth }) => [margin(view), depth] as const);
  return told(all.filter(([left]) => left < Infinity));
}

function ofSyncs(states: ReadonlyMap<string, Found>, law: SyncLaw): Told {
  const asked = (law.assumes as readonly string[]).includes("acc");
  return told(
    [...states.values()].flatMap((from) => {
      if (pathOf(from) !== law.path || (asked && !isStatusHonest(from.view))) return [];
      return from.next.flatMap(({ action, to }) => {
        if (action !== layout.toSyncDeployment) return [];
        const after = states.get(to)!.view;
        const created = from.view.current < 0 && after.current >= 0;
        const holds = law.holds(from.view, after, { path: law.path, created });
        return [[holds ? 0 : -1, from.depth + 1] as const];
      });
    }),
  );
}

const neverMore: Pick<StateLaw, "margin"> = {
  margin: ({ replicas, surge, sets }) =>
    sets.reduce((left, { active }) => left - active, replicas + surge),
};

const small = { replicas: 3, surge: 1, unavailable: 1, revisions: 2 } as const;

describe.each<ExploreConfig>([
  { ...small, revisions: 3 },
  { ...small, direction: "forward or back", changes: 2 },
  { ...small, revisions: 3, minReady: "positive", actions: 2 },
  { ...small, scaleTo: 1 },
  { ...small, revisions: 3, pause: "once", actions: 3 },
  { ...small, newPods: "never ready", faults: 1 },
  { ...small, unavailable: 0, revisions: 3, cache: "lagging", actions: 2 },
])("of %j", (config) => {
  const states = search(config);
  const explored = exploreRollout(config);

  test("all states are found", () => {
    expect(explored).toMatchObject({ states: states.size, exhausted: true });
    expect(explored.steps).toBe(Math.max(...[...states.values()].map(({ depth }) => depth)));
  });

  test("each law is put to the test as often, breached as often, and shown on a way as short", () => {
    const isBad = config.newPods === "never ready";
    const wanted = (stateLaws as readonly StateLaw[])
      .filter(({ id }) => id !== "P8" && (id !== "P15" || isBad))
      .map((law) => [law.name, ofStates(states, law)] as const);
    const syncs = config.cache === "lagging" ? [] : (syncLaws as readonly SyncLaw[]);
    const said = explored.laws
      .filter(({ id }) => id !== "P24")
      .map(({ id, name, occasions, breaches, witness }) => {
        const steps = witness === undefined ? undefined : witness.length - 1;
        return [id === "CE0" ? id : name, { occasions, breaches, steps }];
      });
    expect(said).toEqual([
      ...wanted,
      ...syncs.map((law) => [law.name, ofSyncs(states, law)]),
      ["CE0", ofStates(states, neverMore)],
    ]);
  });

  test("every rollout ends where nothing but users and faults goes on", () => {
    const { occasions } = explored.laws.find(({ id }) => id === "P24")!;
    const isResting = ({ next }: Found): boolean =>
      !next.some(({ action }) => layout.isSystemAction(action));
    expect(occasions).toBe([...states.values()].filter(isResting).length);
  });
});
