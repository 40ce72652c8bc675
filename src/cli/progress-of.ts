/** How far Deployments, Rollouts and Canaries are, in a line each, and whether all are where they want to be. */
import type { Deployment } from "../api/apps.ts";
import { phaseOf, type Canary } from "../api/canary.ts";
import type { Client } from "../api/client.ts";
import type { Rollout } from "../api/rollout.ts";
import { statusOf } from "../controllers/rollout/defaults.ts";
import { isTimed } from "../explain/operated.ts";
import { phaseSeen } from "../controllers/rollout/phase.ts";

export interface Progress {
  readonly line: string;
  readonly state: "ready" | "goes on" | "waits for you";
}

export function progressOf(client: Client): readonly Progress[] {
  return [
    ...client.list("deployments").map(ofDeployment),
    ...(client.list("rollouts") as readonly Rollout[]).map(ofRollout),
    ...(client.list("canaries") as readonly Canary[]).map(ofCanary),
  ];
}

function ofDeployment({ metadata, spec, status }: Deployment): Progress {
  const { replicas = 0, readyReplicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  const isSeen = status.observedGeneration === metadata.generation;
  const all = (...counts: number[]): boolean => counts.every((count) => count === spec.replicas);
  const isComplete = isSeen && all(replicas, updatedReplicas, availableReplicas);
  const isHeld = isSeen && spec.paused === true && all(replicas, availableReplicas);
  return {
    line:
      `deployment/${metadata.name}: ${readyReplicas}/${spec.replicas} ready, ` +
      `${updatedReplicas} up-to-date, ${availableReplicas} available`,
    state: isComplete ? "ready" : isHeld ? "waits for you" : "goes on",
  };
}

function ofRollout(rollout: Rollout): Progress {
  const { phase, message } = phaseSeen(rollout);
  const { updatedReplicas = 0, availableReplicas = 0 } = statusOf(rollout);
  const isHeld = (phase === "Paused" && !isTimed(rollout)) || statusOf(rollout).abort === true;
  const why = message === "" ? "" : ` (${message})`;
  return {
    line:
      `rollout/${rollout.metadata.name}: ${phase}${why}, ` +
      `${updatedReplicas} up-to-date, ${availableReplicas} available`,
    state: phase === "Healthy" ? "ready" : isHeld ? "waits for you" : "goes on",
  };
}

function ofCanary(canary: Canary): Progress {
  const phase = phaseOf(canary);
  const { canaryWeight = 0 } = canary.status ?? {};
  return {
    line: `canary/${canary.metadata.name}: ${phase || "not seen yet"}, weight ${canaryWeight}`,
    state: ["Initialized", "Succeeded", "Failed"].includes(phase) ? "ready" : "goes on",
  };
}
