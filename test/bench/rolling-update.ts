/**
 * One rolling update with the default strategy, all controllers' logic on, after a warm-up. Small ones are
 * repeated, as the clock is coarse.
 */
import type { Bench, Case, Run } from "./bench.ts";
import { rollingUpdate } from "./rollout.ts";
import { cpuMs, median } from "./statistics.ts";

/** Rollouts of so many replicas, until so much CPU time is spent. */
const WARM_UP = 2000;
const WARM_UP_MS = 2500;

export const rollingUpdateBench: Bench = {
  title: "a rolling update, per pod",
  repetitions: 3,
  cases: [10, 100, 1000, 10_000, 100_000, 1_000_000].map((size) => ({ who: "rollsim", size })),
  equal: ["turns"],
  measure({ size }: Case): Run {
    while (cpuMs() < WARM_UP_MS) rollingUpdate({ replicas: Math.min(size, WARM_UP) });
    const many = Math.min(400, Math.max(1, Math.ceil(20_000 / size)));
    const costs = Array.from({ length: many }, () => rollingUpdate({ replicas: size }));
    const mean = costs.reduce((sum, cost) => sum + cost.cpuMs, 0) / many;
    return {
      "CPU ms": mean,
      "CPU us a pod": (mean * 1000) / size,
      "wall ms": median(costs.map((cost) => cost.wallMs)),
      "peak MB": process.resourceUsage().maxRSS / 1024,
      turns: costs[0]!.work["turns"]!,
    };
  },
};
