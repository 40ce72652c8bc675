/**
 * The analysis runs of a Rollout: when each begins, what comes of it, which go. Mirrors argo-rollouts
 * rollout/analysis.go.
 */
import type { AnalysisRun } from "../../api/analysis.ts";
import type { AnalysisPhase, RolloutAnalysisRunStatus } from "../../api/rollout.ts";
import { decide } from "../decisions.ts";
import { available } from "../deployment/view.ts";
import { write, type Steps } from "../reconcile.ts";
import { currentStep } from "./canary-steps.ts";
import { isSaturated } from "./conditions-of-sync.ts";
import {
  event,
  hashOf,
  setBlueGreenStatus,
  setCanaryStatus,
  type CurrentRuns,
  type RolloutContext,
} from "./context.ts";
import { ANALYSIS_HISTORY_LIMIT, blueGreenOf, canaryOf, HASH_LABEL, statusOf } from "./defaults.ts";
import { createRun } from "./new-analysis-run.ts";
import { addAbort, isAborted, pauseCondition } from "./pause.ts";
import { isFullyPromoted } from "./phase.ts";
import { isFastRollback } from "./rollback.ts";

const STEP_LABEL = "step-index";

type Run = AnalysisRun | undefined;

export function isOver(phase: AnalysisPhase | "" | undefined): boolean {
  return phase !== undefined && ["Successful", "Failed", "Error", "Inconclusive"].includes(phase);
}

/** reconcileAnalysisRuns. */
export function* reconcileAnalysis(c: RolloutContext): Steps<void> {
  const { rollout } = c;
  const status = statusOf(rollout);
  const skips =
    isFullyPromoted(rollout) ||
    isAborted(c.pause, rollout) ||
    status.promoteFull === true ||
    isFastRollback(c) ||
    (status.stableRS ?? "") === "";
  let runs: CurrentRuns;
  if (skips) {
    const { prePromotion, postPromotion } = c.runs;
    yield* cancel(Object.values(c.runs) as Run[]);
    runs = { prePromotion, postPromotion };
  } else if (canaryOf(rollout) !== undefined) {
    runs = { step: yield* stepRun(c), background: yield* backgroundRun(c) };
  } else {
    const prePromotion = yield* prePromotionRun(c);
    judge(c, prePromotion, "Blue/green pre-promotion analysis");
    const postPromotion = yield* postPromotionRun(c);
    judge(c, postPromotion, "Blue/green post-promotion analysis");
    runs = { prePromotion, postPromotion };
  }
  setRuns(c, runs);
  const names = Object.values(runs).map((run: Run) => run?.metadata.name);
  c.otherRuns = c.otherRuns.filter(({ metadata }) => !names.includes(metadata.name));
  yield* cancel(c.otherRuns);
  yield* deleteOld(c);
  const { blueGreen, canary } = status;
  const { prePromotion, postPromotion, step, background } = runs;
  yield* tellChange(c, blueGreen?.postPromotionAnalysisRunStatus, postPromotion, "PostPromotion");
  yield* tellChange(c, blueGreen?.prePromotionAnalysisRunStatus, prePromotion, "PrePromotion");
  yield* tellChange(c, canary?.currentStepAnalysisRunStatus, step, "Step");
  yield* tellChange(c, canary?.currentBackgroundAnalysisRunStatus, background, "Background");
}

/** SetCurrentAnalysisRuns. */
function setRuns(c: RolloutContext, runs: CurrentRuns): void {
  c.runs = runs;
  const statusOfRun = (run: Run): RolloutAnalysisRunStatus | undefined => {
    if (run === undefined) return undefined;
    const { phase = "", message } = run.status ?? {};
    const { name } = run.metadata;
    return { name, status: phase, ...(message === undefined ? {} : { message }) };
  };
  if (canaryOf(c.rollout) !== undefined) {
    setCanaryStatus(c, {
      currentStepAnalysisRunStatus: statusOfRun(runs.step),
      currentBackgroundAnalysisRunStatus: statusOfRun(runs.background),
    });
    return;
  }
  setBlueGreenStatus(c, {
    prePromotionAnalysisRunStatus: statusOfRun(runs.prePromotion),
    postPromotionAnalysisRunStatus: statusOfRun(runs.postPromotion),
  });
}

/** A failure aborts, an inconclusive run pauses. */
function judge(c: RolloutContext, run: Run, what: string): void {
  const { phase, message = "" } = run?.status ?? {};
  if (phase === "Inconclusive") c.pause.add.push("InconclusiveAnalysisRun");
  if (phase !== "Error" && phase !== "Failed") return;
  const told = `${what} phase error/failed`;
  addAbort(c.pause, message === "" ? told : `${told}: ${message}`);
}

/** needsNewAnalysisRun: none yet, an inconclusive one that somebody has let pass, or a retry after an abort. */
function needsNew(c: RolloutContext, run: Run): boolean {
  if (run === undefined) return true;
  const status = statusOf(c.rollout);
  const atPause =
    pauseCondition(status, "CanaryPauseStep") ?? pauseCondition(status, "BlueGreenPause");
  if (status.controllerPause === true && atPause === undefined) {
    return run.status?.phase === "Inconclusive";
  }
  return status.abortedAt !== undefined;
}

/** reconcileStepBasedAnalysisRun. */
function* stepRun(c: RolloutContext): Steps<Run> {
  const status = statusOf(c.rollout);
  const { step: run } = c.runs;
  if ((status.pauseConditions ?? []).length > 0 || status.abort === true) return run;
  const current = currentStep(c.rollout);
  const analysis = current?.step?.analysis;
  const ofAnother =
    run !== undefined && run.metadata.labels?.[STEP_LABEL] !== String(current?.index);
  if (current === undefined || (analysis?.templates ?? []).length === 0 || ofAnother) {
    yield* cancel([run]);
    return undefined;
  }
  if (needsNew(c, run)) {
    const { index } = current;
    return yield* createRun(c, analysis!, "Step", String(index), { [STEP_LABEL]: String(index) });
  }
  judge(c, run, "Step-based analysis");
  return run;
}

/** reconcileBackgroundAnalysisRun. */
function* backgroundRun(c: RolloutContext): Steps<Run> {
  const { background: run } = c.runs;
  const analysis = canaryOf(c.rollout)?.analysis;
  if (analysis === undefined || (analysis.templates ?? []).length === 0) {
    yield* cancel([run]);
    return undefined;
  }
  const status = statusOf(c.rollout);
  const current = currentStep(c.rollout);
  const early =
    analysis.startingStep !== undefined &&
    current !== undefined &&
    current.index < analysis.startingStep;
  if (isFullyPromoted(c.rollout) || (status.currentPodHash ?? "") === "" || early) return undefined;
  if (pauseCondition(status, "InconclusiveAnalysisRun") !== undefined) return run;
  if (needsNew(c, run)) return yield* createRun(c, analysis, "Background", "", {});
  judge(c, run, "Background analysis");
  return run;
}

/** reconcilePrePromotionAnalysisRun. */
function* prePromotionRun(c: RolloutContext): Steps<Run> {
  const { prePromotion: run } = c.runs;
  const blueGreen = blueGreenOf(c.rollout);
  const analysis = blueGreen?.prePromotionAnalysis;
  if ((analysis?.templates ?? []).length === 0) {
    yield* cancel([run]);
    return undefined;
  }
  const status = statusOf(c.rollout);
  const hash = hashOf(c.newRS);
  const active = status.blueGreen?.activeSelector ?? "";
  const preview = blueGreen?.previewReplicaCount;
  const there =
    preview === undefined
      ? isSaturated(c, c.newRS)
      : c.newRS?.spec.replicas === preview && available(c.newRS) === preview;
  const nothingToDo = status.stableRS === hash || active === "" || active === hash || hash === "";
  if (nothingToDo || (run === undefined && !there)) {
    yield* cancel([run]);
    return run;
  }
  if (pauseCondition(status, "InconclusiveAnalysisRun") !== undefined) return run;
  return needsNew(c, run) ? yield* createRun(c, analysis!, "PrePromotion", "pre", {}) : run;
}

/** skipPostPromotionAnalysisRun. */
export function skipsPostPromotion(c: RolloutContext): boolean {
  const { stableRS, blueGreen } = statusOf(c.rollout);
  const hash = hashOf(c.newRS);
  if (stableRS === hash || blueGreen?.activeSelector !== hash || hash === "") return true;
  return c.runs.postPromotion === undefined && !isSaturated(c, c.newRS);
}

/** reconcilePostPromotionAnalysisRun. */
function* postPromotionRun(c: RolloutContext): Steps<Run> {
  const { postPromotion: run } = c.runs;
  const analysis = blueGreenOf(c.rollout)?.postPromotionAnalysis;
  if ((analysis?.templates ?? []).length === 0) {
    yield* cancel([run]);
    return undefined;
  }
  if (skipsPostPromotion(c)) {
    yield* cancel([run]);
    return run;
  }
  if (pauseCondition(statusOf(c.rollout), "InconclusiveAnalysisRun") !== undefined) return run;
  return needsNew(c, run) ? yield* createRun(c, analysis!, "PostPromotion", "post", {}) : run;
}

/** cancelAnalysisRuns: those that still run are told to end. */
function* cancel(runs: readonly Run[]): Steps<void> {
  for (const run of runs) {
    if (run === undefined || run.spec.terminate === true || isOver(run.status?.phase)) continue;
    yield decide("rollout/analysis/cancelled", { run: run.metadata.name });
    yield* write({
      do: "patch",
      resource: "analysisruns",
      object: run,
      type: "merge",
      patch: { spec: { terminate: true } },
    });
  }
}

/** FilterAnalysisRunsToDelete: the newest of each outcome stay, those of ReplicaSets that are gone go. */
function* deleteOld(c: RolloutContext): Steps<void> {
  const hashes = new Set(c.allRSs.map(hashOf));
  const { successfulRunHistoryLimit, unsuccessfulRunHistoryLimit } = c.rollout.spec.analysis ?? {};
  const left = {
    good: successfulRunHistoryLimit ?? ANALYSIS_HISTORY_LIMIT,
    bad: unsuccessfulRunHistoryLimit ?? ANALYSIS_HISTORY_LIMIT,
  };
  const newestFirst = c.otherRuns.toSorted((a, b) =>
    (a.metadata.creationTimestamp ?? "") < (b.metadata.creationTimestamp ?? "") ? 1 : -1,
  );
  for (const run of newestFirst) {
    const phase = run.status?.phase;
    const kind = phase === "Successful" ? "good" : "bad";
    const stays = hashes.has(run.metadata.labels?.[HASH_LABEL] ?? "");
    if (stays && (!isOver(phase) || left[kind]-- > 0)) continue;
    yield* write({ do: "delete", resource: "analysisruns", object: run });
  }
}

/** emitAnalysisRunStatusChanges. */
function* tellChange(
  c: RolloutContext,
  before: RolloutAnalysisRunStatus | undefined,
  run: Run,
  type: string,
): Steps<void> {
  const phase = run?.status?.phase;
  if (run === undefined || phase === undefined) return;
  const { name } = run.metadata;
  if (before !== undefined && (before.name !== name || before.status === phase)) return;
  const previous = before === undefined ? "NoPreviousStatus" : before.status;
  const message = `${type} Analysis Run '${name}' Status New: '${phase}' Previous: '${previous}'`;
  const bad = phase === "Failed" || phase === "Error";
  yield event(c, `AnalysisRun${phase}`, message, bad ? "Warning" : "Normal");
}
