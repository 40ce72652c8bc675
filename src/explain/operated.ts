/**
 * Where a Rollout of argo-rollouts or a Canary of Flagger stands, what its controller decided last, and what
 * a user can do. Unlike Deployments' (why.ts), the decisions are those of the last sync, out of the trace.
 */
import { analysisThreshold, phaseOf, type Canary } from "../api/canary.ts";
import { isControlledBy, type KubeObject, type Millis } from "../api/meta.ts";
import type { Rollout } from "../api/rollout.ts";
import type { DecisionEntry } from "../api/trace.ts";
import type { Cluster } from "../cluster.ts";
import { currentSetWeight, currentStep } from "../controllers/rollout/canary-steps.ts";
import { HASH_LABEL, REVISION, maxWeightOf, statusOf } from "../controllers/rollout/defaults.ts";
import { phaseSeen } from "../controllers/rollout/phase.ts";
import { podGroups, type PodGroup } from "./pod-groups.ts";

export interface OperatedSet {
  readonly name: string;
  readonly revision: number;
  readonly role: "new" | "stable" | "old";
  readonly asked: number;
  readonly available: number;
  readonly pods: readonly PodGroup[];
}

export interface OperatedExplanation {
  /** `rollout/web`, `hpa/web` */
  readonly object: string;
  readonly at: Millis;
  readonly state: string;
  /** How far it is, in words. */
  readonly facts: readonly string[];
  /** Of a Rollout; the Deployments of a Canary explain themselves. */
  readonly replicaSets: readonly OperatedSet[];
  /** Of the last sync that decided anything. */
  readonly decisions: readonly DecisionEntry[];
  readonly wouldHelp: readonly string[];
}

export function explainRollout(cluster: Cluster, rollout: Rollout): OperatedExplanation {
  const { phase, message } = phaseSeen(rollout);
  const replicaSets = setsOf(cluster, rollout);
  const decisions = lastDecisions(cluster, "rollouts-controller", rollout);
  return {
    object: `rollout/${rollout.metadata.name}`,
    at: cluster.now,
    state: message === "" ? phase : `${phase} (${message})`,
    facts: [...canaryFacts(rollout), ...achieved(rollout, replicaSets)],
    replicaSets,
    decisions,
    wouldHelp: rolloutRemedies(rollout, replicaSets, decisions),
  };
}

export function explainCanary(cluster: Cluster, canary: Canary): OperatedExplanation {
  const phase = phaseOf(canary);
  const { canaryWeight = 0, failedChecks = 0, iterations = 0 } = canary.status ?? {};
  const target = `deployment/${canary.spec.targetRef.name}`;
  const facts = [
    `weight of the new version: ${canaryWeight}`,
    ...(iterations === 0 ? [] : [`iterations: ${iterations}`]),
    `failed checks: ${failedChecks} of ${analysisThreshold(canary)}`,
  ];
  const helps: Readonly<Record<string, string>> = {
    Failed: `another pod template of ${target}: then a new analysis begins`,
    Waiting: "its confirm-rollout webhook saying yes",
    WaitingPromotion: "its confirm-promotion webhook saying yes",
  };
  const help = helps[phase];
  return {
    object: `canary/${canary.metadata.name}`,
    at: cluster.now,
    state: phase === "" ? "not seen yet" : phase,
    facts: phase === "" ? [] : facts,
    replicaSets: [],
    decisions: lastDecisions(cluster, "flagger", canary),
    wouldHelp: help === undefined ? [] : [help],
  };
}

function canaryFacts(rollout: Rollout): string[] {
  const current = currentStep(rollout);
  if (current === undefined) return [];
  const { length } = rollout.spec.strategy?.canary?.steps ?? [];
  const { step, index } = current;
  const where =
    step === undefined
      ? `all ${length} steps are done`
      : `step ${index + 1} of ${length}: ${JSON.stringify(step)}`;
  return [
    where,
    `weight of the new version: ${currentSetWeight(rollout)} of ${maxWeightOf(rollout)}`,
  ];
}

/** Without a router each pod gets as much as any other, so that few pods make a coarse weight. */
function achieved(rollout: Rollout, sets: readonly OperatedSet[]): string[] {
  const { canary } = rollout.spec.strategy ?? {};
  const weight = currentSetWeight(rollout);
  const all = sets.reduce((sum, { available }) => sum + available, 0);
  const fresh = sets.reduce(
    (sum, { role, available }) => sum + (role === "new" ? available : 0),
    0,
  );
  if (canary === undefined || canary.trafficRouting !== undefined || fresh === 0) return [];
  const share = Math.round((1000 * fresh) / all) / 10;
  if (share <= weight) return [];
  const needed = Math.ceil(maxWeightOf(rollout) / weight);
  return [
    `achieved: ${fresh} of ${all} pods = ${share}%, as no router (trafficRouting) splits requests; a weight of ` +
      `${weight} takes ${needed} pods`,
  ];
}

function setsOf(cluster: Cluster, rollout: Rollout): readonly OperatedSet[] {
  const { namespace = "default" } = rollout.metadata;
  const { stableRS, currentPodHash } = statusOf(rollout);
  const owned = cluster.api
    .list("replicasets", { namespace })
    .filter((rs) => isControlledBy(rs, rollout));
  return owned
    .map((rs): OperatedSet => {
      const hash = rs.metadata.labels?.[HASH_LABEL];
      return {
        name: rs.metadata.name,
        revision: Number(rs.metadata.annotations?.[REVISION] ?? 0),
        role: hash === stableRS ? "stable" : hash === currentPodHash ? "new" : "old",
        asked: rs.spec.replicas,
        available: rs.status.availableReplicas ?? 0,
        pods: podGroups(cluster, rs),
      };
    })
    .filter(({ role, asked, pods }) => role !== "old" || asked > 0 || pods.length > 0)
    .toSorted((a, b) => b.revision - a.revision);
}

/** Of the last sync of a controller that decided anything about an object. */
export function lastDecisions(
  { trace }: Cluster,
  by: string,
  { metadata }: KubeObject,
): readonly DecisionEntry[] {
  const key = `${metadata.namespace ?? "default"}/${metadata.name}`;
  const decisions = trace.entries.filter(
    (entry): entry is DecisionEntry =>
      entry.kind === "decision" && entry.by === by && entry.key === key,
  );
  const last = decisions.at(-1);
  return decisions.filter(({ sync }) => sync === last?.sync);
}

function rolloutRemedies(
  rollout: Rollout,
  sets: readonly OperatedSet[],
  decisions: readonly DecisionEntry[],
): string[] {
  const { name } = rollout.metadata;
  const { phase } = phaseSeen(rollout);
  const command = (verb: string): string => `kubectl argo rollouts ${verb} ${name}`;
  if (phase === "Healthy") return [];
  const { abort, pauseConditions = [] } = statusOf(rollout);
  if (abort === true) {
    return [`${command("retry rollout")}, which tries it again`, `or ${command("undo")}`];
  }
  const stuck = sets.some(
    ({ role, pods }) => role === "new" && pods.some(({ state }) => /BackOff|ErrImage/.test(state)),
  );
  if (stuck) return [`a template whose pods become ready, or ${command("abort")}`];
  if (decisions.some(({ id }) => id === "rollout/traffic/waits-for-stable")) {
    return [`more stable pods available, or ${command("promote")} --full, past the weights`];
  }
  if (rollout.spec.paused === true) return [command("promote")];
  if (pauseConditions.length === 0) return [];
  return [
    `${command("promote")}, to go on${isTimed(rollout) ? " before the pause is over" : ""}`,
    `or ${command("abort")}, to go back`,
  ];
}

/** Whether its pause, if any, ends by itself. */
export function isTimed(rollout: Rollout): boolean {
  const duration = currentStep(rollout)?.step?.pause?.duration;
  return duration !== undefined && duration !== null;
}
