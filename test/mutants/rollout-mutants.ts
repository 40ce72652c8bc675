/** Rules of sizes and revisions, broken. */
import { deployment, mutant, type Mutant } from "./mutant.ts";

export const rolloutMutants: readonly Mutant[] = [
  // Fenceposts
  mutant(
    "surge rounds down",
    `${deployment}fenceposts`,
    `scaled(maxSurge, replicas, "up")`,
    `scaled(maxSurge, replicas, "down")`,
  ),
  mutant(
    "unavailable rounds up",
    `${deployment}fenceposts`,
    `scaled(maxUnavailable, replicas, "down")`,
    `scaled(maxUnavailable, replicas, "up")`,
  ),
  mutant(
    "no rescue where both round to 0",
    `${deployment}fenceposts`,
    `return { surge, unavailable: 1 };`,
    `return { surge, unavailable: 0 };`,
  ),
  mutant(
    "unavailable is not capped by replicas",
    `${deployment}fenceposts`,
    `return Math.min(resolve(deployment).unavailable, deployment.spec.replicas);`,
    `return resolve(deployment).unavailable;`,
  ),
  mutant(
    "Recreate may be short of a pod",
    `${deployment}fenceposts`,
    `if (!isRollingUpdate(deployment) || deployment.spec.replicas === 0) return 0;`,
    `if (deployment.spec.replicas === 0) return 0;`,
  ),
  mutant(
    "the floor is one too low",
    `${deployment}fenceposts`,
    `return deployment.spec.replicas - maxUnavailable(deployment);`,
    `return deployment.spec.replicas - maxUnavailable(deployment) - 1;`,
  ),

  // RollingUpdate
  mutant(
    "a grown new ReplicaSet does not end the step",
    `${deployment}rolling`,
    `if (!grown.value && !(yield* scaleDownOld(sync, revisions.value))) {`,
    `if (!(yield* scaleDownOld(sync, revisions.value))) {`,
  ),
  mutant(
    "a new ReplicaSet that is too large stays",
    `${deployment}rolling`,
    `const to = from > replicas ? replicas : nextSize(sync, all, next);`,
    `const to = from > replicas ? from : nextSize(sync, all, next);`,
  ),
  mutant(
    "new pods that are not available do not count against the budget",
    `${deployment}rolling`,
    `int32(total - minAvailable(sync.d) - newUnavailable)`,
    `int32(total - minAvailable(sync.d))`,
  ),
  mutant(
    "a budget of 0 goes on",
    `${deployment}rolling`,
    `if (budget <= 0) {`,
    `if (budget < 0) {`,
  ),
  mutant(
    "unhealthy pods are not cleaned up",
    `${deployment}rolling`,
    `if (count >= budget) break;`,
    `if (count >= 0) break;`,
  ),
  mutant(
    "clean-up ignores its budget",
    `${deployment}rolling`,
    `const by = Math.min(budget - count, from - available(rs));`,
    `const by = from - available(rs);`,
  ),
  mutant(
    "a status that is ahead of the spec does not stop the step",
    `${deployment}rolling`,
    `yield decide("deployment/rolling/status-ahead", weighed);
      return undefined;`,
    `yield decide("deployment/rolling/status-ahead", weighed);
      continue;`,
  ),
  mutant(
    "clean-up takes the newest first",
    `${deployment}rolling`,
    `const old = active(revisions.old);`,
    `const old = active(revisions.old).toReversed();`,
  ),
  mutant(
    "one available pod too many goes",
    `${deployment}rolling`,
    `const spare = ready - minAvailable(sync.d);`,
    `const spare = ready - minAvailable(sync.d) + 1;`,
  ),
  mutant(
    "the last pod to spare stays",
    `${deployment}rolling`,
    `if (spare <= 0) {`,
    `if (spare <= 1) {`,
  ),
  mutant(
    "scaling down is bounded by the first ReplicaSet alone",
    `${deployment}rolling`,
    `if (count >= spare) break;`,
    `if (count > 0) break;`,
  ),
  mutant(
    "an error while scaling down ends the sync",
    `${deployment}rolling`,
    `yield decide("deployment/rolling/write-refused", { replicaSet: rs.metadata.name, error });
  return undefined;`,
    `yield decide("deployment/rolling/write-refused", { replicaSet: rs.metadata.name, error });
  throw new Error(error);`,
  ),
  mutant(
    "history is trimmed before the rollout is complete",
    `${deployment}rolling`,
    `if (isComplete(sync, sync.d.status)) {`,
    `if (!isComplete(sync, sync.d.status)) {`,
  ),

  // The new ReplicaSet
  mutant(
    "a new ReplicaSet starts with all replicas",
    `${deployment}new-replica-set`,
    `return grownTo(d.spec.replicas, surgeCeiling(d), sumOfSpecs(old), 0);`,
    `return d.spec.replicas;`,
  ),
  mutant(
    "the ceiling is one too low",
    `${deployment}new-replica-set`,
    `return from + Math.min(ceilingPods - total, replicas - from);`,
    `return from + Math.min(ceilingPods - total - 1, replicas - from);`,
  ),
  mutant(
    "the new ReplicaSet may grow beyond replicas",
    `${deployment}new-replica-set`,
    `Math.min(ceilingPods - total, replicas - from)`,
    `(ceilingPods - total)`,
  ),
  mutant(
    "minReadySeconds is not carried over",
    `${deployment}new-replica-set`,
    `if (changed || (rs.spec.minReadySeconds ?? 0) !== minReady) {`,
    `if (changed) {`,
  ),
  mutant(
    "a created ReplicaSet is said to be found",
    `${deployment}new-replica-set`,
    `Reason.newReplicaSetCreated,`,
    `Reason.foundNewReplicaSet,`,
  ),
  mutant(
    "no event for the new ReplicaSet",
    `${deployment}new-replica-set`,
    `if (size > 0) {`,
    `if (size < 0) {`,
  ),
  mutant(
    "the Deployment does not take over the revision",
    `${deployment}new-replica-set`,
    `let dirty = setRevision(sync, revision);`,
    `let dirty = false;`,
  ),
  mutant(
    "no FoundNewReplicaSet condition",
    `${deployment}new-replica-set`,
    `setProgressing(sync, "True", Reason.foundNewReplicaSet, message);`,
    ``,
  ),
  mutant(
    "a hash collision is not counted",
    `${deployment}new-replica-set`,
    `const collisions = (sync.d.status.collisionCount ?? 0) + 1;`,
    `const collisions = sync.d.status.collisionCount ?? 0;`,
  ),
  mutant(
    "a ReplicaSet of somebody else is taken for ours",
    `${deployment}new-replica-set`,
    `isControlledBy(cached, sync.d) && same`,
    `same`,
  ),
  mutant(
    "a refused creation sets no condition",
    `${deployment}new-replica-set`,
    `setProgressing(sync, "False", Reason.createError, message);`,
    ``,
  ),

  // Revisions and annotations
  mutant(
    "the youngest equal template is the new one",
    `${deployment}revisions`,
    `const sorted = owned.toSorted(byCreation);`,
    `const sorted = owned.toSorted((a, b) => byCreation(b, a));`,
  ),
  mutant(
    "desired-replicas is not written",
    `${deployment}revisions`,
    `[DESIRED_REPLICAS]: String(d.spec.replicas),`,
    ``,
  ),
  mutant(
    "max-replicas is not written",
    `${deployment}revisions`,
    `[MAX_REPLICAS]: String(ceiling(d)),`,
    ``,
  ),
  mutant(
    "annotations of the Deployment are not copied",
    `${deployment}revisions`,
    `!NOT_COPIED.has(key) && current?.[key] !== value,`,
    `NOT_COPIED.has(key) && current?.[key] !== value && false,`,
  ),
  mutant(
    "revision-history is not kept",
    `${deployment}revisions`,
    `if (text !== undefined) appendHistory(annotations, text);`,
    ``,
  ),
  mutant(
    "a revision may go down",
    `${deployment}revisions`,
    `before !== undefined && before < revision;`,
    `before !== undefined && before !== revision;`,
  ),
  mutant(
    "undo by annotation goes to the highest revision",
    `${deployment}revisions`,
    `return second;`,
    `return highest;`,
  ),
];
