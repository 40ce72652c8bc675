/** The phase of a Rollout, as its status and the plugin show it. Mirrors utils/rollout/rolloututil.go. */
import type { Rollout, RolloutPhase, RolloutStatus } from "../../api/rollout.ts";
import { Reason } from "./conditions.ts";
import {
  blueGreenOf,
  canaryOf,
  replicasOf,
  routesTraffic,
  statusOf,
  WORKLOAD_GENERATION,
} from "./defaults.ts";

export interface PhaseAndMessage {
  readonly phase: RolloutPhase;
  readonly message: string;
}

/** IsFullyPromoted: the current pods are the stable ones; true too before there are any. */
export function isFullyPromoted(rollout: Rollout): boolean {
  const { stableRS = "", currentPodHash = "" } = statusOf(rollout);
  return stableRS === currentPodHash;
}

/** GetRolloutPhase: for clients, who may look before the controller does. */
export function phaseSeen(rollout: Rollout): PhaseAndMessage {
  const status = statusOf(rollout);
  const observed = Number(status.observedGeneration ?? NaN);
  const generation = rollout.metadata.generation ?? 0;
  if (observed < generation) return progressing("waiting for rollout spec update to be observed");
  if (status.controllerPause === true && (status.pauseConditions ?? []).length === 0) {
    return progressing("waiting for rollout to unpause");
  }
  const workload = rollout.metadata.annotations?.[WORKLOAD_GENERATION];
  if (rollout.spec.workloadRef !== undefined && workload !== undefined) {
    const { workloadObservedGeneration: seen } = status;
    if (seen !== undefined && seen !== workload) {
      return progressing(
        "waiting for rollout spec update to be observed for the reference workload",
      );
    }
  }
  const { phase, message = "" } = status;
  return phase === undefined ? phaseOf(rollout, status) : { phase, message };
}

/** CalculateRolloutPhase. */
export function phaseOf(rollout: Rollout, status: RolloutStatus): PhaseAndMessage {
  for (const { type, reason, message } of status.conditions ?? []) {
    if (type === "InvalidSpec") return { phase: "Degraded", message: `InvalidSpec: ${message}` };
    if (reason === Reason.aborted || reason === Reason.timedOut) {
      return { phase: "Degraded", message: `${reason}: ${message}` };
    }
  }
  if (rollout.spec.paused === true) return { phase: "Paused", message: "manually paused" };
  const [pause] = status.pauseConditions ?? [];
  if (pause !== undefined) return { phase: "Paused", message: pause.reason };
  const waits = waitingFor(rollout, status);
  return waits === undefined ? { phase: "Healthy", message: "" } : progressing(waits);
}

function waitingFor(rollout: Rollout, status: RolloutStatus): string | undefined {
  const { updatedReplicas = 0, availableReplicas = 0, replicas = 0 } = status;
  const { restartAt } = rollout.spec;
  if (restartAt !== undefined && restartAt !== status.restartedAt) return "rollout is restarting";
  if (updatedReplicas < replicasOf(rollout)) return "more replicas need to be updated";
  if (availableReplicas < updatedReplicas) return "updated replicas are still becoming available";
  const { stableRS = "", currentPodHash = "" } = status;
  const promoted = stableRS !== "" && stableRS === currentPodHash;
  const blueGreen = blueGreenOf(rollout);
  if (blueGreen !== undefined) {
    const { activeSelector = "", postPromotionAnalysisRunStatus: run } = status.blueGreen ?? {};
    if (activeSelector === "" || activeSelector !== currentPodHash) {
      return "active service cutover pending";
    }
    if (promoted) return undefined;
    const running = run === undefined || ["", "Pending", "Running"].includes(run.status);
    return blueGreen.postPromotionAnalysis !== undefined && running
      ? "waiting for analysis to complete"
      : "waiting for post-promotion verification to complete";
  }
  if (canaryOf(rollout) === undefined) return undefined;
  if (!routesTraffic(rollout) && replicas > updatedReplicas) {
    return "old replicas are pending termination";
  }
  return promoted ? undefined : "waiting for all steps to complete";
}

function progressing(message: string): PhaseAndMessage {
  return { phase: "Progressing", message };
}
