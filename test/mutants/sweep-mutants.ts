/** What a sweep measures and chooses, what a diff says of a change, what charts show, what is tried and what a quiz asks, broken. */
import { noticedBy, type Mutant } from "./mutant.ts";

const sweeping = noticedBy(
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

const changing = noticedBy(
  ["compare/change.test.ts", "cli/diff.test.ts"],
  [
    [
      "a diff counts the time before the new file is applied, too",
      "compare/change",
      `isComplete(deployment) ? entry.at - began : Infinity`,
      `isComplete(deployment) ? entry.at : Infinity`,
    ],
    [
      "a diff tells how few pods were available at the end alone",
      "compare/change",
      `{ leastAvailable: Math.min(leastAvailable, available) }`,
      `{ leastAvailable: Math.min(Infinity, available) }`,
    ],
    [
      "a diff does not count terminating pods",
      "compare/change",
      `Math.max(mostPods, replicas + terminatingReplicas)`,
      `Math.max(mostPods, replicas)`,
    ],
    [
      "a diff says of what the new file leaves out that it is unchanged",
      "compare/change",
      `const how = !applied.has(`,
      `const how = applied.size < 0 && !applied.has(`,
    ],
    [
      "in a diff the old file's behaviors count before those of the new one",
      "compare/change",
      `behaviors: [...after.behaviors, ...before.behaviors],`,
      `behaviors: [...before.behaviors, ...after.behaviors],`,
    ],
    [
      "a diff takes any changed field for a rollout",
      "compare/change",
      `path.startsWith("template.")`,
      `path.startsWith("")`,
    ],
    [
      "a diff tells of all that is promised, changed or not",
      "compare/change-table",
      `.filter((field) => field.before !== field.after)`,
      `.filter((field) => field.before !== "")`,
    ],
    [
      "entries of lists that swap places are changed fields",
      "compare/changed-fields",
      `areNamed ? String(names[i]) : i`,
      `areNamed && i < 0 ? String(names[i]) : i`,
    ],
  ],
);

const drawing = noticedBy(
  ["report/chart.test.ts"],
  [
    [
      "a chart has waiting pods below the available ones",
      "report/chart",
      `of: ({ pods, available }) => pods - available`,
      `of: ({ pods }) => pods`,
    ],
    [
      "a chart ends with the last change",
      "report/svg",
      `Math.ceil(settledAt * 1.03)`,
      `Math.ceil(settledAt * 2)`,
    ],
    [
      "a chart marks every expectation as failed",
      "report/svg",
      `entry.kind === "expectation" && !entry.held`,
      `entry.kind === "expectation"`,
    ],
    [
      "a Deployment that is deleted keeps its pods in a chart",
      "report/series",
      `if (present.some((rollout) => rollout.key === key)) continue;`,
      `if (present.some((rollout) => rollout.key !== "")) continue;`,
    ],
    ["a quote opens an attribute's end", "report/markup", `/[&<>"']/gu`, `/[&<>']/gu`],
    ["commas in CSV begin a field", "report/csv", `/[",\\r\\n]/u`, `/["\\r\\n]/u`],
  ],
);

const trying = noticedBy(
  ["compare/tries.test.ts", "cli/session.test.ts"],
  [
    [
      "what is tried is tried on the cluster itself",
      "compare/tries",
      `const cluster = original.fork();`,
      `const cluster = original;`,
    ],
    [
      "what is tried is tried for ever",
      "compare/tries",
      `next === undefined || next > begin + TRIED_FOR_MS`,
      `next === undefined || next > begin + 100 * TRIED_FOR_MS`,
    ],
    [
      "what kubectl refuses was done",
      "compare/tries",
      `return code === 0 ? undefined : errors`,
      `return code >= 0 ? undefined : errors`,
    ],
    [
      "nothing is tried once the deadline has passed",
      "compare/tries",
      `["waiting", "paused", "deadline exceeded"]`,
      `["waiting", "paused"]`,
    ],
  ],
);

const quizzing = noticedBy(
  ["cli/quiz.test.ts"],
  [
    [
      "of a sync the last decision alone is told",
      "report/quiz",
      `kind === "decision" && !syncs.has(sync)`,
      `kind === "decision"`,
    ],
    [
      "a quiz forgets that a sync may shrink a ReplicaSet twice",
      "report/quiz",
      `resized.findLast((`,
      `resized.find((`,
    ],
    [
      "a quiz never asks where nothing is resized",
      "report/quiz",
      `?? longestServing(before)`,
      `?? undefined`,
    ],
    ["a quiz asks the same twice", "report/quiz", `if (known.has(text)) continue;`, ``],
    [
      "a quiz asks the first questions, of whatever kind",
      "report/quiz",
      `new Set(chosen([...kinds.values()], count))`,
      `new Set(all.slice(0, count))`,
    ],
    [
      "an answer that nobody gave was right",
      "cli/quiz",
      `if (said === question.answer) right++;`,
      `if (said === question.answer || said === "unknown") right++;`,
    ],
  ],
);

export const sweepMutants: readonly Mutant[] = [
  ...sweeping,
  ...changing,
  ...drawing,
  ...trying,
  ...quizzing,
];
