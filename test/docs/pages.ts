/** The pages of docs/ that follow from the code, and nothing else. */
import { decisions, type DecisionInfo } from "../../src/controllers/decisions.ts";
import { failuresPage } from "./failures-page.ts";
import { performancePage } from "./performance-page.ts";
import { scenariosPage } from "./scenarios-page.ts";

export function pages(): Record<string, string> {
  return {
    "decisions.md": decisionsPage(),
    "failures.md": failuresPage(),
    "performance.md": performancePage(),
    "scenarios.md": scenariosPage(),
  };
}

const CHAPTERS: readonly (readonly [prefix: string, title: string, intro: string])[] = [
  [
    "deployment/rolling/",
    "RollingUpdate: one step",
    "First the new ReplicaSet grows as far as maxSurge allows; only in a sync in which it did not, old " +
      "ones shrink as far as maxUnavailable allows.",
  ],
  ["deployment/recreate/", "Recreate", "Everything old stops before anything new starts."],
  [
    "deployment/new/",
    "The new ReplicaSet",
    "The oldest ReplicaSet with the Deployment's template is the new one, whenever it was made: this is " +
      "how an undo reuses one.",
  ],
  [
    "deployment/scale/",
    "Scaling",
    "A changed number of replicas goes before any step of a rollout.",
  ],
  [
    "progress/",
    "Progress and its deadline",
    "The deadline only sets a condition. Nothing is rolled back by itself.",
  ],
  ["deployment/history/", "History", "Revisions are ReplicaSets of size 0."],
  [
    "deployment/rollback/",
    "Rollback by annotation",
    "What `kubectl rollout undo` did before 1.16.",
  ],
  ["deployment/", "The rest of a Deployment's sync", ""],
  [
    "replicaset/",
    "A ReplicaSet's sync",
    "It sees a number and pods. It knows nothing of rollouts, revisions or availability floors.",
  ],
  [
    "hpa/",
    "A HorizontalPodAutoscaler's sync",
    "Every 15 s it looks at all pods of the selector, and compares what they use with what they request; " +
      "see [Capacity](capacity.md).",
  ],
  [
    "disruption/",
    "Evictions under a PodDisruptionBudget",
    "The API server decides; `kubectl drain` and the fault NodeDrain ask again every 5 s. The places are under pkg.",
  ],
  [
    "canary/",
    "Canaries of Flagger",
    "What docs/strategies.md tells of; the places are in fluxcd/flagger.",
  ],
  [
    "rollout/",
    "Rollouts of Argo Rollouts",
    "What docs/strategies.md tells of; the places are in argoproj/argo-rollouts.",
  ],
  [
    "analysis/",
    "AnalysisRuns of Argo Rollouts",
    "Measurements, and what they come to; the places are in argoproj/argo-rollouts.",
  ],
  [
    "experiment/",
    "Experiments of Argo Rollouts",
    "Pods beside those of a Rollout; the places are in argoproj/argo-rollouts.",
  ],
];

/** Not of Kubernetes. */
const ELSEWHERE: ReadonlySet<string> = new Set(["canary/", "rollout/", "analysis/", "experiment/"]);

function decisionsPage(): string {
  const left = new Map<string, DecisionInfo>(Object.entries(decisions));
  const chapters = CHAPTERS.map(([prefix, title, intro]) => {
    const rows = [...left].filter(([id]) => id.startsWith(prefix));
    for (const [id] of rows) left.delete(id);
    const table = rows.map(([id, { says, from }]) => `| \`${id}\` | ${says} | ${from} |`);
    return [
      `## ${title}`,
      "",
      ...(intro === "" ? [] : [intro, ""]),
      `| decision | in words | from${ELSEWHERE.has(prefix) ? "" : " (pkg/controller)"} |`,
      "| --- | --- | --- |",
      ...table,
      "",
    ].join("\n");
  });
  return [
    "# How the controllers decide",
    "",
    "<!-- written by `npm run docs` from src/controllers/decisions.ts -->",
    "",
    "Every decision that a controller of rollsim can make has a name. The names stand in traces, in the",
    "timeline, in `rollsim explain`, and below; `{x}` is a number or a name that was weighed. R is",
    "`spec.replicas`, S maxSurge in pods (a percentage rounds up), U maxUnavailable in pods (a percentage",
    "rounds down; 1 where both come to 0).",
    "",
    ...chapters,
  ].join("\n");
}
