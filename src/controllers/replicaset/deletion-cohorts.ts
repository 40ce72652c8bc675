/**
 * The deletion order for many pods: the same order as deletion-order.ts, taken group by group, so that a
 * batch costs what it deletes and the nodes, not the pods that exist. Pods that are alike in all that the
 * order looks at go in order of creation.
 */
import { NO_ROW } from "../../apiserver/cohort-nodes.ts";
import type { Cohort, PodCohorts, Tier } from "../../apiserver/pod-cohorts.ts";
import { compareTiers, compareTimes, podsOnNodes } from "./deletion-keys.ts";
import type { PodListing } from "./view.ts";

/** A place among the pods of a cohort that are on nodes of one rank, from the oldest on. */
interface Cursor {
  /** NO_ROW: there are no more. */
  row: number;
  next(): void;
}

/** So many pods at most, of so many cohorts, are taken one by one: beyond, it is cheaper to look through all. */
const FEW = 16;

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
      const isFew = rest <= FEW && tier.cohorts.length <= FEW;
      (isFew ? takeFew : takeByNodes)(listing, cohorts, tier, rest, now, taken);
    } else
      for (const cohort of tier.cohorts)
        takeAll(listing, cohorts, cohort, tier.count, anyNode, taken);
  }
  return taken;
}

/** One after another: from the node with the most pods, by times, the oldest. */
function takeFew(
  { pods, related }: PodListing,
  cohorts: PodCohorts,
  tier: Tier,
  rest: number,
  now: number,
  taken: number[],
): void {
  const inOrder = tier.cohorts
    .toSorted((a, b) => compareTimes(a, b, now))
    .map((cohort) => ({ cohort, nodes: cohorts.byNode(cohort) }));
  for (const { nodes } of inOrder) nodes.rankBy(pods, related);
  const passed: (() => void)[] = [];
  for (let count = 0; count < rest; count++) {
    const first = inOrder.reduce((best, other) => {
      const [a, b] = [best.nodes.first(), other.nodes.first()];
      if (b.row === NO_ROW || a.row === NO_ROW) return a.row === NO_ROW ? other : best;
      if (a.rank !== b.rank) return b.rank > a.rank ? other : best;
      const isAlike = compareTimes(best.cohort, other.cohort, now) === 0;
      return isAlike && b.row < a.row ? other : best;
    });
    taken.push(first.nodes.first().row);
    passed.push(first.nodes.pass());
  }
  for (const takeBack of passed.toReversed()) takeBack();
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
  const sorted = tier.cohorts.toSorted((a, b) => compareTimes(a, b, now));
  let left = rest - above;
  for (let from = 0; left > 0;) {
    let to = from + 1;
    while (to < sorted.length && compareTimes(sorted[from]!, sorted[to]!, now) === 0) to++;
    left -= takeOldest(listing, cohorts, sorted.slice(from, to), left, isLast, taken);
    from = to;
  }
}

/** Nodes with more pods than `rank` are emptied of the tier (`above` pods); of those with `rank`, some go. */
function lastRank(
  onNodes: readonly number[],
  ranks: readonly number[],
  rest: number,
): { rank: number; above: number } {
  const pods = new Map<number, number>();
  for (let node = 0; node < onNodes.length; node++) {
    if (onNodes[node] === 0) continue;
    pods.set(ranks[node]!, (pods.get(ranks[node]!) ?? 0) + onNodes[node]!);
  }
  let above = 0;
  for (const rank of [...pods.keys()].sort((a, b) => b - a)) {
    const here = pods.get(rank)!;
    if (above + here >= rest) return { rank, above };
    above += here;
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
