/** The keys of the deletion order (deletion-order.ts), and how each compares. */
import { Phase } from "../../apiserver/pod-columns.ts";
import type { PodTable } from "../../apiserver/pod-table.ts";

/** What comes before the nodes in the order. */
export interface TierKey {
  readonly bound: boolean;
  readonly phase: number;
  readonly ready: boolean;
  readonly deletionCost: number;
}

/** What comes after the nodes; `readyS` is 0 unless ready. Times are seconds since 1970. */
export interface CohortKey {
  readonly readyS: number;
  readonly restarts: number;
  readonly createdS: number;
}

/** Active pods of all these owners by node number + 1; the first: those without a node. */
export function podsOnNodes(pods: PodTable, owners: readonly number[]): number[] {
  const [first, ...others] = owners.map((owner) => pods.onNodes(owner));
  const sums = first === undefined ? [] : [...first];
  for (const counts of others) {
    while (sums.length < counts.length) sums.push(0);
    for (let i = 0; i < counts.length; i++) sums[i]! += counts[i]!;
  }
  return sums;
}

const PHASE_ORDER: Readonly<Record<number, number>> = {
  [Phase.Pending]: 0,
  [Phase.Unknown]: 1,
  [Phase.Running]: 2,
};

export function compareTiers(a: TierKey, b: TierKey): number {
  return (
    Number(a.bound) - Number(b.bound) ||
    PHASE_ORDER[a.phase]! - PHASE_ORDER[b.phase]! ||
    Number(a.ready) - Number(b.ready) ||
    a.deletionCost - b.deletionCost
  );
}

/** Of two pods that are both ready, or both not. */
export function compareTimes(a: CohortKey, b: CohortKey, now: number): number {
  if (a.readyS !== b.readyS) return ageClass(a.readyS, now) - ageClass(b.readyS, now);
  if (a.restarts !== b.restarts) return b.restarts - a.restarts;
  return ageClass(a.createdS, now) - ageClass(b.createdS, now);
}

/** floor(log2(age in ns)), -1 for no age: what became ready 5 s and 7 s ago counts as alike. */
function ageClass(since: number, now: number): number {
  const ns = (now - since * 1000) * 1e6;
  if (ns <= 0) return -1;
  const high = Math.floor(ns / 0x1_0000_0000);
  return high > 0 ? 63 - Math.clz32(high) : 31 - Math.clz32(ns);
}

/** The ms at which `ageClass` of a time will be another one. */
export function sameAgeUntil(since: number, now: number): number {
  const ns = 2 ** (ageClass(since, now) + 1);
  return since * 1000 + Math.max(1, Math.ceil(ns / 1e6));
}
