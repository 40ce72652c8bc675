/**
 * How many pods the new and the stable ReplicaSet of a canary get. Mirrors argo-rollouts
 * utils/replicaset/canary.go: without a traffic router pods approximate the weight within maxSurge and
 * maxUnavailable; with one, the stable ReplicaSet stays whole and the router splits.
 */
import type { ReplicaSet } from "../../api/apps.ts";
import type { Rollout, TrafficWeights } from "../../api/rollout.ts";
import { available, sumOfSpecs } from "../deployment/view.ts";
import { canaryReplicasOrWeight, weightToReplicas } from "./canary-steps.ts";
import {
  canaryOf,
  maxSurge,
  maxUnavailable,
  maxWeightOf,
  replicasOf,
  routesTraffic,
  statusOf,
} from "./defaults.ts";

/** Pods of the new and of the stable ReplicaSet. */
export interface Counts {
  readonly canary: number;
  readonly stable: number;
}

type MaybeSet = ReplicaSet | undefined;

interface CanarySets {
  readonly newRS: MaybeSet;
  readonly stableRS: MaybeSet;
  readonly others: readonly ReplicaSet[];
}

export function stableExists(newRS: MaybeSet, stableRS: MaybeSet): stableRS is ReplicaSet {
  return stableRS !== undefined && newRS?.metadata.name !== stableRS.metadata.name;
}

/** CalculateReplicaCountsForBasicCanary: one step towards the weight. */
export function basicCanaryCounts(
  rollout: Rollout,
  newRS: MaybeSet,
  stableRS: MaybeSet,
  others: readonly ReplicaSet[],
): Counts {
  const replicas = replicasOf(rollout);
  const { weight } = canaryReplicasOrWeight(rollout, newRS, stableRS);
  const both = stableExists(newRS, stableRS);
  const wanted: Counts = both
    ? approximateCounts(replicas, weight, maxWeightOf(rollout), maxSurge(rollout))
    : { canary: replicas, stable: 0 };
  const ceiling = replicas + maxSurge(rollout);
  const all = [...others, newRS, both ? stableRS : undefined].filter((rs) => rs !== undefined);
  const room = ceiling - sumOfSpecs(all);
  const grown = grow({ newRS, stableRS: both ? stableRS : undefined }, wanted, room);
  // Older ones go first.
  if (sumOfSpecs(others) > 0) return grown;
  const floor = replicas - maxUnavailable(rollout);
  const increasing = newRS === undefined || wanted.canary >= newRS.spec.replicas;
  const counted =
    forScaleDown(newRS, increasing ? "available" : "asked for") +
    forScaleDown(stableRS, increasing ? "asked for" : "available");
  if (counted <= floor) return grown;
  const limits = { spare: counted - floor, ceiling, floor };
  if (!increasing) {
    const drained = drain(newRS, wanted.canary, limits.spare, grown.canary);
    const [canary, stable] = withinLimits([newRS, drained], [stableRS, grown.stable], limits);
    return { canary, stable };
  }
  if (!both) return grown;
  const drained = drain(stableRS, wanted.stable, limits.spare, grown.stable);
  const [stable, canary] = withinLimits([stableRS, drained], [newRS, grown.canary], limits);
  return { canary, stable };
}

/** The stable ReplicaSet grows first. */
function grow(
  { newRS, stableRS }: { readonly newRS: MaybeSet; readonly stableRS: MaybeSet },
  wanted: Counts,
  room: number,
): Counts {
  let left = room;
  const towards = (rs: MaybeSet, count: number): number => {
    const now = rs?.spec.replicas ?? 0;
    if (rs === undefined || now >= count || left <= 0) return now;
    const by = Math.min(left, count - now);
    left -= by;
    return now + by;
  };
  const stable = towards(stableRS, wanted.stable);
  return { stable, canary: towards(newRS, wanted.canary) };
}

/** Pods that count when something is to go; one that shrinks already counts no more than it asks for. */
function forScaleDown(rs: MaybeSet, by: "available" | "asked for"): number {
  if (rs === undefined) return 0;
  return by === "asked for" ? rs.spec.replicas : Math.min(rs.spec.replicas, available(rs));
}

function drain(rs: MaybeSet, wanted: number, spare: number, count: number): number {
  if (rs === undefined || rs.spec.replicas <= wanted) return count;
  return Math.max(wanted, rs.spec.replicas - spare);
}

/** adjustReplicaWithinLimits: neither above the ceiling nor, by that, below the floor. */
function withinLimits(
  [drained, drainedCount]: readonly [MaybeSet, number],
  [other, otherCount]: readonly [MaybeSet, number],
  { ceiling, floor }: { readonly ceiling: number; readonly floor: number },
): readonly [number, number] {
  if (other === undefined) return [drainedCount, otherCount];
  const over = Math.max(0, drainedCount + otherCount - ceiling);
  let count = otherCount - over;
  const stay = drained === undefined ? 0 : Math.min(available(drained), drainedCount);
  const total = stay + Math.min(available(other), count);
  const lost = Math.max(0, available(other) - count);
  count += Math.min(lost, Math.max(0, floor - total));
  return [drainedCount - Math.max(0, drainedCount + count - ceiling), count];
}

/**
 * approximateWeightedCanaryStableReplicaCounts: the split of `replicas` pods (with a surge, of one more)
 * that comes nearest to the weight. 3 pods at 50% with a surge: 2 and 2.
 */
export function approximateCounts(
  replicas: number,
  weight: number,
  maxWeight: number,
  surge: number,
): Counts {
  if (replicas === 0) return { canary: 0, stable: 0 };
  const up = Math.ceil((replicas * weight) / maxWeight);
  const down = Math.floor((replicas * weight) / maxWeight);
  // No version is left without a pod, unless there is only one.
  const zeroAllowed = weight === maxWeight || weight === 0 || (replicas === 1 && surge === 0);
  const options: { readonly canary: number; readonly total: number }[] = [];
  const consider = (total: number): void => {
    const tied = (total * (weight / maxWeight)) % 1 === 0.5;
    if (total > replicas || up < replicas || zeroAllowed) options.push({ canary: up, total });
    if (!tied && (down !== 0 || zeroAllowed)) options.push({ canary: down, total });
  };
  consider(replicas);
  if (surge > 0) consider(replicas + 1);
  const off = ({ canary, total }: { readonly canary: number; readonly total: number }): number =>
    Math.abs((canary * maxWeight) / total - weight);
  const [first = { canary: 0, total: replicas }, ...rest] = options;
  const best = rest.reduce((a, b) => (off(b) < off(a) ? b : a), first);
  return { canary: best.canary, stable: best.total - best.canary };
}

/** CalculateReplicaCountsForTrafficRoutedCanary; `weights` are those in force. */
export function routedCanaryCounts(
  rollout: Rollout,
  newRS: MaybeSet,
  stableRS: MaybeSet,
  weights: TrafficWeights | undefined,
): Counts {
  const { replicas, weight } = canaryReplicasOrWeight(rollout, newRS, stableRS);
  const canary = replicas ?? atLeastMinimum(rollout, weightToReplicas(rollout, weight));
  if (canaryOf(rollout)?.dynamicStableScale !== true) {
    return { canary, stable: replicasOf(rollout) };
  }
  const stable = weightToReplicas(rollout, maxWeightOf(rollout) - weight);
  if (weights === undefined) return bothAtLeastMinimum(rollout, { canary, stable });
  const aborted = statusOf(rollout).abort === true;
  return bothAtLeastMinimum(rollout, {
    canary: aborted ? Math.max(weightToReplicas(rollout, weights.canary.weight), canary) : canary,
    stable: Math.max(stable, weightToReplicas(rollout, weights.stable.weight)),
  });
}

function bothAtLeastMinimum(rollout: Rollout, { canary, stable }: Counts): Counts {
  return { canary: atLeastMinimum(rollout, canary), stable: atLeastMinimum(rollout, stable) };
}

/** CheckMinPodsPerReplicaSet: none, or at least minPodsPerReplicaSet (never more than replicas). */
export function atLeastMinimum(rollout: Rollout, count: number): number {
  const least = canaryOf(rollout)?.minPodsPerReplicaSet;
  if (count === 0 || least === undefined || !routesTraffic(rollout)) return count;
  return Math.max(count, Math.min(least, replicasOf(rollout)));
}

export function canaryCounts(
  rollout: Rollout,
  sets: CanarySets,
  weights: TrafficWeights | undefined,
): Counts {
  const { newRS, stableRS, others } = sets;
  return routesTraffic(rollout)
    ? routedCanaryCounts(rollout, newRS, stableRS, weights)
    : basicCanaryCounts(rollout, newRS, stableRS, others);
}

/** AtDesiredReplicaCountsForCanary. */
export function atDesiredCounts(
  rollout: Rollout,
  sets: CanarySets,
  weights: TrafficWeights | undefined,
): boolean {
  const { newRS, stableRS, others } = sets;
  const { canary, stable } = canaryCounts(rollout, sets, weights);
  if (!progressThresholdMet(rollout, newRS, canary)) return false;
  const routed = routesTraffic(rollout);
  if (!routed || canaryOf(rollout)?.dynamicStableScale !== true) {
    if (stableRS?.spec.replicas !== stable || stableRS.status.replicas !== stable) return false;
  }
  return routed || others.every((rs) => available(rs) === 0);
}

/** ReplicaProgressThresholdMet: enough of the new pods are there; without a threshold, all. */
export function progressThresholdMet(rollout: Rollout, rs: MaybeSet, desired: number): boolean {
  const threshold = canaryOf(rollout)?.replicaProgressThreshold;
  if (threshold === undefined || rs === undefined || threshold.value < 0) {
    return rs?.spec.replicas === desired && available(rs) === desired;
  }
  if (threshold.type !== "Percentage") return available(rs) >= threshold.value;
  return desired === 0 || available(rs) * 100 >= threshold.value * desired;
}
