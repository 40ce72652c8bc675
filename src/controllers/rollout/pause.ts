/**
 * Pauses and aborts: what a sync adds to them and takes from them, and when a pause is over.
 * Mirrors argo-rollouts rollout/pause.go.
 */
import { compact } from "../../api/json.ts";
import type { Millis } from "../../api/meta.ts";
import type {
  CanaryStep,
  PauseCondition,
  PauseReason,
  Rollout,
  RolloutStatus,
} from "../../api/rollout.ts";
import { parseTimestamp, timestamp } from "../../api/time.ts";
import { pauseSeconds } from "./canary-steps.ts";
import { blueGreenOf, statusOf } from "./defaults.ts";

/** What this sync has decided. */
export interface PauseContext {
  readonly add: PauseReason[];
  readonly remove: PauseReason[];
  conditions: "kept" | "cleared";
  abort: "as it was" | "added" | "removed";
  abortMessage: string;
}

export function newPauseContext(): PauseContext {
  return { add: [], remove: [], conditions: "kept", abort: "as it was", abortMessage: "" };
}

export function isAborted(pause: PauseContext, rollout: Rollout): boolean {
  if (pause.abort === "removed") return false;
  return pause.abort === "added" || statusOf(rollout).abort === true;
}

export function addAbort(pause: PauseContext, message: string): void {
  if (pause.abort !== "removed") pause.abort = "added";
  pause.abortMessage = message;
}

export function pauseCondition(
  status: RolloutStatus,
  reason: PauseReason,
): PauseCondition | undefined {
  return status.pauseConditions?.find((each) => each.reason === reason);
}

/** CalculatePauseStatus: an abort ends pauses; what is neither added nor kept is gone. */
export function withPauses(
  pause: PauseContext,
  rollout: Rollout,
  next: RolloutStatus,
  now: Millis,
): RolloutStatus {
  const before = statusOf(rollout);
  const { abort: _a, abortedAt: _t, pauseConditions: _p, controllerPause: _c, ...rest } = next;
  if (isAborted(pause, rollout)) {
    return { ...rest, abort: true, abortedAt: before.abortedAt ?? timestamp(now) };
  }
  if (pause.conditions === "cleared") return rest;
  const old = before.pauseConditions ?? [];
  const kept = old.filter(({ reason }) => !pause.remove.includes(reason));
  const added = [...new Set(pause.add)]
    .filter((reason) => !old.some((each) => each.reason === reason))
    .map((reason) => ({ reason, startTime: timestamp(now) }));
  const pauseConditions = [...kept, ...added];
  if (pauseConditions.length === 0) return rest;
  const controllerPause = added.length > 0 || before.controllerPause === true ? true : undefined;
  return compact({ ...rest, controllerPause, pauseConditions }) as RolloutStatus;
}

/** Somebody has promoted it: the controller paused, and the condition is gone. */
export function wasResumed(rollout: Rollout, reason: PauseReason): boolean {
  const status = statusOf(rollout);
  return status.controllerPause === true && pauseCondition(status, reason) === undefined;
}

/** CompletedCanaryPauseStep. A real clock is always a little past the time that it waited for. */
export function canaryPauseIsOver(rollout: Rollout, step: CanaryStep, now: Millis): boolean {
  if (wasResumed(rollout, "CanaryPauseStep")) return true;
  const paused = pauseCondition(statusOf(rollout), "CanaryPauseStep");
  const seconds = pauseSeconds(step);
  return paused !== undefined && seconds !== undefined && endOf(paused, seconds) <= now;
}

/** CompletedBlueGreenPause: resumed by hand, or autoPromotionSeconds have passed. */
export function blueGreenPauseIsOver(pause: PauseContext, rollout: Rollout, now: Millis): boolean {
  if (pause.add.length > 0) return false;
  const status = statusOf(rollout);
  if (status.blueGreen?.scaleUpPreviewCheckPoint === true) return true;
  const { autoPromotionEnabled = true, autoPromotionSeconds = 0 } = blueGreenOf(rollout) ?? {};
  if (!autoPromotionEnabled) return wasResumed(rollout, "BlueGreenPause");
  if (autoPromotionSeconds === 0) return true;
  const paused = pauseCondition(status, "BlueGreenPause");
  return paused !== undefined && endOf(paused, autoPromotionSeconds) <= now;
}

/** Wall-clock ms at which a pause of so many seconds ends. */
export function endOf({ startTime }: PauseCondition, seconds: number): number {
  return parseTimestamp(startTime) + seconds * 1000;
}
