/** Where a rollout rests when it is left alone, in all states of an exploration at once: on boxes. */
import type { Box } from "./boxes.ts";
import type { AlikeSyncs, DeploymentSteps } from "./deployment-steps.ts";
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
 * Whether no sequence of own steps can come back to where it began. In such a circle what is global stays. So does a
 * ReplicaSet that no sync of the circle writes to, for by itself none goes round: each sync sees it as it is. Of those
 * that are written to, what they have and what the cache has of it would come back, too.
 */
function isAcyclic(explored: ExploredBoxes): boolean {
  const { boxes, syncs, local, sets } = explored;
  const all = [...boxes.values()].flat();
  for (let rank = 0; rank < SIDES; rank++) {
    const sides = new Set(all.map((box) => box[rank]!));
    const states = [...sides].flatMap((set) => sets.members(set));
    if (goesRound(new Map(states.map((id) => [id, local.steps(rank, id)])))) return false;
  }
  return ![...syncs.values()].some((of) =>
    circlesOf.some((ranks) => mayWrite(ranks, of, explored)),
  );
}

/** Which ReplicaSets a circle may write to. */
const circlesOf: readonly (readonly number[])[] = [
  [0],
  [1],
  [2],
  [0, 1],
  [0, 2],
  [1, 2],
  [0, 1, 2],
];

/** Whether some of these syncs, that write to these ReplicaSets, may go round. */
function mayWrite(
  ranks: readonly number[],
  syncs: readonly AlikeSyncs[],
  explored: ExploredBoxes,
): boolean {
  const meant = syncs.filter(({ written }) =>
    written.every((fields, rank) => fields < 0 || ranks.includes(rank)),
  );
  if (!ranks.every((rank) => meant.some(({ written }) => written[rank]! >= 0))) return false;
  const still = [0, 1, 2].filter((rank) => !ranks.includes(rank));
  return bySight(still, meant).some((alike) => goesRound(resizes(ranks, alike, explored)));
}

/** The syncs that see all these ReplicaSets in the same way, for each way. */
function bySight(
  still: readonly number[],
  syncs: readonly AlikeSyncs[],
): (readonly AlikeSyncs[])[] {
  const [rank, ...others] = still;
  if (rank === undefined) return [syncs];
  const seen = new Set(syncs.flatMap(({ sights }) => sights[rank]!));
  return [...seen].flatMap((sight) =>
    bySight(
      others,
      syncs.filter(({ sights }) => sights[rank]!.includes(sight)),
    ),
  );
}

/** Of some ReplicaSets what each has, and what the cache has of it, 6 bits each: to what syncs and news lead. */
function resizes(
  ranks: readonly number[],
  syncs: readonly AlikeSyncs[],
  { steps }: ExploredBoxes,
): Map<number, Set<number>> {
  const edges = new Map<number, Set<number>>();
  const add = (from: readonly number[], to: readonly number[]): void => {
    const [key, next] = [from, to].map((pairs) =>
      pairs.reduce((sum, pair) => sum * 4096 + pair, 0),
    );
    if (key === next) return;
    const known = edges.get(key!);
    if (known === undefined) {
      edges.set(key!, new Set([next!]));
      hear(from);
    } else known.add(next!);
    if (!edges.has(next!)) {
      edges.set(next!, new Set());
      hear(to);
    }
  };
  const hear = (pairs: readonly number[]): void => {
    pairs.forEach((pair, k) => add(pairs, pairs.with(k, (pair >> 6) * 65)));
  };
  for (const { sights, written } of syncs) {
    for (const from of combinations(ranks.map((rank) => pairsOf(sights[rank]!, steps)))) {
      const to = from.map((pair, k) => {
        const fields = written[ranks[k]!]!;
        return fields < 0 ? pair : (short(fields) << 6) | (pair & 63);
      });
      add(from, to);
    }
  }
  return edges;
}

/** What ReplicaSets that look so may have, and what the cache has of it. */
function pairsOf(sights: readonly number[], steps: DeploymentSteps): Set<number> {
  const pairs = sights.flatMap((sight) => {
    const listed = short(steps.listedFieldsOf(sight));
    return steps.fieldsOf(sight).map((fields) => (short(fields) << 6) | listed);
  });
  return new Set(pairs);
}

/** The fields that syncs write in 6 bits. */
function short(fields: number): number {
  return (fields & 31) | (((fields >> sizedAt) & 1) << 5);
}

function combinations(sides: readonly Iterable<number>[]): number[][] {
  return sides.reduce<number[][]>(
    (found, side) => found.flatMap((one) => [...side].map((next) => [...one, next])),
    [[]],
  );
}

/** Whether some way along the edges comes back to where it began. */
function goesRound(edges: ReadonlyMap<number, Iterable<number>>): boolean {
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
