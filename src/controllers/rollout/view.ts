/** What one sync of a Rollout reads. */
import type { AnalysisRun, AnalysisTemplate } from "../../api/analysis.ts";
import type { Deployment, ReplicaSet } from "../../api/apps.ts";
import type { Pod, Service } from "../../api/core.ts";
import type { Experiment } from "../../api/experiment.ts";
import type { KubeObject, Millis } from "../../api/meta.ts";
import type { Rollout } from "../../api/rollout.ts";

export interface RolloutView {
  /** Wall-clock ms since 1970. */
  readonly now: Millis;
  /** Absent when it is gone. */
  readonly rollout: Rollout | undefined;
  /** All of the namespace, in order of name. */
  readonly replicaSets: readonly ReplicaSet[];
  readonly services: readonly Service[];
  readonly analysisRuns: readonly AnalysisRun[];
  readonly templates: readonly AnalysisTemplate[];
  readonly clusterTemplates: readonly AnalysisTemplate[];
  readonly experiments: readonly Experiment[];
  /** The Deployment that workloadRef names. */
  readonly workload: Deployment | undefined;
  /** What routes its traffic, by resource: ingresses, httproutes, virtualservices. Empty without a router. */
  readonly routes: Readonly<Record<string, readonly KubeObject[]>>;
  /** Its pods, while spec.restartAt asks for newer ones. */
  readonly pods: readonly Pod[];
}
