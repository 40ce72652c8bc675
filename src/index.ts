/**
 * rollsim: Deployments, ReplicaSets and Pods in virtual time, with the decisions of the real controllers.
 * Everything public is named here.
 */
export { Cluster, type ClusterOptions, type Snapshot } from "./cluster.ts";
export { KUBERNETES_VERSION, type FeatureGates } from "./features.ts";
export type { Behavior, Delay, Fault, FaultType, ReadyDelay } from "./kubelet/behavior.ts";
export { decisions, sentence, type Decision, type DecisionId } from "./controllers/decisions.ts";
export type { PlannedSync } from "./controllers/reconcile.ts";
export { explainDeployment, type Explanation } from "./explain/why.ts";
export { explanationText } from "./explain/text.ts";
export { runKubectl, type Streams } from "./kubectl/cluster-io.ts";
export { checkScenario, parseScenario, type ScenarioCheck } from "./scenario/parse.ts";
export { clusterAt, runScenario, type RunOptions } from "./scenario/run.ts";
export type { Result } from "./scenario/result.ts";
export {
  sampleSize,
  wilsonInterval,
  type Comparison,
  type Count,
} from "./statistics/proportion.ts";
export {
  addBatch,
  newSequentialTest,
  sequentialTest,
  type AbVerdict,
  type Batch,
  type SequentialTest,
} from "./statistics/sequential-test.ts";
export { failureCauses, slowCauses } from "./traffic/causes.ts";
export type { LedgerSnapshot } from "./traffic/ledger.ts";
export type { AppBehavior, TrafficOptions } from "./traffic/options.ts";
export { savings } from "./traffic/savings.ts";
export { nearestSplit, podsForSplit } from "./traffic/split.ts";
export type { TrafficAccount } from "./traffic/traffic.ts";
export type {
  Client,
  DeleteOptions,
  ListOptions,
  ObjectRef,
  PatchType,
  WatchEvent,
  WriteOptions,
} from "./api/client.ts";
export type { Deployment, ReplicaSet } from "./api/apps.ts";
export type { Pod } from "./api/core.ts";
export type { MetricsSource, RequestMetrics, RequestQuery } from "./api/metrics.ts";
export type { KubeObject, Millis } from "./api/meta.ts";
export type { Answer, Status } from "./api/status.ts";
export type { TraceEntry } from "./api/trace.ts";
