/** What the horizontal pod autoscaler can decide; a part of the register in ../decisions.ts. */
const calculator = "podautoscaler/replica_calculator.go";
const horizontal = "podautoscaler/horizontal.go";
const utilization = `${calculator} GetResourceReplicas`;

export const podAutoscalerDecisions = {
  "hpa/gone": {
    says: "{hpa} no longer exists: what was recommended for it is forgotten.",
    from: `${horizontal} reconcileKey`,
  },
  "hpa/no-scale": {
    says: "The scale of {target} cannot be read ({error}): nothing is scaled.",
    from: `${horizontal} reconcileAutoscaler`,
  },
  "hpa/disabled-at-zero": {
    says: "{target} asks for 0 replicas: somebody has turned scaling off.",
    from: `${horizontal} reconcileAutoscaler`,
  },
  "hpa/above-maximum": {
    says: "{target} asks for {current} replicas, maxReplicas is {maximum}: no metric is looked at.",
    from: `${horizontal} reconcileAutoscaler`,
  },
  "hpa/below-minimum": {
    says: "{target} asks for {current} replicas, minReplicas is {minimum}: no metric is looked at.",
    from: `${horizontal} reconcileAutoscaler`,
  },
  "hpa/ambiguous-selector": {
    says: "Another autoscaler looks at the same pods ({others}): neither scales.",
    from: `${horizontal} validateAndParseSelector`,
  },
  "hpa/no-metrics": {
    says: "{invalid} of {metrics} metrics cannot be had ({error}): nothing is scaled.",
    from: `${horizontal} computeReplicasForMetrics`,
  },
  "hpa/within-tolerance": {
    says: "Usage is {usage}, the target {target}: {ratio} is within {low} to {high}, so spec.replicas {current} stays, whatever number of pods a surge makes.",
    from: utilization,
  },
  "hpa/by-ratio": {
    says: "Usage is {usage}, the target {target}: ceil({ratio} x {pods} pods with metrics) = {proposal}; spec.replicas is {current}.",
    from: utilization,
  },
  "hpa/by-cautious-ratio": {
    says: "Usage is {usage}, the target {target}. {missing} pods without metrics and {unready} not ready are counted against the change: ceil({ratio} x {pods}) = {proposal}; spec.replicas is {current}.",
    from: utilization,
  },
  "hpa/too-little-known": {
    says: "Usage is {usage}, the target {target}. With {missing} pods without metrics and {unready} not ready counted against the change the ratio is {ratio}: spec.replicas {current} stays.",
    from: utilization,
  },
  "hpa/stabilized": {
    says: "The metrics propose {proposal}; the recommendations of the last {window} s are between {lowest} and {highest}: {stabilized}.",
    from: `${horizontal} stabilizeRecommendation`,
  },
  "hpa/limited": {
    says: "{wanted} is wanted and {allowed} allowed now ({reason}): {allowed}.",
    from: `${horizontal} convertDesiredReplicasWithBehaviorRate`,
  },
  "hpa/rescale": {
    says: "{target} goes from {current} to {desired} replicas: {reason}.",
    from: `${horizontal} reconcileAutoscaler`,
  },
  "hpa/keep": {
    says: "{target} keeps its {current} replicas.",
    from: `${horizontal} reconcileAutoscaler`,
  },
} as const;
