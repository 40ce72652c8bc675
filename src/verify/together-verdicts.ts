/** Laws judged on all states of an exploration that were taken together. */
import { setViewOf, type Exploration } from "./explore.ts";
import type { ExploredTogether } from "./explore-together.ts";
import * as at from "./explore-layout.ts";
import type { JudgedLaw } from "./explore-laws.ts";
import { isAboutStates, type StepProperty } from "./judge.ts";
import { Looks, looksOfKey, type LooksAlike } from "./looks.ts";
import { stepsFor } from "./packed.ts";
import type { Role, StateLaw } from "./properties.ts";
import { membersOf } from "./state-sets.ts";

type Law = Pick<StateLaw, "totals" | "left">;

/** Totals of a law's are added up as the digits of one number. */
const digit = 128;
const ranks = [0, 1, 2];

/** Which laws hold: in all states, and, where the cache is fresh, in all syncs. */
export function judgeTogether(
  model: Exploration,
  explored: ExploredTogether,
  laws: readonly Pick<JudgedLaw, "property" | "law">[],
): boolean[] {
  const ofStates = laws.flatMap(({ law }) => (law === undefined ? [] : [law]));
  const ofSyncs = laws.flatMap(({ property }) => (isAboutStates(property) ? [] : [property]));
  const statesHold = judgeStates(model, explored, ofStates);
  const syncsHold = ofSyncs.length === 0 ? [] : judgeSyncs(model, explored, ofSyncs);
  return laws.map(({ law }) => (law === undefined ? syncsHold : statesHold).shift()!);
}

function judgeStates(
  model: Exploration,
  explored: ExploredTogether,
  laws: readonly Law[],
): boolean[] {
  const { local } = explored;
  const looks = new Looks(explored, countsOf);
  const roles: readonly Role[] = ["old", "current"];
  const parts = laws.map((law) =>
    roles.map((role) => looks.words.map((word) => partOf(law, word, role))),
  );
  const holds = laws.map(() => true);
  const groupOf = (global: number) =>
    `${local.currentOf(global)} ${worldOf(model, explored, global)}`;
  for (const { global, thirds } of looks.groups(groupOf)) {
    const current = local.currentOf(global);
    const view = model.view(local.composeAlone(global), 0);
    laws.forEach((law, i) => {
      if (!holds[i]!) return;
      const byRank = ranks.map((rank) => parts[i]![rank === current ? 1 : 0]!);
      for (const total of totalsIn(thirds, byRank)) {
        holds[i] &&= law.left(digitsOf(total, law.totals.length), view) >= 0;
      }
    });
  }
  return holds;
}

/** A sync reads what is there; of pods these laws see the available ones only. */
function judgeSyncs(
  model: Exploration,
  explored: ExploredTogether,
  laws: readonly StepProperty[],
): boolean[] {
  const { local } = explored;
  const looks = new Looks(explored, sizesOf);
  const holds = laws.map(() => true);
  const into = stepsFor(model);
  const groupOf = (global: number) =>
    `${local.syncedAs(global)} ${worldOf(model, explored, global)}`;
  for (const { global, thirds } of looks.groups(groupOf)) {
    for (const words of wordsMet(looks, thirds)) {
      const state = local.composeWords(global, words);
      into.count = 0;
      model.next(state, 0, into);
      for (let k = 0; k < into.count; k++) {
        const action = into.actions[k]!;
        if (at.kindOfAction(action) !== at.toSyncDeployment) continue;
        laws.forEach((law, i) => {
          holds[i] &&= law.test(state, 0, into.words, k * model.lanes, action);
        });
      }
    }
  }
  return holds;
}

/** What a law sees besides the ReplicaSets and their roles. */
function worldOf(model: Exploration, { local }: ExploredTogether, global: number): string {
  const { sets: _, current: __, ...others } = model.view(local.composeAlone(global), 0);
  return JSON.stringify(others);
}

function* wordsMet(looks: Looks, thirds: LooksAlike["thirds"]): Iterable<readonly number[]> {
  const { words } = looks;
  for (const [key, bits] of thirds) {
    const [first, second] = looksOfKey(key);
    for (const third of membersOf(bits)) yield [words[first]!, words[second]!, words[third]!];
  }
}

/** What laws about states see: a ReplicaSet's counts, and whether it is there. */
function countsOf(word: number): number {
  const ready = (word >> at.readyAt) & at.nibble;
  return (word & ~((at.nibble << at.readyAt) | (1 << at.sizedAt))) + (ready << at.unreadyAt);
}

/** What laws about syncs see. */
function sizesOf(word: number): number {
  return word & ~((at.nibble << at.readyAt) | (at.nibble << at.unreadyAt));
}

function partOf(law: Law, word: number, role: Role): number {
  const set = setViewOf(word);
  const has = (word & at.existsBit) === 0 ? "old" : role;
  return law.totals.reduce((sum, part) => sum * digit + part(set, has), 0);
}

/** What looks that are met together add up to, each once. */
function totalsIn(
  thirds: LooksAlike["thirds"],
  parts: readonly (readonly number[])[],
): Iterable<number> {
  // By what the first two add: what the third does.
  const beside = new Map<number, Set<number>>();
  for (const [key, looks] of thirds) {
    const [first, second] = looksOfKey(key);
    const two = parts[0]![first]! + parts[1]![second]!;
    let known = beside.get(two);
    if (known === undefined) beside.set(two, (known = new Set()));
    for (const look of membersOf(looks)) known.add(parts[2]![look]!);
  }
  const totals = new Set<number>();
  for (const [two, of] of beside) for (const part of of) totals.add(two + part);
  return totals;
}

function digitsOf(total: number, count: number): number[] {
  const digits: number[] = [];
  for (let k = 0, rest = total; k < count; k++, rest = Math.floor(rest / digit)) {
    digits.unshift(rest % digit);
  }
  return digits;
}
