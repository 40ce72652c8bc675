/** All broken rules; recorded traces or tests must notice every one of them (main.ts). */
import { askingMutants } from "./asking-mutants.ts";
import { clusterMutants } from "./cluster-mutants.ts";
import { countMutants } from "./count-mutants.ts";
import { explainMutants } from "./explain-mutants.ts";
import { exportMutants } from "./export-mutants.ts";
import { foundMutants } from "./found-mutants.ts";
import { judgeMutants } from "./judge-mutants.ts";
import { lawMutants } from "./law-mutants.ts";
import { loopMutants } from "./loop-mutants.ts";
import { memoryMutants } from "./memory-mutants.ts";
import type { Mutant } from "./mutant.ts";
import { otherMutants } from "./other-mutants.ts";
import { patchMutants } from "./patch-mutants.ts";
import { podsLawMutants } from "./pods-law-mutants.ts";
import { refusalMutants } from "./refusal-mutants.ts";
import { rolloutMutants } from "./rollout-mutants.ts";
import { scenarioMutants } from "./scenario-mutants.ts";
import { sentenceMutants } from "./sentence-mutants.ts";
import { sentenceReplicaSetMutants } from "./sentence-replicaset-mutants.ts";
import { strategyMutants } from "./strategy-mutants.ts";
import { sweepMutants } from "./sweep-mutants.ts";
import { syncMutants } from "./sync-mutants.ts";
import { tellingMutants } from "./telling-mutants.ts";
import { verdictMutants } from "./verdict-mutants.ts";
import { verifyMutants } from "./verify-mutants.ts";

export const mutants: readonly Mutant[] = [
  ...rolloutMutants,
  ...otherMutants,
  ...clusterMutants,
  ...strategyMutants,
  ...syncMutants,
  ...lawMutants,
  ...refusalMutants,
  ...podsLawMutants,
  ...verifyMutants,
  ...verdictMutants,
  ...countMutants,
  ...askingMutants,
  ...loopMutants,
  ...tellingMutants,
  ...scenarioMutants,
  ...patchMutants,
  ...explainMutants,
  ...foundMutants,
  ...memoryMutants,
  ...sweepMutants,
  ...sentenceMutants,
  ...sentenceReplicaSetMutants,
  ...exportMutants,
  ...judgeMutants,
];
