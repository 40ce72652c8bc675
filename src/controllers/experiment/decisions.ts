/** What the controller of Experiments decides: argo-rollouts, from its root. */

const experiment = "experiments/experiment.go";

export const experimentDecisions = {
  "experiment/set": {
    says: "{replicaSet} is created with {replicas} pods.",
    from: `${experiment} reconcileTemplate`,
  },
  "experiment/analysis": {
    says: "All pods are available: AnalysisRun {run} begins.",
    from: `${experiment} reconcileAnalysisRun`,
  },
  "experiment/over": {
    says: "Experiment {experiment} is {phase}: {why}.",
    from: `${experiment} calculateStatus`,
  },
  "experiment/scale-down": {
    says: "The experiment is over and the delay too: {replicaSet} goes to 0.",
    from: `${experiment} scaleDown`,
  },
} as const;
