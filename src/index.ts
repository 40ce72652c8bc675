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
export { formatProblem, ScenarioError, type Problem } from "./scenario/problem.ts";
export type { Scenario } from "./scenario/scenario.ts";
export { clusterAt, runScenario, type RunOptions } from "./scenario/run.ts";
export type { Result } from "./scenario/result.ts";
export { sweep, type SweepOptions } from "./library/sweep.ts";
export type { Cell, Summary, Sweep, Swept } from "./compare/sweep.ts";
export { diff, type DiffOptions } from "./library/diff.ts";
export type { Change, Course, DeploymentChange } from "./compare/change.ts";
export { CannotPlay } from "./compare/play.ts";
export { triesOf, type Try } from "./compare/tries.ts";
export { questionsOf, type Question } from "./report/quiz.ts";
export { exportScenario, type ExportOptions } from "./library/export.ts";
export type { Folder } from "./export/folder.ts";
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
