/**
 * One step of each strategy after its checks have passed. Mirrors fluxcd/flagger
 * pkg/controller/scheduler.go runCanary, runAB, runBlueGreen and runPromotionTrafficShift.
 */
import { analysisOf, maxWeight, nextStepWeight, TOTAL_WEIGHT } from "../../api/canary.ts";
import { decide } from "../decisions.ts";
import type { Steps } from "../reconcile.ts";
import { runConfirmPromotionHooks } from "./hooks.ts";
import { ALL_TO_CANARY, ALL_TO_PRIMARY, type Router, type Weights } from "./router/router.ts";
import { setStatusIterations, setStatusPhase, setStatusWeight } from "./status.ts";
import type { Problem, Sync } from "./sync.ts";
import { primaryName, promote } from "./target.ts";

const named = (sync: Sync): string => sync.named(sync.canary.metadata.name);

/** More requests for the canary, until it has as many as it may, then promotion. */
export function* runCanary(sync: Sync, router: Router, weights: Weights): Steps<void> {
  const most = maxWeight(sync.canary);
  if (weights.canary >= most) {
    if (yield* runConfirmPromotionHooks(sync)) yield* beginPromotion(sync);
    return;
  }
  const next = nextWeights(sync, weights);
  const { canary, mirrored } = next;
  if (mirrored) yield decide("canary/weight/mirror", { canary: sync.canary.metadata.name });
  else yield decide("canary/weight/advance", { from: weights.canary, to: canary, most });
  const problem = (yield* router.setWeights(sync, next)) ?? (yield* setStatusWeight(sync, canary));
  if (problem !== undefined) return yield* sync.warning(problem);
  yield* sync.normal(`Advance ${named(sync)} canary weight ${canary}`);
}

/** With `mirror`, the first step copies requests to the canary and shifts none. */
function nextWeights(sync: Sync, { primary, canary, mirrored }: Weights): Weights {
  const step = nextStepWeight(sync.canary, canary);
  if (analysisOf(sync.canary).mirror === true && canary === 0) {
    if (!mirrored) return { ...ALL_TO_PRIMARY, mirrored: true };
    return { primary: TOTAL_WEIGHT - step, canary: step, mirrored: false };
  }
  return {
    primary: Math.max(primary - step, 0),
    canary: Math.min(canary + step, TOTAL_WEIGHT),
    mirrored,
  };
}

/** Requests that match go to the canary for so many iterations, then promotion. */
export function* runAB(sync: Sync, router: Router): Steps<void> {
  const { iterations = 0 } = analysisOf(sync.canary);
  const done = sync.canary.status?.iterations ?? 0;
  if (iterations > done) {
    const problem =
      (yield* router.setWeights(sync, ALL_TO_CANARY)) ??
      (yield* setStatusIterations(sync, done + 1));
    if (problem !== undefined) return yield* sync.warning(problem);
    return yield* tellIteration(sync, done + 1, iterations);
  }
  if (!(yield* runConfirmPromotionHooks(sync))) return;
  if (iterations === done) yield* beginPromotion(sync);
}

/** The canary is checked for so many iterations without users, then gets all requests, then promotion. */
export function* runBlueGreen(sync: Sync, router: Router, weights: Weights): Steps<void> {
  const { iterations = 0, mirror = false } = analysisOf(sync.canary);
  const done = sync.canary.status?.iterations ?? 0;
  const steers = sync.provider !== "kubernetes";
  if (iterations > done) {
    if (steers && mirror && !weights.mirrored) {
      yield decide("canary/mirror", { canary: sync.canary.metadata.name });
      const unrouted = yield* router.setWeights(sync, { ...ALL_TO_PRIMARY, mirrored: true });
      if (unrouted !== undefined) yield* sync.warning(unrouted);
    }
    const problem = yield* setStatusIterations(sync, done + 1);
    if (problem !== undefined) return yield* sync.warning(problem);
    return yield* tellIteration(sync, done + 1, iterations);
  }
  if (!(yield* runConfirmPromotionHooks(sync))) return;
  if (iterations < done) return yield* beginPromotion(sync);
  if (steers) {
    yield decide("canary/route-to-canary", { target: sync.targetName, iterations });
    yield* sync.normal(
      mirror
        ? "Stop traffic mirroring and route all traffic to canary"
        : "Routing all traffic to canary",
    );
    const unrouted = yield* router.setWeights(sync, ALL_TO_CANARY);
    if (unrouted !== undefined) return yield* sync.warning(unrouted);
  }
  const problem = yield* setStatusIterations(sync, done + 1);
  if (problem !== undefined) yield* sync.warning(problem);
}

function* tellIteration(sync: Sync, to: number, iterations: number): Steps<void> {
  yield decide("canary/iteration", { from: to - 1, to, iterations });
  yield* sync.normal(`Advance ${named(sync)} canary iteration ${to}/${iterations}`);
}

/** The checks are over: the primary gets the new version. */
function* beginPromotion(sync: Sync): Steps<void> {
  const problem = (yield* copyToPrimary(sync)) ?? (yield* setStatusPhase(sync, "Promoting"));
  if (problem !== undefined) yield* sync.warning(problem);
}

export function* copyToPrimary(sync: Sync): Steps<Problem> {
  const target = sync.named(sync.targetName);
  yield* sync.normal(`Copying ${target} template spec to ${sync.named(primaryName(sync))}`);
  return yield* promote(sync);
}

/** The primary runs the new version: it gets its requests back, at once or in steps. */
export function* runPromotionTrafficShift(
  sync: Sync,
  router: Router,
  weights: Weights,
): Steps<void> {
  const { stepWeightPromotion: step = 0 } = analysisOf(sync.canary);
  if (sync.provider === "kubernetes") return yield* finalise(sync);
  if (step === 0) {
    yield decide("canary/promotion/route-to-primary", { from: weights.primary, to: TOTAL_WEIGHT });
    yield* sync.normal("Routing all traffic to primary");
    const unrouted = yield* router.setWeights(sync, ALL_TO_PRIMARY);
    if (unrouted !== undefined) return yield* sync.warning(unrouted);
    return yield* finalise(sync);
  }
  if (weights.canary <= 0) return;
  const primary = Math.min(weights.primary + step, TOTAL_WEIGHT);
  const canary = Math.max(weights.canary - step, 0);
  yield decide("canary/promotion/shift", { from: weights.primary, to: primary, step });
  const unrouted = yield* router.setWeights(sync, { primary, canary, mirrored: false });
  if (unrouted !== undefined) return yield* sync.warning(unrouted);
  yield* sync.normal(`Advance ${named(sync)} primary weight ${primary}`);
  if (primary === TOTAL_WEIGHT) return yield* finalise(sync);
  const problem = yield* setStatusWeight(sync, canary);
  if (problem !== undefined) yield* sync.warning(problem);
}

function* finalise(sync: Sync): Steps<void> {
  const problem = yield* setStatusPhase(sync, "Finalising");
  if (problem !== undefined) yield* sync.warning(problem);
}
