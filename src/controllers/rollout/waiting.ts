/** What may take as long as it likes. Mirrors argo-rollouts rollout/sync.go. */
import type { Rollout } from "../../api/rollout.ts";
import { currentStep } from "./canary-steps.ts";
import { condition } from "./conditions.ts";
import type { RolloutContext } from "./context.ts";
import { statusOf } from "./defaults.ts";
import { deadlineOf } from "./scale.ts";

/** isIndefiniteStep: an experiment, an analysis or a pause, which the progress deadline leaves alone. */
export function isIndefinite(rollout: Rollout): boolean {
  const step = currentStep(rollout)?.step;
  if ((step?.experiment ?? step?.analysis ?? step?.pause) !== undefined) return true;
  return condition(statusOf(rollout), "Paused")?.status === "True";
}

/** isWaitingForReplicaSetScaleDown. */
export function waitsForScaleDown(c: RolloutContext): boolean {
  return c.others.some((rs) => deadlineOf(rs) !== undefined);
}
