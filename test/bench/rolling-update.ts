/**
 * Rolling updates after a warm-up, all controllers' logic on: with the default strategy and pods that are ready at
 * once; and with pods that are awaited one by one. Small ones are repeated, as the clock is coarse.
 */
import type { Bench, Case, Run } from "./bench.ts";
import { rollingUpdate, type Rollout } from "./rollout.ts";
import { cpuMs, median } from "./statistics.ts";

/** Rollouts as those to come, until so much CPU time is spent: after 4 s the compiler still found what to do. */
const WARM_UP_MS = 6000;

interface Sizes {
  /** Warm-up rollouts have at most so many replicas. */
  readonly warmUp: number;
  /** Rollouts of so many replicas in all are measured. */
  readonly measured: number;
}

function measure(make: (replicas: number) => Rollout, size: number, sizes: Sizes): Run {
  while (cpuMs() < WARM_UP_MS) rollingUpdate(make(Math.min(size, sizes.warmUp)));
  const many = Math.min(400, Math.max(1, Math.ceil(sizes.measured / size)));
  const costs = Array.from({ length: many }, () => rollingUpdate(make(size)));
  const mean = costs.reduce((sum, cost) => sum + cost.cpuMs, 0) / many;
  return {
    "CPU ms": mean,
    "CPU us a pod": (mean * 1000) / size,
    "wall ms": median(costs.map((cost) => cost.wallMs)),
    "peak MB": process.resourceUsage().maxRSS / 1024,
    turns: costs[0]!.work["turns"]!,
  };
}

export const rollingUpdateBench: Bench = {
  title: "a rolling update, per pod",
  repetitions: 3,
  cases: [10, 100, 1000, 10_000, 100_000, 1_000_000].map((size) => ({ who: "rollsim", size })),
  equal: ["turns"],
  // Beyond 2000 pods the ReplicaSet controller finds those to delete in another way: it is to be warm, too.
  measure: ({ size }: Case): Run =>
    measure((replicas) => ({ replicas }), size, { warmUp: 5000, measured: 20_000 }),
};

/** One pod more than wanted, none less: each is awaited before the next. What happened has no room for a million. */
const oneByOne = (replicas: number): Rollout => ({
  replicas,
  rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
  behaviors: [{ ready: { delay: 10 } }],
  traceLimit: 1000,
});

export const oneByOneBench: Bench = {
  title: "a rolling update whose pods are awaited one by one, per pod",
  repetitions: 3,
  cases: [10, 100, 1000, 10_000, 100_000, 1_000_000].map((size) => ({ who: "rollsim", size })),
  large: [100_000, 1_000_000],
  equal: ["turns"],
  measure: ({ size }: Case): Run => measure(oneByOne, size, { warmUp: 1000, measured: 2000 }),
};

/** The same once more: now there are pods of very many ages. */
export const oneByOneAgainBench: Bench = {
  title: "the second of two such rolling updates, per pod",
  repetitions: 3,
  cases: [1000, 10_000, 100_000].map((size) => ({ who: "rollsim", size })),
  large: [100_000],
  equal: ["turns"],
  measure({ size }: Case): Run {
    const make = (replicas: number): Rollout => ({ ...oneByOne(replicas), updatesBefore: 1 });
    return measure(make, size, { warmUp: 1000, measured: 2000 });
  },
};
