/** Where a rollout rests when it is left alone, in all states of an exploration at once: on boxes. */
import type { Box } from "./boxes.ts";
import type { AlikeSyncs } from "./deployment-steps.ts";
import { isStuck } from "./endings.ts";
import type { Exploration } from "./explore.ts";
import type { ExploredBoxes } from "./explore-boxes.ts";
import { endingRules } from "./explore-endings.ts";
import { sizedAt } from "./explore-layout.ts";
import { SIDES } from "./local-states.ts";

export interface BoxEndings {
  /** Whether it is certain that no sequence of the system's own steps goes round in a circle; if not, nothing is known. */
  readonly acyclic: boolean;
  /** States in which the system does nothing by itself, and those of them in which it should. */
  readonly resting: number;
  readonly stuck: number;
}

/** As `endingsOf`, for all states at once. */
export function endingsInBoxes(model: Exploration, explored: ExploredBoxes): BoxEndings {
  const resting = restingStates(explored);
  const rules = endingRules(model);
  const rests = isStuck(model, rules);
  let stuck = 0;
  for (const [global, states] of resting) {
    for (const sides of states) if (rests(explored.local.compose(global, sides), 0)) stuck++;
  }
  const all = [...resting.values()].reduce((sum, states) => sum + states.length, 0);
  return { acyclic: isAcyclic(explored), resting: all, stuck };
}

function restingStates(explored: ExploredBoxes): Map<number, readonly Box[]> {
  const { boxes, sets, local, steps } = explored;
  const still = new Map<number, readonly number[]>();
  const stillIn = (rank: number, set: number): readonly number[] => {
    const key = set * SIDES + rank;
    let known = still.get(key);
    if (known === undefined) {
      known = sets.members(set).filter((id) => local.steps(rank, id).length === 0);
      still.set(key, known);
    }
    return known;
  };
  return new Map(
    [...boxes].map(([global, found]) => {
      const resting = new Map<string, Box>();
      const seen = new Set<string>();
      for (const box of found) {
        const [firsts, seconds, thirds] = box.map((set, rank) => stillIn(rank, set));
        for (const first of firsts!)
          for (const second of seconds!)
            for (const third of thirds!) {
              const key = `${first} ${second} ${third}`;
              if (seen.has(key)) continue;
              seen.add(key);
              if (!steps.writes(global, [first, second, third])) {
                resting.set(key, [first, second, third]);
              }
            }
      }
      return [global, [...resting.values()]];
    }),
  );
}

/**
 * Whether no sequence of own steps can come back to where it began. In such a circle, what is global stays; so do
 * ReplicaSets that no sync of it writes to, since by itself none goes round; and to sync away from a size and never
 * back is no part of it. What is left once all this is taken away, again and again, would be the circle.
 */
function isAcyclic(explored: ExploredBoxes): boolean {
  const { boxes, syncs, local, sets } = explored;
  const all = [...boxes.values()].flat();
  for (let rank = 0; rank < SIDES; rank++) {
    const sides = new Set(all.map((box) => box[rank]!));
    const states = [...sides].flatMap((set) => sets.members(set));
    if (goesRound(new Map(states.map((id) => [id, local.steps(rank, id)])))) return false;
  }
  return ![...syncs.values()].some((of) => mayGoRound(of, [], explored));
}

/** `still`: ReplicaSets that these syncs do not write to, each seen by all in the same way. */
function mayGoRound(
  syncs: readonly AlikeSyncs[],
  still: readonly number[],
  explored: ExploredBoxes,
): boolean {
  const onward = ranks.filter((rank) => !goesRound(resizesOf(rank, syncs, explored)));
  const left = syncs.filter(({ written }) => onward.every((rank) => written[rank]! < 0));
  if (left.length === 0) return false;
  const [next] = onward.filter((rank) => !still.includes(rank));
  if (next === undefined) return goesRound(jointResizes(left, explored));
  const seen = new Set(left.flatMap(({ sights }) => sights[next]!));
  return [...seen].some((sight) => {
    const alike = left.filter(({ sights }) => sights[next]!.includes(sight));
    return mayGoRound(alike, [...still, next], explored);
  });
}

/** From which fields of all three to which: 6 bits each. */
function jointResizes(
  syncs: readonly AlikeSyncs[],
  { steps }: ExploredBoxes,
): Map<number, number[]> {
  const edges = new Map<number, Set<number>>();
  const short = (fields: number): number => (fields & 31) | ((fields >> sizedAt) << 5);
  for (const { sights, written } of syncs) {
    const before = sights.map((of) => new Set(of.flatMap((sight) => steps.allFieldsOf(sight))));
    for (const from of combinations(before)) {
      const to = from.map((fields, rank) => (written[rank]! < 0 ? fields : written[rank]!));
      const [key, next] = [from, to].map((all) => all.reduce((sum, of) => sum * 64 + short(of), 0));
      const known = edges.get(key!);
      if (known === undefined) edges.set(key!, new Set([next!]));
      else known.add(next!);
    }
  }
  return new Map([...edges].map(([from, to]) => [from, [...to]]));
}

function combinations(sides: readonly Iterable<number>[]): number[][] {
  return sides.reduce<number[][]>(
    (found, side) => found.flatMap((one) => [...side].map((next) => [...one, next])),
    [[]],
  );
}

const ranks = Array.from({ length: SIDES }, (_, rank) => rank);

/** From which fields to which these syncs bring a ReplicaSet. */
function resizesOf(
  rank: number,
  syncs: readonly AlikeSyncs[],
  { steps }: ExploredBoxes,
): Map<number, number[]> {
  const edges = new Map<number, Set<number>>();
  for (const { sights, written } of syncs) {
    if (written[rank]! < 0) continue;
    for (const sight of sights[rank]!) {
      const before = steps.fieldsOf(sight);
      const known = edges.get(before);
      if (known === undefined) edges.set(before, new Set([written[rank]!]));
      else known.add(written[rank]!);
    }
  }
  return new Map([...edges].map(([from, to]) => [from, [...to]]));
}

/** Whether some way along the edges comes back to where it began. */
function goesRound(edges: ReadonlyMap<number, readonly number[]>): boolean {
  const waiting = new Map<number, number>();
  for (const targets of edges.values()) {
    for (const to of targets) waiting.set(to, (waiting.get(to) ?? 0) + 1);
  }
  const free = [...edges.keys()].filter((from) => !waiting.has(from));
  let taken = 0;
  for (const from of free) {
    taken++;
    for (const to of edges.get(from) ?? []) {
      const left = waiting.get(to)! - 1;
      waiting.set(to, left);
      if (left === 0) free.push(to);
    }
  }
  const nodes = new Set([...edges.keys(), ...waiting.keys()]);
  return taken < nodes.size;
}
