/** Why an eviction is refused; a part of the register in ../decisions.ts. */
const spend = "registry/core/pod/storage/eviction.go checkAndDecrement";

export const disruptionDecisions = {
  "disruption/too-few-healthy": {
    says: "The budget {budget} needs {desired} healthy pods and has {healthy}: {pod} is not evicted.",
    from: spend,
  },
  "disruption/none-to-spare": {
    says: "The budget {budget} has given away what it can spare of {healthy} healthy pods: {pod} is not evicted.",
    from: spend,
  },
  "disruption/not-observed": {
    says: "The budget {budget} is new or changed, and its status not yet: {pod} is not evicted.",
    from: spend,
  },
} as const;
