/** What one sync of an Experiment reads. */
import type { AnalysisRun, AnalysisTemplate } from "../../api/analysis.ts";
import type { ReplicaSet } from "../../api/apps.ts";
import type { Experiment } from "../../api/experiment.ts";
import type { Millis } from "../../api/meta.ts";

export interface ExperimentView {
  /** Wall-clock ms since 1970. */
  readonly now: Millis;
  /** Absent when it is gone. */
  readonly experiment: Experiment | undefined;
  /** That it owns. */
  readonly sets: readonly ReplicaSet[];
  readonly runs: readonly AnalysisRun[];
  /** Names of those that it owns. */
  readonly services: readonly string[];
  readonly templates: readonly AnalysisTemplate[];
  readonly clusterTemplates: readonly AnalysisTemplate[];
}
