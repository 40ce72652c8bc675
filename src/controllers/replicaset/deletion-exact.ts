/** The deletion order (deletion-order.ts) of a few pods, one by one, as Go's sort leaves them. */
import { Flag, UNBOUND } from "../../apiserver/pod-columns.ts";
import type { PodTable } from "../../apiserver/pod-table.ts";
import { compareTiers, compareTimes, type CohortKey, type TierKey } from "./deletion-keys.ts";
import { goSort } from "../go-sort.ts";

/** Of these rows the `count` that go first, in order; `counts` as of `podsOnNodes`. */
export function rowsInGoOrder(
  pods: PodTable,
  rows: readonly number[],
  counts: readonly number[],
  now: number,
  count = rows.length,
): number[] {
  const ranked = rows.map((row) => rankedPod(pods, counts, row));
  const order = rows.map((_, index) => index);
  const goesFirst = (a: number, b: number): boolean => {
    const difference = comparePods(ranked[a]!, ranked[b]!, now);
    if (difference !== 0) return difference < 0;
    return isDecidedByUid(ranked[a]!, ranked[b]!) && ranked[a]!.uid < ranked[b]!.uid;
  };
  goSort(order, goesFirst, count);
  return order.slice(0, count).map((index) => rows[index]!);
}

interface RankedPod extends TierKey, CohortKey {
  /** Active pods of all related ReplicaSets on its node. */
  readonly onNode: number;
  readonly uid: number;
}

function rankedPod({ columns }: PodTable, counts: readonly number[], row: number): RankedPod {
  const ready = (columns.flags[row]! & Flag.Ready) !== 0;
  return {
    bound: columns.node[row] !== UNBOUND,
    phase: columns.phase[row]!,
    ready,
    deletionCost: columns.deletionCost[row]!,
    readyS: ready ? columns.readyS[row]! : 0,
    restarts: columns.restarts[row]!,
    createdS: columns.createdS[row]!,
    onNode: counts[columns.node[row]! + 1]!,
    uid: columns.uid[row]!,
  };
}

function comparePods(a: RankedPod, b: RankedPod, now: number): number {
  return compareTiers(a, b) || b.onNode - a.onNode || compareTimes(a, b, now);
}

/** Times that differ, but not by a power of two. */
function isDecidedByUid(a: CohortKey, b: CohortKey): boolean {
  return a.readyS !== b.readyS || a.createdS !== b.createdS;
}
