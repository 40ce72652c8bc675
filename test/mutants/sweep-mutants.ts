/** What a sweep measures and chooses, broken. */
import { noticedBy, type Mutant } from "./mutant.ts";

export const sweepMutants: readonly Mutant[] = noticedBy(
  ["compare/sweep.test.ts", "cli/sweep.test.ts"],
  [
    [
      "a sweep counts the first rollout, too",
      "compare/sweep",
      `const [, ...updates] = values`,
      `const updates = values`,
    ],
    [
      "a sweep plays a world of its own for each of its settings",
      "compare/sweep",
      `runScenario(changed, { ...run, seed })`,
      "runScenario(changed, { ...run, seed: `${seed}${index}` })",
    ],
    [
      "a sweep is sure of settings that break an expectation in some worlds",
      "compare/sweep",
      `({ summary }) => summary.passed === worlds`,
      `({ summary }) => summary.passed >= 0 * worlds`,
    ],
    [
      "a sweep forgets that fewer available pods are worse",
      "compare/sweep",
      `return [duration, -leastAvailable, mostPods, failedRequests];`,
      `return [duration, mostPods, failedRequests];`,
    ],
    [
      "a sweep takes the best world for the fewest available pods",
      "compare/sweep",
      `leastAvailable: Math.min(...of(`,
      `leastAvailable: Math.max(...of(`,
    ],
    [
      "a sweep calls as fast as written faster",
      "compare/sweep",
      `duration < own[i]!.duration`,
      `duration <= own[i]!.duration`,
    ],
    [
      "a sweep sets what it tries in all Deployments of the file",
      "compare/settings",
      `draft["kind"] !== "Deployment" || !isIt ||`,
      `draft["kind"] !== "Deployment" || (!isIt && false) ||`,
    ],
    [
      "a sweep tries what comes to the same pods twice",
      "compare/settings",
      `return !seen.has(key) && seen.add(key);`,
      `return seen.add(key);`,
    ],
    [
      "settings that are as good in everything beat each other",
      "compare/pareto",
      `one.some((cost, i) => cost < other[i]!)`,
      `one.some((cost, i) => cost <= other[i]!)`,
    ],
    [
      "pods beyond replicas cost nothing",
      "scenario/metrics",
      `watched.surplus += Math.max(0, seen.total - seen.wanted) * weight;`,
      `watched.surplus += 0 * weight;`,
    ],
  ],
);
