/**
 * The register of decisions: everything that a controller of rollsim can decide, by name, with one
 * sentence about it and the place in Kubernetes v1.37.2 that the rule comes from. Plans, `explain`, the
 * documentation and the tests all use this one list. `{x}` in a sentence stands for a number or a name
 * that was weighed.
 */
import { podAutoscalerDecisions } from "./podautoscaler/decisions.ts";

import { analysisDecisions } from "./analysis/decisions.ts";
import { canaryDecisions } from "./canary/decisions.ts";
import { disruptionDecisions } from "./disruption/decisions.ts";
import { experimentDecisions } from "./experiment/decisions.ts";
import { rolloutDecisions } from "./rollout/decisions.ts";

export interface DecisionInfo {
  readonly says: string;
  /** File and function: of Kubernetes under pkg/controller, of Flagger and Argo Rollouts under their roots. */
  readonly from: string;
}

export type Weighed = Readonly<Record<string, number | string>>;

export interface Decision {
  readonly id: DecisionId;
  readonly weighed: Weighed;
}

const rolling = "deployment/rolling.go";
const sync = "deployment/sync.go";
const progress = "deployment/progress.go";
const rollback = "deployment/rollback.go";
const recreate = "deployment/recreate.go";
const controller = "deployment/deployment_controller.go";
const replicaset = "replicaset/replica_set.go";

export const decisions = {
  "deployment/gone": {
    says: "{deployment} no longer exists: nothing to do.",
    from: `${controller} syncDeployment`,
  },
  "deployment/selects-everything": {
    says: "The selector of {deployment} is empty and would select all pods: it is refused.",
    from: `${controller} syncDeployment`,
  },
  "deployment/being-deleted": {
    says: "{deployment} is being deleted: only its status is kept up to date.",
    from: `${controller} syncDeployment`,
  },
  "deployment/adopt": {
    says: "ReplicaSet {replicaSet} has no owner and matches the selector: it is adopted.",
    from: "controller_ref_manager.go ClaimReplicaSets",
  },
  "deployment/release": {
    says: "ReplicaSet {replicaSet} no longer matches the selector: it is released.",
    from: "controller_ref_manager.go ClaimReplicaSets",
  },
  "deployment/paused": {
    says: "{deployment} is paused: no new ReplicaSet and no rolling; scaling and history go on.",
    from: `${controller} syncDeployment`,
  },
  "deployment/pause-condition": {
    says: "Progressing becomes Unknown, DeploymentPaused: the deadline stops while paused.",
    from: `${sync} checkPausedConditions`,
  },
  "deployment/resume-condition": {
    says: "Progressing becomes Unknown, DeploymentResumed: the deadline counts from now.",
    from: `${sync} checkPausedConditions`,
  },
  "deployment/scaling-event": {
    says: "{replicaSet} was sized for {desired} replicas, the Deployment now wants {replicas}: scale first.",
    from: `${sync} isScalingEvent`,
  },
  "deployment/new/create": {
    says: "No ReplicaSet has the template of {deployment}: {replicaSet} is created for revision {revision}, with {size} of {replicas} replicas.",
    from: `${sync} getNewReplicaSet`,
  },
  "deployment/new/exists-already": {
    says: "{replicaSet} exists already and is ours, only the cache did not know: it is used.",
    from: `${sync} getNewReplicaSet`,
  },
  "deployment/new/hash-collision": {
    says: "{replicaSet} exists already with another owner or template: collisionCount becomes {collisions} and the next try gets another name.",
    from: `${sync} getNewReplicaSet`,
  },
  "deployment/new/create-refused": {
    says: "The API refused to create {replicaSet}: {error}",
    from: `${sync} getNewReplicaSet`,
  },
  "deployment/new/namespace-terminating": {
    says: "The namespace is going away: {replicaSet} is not created, and not tried again.",
    from: `${sync} getNewReplicaSet`,
  },
  "deployment/new/adjust": {
    says: "{replicaSet} has the template already: its annotations follow the Deployment (revision {revision}).",
    from: `${sync} getNewReplicaSet`,
  },
  "deployment/new/copy-revision": {
    says: "The Deployment takes over revision {revision} from {replicaSet}.",
    from: `${sync} getNewReplicaSet`,
  },
  "deployment/new/found": {
    says: "{replicaSet} has the template and no Progressing condition exists: FoundNewReplicaSet.",
    from: `${sync} getNewReplicaSet`,
  },
  "deployment/scale/only-active": {
    says: "{replicaSet} is the only one to scale: {from} to {to}, no rolling needed.",
    from: `${sync} scale`,
  },
  "deployment/scale/saturated": {
    says: "{replicaSet} has all {replicas} replicas available: old {old} goes from {from} to 0.",
    from: `${sync} scale`,
  },
  "deployment/scale/proportional": {
    says: "{total} pods are spread over several ReplicaSets, {allowed} are allowed ({replicas} + surge {surge}): {replicaSet} gets its share, {from} to {to}.",
    from: `${sync} scale`,
  },
  "deployment/rolling/scale-up-new": {
    says: "{total} of at most {ceiling} pods ({replicas} + surge {surge}) are asked for: {replicaSet} grows by min({ceiling} - {total}, {replicas} - {from}) = {by}, to {to}.",
    from: `${rolling} reconcileNewReplicaSet`,
  },
  "deployment/rolling/scale-down-new": {
    says: "{replicaSet} has {from} replicas, more than the {replicas} wanted: down to {to}.",
    from: `${rolling} reconcileNewReplicaSet`,
  },
  "deployment/rolling/no-room-to-surge": {
    says: "{total} pods are asked for and {ceiling} ({replicas} + surge {surge}) are allowed: {replicaSet} stays at {from} until old pods go.",
    from: `${rolling} reconcileNewReplicaSet`,
  },
  "deployment/rolling/no-old-pods": {
    says: "No old ReplicaSet asks for pods any more.",
    from: `${rolling} reconcileOldReplicaSets`,
  },
  "deployment/rolling/floor-reached": {
    says: "{total} asked for - {floor} to keep ({replicas} - {unavailable} unavailable) - {newUnavailable} new ones not yet available = {budget}: no old pod may go.",
    from: `${rolling} reconcileOldReplicaSets`,
  },
  "deployment/rolling/unhealthy-first": {
    says: "{replicaSet} asks for {from} but has {available} available: the unhealthy go first, {by} of at most {budget}, down to {to}.",
    from: `${rolling} cleanupUnhealthyReplicas`,
  },
  "deployment/rolling/status-ahead": {
    says: "{replicaSet} reports {available} available but asks for {from}: its status lags, no old pod goes in this sync.",
    from: `${rolling} cleanupUnhealthyReplicas`,
  },
  "deployment/rolling/scale-down-old": {
    says: "{available} available - {floor} to keep ({replicas} - {unavailable}) = {spare}: {replicaSet} goes down by {by}, from {from} to {to}.",
    from: `${rolling} scaleDownOldReplicaSetsForRollingUpdate`,
  },
  "deployment/rolling/none-to-spare": {
    says: "{available} available, {floor} must stay ({replicas} - {unavailable}): no old pod may go.",
    from: `${rolling} scaleDownOldReplicaSetsForRollingUpdate`,
  },
  "deployment/rolling/write-refused": {
    says: "Scaling {replicaSet} failed ({error}): counted as not scaled, the sync goes on.",
    from: `${rolling} reconcileOldReplicaSets`,
  },
  "deployment/recreate/scale-down-old": {
    says: "Recreate: {replicaSet} goes from {from} to 0 before anything new starts.",
    from: `${recreate} scaleDownOldReplicaSetsForRecreate`,
  },
  "deployment/recreate/old-pods-running": {
    says: "Recreate: {old} old pods still exist (terminating ones count): nothing new starts yet.",
    from: `${recreate} oldPodsRunning`,
  },
  "deployment/recreate/scale-up-new": {
    says: "Recreate: all old pods are gone, {replicaSet} goes from {from} to {to}.",
    from: `${recreate} scaleUpNewReplicaSetForRecreate`,
  },
  "deployment/history/trim": {
    says: "{old} old ReplicaSets, {limit} may stay: {replicaSet} (revision {revision}) is deleted.",
    from: `${sync} cleanupDeployment`,
  },
  "deployment/history/keep-busy": {
    says: "{replicaSet} is over the limit of {limit} but still has or wants pods: it stays.",
    from: `${sync} cleanupDeployment`,
  },
  "deployment/rollback/done": {
    says: "The annotation asks for revision {revision}: its template is restored.",
    from: `${rollback} rollback`,
  },
  "deployment/rollback/same-template": {
    says: "Revision {revision} has the template that runs already: nothing to roll back.",
    from: `${rollback} rollbackToTemplate`,
  },
  "deployment/rollback/not-found": {
    says: "There is no revision to roll back to.",
    from: `${rollback} rollback`,
  },
  "progress/complete": {
    says: "All {replicas} replicas are updated and available, no old ones are left: complete.",
    from: `${progress} syncRolloutStatus`,
  },
  "progress/progressing": {
    says: "More pods are updated, ready or available than before, or fewer old ones are left: the deadline starts anew.",
    from: `${progress} syncRolloutStatus`,
  },
  "progress/deadline-passed": {
    says: "No progress for more than {deadline} s: ProgressDeadlineExceeded. Nothing is rolled back.",
    from: `${progress} syncRolloutStatus`,
  },
  "progress/waiting": {
    says: "Nothing has changed: look again in {seconds} s, when the deadline of {deadline} s may have passed.",
    from: `${progress} requeueStuckDeployment`,
  },
  "progress/hot-loop": {
    says: "The deadline of {deadline} s is nearly or long over and the Deployment is not complete: it is looked at again after the back-off of its key (5 ms).",
    from: `${progress} requeueStuckDeployment`,
  },
  "deployment/status/available": {
    says: "{available} available, at least {floor} needed: Available is True.",
    from: `${sync} calculateStatus`,
  },
  "deployment/status/unavailable": {
    says: "{available} available, {floor} needed: Available is False.",
    from: `${sync} calculateStatus`,
  },
  "replicaset/gone": {
    says: "{replicaSet} no longer exists: nothing to do.",
    from: `${replicaset} syncReplicaSet`,
  },
  "replicaset/stale-cache": {
    says: "The caches are older than what was last written for {replicaSet}: wait and try again.",
    from: `${replicaset} syncReplicaSet`,
  },
  "replicaset/await-expectations": {
    says: "{creations} creations and {deletions} deletions for {replicaSet} were not yet seen: no pod is made or deleted.",
    from: `${replicaset} syncReplicaSet`,
  },
  "replicaset/create-pods": {
    says: "{active} active pods of {replicas}: {count} are created (at most 500 in one sync), in batches 1, 2, 4...",
    from: `${replicaset} manageReplicas`,
  },
  "replicaset/create-refused": {
    says: "A pod was refused ({error}): the batches stop after {done} of {count}.",
    from: `${replicaset} slowStartBatch`,
  },
  "replicaset/delete-pods": {
    says: "{active} active pods of {replicas}: {count} are deleted (at most 500 in one sync), unready and youngest first.",
    from: `${replicaset} manageReplicas`,
  },
  "replicaset/delete-refused": {
    says: "A pod could not be deleted ({error}).",
    from: `${replicaset} manageReplicas`,
  },
  "replicaset/adopt-pod": {
    says: "{count} pods without owner match the selector of {replicaSet}: adopted.",
    from: "controller_ref_manager.go ClaimPods",
  },
  "replicaset/release-pod": {
    says: "{count} pods of {replicaSet} no longer match its selector: released.",
    from: "controller_ref_manager.go ClaimPods",
  },
  "replicaset/status-conflict": {
    says: "{replicaSet} was changed meanwhile: its status is written again over a fresh read.",
    from: "replicaset/replica_set_utils.go updateReplicaSetStatus",
  },
  "replicaset/check-availability-later": {
    says: "{ready} ready, {available} available: look again in {seconds} s, when minReadySeconds {minReady} may be over.",
    from: `${replicaset} syncReplicaSet`,
  },
  ...canaryDecisions,
  ...podAutoscalerDecisions,
  ...disruptionDecisions,
  ...rolloutDecisions,
  ...analysisDecisions,
  ...experimentDecisions,
} as const satisfies Record<string, DecisionInfo>;

export type DecisionId = keyof typeof decisions;

/** What decisions say, cut up at its names: text, name, text ... Made when first needed. */
const phrases = new Map<DecisionId, readonly string[]>();

/** The sentence of a decision, with its numbers filled in. */
export function sentence({ id, weighed }: Decision): string {
  let phrase = phrases.get(id);
  if (phrase === undefined) phrases.set(id, (phrase = decisions[id].says.split(/\{(\w+)\}/)));
  let text = phrase[0]!;
  for (let i = 1; i < phrase.length; i += 2)
    text += String(weighed[phrase[i]!] ?? "?") + phrase[i + 1]!;
  return text;
}

/** An effect that names what was decided, and the numbers that were weighed. */
export function decide(
  id: DecisionId,
  weighed: Weighed,
): { readonly do: "decide"; readonly decision: Decision } {
  return { do: "decide", decision: { id, weighed } };
}
