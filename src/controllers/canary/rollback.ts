/** The two ways in which a Canary fails. Mirrors fluxcd/flagger pkg/controller/scheduler.go. */
import { analysisThreshold } from "../../api/canary.ts";
import { decide } from "../decisions.ts";
import type { Steps } from "../reconcile.ts";
import { runPostRolloutHooks } from "./hooks.ts";
import { ALL_TO_CANARY, ALL_TO_PRIMARY, type Router } from "./router/router.ts";
import { syncStatus } from "./status.ts";
import type { Sync } from "./sync.ts";
import { scaleToZero, type NotReady } from "./target.ts";

/** All requests go to the primary again, and the target to 0. */
export function* rollback(sync: Sync, router: Router): Steps<void> {
  const { failedChecks = 0 } = sync.canary.status ?? {};
  const threshold = analysisThreshold(sync.canary);
  const who = sync.named(sync.canary.metadata.name);
  yield decide("canary/rollback", {
    canary: sync.canary.metadata.name,
    failed: failedChecks,
    threshold,
  });
  if (failedChecks >= threshold) {
    yield* sync.warning(`Rolling back ${who} failed checks threshold reached ${failedChecks}`);
  }
  const unrouted = yield* router.setWeights(sync, ALL_TO_PRIMARY);
  if (unrouted !== undefined) return yield* sync.warning(unrouted);
  yield* sync.warning(`Canary failed! Scaling down ${who}`);
  const problem = (yield* scaleToZero(sync)) ?? (yield* syncStatus(sync, { phase: "Failed" }));
  if (problem !== undefined) return yield* sync.warning(problem);
  yield* runPostRolloutHooks(sync);
}

/** The primary does not come up with the new version: requests stay with the target, which runs it. */
export function* failPromotion(sync: Sync, router: Router, { why }: NotReady): Steps<void> {
  const target = sync.named(sync.targetName);
  yield decide("canary/promotion/failed", { target: sync.targetName, why });
  yield* sync.warning(`Promotion of ${target} failed, primary not ready: ${why}`);
  const { canary: canaryWeight } = ALL_TO_CANARY;
  const problem =
    (yield* router.setWeights(sync, ALL_TO_CANARY)) ??
    (yield* syncStatus(sync, { phase: "Failed", canaryWeight }));
  if (problem !== undefined) return yield* sync.warning(problem);
  yield* runPostRolloutHooks(sync);
}
