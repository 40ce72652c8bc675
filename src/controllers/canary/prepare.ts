/**
 * What every look at a Canary begins with: its Services, primary, autoscaler and routes exist and are as
 * they should be. Mirrors the first half of fluxcd/flagger pkg/controller/scheduler.go advanceCanary.
 */
import { phaseOf, skipsAnalysis } from "../../api/canary.ts";
import { decide } from "../decisions.ts";
import type { Steps } from "../reconcile.ts";
import { reconcileAutoscaler } from "./autoscaler.ts";
import { checkMetricProviders } from "./metrics.ts";
import { rollback } from "./rollback.ts";
import type { Router } from "./router/router.ts";
import { initializeServices, reconcileApex } from "./services.ts";
import { syncStatus } from "./status.ts";
import type { Problem, Sync } from "./sync.ts";
import { initializeTarget, podLabelOf, scaleToZero, type PodLabel } from "./target.ts";

/** `wait`: something is missing or not ready; there is an event about it. */
export function* prepare(sync: Sync, router: Router): Steps<"ready" | "wait"> {
  const label = podLabelOf(sync);
  if ("problem" in label) return yield* wait(sync, label.problem);
  const initializing = isInitializing(sync);
  const unserved = yield* initializeServices(sync, label);
  if (unserved !== undefined) return yield* wait(sync, unserved);
  if (initializing && !skipsAnalysis(sync.canary)) yield* checkMetricProviders(sync);
  const notReady = yield* initializeTarget(sync, label);
  if (notReady !== undefined) {
    yield* sync.warning(notReady.why);
    if (!notReady.retriable) yield* rollback(sync, router);
    return "wait";
  }
  const problem = yield* settle(sync, router, label);
  return problem === undefined ? "ready" : yield* wait(sync, problem);
}

function* wait(sync: Sync, problem: string): Steps<"wait"> {
  yield* sync.warning(problem);
  return "wait";
}

function isInitializing(sync: Sync): boolean {
  const phase = phaseOf(sync.canary);
  return phase === "" || phase === "Initializing";
}

/** The primary is ready: users are sent to it, and the target may go to 0. */
function* settle(sync: Sync, router: Router, label: PodLabel): Steps<Problem> {
  const initializing = isInitializing(sync);
  const before =
    (yield* reconcileAutoscaler(sync, "create")) ?? (yield* reconcileApex(sync, label));
  if (before !== undefined) return before;
  if (initializing) {
    const target = `${sync.canary.spec.targetRef.kind} ${sync.named(sync.targetName)}`;
    const problem = yield* scaleToZero(sync);
    if (problem !== undefined) return `scaling down canary ${target} failed: ${problem}`;
  }
  const unrouted = yield* router.reconcile(sync);
  if (unrouted !== undefined) return unrouted;
  if (!initializing) return undefined;
  const who = sync.named(sync.canary.metadata.name);
  const problem = yield* syncStatus(sync, { phase: "Initialized" });
  if (problem !== undefined) return `failed to sync canary ${who} status: ${problem}`;
  sync.canary = sync.stored;
  yield decide("canary/init/done", { canary: sync.canary.metadata.name });
  yield* sync.normal(`Initialization done! ${who}`);
  return undefined;
}
