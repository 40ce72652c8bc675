/** What the controller of Rollouts decides: argo-rollouts, from its root. */

const canary = "rollout/canary.go";
const blueGreen = "rollout/bluegreen.go";
const sync = "rollout/sync.go";
const replicaSet = "rollout/replicaset.go";
const analysis = "rollout/analysis.go";
const service = "rollout/service.go";
const traffic = "rollout/trafficrouting.go";

export const rolloutDecisions = {
  "rollout/invalid": {
    says: "{rollout} is refused: {error}.",
    from: "rollout/controller.go createInvalidRolloutCondition",
  },
  "rollout/scaling-event": {
    says: "{rollout} now wants {replicas} replicas: scale first, all else comes after.",
    from: "rollout/context.go reconcile",
  },
  "rollout/new/create": {
    says: "No ReplicaSet has the template of {rollout}: {replicaSet} is created for revision {revision}, without pods.",
    from: `${sync} createDesiredReplicaSet`,
  },
  "rollout/new/hash-collision": {
    says: "{replicaSet} exists already and is not ours: collisionCount becomes {collisions} and the next try gets another name.",
    from: `${sync} createDesiredReplicaSet`,
  },
  "rollout/halted": {
    says: "{rollout} is halted, as {reason}: no ReplicaSet is resized.",
    from: `${canary} reconcileCanaryReplicaSets`,
  },
  "rollout/canary/begins": {
    says: "A new template ({hash}): the canary begins at step 1 of {steps}.",
    from: `${canary} syncRolloutStatusCanary`,
  },
  "rollout/canary/skip-steps": {
    says: "{why}: {hash} was there before, all steps are skipped.",
    from: `${canary} syncRolloutStatusCanary`,
  },
  "rollout/canary/step-done": {
    says: "Step {done} of {steps} is done: {step}.",
    from: `${canary} completedCurrentCanaryStep`,
  },
  "rollout/canary/waits-for-pods": {
    says: "{step} wants {canary} canary and {stable} stable pods; {availableCanary} canary pods are available, {stablePods} stable ones exist: the step goes on.",
    from: `${canary} completedCurrentCanaryStep`,
  },
  "rollout/canary/scale-stable": {
    says: "{aim} of {replicas} replicas: stable {replicaSet} goes from {from} to {to}.",
    from: `${canary} reconcileCanaryStableReplicaSet`,
  },
  "rollout/canary/scale-new": {
    says: "{aim} of {replicas} replicas: new {replicaSet} goes from {from} to {to}.",
    from: `${canary} reconcileCanaryReplicaSets`,
  },
  "rollout/canary/scale-old": {
    says: "{replicaSet} is neither new nor stable, and {spare} pods can be spared: it goes from {from} to {to}.",
    from: `${canary} scaleDownOldReplicaSetsForCanary`,
  },
  "rollout/canary/none-to-spare": {
    says: "{available} available, {floor} must stay: no old pod may go.",
    from: `${canary} scaleDownOldReplicaSetsForCanary`,
  },
  "rollout/old/unhealthy-first": {
    says: "{replicaSet} asks for {from} but has {to} available: the unhealthy go first.",
    from: `${canary} scaleDownOldReplicaSetsForCanary`,
  },
  "rollout/old/still-referenced": {
    says: "Traffic may still go to {replicaSet}: it stays.",
    from: `${canary} scaleDownOldReplicaSetsForCanary`,
  },
  "rollout/old/delay-begins": {
    says: "{replicaSet} gets no traffic any more: it goes in {seconds} s.",
    from: `${replicaSet} scaleDownDelayHelper`,
  },
  "rollout/old/delay-over": {
    says: "The scale-down deadline of {replicaSet} has passed: its {from} pods go.",
    from: `${replicaSet} scaleDownDelayHelper`,
  },
  "rollout/old/too-many-waiting": {
    says: "{limit} old ReplicaSets may wait for their deadlines (scaleDownDelayRevisionLimit): {replicaSet} is one too many and goes now.",
    from: `${replicaSet} scaleDownDelayHelper`,
  },
  "rollout/abort/begins": {
    says: "The update to revision {revision} is aborted: back to the stable pods.",
    from: `${sync} calculateRolloutConditions`,
  },
  "rollout/abort/deadline-passed": {
    says: "No progress for more than {deadline} s, and progressDeadlineAbort is set: the update is aborted.",
    from: `${sync} evaluateProgressDeadlineAbort`,
  },
  "rollout/abort/delayed": {
    says: "The update is aborted, {replicaSet} stays for {seconds} s more.",
    from: `${replicaSet} reconcileNewReplicaSet`,
  },
  "rollout/abort/scale-down": {
    says: "The update was aborted and the delay is over: the {from} pods of {replicaSet} go.",
    from: `${replicaSet} reconcileNewReplicaSet`,
  },
  "rollout/retry": {
    says: "The abort of {rollout} is taken back: it tries again.",
    from: `${sync} checkPausedConditions`,
  },
  "rollout/pause/begins": {
    says: "It pauses: {reason}.",
    from: `${sync} sendStateChangeEvents`,
  },
  "rollout/pause/lasts": {
    says: "Step {step} pauses for {seconds} s more.",
    from: `${canary} reconcileCanaryPause`,
  },
  "rollout/pause/until-promoted": {
    says: "Step {step} pauses until somebody promotes it.",
    from: `${canary} reconcileCanaryPause`,
  },
  "rollout/progress/waiting": {
    says: "Nothing has changed: look again in {seconds} s, when the deadline of {deadline} s may have passed.",
    from: `${sync} requeueStuckRollout`,
  },
  "rollout/progress/deadline-passed": {
    says: "{replicaSet} has made no progress for more than {deadline} s: ProgressDeadlineExceeded.",
    from: `${sync} calculateRolloutConditions`,
  },
  "rollout/promote": {
    says: "{reason}: revision {revision} ({hash}) is the stable one now.",
    from: `${sync} promoteStable`,
  },
  "rollout/history/trim": {
    says: "{old} old ReplicaSets, {limit} may stay: {replicaSet} is deleted.",
    from: `${sync} reconcileRevisionHistoryLimit`,
  },
  "rollout/workload/scale": {
    says: "The Rollout takes over: Deployment {deployment} goes to {replicas} replicas.",
    from: `${sync} promoteStable`,
  },
  "rollout/service/switch": {
    says: "Service {service} leads to {to} from now on, not to {from}.",
    from: `${service} switchServiceSelector`,
  },
  "rollout/service/wait": {
    says: "{replicaSet} has {available} pods available of {needed} that service {service} needs: it is not switched yet.",
    from: `${service} ensureSVCTargets`,
  },
  "rollout/traffic/weight": {
    says: "{why}: the canary gets {to} of {max} parts of the traffic, not {from}.",
    from: `${traffic} reconcileTrafficRouting`,
  },
  "rollout/traffic/waits-for-stable": {
    says: "{available} stable pods are too few for {weight} parts of the traffic: weights stay as they are.",
    from: `${traffic} checkReplicasAvailable`,
  },
  "rollout/blue-green/scale-new": {
    says: "New {replicaSet} goes from {from} to {to}.",
    from: `${blueGreen} reconcileBlueGreenReplicaSets`,
  },
  "rollout/blue-green/not-saturated": {
    says: "{available} of {needed} pods of {replicaSet} are available: the active Service is not switched yet.",
    from: `${blueGreen} reconcileActiveService`,
  },
  "rollout/blue-green/awaits-analysis": {
    says: "{rollout} is not promoted before its pre-promotion analysis is successful.",
    from: `${blueGreen} reconcileBlueGreenPause`,
  },
  "rollout/blue-green/old-awaits-analysis": {
    says: "The old pods of {rollout} stay until its post-promotion analysis is successful.",
    from: `${blueGreen} scaleDownOldReplicaSetsForBlueGreen`,
  },
  "rollout/analysis/begins": {
    says: "AnalysisRun {run} begins ({type}).",
    from: `${analysis} createAnalysisRun`,
  },
  "rollout/analysis/cancelled": {
    says: "AnalysisRun {run} is told to end.",
    from: `${analysis} cancelAnalysisRuns`,
  },
  "rollout/experiment/begins": {
    says: "Experiment {experiment} begins.",
    from: "rollout/experiment.go reconcileExperiments",
  },
  "rollout/restart": {
    says: "{old} pods are older than restartAt and {spare} can be spared: {pod} is replaced.",
    from: "rollout/restart.go Reconcile",
  },
} as const;
