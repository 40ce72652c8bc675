/**
 * The deletion order for many pods: the same order as deletion-order.ts, taken group by group, so that a
 * batch costs what it deletes and the nodes, not the pods that exist. Pods that are alike in all that the
 * order looks at go in order of creation.
 */
import { NO_ROW } from "../../apiserver/cohort-nodes.ts";
import type { Arrangement, Cohort, PodCohorts, Tier } from "../../apiserver/pod-cohorts.ts";
import { compareTiers, compareTimes, podsOnNodes, sameAgeUntil } from "./deletion-keys.ts";
import type { PodListing } from "./view.ts";

/** A place among the pods of a cohort that are on nodes of one rank, from the oldest on. */
interface Cursor {
  /** NO_ROW: there are no more. */
  row: number;
  next(): void;
}

/** So many pods at most, of so many generations, are taken one by one: beyond, it is cheaper to look through all. */
const FEW_PODS = 16;
const FEW_GENERATIONS = 64;

/** Decides whether pods on a node (by number + 1) are taken. */
type NodeTest = (node: number) => boolean;

/** Rows of the `count` active pods that go first, in no particular order; there are more than `count`. */
export function firstByCohorts(listing: PodListing, count: number, now: number): number[] {
  const cohorts = listing.pods.cohorts(listing.owner);
  const taken: number[] = [];
  for (const tier of cohorts.tiers().toSorted(compareTiers)) {
    const rest = count - taken.length;
    if (rest === 0) break;
    if (tier.count > rest) {
      if (rest > FEW_PODS || !takeFew(listing, cohorts, tier, rest, now, taken)) {
        takeByNodes(listing, cohorts, tier, rest, now, taken);
      }
    } else
      for (const cohort of tier.cohorts)
        takeAll(listing, cohorts, cohort, tier.count, anyNode, taken);
  }
  return taken;
}

/** One after another: from the node with the most pods, by times, the oldest. False: of too many generations. */
function takeFew(
  { pods, related }: PodListing,
  cohorts: PodCohorts,
  tier: Tier,
  rest: number,
  now: number,
  taken: number[],
): boolean {
  const generations = cohorts.generations(tier, now, (all) => arrange(all, now));
  if (generations.length > FEW_GENERATIONS) return false;
  const inOrder = generations.map((generation) => cohorts.byNode(generation));
  for (const nodes of inOrder) nodes.rankBy(pods, related);
  const passed: (() => void)[] = [];
  for (let count = 0; count < rest; count++) {
    const first = inOrder.reduce((best, other) => {
      const [a, b] = [best.first(), other.first()];
      if (b.row === NO_ROW || a.row === NO_ROW) return a.row === NO_ROW ? other : best;
      return b.rank > a.rank ? other : best;
    });
    taken.push(first.first().row);
    passed.push(first.pass());
  }
  for (const takeBack of passed.toReversed()) takeBack();
  return true;
}

/** By times; those that are alike side by side. */
function arrange(cohorts: readonly Cohort[], now: number): Arrangement {
  const sorted = cohorts.toSorted((a, b) => compareTimes(a, b, now));
  const alike: Cohort[][] = [];
  let until = Infinity;
  for (const cohort of sorted) {
    const last = alike.at(-1);
    if (last !== undefined && compareTimes(last[0]!, cohort, now) === 0) last.push(cohort);
    else alike.push([cohort]);
    until = Math.min(until, sameAgeUntil(cohort.createdS, now));
    if (cohort.tier.ready) until = Math.min(until, sameAgeUntil(cohort.readyS, now));
  }
  return { alike, until };
}

/** Those on the nodes with the most pods; where the last of these nodes are alike, by times. */
function takeByNodes(
  listing: PodListing,
  cohorts: PodCohorts,
  tier: Tier,
  rest: number,
  now: number,
  taken: number[],
): void {
  const ranks = podsOnNodes(listing.pods, listing.related);
  const { rank, above } = lastRank(cohorts.onNodes(tier), ranks, rest);
  const until = taken.length + above;
  if (above > 0) {
    for (const cohort of tier.cohorts) {
      const left = until - taken.length;
      takeAll(listing, cohorts, cohort, left, (node) => ranks[node]! > rank, taken);
    }
  }
  const isLast: NodeTest = (node) => ranks[node] === rank;
  let left = rest - above;
  for (const { cohorts: alike } of cohorts.generations(tier, now, (all) => arrange(all, now))) {
    if (left === 0) break;
    left -= takeOldest(listing, cohorts, alike, left, isLast, taken);
  }
}

/** Nodes with more pods than `rank` are emptied of the tier (`above` pods); of those with `rank`, some go. */
function lastRank(
  onNodes: readonly number[],
  ranks: readonly number[],
  rest: number,
): { rank: number; above: number } {
  const pods: number[] = [];
  for (let node = 0; node < onNodes.length; node++) {
    if (onNodes[node] === 0) continue;
    const here = ranks[node]!;
    while (pods.length <= here) pods.push(0);
    pods[here]! += onNodes[node]!;
  }
  let above = 0;
  for (let rank = pods.length - 1; rank > 0; rank--) {
    if (above + pods[rank]! >= rest) return { rank, above };
    above += pods[rank]!;
  }
  return { rank: 0, above };
}

function anyNode(): boolean {
  return true;
}

/** At most `most` of a cohort's pods on nodes that pass, the oldest first. */
function takeAll(
  { pods }: PodListing,
  cohorts: PodCohorts,
  cohort: Cohort,
  most: number,
  test: NodeTest,
  taken: number[],
): void {
  const { node } = pods.columns;
  let left = most;
  const rows = cohorts.rowsOf(cohort);
  for (let at = cohort.head; at < rows.length && left > 0; at++) {
    const row = rows[at]!;
    if (!cohorts.isIn(cohort, row) || !test(node[row]! + 1)) continue;
    taken.push(row);
    left--;
  }
}

/** The `most` oldest pods of several cohorts on nodes that pass; answers how many there were. */
function takeOldest(
  { pods }: PodListing,
  cohorts: PodCohorts,
  alike: readonly Cohort[],
  most: number,
  test: NodeTest,
  taken: number[],
): number {
  const cursors = alike.map((cohort) => among(pods, cohorts, cohort, test));
  for (let count = 0; count < most; count++) {
    let first = cursors[0]!;
    for (const cursor of cursors) if (cursor.row < first.row) first = cursor;
    if (first.row === NO_ROW) return count;
    taken.push(first.row);
    first.next();
  }
  return most;
}

/** Looks through all pods of the cohort. */
function among(
  { columns: { node } }: PodListing["pods"],
  cohorts: PodCohorts,
  cohort: Cohort,
  test: NodeTest,
): Cursor {
  const rows = cohorts.rowsOf(cohort);
  let at = cohort.head - 1;
  const cursor: Cursor = {
    row: NO_ROW,
    next() {
      for (at++; at < rows.length; at++) {
        const row = rows[at]!;
        if (!cohorts.isIn(cohort, row) || !test(node[row]! + 1)) continue;
        cursor.row = row;
        return;
      }
      cursor.row = NO_ROW;
    },
  };
  cursor.next();
  return cursor;
}
