// What one ReplicaSet goes through by itself, and what laws see of three of them, where that is a lot: sets of states
// and of looks have to grow on the way.
import { expect, test } from "vitest";
import { exploration, setViewOf } from "../../src/verify/explore.ts";
import { existsBit, specAt } from "../../src/verify/explore-layout.ts";
import { exploreTogether } from "../../src/verify/explore-together.ts";
import { LocalStates } from "../../src/verify/local-states.ts";
import { Looks, looksOfKey } from "../../src/verify/looks.ts";
import { membersOf } from "../../src/verify/state-sets.ts";

test("a ReplicaSet is followed through all the states that it reaches by itself, however many", () => {
  const model = exploration({
    replicas: 14,
    surge: 0,
    unavailable: 1,
    revisions: 3,
    minReady: "positive",
  });
  const local = new LocalStates(model);
  const sized = (size: number): number =>
    local.numberOf(Int32Array.of(0, 0, existsBit | (size << specAt)), 0, 2);
  const reachedFrom = (...starts: readonly number[]): Set<number> => {
    const reached = new Set(starts);
    for (const id of reached) for (const next of local.steps(2, id)) reached.add(next);
    return reached;
  };
  const [few, many] = [sized(1), sized(14)];
  const both = reachedFrom(few, many);
  expect(both.size).toBeGreaterThan(reachedFrom(many).size);
  expect(reachedFrom(many).size).toBeGreaterThan(512);
  expect(new Set(membersOf(local.closed(2, [few, many])))).toEqual(both);
  expect(new Set(membersOf(local.closed(2, [few])))).toEqual(reachedFrom(few));
});

test("laws see each three ReplicaSets that are met, and no others", () => {
  const model = exploration({ replicas: 8, surge: 4, unavailable: 0, revisions: 3 });
  const explored = exploreTogether(model, 1e9)!;
  const { local, reached } = explored;
  const lookOf = (word: number): number => {
    const { spec, active, available, status } = setViewOf(word);
    return spec + 16 * (active + 16 * (available + 16 * status));
  };
  const looks = new Looks(explored, lookOf);
  const seen = new Set<string>();
  for (const { thirds } of looks.groups(() => "all")) {
    for (const [key, bits] of thirds) {
      for (const third of membersOf(bits)) {
        seen.add([...looksOfKey(key), third].map((look) => looks.words[look]).join());
      }
    }
  }
  const met = new Set<string>();
  for (const states of reached.values()) {
    states.each((first, second, set) => {
      for (const third of states.sets.members(set)) {
        met.add([first, second, third].map((id, rank) => lookOf(local.wordOf(rank, id))).join());
      }
    });
  }
  expect(seen).toEqual(met);
});
