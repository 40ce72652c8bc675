/** What the report cannot count: why no recording reaches a decision, and what is not mirrored. */

export const UNREACHED: Readonly<Record<string, string>> = {
  "deployment/selects-everything":
    "the API server refuses a Deployment with an empty selector, so none can be there; the controller checks " +
    "all the same, and a unit test asks it to.",
};

/** Controllers that the recordings do not drive: worlds of their own reach what they decide (test/decisions.test.ts). */
export const NOT_RECORDED = {
  "disruption/": "evictions",
  "hpa/": "the horizontal pod autoscaler",
  "canary/": "Flagger's canaries",
  "rollout/": "the rollouts of Argo Rollouts",
  "analysis/": "the analysis runs of Argo Rollouts",
  "experiment/": "the experiments of Argo Rollouts",
} as const;

export function isRecorded(decision: string): boolean {
  return !Object.keys(NOT_RECORDED).some((prefix) => decision.startsWith(prefix));
}

export const LEFT_OUT: readonly string[] = [
  "The bucket over all keys of a work queue (10 a second, burst 100); only the back-off of each key counts. " +
    "The recorder leaves it out too.",
  "Restarts of sidecars in the deletion order of pods.",
  "Where pods are alike in all that the deletion order looks at, Kubernetes leaves the choice to the order of " +
    "its cache and to Go's sort. rollsim lists pods in order of creation and sorts as Go does, for up to " +
    "2,000 pods of a ReplicaSet; beyond, alike ones go in order of creation.",
  "The pods of one deletion are deleted by goroutines side by side, in no order that Kubernetes promises; rollsim " +
    "takes them in order of creation. It shows where one of them is then taken from its ReplicaSet and the caches lag.",
  "Finalizers other than those of deletion in the foreground and orphaning.",
  "Until v1.35 the pods that Recreate waits for must also match the Deployment's selector; here who owns them " +
    "is enough.",
  "A real controller that panics: its metric of ages divides by the age in ms of the youngest ready pod, which can " +
    "be 0. rollsim goes on.",
];
