/** Where a rollout rests when it is left alone, in all states of an exploration that were taken together. */
import type { AlikeSyncs } from "./deployment-syncs.ts";
import { isStuck } from "./endings.ts";
import type { Exploration } from "./explore.ts";
import { endingRules } from "./explore-endings.ts";
import { sizedAt, writeMask } from "./explore-layout.ts";
import type { ExploredTogether } from "./explore-together.ts";
import { SIDES, type LocalStates } from "./local-states.ts";

export interface EndingsTogether {
  /** Whether it is certain that no sequence of the system's own steps goes round in a circle; if not, nothing is known. */
  readonly acyclic: boolean;
  /** States in which the system does nothing by itself, and those of them in which it should. */
  readonly resting: number;
  readonly stuck: number;
}

/** As `endingsOf`, for all states at once. */
export function endingsTogether(model: Exploration, explored: ExploredTogether): EndingsTogether {
  const { local, reached } = explored;
  const rests = isStuck(model, endingRules(model));
  let resting = 0;
  let stuck = 0;
  for (const global of reached.keys()) {
    for (const sides of restingIn(explored, global)) {
      resting++;
      if (rests(local.compose(global, sides), 0)) stuck++;
    }
  }
  return { acyclic: isAcyclic(explored), resting, stuck };
}

function restingIn(
  { local, reached, deployment }: ExploredTogether,
  global: number,
): (readonly number[])[] {
  const isStill = (rank: number, id: number): boolean => local.steps(rank, id).length === 0;
  const states = reached.get(global)!;
  const still: (readonly number[])[] = [];
  const resting: (readonly number[])[] = [];
  states.each((first, second, set) => {
    if (!isStill(0, first) || !isStill(1, second)) return;
    const two = deployment.twoSights(global, first, second);
    for (const third of (still[set] ??= states.sets.members(set).filter((id) => isStill(2, id)))) {
      if (deployment.writeOf(global, two, third, first, second) < 0) {
        resting.push([first, second, third]);
      }
    }
  });
  return resting;
}

/**
 * Whether no sequence of own steps can come back to where it began. In such a circle what is global stays. So does a
 * ReplicaSet that no sync of the circle writes to, for by itself none goes round: each sync sees it as it is. Of those
 * that are written to, what they have and what the cache has of it would come back, too.
 */
function isAcyclic(explored: ExploredTogether): boolean {
  const { syncs, local } = explored;
  const pairs = pairsBySight(local);
  for (let rank = 0; rank < SIDES; rank++) {
    const states = local.order(rank);
    if (goesRound(new Map(states.map((id) => [id, local.steps(rank, id)])))) return false;
  }
  return ![...syncs.values()].some((of) => circlesOf.some((ranks) => mayWrite(ranks, of, pairs)));
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
  pairs: PairsBySight,
): boolean {
  const meant = syncs.filter(({ written }) =>
    written.every((fields, rank) => fields < 0 || ranks.includes(rank)),
  );
  if (!ranks.every((rank) => meant.some(({ written }) => written[rank]! >= 0))) return false;
  const still = [0, 1, 2].filter((rank) => !ranks.includes(rank));
  return bySight(still, meant).some((alike) => goesRound(resizes(ranks, alike, pairs)));
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
  pairsOf: PairsBySight,
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
    for (const from of combinations(ranks.map((rank) => pairsOf(rank, sights[rank]!)))) {
      const to = from.map((pair, k) => {
        const fields = written[ranks[k]!]!;
        return fields < 0 ? pair : (short(fields) << 6) | (pair & 63);
      });
      add(from, to);
    }
  }
  return edges;
}

/** What a ReplicaSet that looks so may have, and what the cache has of it. */
type PairsBySight = (rank: number, sights: readonly number[]) => Set<number>;

function pairsBySight(local: LocalStates): PairsBySight {
  const known = Array.from({ length: SIDES }, () => new Map<number, Set<number>>());
  for (let rank = 0; rank < SIDES; rank++) {
    for (let id = 0; id < local.count(rank); id++) {
      const [has, listed] = [local.wordOf(rank, id), local.listedOf(rank, id)];
      const pair = (short(has & writeMask) << 6) | short(listed & writeMask);
      const sight = local.sightOf(rank, id);
      known[rank]!.set(sight, (known[rank]!.get(sight) ?? new Set()).add(pair));
    }
  }
  return (rank, sights) => new Set(sights.flatMap((sight) => [...known[rank]!.get(sight)!]));
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
