/**
 * One look at a Canary, every `analysis.interval`: what has changed, what is ready, what the checks say, and
 * the next step. Mirrors fluxcd/flagger pkg/controller/scheduler.go advanceCanary.
 */
import {
  analysisOf,
  analysisThreshold,
  deploymentStrategy,
  nextStepWeight,
  phaseOf,
  skipsAnalysis,
  type CanaryPhase,
} from "../../api/canary.ts";
import { podTemplateHash } from "../../apiserver/template-hash.ts";
import { decide } from "../decisions.ts";
import type { Steps } from "../reconcile.ts";
import { reconcileAutoscaler } from "./autoscaler.ts";
import {
  runConfirmRolloutHooks,
  runConfirmTrafficIncreaseHooks,
  runPostRolloutHooks,
  runPreRolloutHooks,
  runRollbackHooks,
  runRolloutHooks,
} from "./hooks.ts";
import { runMetricChecks } from "./metrics.ts";
import { prepare } from "./prepare.ts";
import { failPromotion, rollback } from "./rollback.ts";
import { PROVIDERS, routerOf } from "./router/providers.ts";
import { ALL_TO_PRIMARY, type Router, type Weights } from "./router/router.ts";
import { countFailedCheck, hasTargetChanged, setStatusPhase, syncStatus } from "./status.ts";
import {
  copyToPrimary,
  runAB,
  runBlueGreen,
  runCanary,
  runPromotionTrafficShift,
} from "./strategies.ts";
import type { Problem, Sync } from "./sync.ts";
import { isCanaryReady, isPrimaryReady, scaleFromZero, scaleToZero } from "./target.ts";

const UNDER_WAY: readonly CanaryPhase[] = [
  "Progressing",
  "WaitingPromotion",
  "Promoting",
  "Finalising",
];
const ASKED: readonly CanaryPhase[] = ["Progressing", "WaitingPromotion"];

export function* advance(sync: Sync): Steps<void> {
  if (sync.canary.spec.suspend === true) {
    yield decide("canary/suspended", { canary: sync.canary.metadata.name });
    return yield* sync.normal("skipping canary run as object is suspended");
  }
  const router = routerOf(sync.provider);
  const left = router === undefined ? unknownProvider(sync) : unknownTarget(sync);
  if (left !== undefined || router === undefined) {
    yield decide("canary/left-alone", { canary: sync.canary.metadata.name, why: left ?? "" });
    return yield* sync.warning(left ?? "");
  }
  if ((yield* prepare(sync, router)) === "wait") return;
  if (!(yield* shouldAdvance(sync))) return;
  if (!skipsAnalysis(sync.canary)) {
    const notReady = isPrimaryReady(sync);
    if (notReady !== undefined) {
      yield* sync.warning(notReady.why);
      if (notReady.retriable) return;
      const promoting = ["Promoting", "Finalising"].includes(phaseOf(sync.canary));
      return yield* promoting ? failPromotion(sync, router, notReady) : rollback(sync, router);
    }
  }
  const weights = router.weights(sync);
  if ("problem" in weights) return yield* sync.warning(weights.problem);
  if (!UNDER_WAY.includes(phaseOf(sync.canary))) return yield* begin(sync);
  if (ASKED.includes(phaseOf(sync.canary)) && hasTargetChanged(sync)) {
    return yield* restart(sync, router);
  }
  yield* goOn(sync, router, weights);
}

function unknownProvider(sync: Sync): string {
  return `rollsim has no provider ${sync.provider}: use one of ${PROVIDERS.join(", ")}`;
}

function unknownTarget({ canary }: Sync): string | undefined {
  const { kind, name } = canary.spec.targetRef;
  if (kind === "Deployment") return undefined;
  return `rollsim plays Canaries of Deployments: ${kind} ${name} is left alone`;
}

/** Under way, or the target has a new template. */
function* shouldAdvance(sync: Sync): Steps<boolean> {
  const phase = phaseOf(sync.canary);
  if (UNDER_WAY.includes(phase) || phase === "Waiting") return true;
  const { status = {} } = sync.canary;
  const target = sync.deployment(sync.targetName);
  const hash = target === undefined ? undefined : podTemplateHash(target.spec.template);
  if (phase === "Failed" && hash !== status.lastAppliedSpec) {
    // The template is taken note of even so; that it is a new one is told from the status as it was.
    const problem = yield* syncStatus(sync, { ...status, phase });
    if (problem !== undefined) {
      yield* sync.warning(problem);
      return false;
    }
  }
  return hasTargetChanged(sync);
}

/** checkCanaryStatus: a new revision, once it is approved, gets pods. */
function* begin(sync: Sync): Steps<void> {
  if (!(yield* runConfirmRolloutHooks(sync))) return;
  yield decide("canary/new-revision", { target: sync.targetName });
  yield* sync.normal(`New revision detected! Scaling up ${sync.named(sync.targetName)}`);
  const problem =
    (yield* scaleFromZero(sync)) ?? (yield* syncStatus(sync, { phase: "Progressing" }));
  if (problem !== undefined) yield* sync.warning(problem);
}

function* restart(sync: Sync, router: Router): Steps<void> {
  yield decide("canary/restart", { target: sync.targetName });
  yield* sync.normal(
    `New revision detected! Restarting analysis for ${sync.named(sync.targetName)}`,
  );
  const problem =
    (yield* router.setWeights(sync, ALL_TO_PRIMARY)) ??
    (yield* syncStatus(sync, { phase: "Progressing" }));
  if (problem !== undefined) yield* sync.warning(problem);
}

/** The analysis goes on. */
function* goOn(sync: Sync, router: Router, weights: Weights): Steps<void> {
  const notReady = isCanaryReady(sync);
  if (notReady !== undefined) {
    yield decide("canary/not-ready", { target: sync.targetName, why: notReady.why });
    yield* sync.warning(notReady.why);
    if (!notReady.retriable) yield* rollback(sync, router);
    return;
  }
  if (skipsAnalysis(sync.canary)) return yield* skipAnalysis(sync, router);
  const phase = phaseOf(sync.canary);
  if (ASKED.includes(phase) && (yield* runRollbackHooks(sync))) {
    const who = sync.named(sync.canary.metadata.name);
    yield* sync.warning(`Rolling back ${who} manual webhook invoked`);
    return yield* rollback(sync, router);
  }
  if (phase === "Promoting") {
    const problem = yield* reconcileAutoscaler(sync, "update");
    if (problem !== undefined) return yield* sync.warning(problem);
    return yield* runPromotionTrafficShift(sync, router, weights);
  }
  if (phase === "Finalising") return yield* finish(sync);
  const { failedChecks = 0 } = sync.canary.status ?? {};
  if (failedChecks >= analysisThreshold(sync.canary)) return yield* rollback(sync, router);
  if (!(yield* runChecks(sync, weights))) {
    yield decide("canary/failed-check", {
      failed: failedChecks + 1,
      threshold: analysisThreshold(sync.canary),
    });
    const problem = yield* countFailedCheck(sync);
    if (problem !== undefined) yield* sync.warning(problem);
    return;
  }
  yield* step(sync, router, weights);
}

/** Before the canary gets its first requests its metrics say nothing: only pre-rollout hooks are asked. */
function* runChecks(sync: Sync, { canary, mirrored }: Weights): Steps<boolean> {
  const { iterations = 0 } = sync.canary.status ?? {};
  const { mirror = false } = analysisOf(sync.canary);
  if (canary === 0 && iterations === 0 && !(mirror && mirrored)) {
    yield decide("canary/analysis/start", { canary: sync.canary.metadata.name });
    yield* sync.normal(`Starting canary analysis for ${sync.named(sync.targetName)}`);
    return yield* runPreRolloutHooks(sync);
  }
  return (yield* runRolloutHooks(sync)) && (yield* runMetricChecks(sync));
}

function* step(sync: Sync, router: Router, weights: Weights): Steps<void> {
  if (sync.provider === "kubernetes") yield* withoutTrafficShift(sync);
  switch (deploymentStrategy(sync.canary)) {
    case "ab-testing":
      return yield* runAB(sync, router);
    case "blue-green":
      return yield* runBlueGreen(sync, router, weights);
    case "canary": {
      if (nextStepWeight(sync.canary, weights.canary) <= 0) return;
      const asked = !weights.mirrored && phaseOf(sync.canary) === "Progressing";
      if (asked && !(yield* runConfirmTrafficIncreaseHooks(sync))) return;
      return yield* runCanary(sync, router, weights);
    }
  }
}

/** Services alone cannot send a share of the requests, nor some of them: it becomes blue/green. */
function* withoutTrafficShift(sync: Sync): Steps<void> {
  const { match = [], ...analysis } = analysisOf(sync.canary);
  if (match.length > 0) {
    yield* sync.warning("A/B testing is not supported when using the kubernetes provider");
  }
  let { iterations = 0 } = analysis;
  if (iterations < 1) {
    yield* sync.warning("Progressive traffic is not supported when using the kubernetes provider");
    yield* sync.warning("Setting canaryAnalysis.iterations: 10");
    iterations = 10;
  }
  const { canary } = sync;
  sync.canary = { ...canary, spec: { ...canary.spec, analysis: { ...analysis, iterations } } };
}

function* skipAnalysis(sync: Sync, router: Router): Steps<void> {
  yield decide("canary/skip-analysis", { canary: sync.canary.metadata.name });
  const problem: Problem =
    (yield* router.setWeights(sync, ALL_TO_PRIMARY)) ??
    (yield* copyToPrimary(sync)) ??
    (yield* reconcileAutoscaler(sync, "update")) ??
    (yield* scaleToZero(sync)) ??
    (yield* setStatusPhase(sync, "Succeeded"));
  if (problem !== undefined) return yield* sync.warning(problem);
  yield* runPostRolloutHooks(sync);
  yield* sync.normal(
    `Promotion completed! Canary analysis was skipped for ${sync.named(sync.targetName)}`,
  );
}

function* finish(sync: Sync): Steps<void> {
  yield decide("canary/finish", { target: sync.targetName });
  const problem = (yield* scaleToZero(sync)) ?? (yield* setStatusPhase(sync, "Succeeded"));
  if (problem !== undefined) return yield* sync.warning(problem);
  yield* runPostRolloutHooks(sync);
  yield* sync.normal(`Promotion completed! Scaling down ${sync.named(sync.targetName)}`);
}
