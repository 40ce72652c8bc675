/** What the analyses of Argo Rollouts decide. */

const analysis = "analysis/analysis.go";

export const analysisDecisions = {
  "analysis/measured": {
    says: "Metric {metric} reads {value}: {phase}.",
    from: `${analysis} runMeasurements`,
  },
  "analysis/job-runs": {
    says: "The Job of metric {metric} still runs.",
    from: `${analysis} runMeasurements`,
  },
  "analysis/metric-over": {
    says: "Metric {metric} is {phase}: {why}.",
    from: `${analysis} assessMetricStatus`,
  },
  "analysis/run-over": {
    says: "AnalysisRun {run} is {phase}: {why}.",
    from: `${analysis} assessRunStatus`,
  },
} as const;
