/** Sentences of the control law that the other files leave out, broken. */
import { deployment, noticedBy, type Mutant } from "./mutant.ts";

const deployments = noticedBy(
  [
    "controllers/new-replica-set.test.ts",
    "controllers/scale.test.ts",
    "controllers/sync.test.ts",
    "controllers/revisions.test.ts",
    "controllers/refused-writes.test.ts",
    "controllers/conditions.test.ts",
    "controllers/wakes.test.ts",
  ],
  [
    // Which way a sync takes
    [
      "a Deployment that is being deleted rolls on",
      `${deployment}deployment`,
      `return yield* syncStatusOnly(sync, owned);
  }
  const checked`,
      `}
  const checked`,
    ],
    [
      "a scaling event creates the ReplicaSet that is missing",
      `${deployment}scale`,
      `const revisions = yield* syncRevisions(sync, owned, "leave");
  if (!revisions.ok) return failed(revisions);
  const scaled`,
      `const revisions = yield* syncRevisions(sync, owned, "create");
  if (!revisions.ok) return failed(revisions);
  const scaled`,
    ],
    [
      "a rollback waits for the scaling",
      `${deployment}deployment`,
      `if (rollbackTo(sync.d) !== undefined) return yield* rollback(sync, owned);
  const scaling = yield* isScalingEvent(sync, owned);
  if (!scaling.ok) return failed(scaling);
  if (scaling.value) return yield* scaleAndSync(sync, owned);`,
      `const scaling = yield* isScalingEvent(sync, owned);
  if (!scaling.ok) return failed(scaling);
  if (scaling.value) return yield* scaleAndSync(sync, owned);
  if (rollbackTo(sync.d) !== undefined) return yield* rollback(sync, owned);`,
    ],
    [
      "a ReplicaSet that no longer matches is kept",
      `${deployment}deployment`,
      `else if (claim.value) claimed.push(rs);`,
      `else claimed.push(rs);`,
    ],
    [
      "a rolled-back Deployment asks for its rollback again",
      `${deployment}rollback`,
      `const { [ROLLBACK_TO]: _, ...annotations } = sync.d.metadata.annotations ?? {};`,
      `const annotations = sync.d.metadata.annotations ?? {};`,
    ],

    // The new ReplicaSet
    [
      "a found ReplicaSet that changes does not end its step",
      `${deployment}new-replica-set`,
      `return answer.ok ? answer : refused(answer.status);
  }
  const error = yield* takeOverRevision(sync, copy);`,
      `if (!answer.ok) return refused(answer.status);
  }
  const error = yield* takeOverRevision(sync, copy);`,
    ],
    [
      "the owner's template does not matter after a collision",
      `${deployment}new-replica-set`,
      `isControlledBy(cached, sync.d) && same`,
      `isControlledBy(cached, sync.d)`,
    ],
    [
      "last-applied-configuration is copied",
      `${deployment}revisions`,
      `  LAST_APPLIED,
  REVISION,`,
      `  REVISION,`,
    ],
    [
      "the hash does not count collisions",
      `${deployment}new-replica-set`,
      `podTemplateHash(d.spec.template, d.status.collisionCount, view.features.minor)`,
      `podTemplateHash(d.spec.template, undefined, view.features.minor)`,
    ],
    [
      "the selector of a new ReplicaSet has no hash",
      `${deployment}new-replica-set`,
      `matchLabels: { ...selector.matchLabels, [HASH_LABEL]: hash }`,
      `matchLabels: { ...selector.matchLabels }`,
    ],

    // RollingUpdate
    [
      "healthy pods go by the sizes before the clean-up",
      `${deployment}rolling`,
      `scaleDownHealthy(sync, cleaned.sets, next)`,
      `scaleDownHealthy(sync, old, next)`,
    ],
    [
      "spare pods are the old ones alone",
      `${deployment}rolling`,
      `const ready = [...old, next].reduce`,
      `const ready = [...old].reduce`,
    ],
    [
      "the status of a rolling update makes no estimate of progress",
      `${deployment}progress`,
      `if (hasDeadline(sync.d)) status = yield* withProgress(sync, revisions, status);
  else status`,
      `if (!hasDeadline(sync.d)) status`,
    ],
    [
      "a resize says nothing",
      `${deployment}replica-set-writes`,
      `if (from === to) return { ok: true, scaled: false, replicaSet: answer.value };`,
      `return { ok: true, scaled: from !== to, replicaSet: answer.value };`,
    ],

    // Recreate
    [
      "under Recreate the new ReplicaSet is there before the old pods are gone",
      `${deployment}recreate`,
      `syncRevisions(sync, owned, "leave")`,
      `syncRevisions(sync, owned, "create")`,
    ],
    [
      "under Recreate the new ReplicaSet is sized by the surge",
      `${deployment}new-replica-set`,
      `if (!isRollingUpdate(d)) return d.spec.replicas;`,
      ``,
    ],
    [
      "history under Recreate is trimmed before the rollout is complete",
      `${deployment}recreate`,
      `if (isComplete(sync, sync.d.status)) {`,
      `if (!isComplete(sync, sync.d.status)) {`,
    ],

    // Scaling
    [
      "saturation does not look at the size that was wanted",
      `${deployment}scale`,
      `next.spec.replicas === replicas && int32(wanted) === replicas && available(next) === replicas`,
      `next.spec.replicas === replicas && available(next) === replicas`,
    ],
    [
      "Recreate scales by shares",
      `${deployment}scale`,
      `return isRollingUpdate(sync.d) ? yield* scaleProportionally(sync, running) : PASSED;`,
      `return yield* scaleProportionally(sync, running);`,
    ],
    [
      "the product of a share does not wrap",
      `${deployment}scale`,
      `Math.imul(rs.spec.replicas, ceiling(d)) / before`,
      `(rs.spec.replicas * ceiling(d)) / before`,
    ],
    [
      "a ReplicaSet without max-replicas has no share",
      `${deployment}scale`,
      `annotated === 0 ? (d.status.replicas ?? 0) : annotated`,
      `annotated`,
    ],
    [
      "the first ReplicaSet goes below 0",
      `${deployment}scale`,
      `Math.max(0, size + toAdd - added)`,
      `size + toAdd - added`,
    ],
    [
      "size annotations stay where the size stays",
      `${deployment}replica-set-writes`,
      `if (from === to && !sizeAnnotationsDiffer(rs, d))`,
      `if (from === to)`,
    ],

    // History
    [
      "history deletes ReplicaSets whose status is old",
      `${deployment}history`,
      `rs.spec.replicas !== 0 ||
    (rs.metadata.generation ?? 0) > (rs.status.observedGeneration ?? 0)`,
      `rs.spec.replicas !== 0`,
    ],
    [
      "a ReplicaSet that history skips is replaced by the next",
      `${deployment}history`,
      `byRevision(alive).slice(`,
      `byRevision(alive.filter((rs) => !isBusy(rs))).slice(`,
    ],
    [
      "ReplicaSets that are going count in the history",
      `${deployment}history`,
      `old.filter((rs) => rs.metadata.deletionTimestamp === undefined)`,
      `old`,
    ],

    // Status and conditions
    [
      "terminating pods are told although one ReplicaSet does not tell",
      `${deployment}status`,
      `else if ((status.observedGeneration ?? 0) !== 0) return undefined;`,
      ``,
    ],
    [
      "unavailable pods may be fewer than none",
      `${deployment}status`,
      `omitZero(Math.max(0, sumOfSpecs(all) - available))`,
      `omitZero(sumOfSpecs(all) - available)`,
    ],
    [
      "complete does not look at the generation",
      `${deployment}progress`,
      `(status.availableReplicas ?? 0) === replicas &&
    (status.observedGeneration ?? 0) >= (d.metadata.generation ?? 0)`,
      `(status.availableReplicas ?? 0) === replicas`,
    ],
    [
      "pausing hides that the deadline has passed",
      `${deployment}deployment`,
      `if (!hasDeadline(d) || current?.reason === Reason.deadlineExceeded) return PASSED;`,
      `if (!hasDeadline(d)) return PASSED;`,
    ],
    [
      "pausing needs no deadline to be shown",
      `${deployment}deployment`,
      `if (!hasDeadline(d) || current?.reason === Reason.deadlineExceeded) return PASSED;`,
      `if (current?.reason === Reason.deadlineExceeded) return PASSED;`,
    ],
    [
      "resuming leaves the condition alone",
      `${deployment}deployment`,
      `if (paused === (current?.reason === Reason.paused)) return PASSED;`,
      `if (!paused || current?.reason === Reason.paused) return PASSED;`,
    ],
    [
      "without a deadline Progressing stays",
      `${deployment}progress`,
      `else status = withoutCondition(status, "Progressing");`,
      ``,
    ],
    [
      "the largest deadline is one",
      `${deployment}conditions`,
      `return seconds !== undefined && seconds !== NO_DEADLINE;`,
      `return seconds !== undefined;`,
    ],
    [
      "progress moves the transition time",
      `${deployment}progress`,
      `current?.status === "True" ? current.lastTransitionTime : next.lastTransitionTime`,
      `next.lastTransitionTime`,
    ],
    [
      "a settled Deployment is complete once more",
      `${deployment}progress`,
      `if (settled) return status;`,
      ``,
    ],
    [
      "a failure of an old ReplicaSet goes before the new one's",
      `${deployment}progress`,
      `for (const rs of [...sets, ...allOf(revisions)]) {`,
      `for (const rs of allOf(revisions)) {`,
    ],
    [
      "a failure that is over stays",
      `${deployment}progress`,
      `? withoutCondition(status, "ReplicaFailure")`,
      `? status`,
    ],

    // Who wakes, and what is claimed
    [
      "a Deployment whose ReplicaSet is taken away sleeps on",
      `${deployment}controller`,
      `if (!deepEqual(before, owner)) this.#wake(now, before);`,
      ``,
    ],
    [
      "a ReplicaSet that lost its owner wakes only that one",
      `${deployment}controller`,
      `if (labelsChanged || before !== undefined) this.#wakeMatching(now);`,
      `if (labelsChanged) this.#wakeMatching(now);`,
    ],
    [
      "the end of any pod wakes a Deployment",
      `${deployment}controller`,
      `if (deployment?.spec.strategy.type !== "Recreate") return;`,
      `if (deployment === undefined) return;`,
    ],
    [
      "a ReplicaSet that is gone cannot be let go",
      `${deployment}deployment`,
      `if (answer.ok || answer.status.reason === "NotFound" || answer.status.reason === "Invalid") {`,
      `if (answer.ok) {`,
    ],

    // What a step leaves
    [
      "history waits where a scaling was refused",
      `${deployment}rolling`,
      `return went !== undefined && cleaned.count + went > 0;`,
      `return went === undefined || cleaned.count + went > 0;`,
    ],
    [
      "history is trimmed in the step that scales old ones down",
      `${deployment}rolling`,
      `return went !== undefined && cleaned.count + went > 0;`,
      `return false;`,
    ],
    [
      "a second collision is counted as the first",
      `${deployment}new-replica-set`,
      `const collisions = (sync.d.status.collisionCount ?? 0) + 1;`,
      `const collisions = 1;`,
    ],
    [
      "a later share is clipped by all that there was",
      `${deployment}scale`,
      `Math.min(share, toAdd - added)`,
      `Math.min(share, toAdd)`,
    ],
    [
      "shares go on when all is given away",
      `${deployment}scale`,
      `if (rs.spec.replicas === 0 || toAdd === 0 || toAdd === added) return 0;`,
      `if (rs.spec.replicas === 0 || toAdd === 0) return 0;`,
    ],
    [
      "shares are given where there is nothing to give",
      `${deployment}scale`,
      `if (rs.spec.replicas === 0 || toAdd === 0 || toAdd === added) return 0;`,
      `if (rs.spec.replicas === 0 || (toAdd !== 0 && toAdd === added)) return 0;`,
    ],
    [
      "one size annotation that is right is enough",
      `${deployment}revisions`,
      `annotations[DESIRED_REPLICAS] !== String(d.spec.replicas) ||`,
      `annotations[DESIRED_REPLICAS] !== String(d.spec.replicas) &&`,
    ],
    [
      "a rollout that completed once is never told anew",
      `${deployment}progress`,
      `(status.replicas ?? 0) === (status.updatedReplicas ?? 0) &&
    current`,
      `current`,
    ],

    // Timers and conflicts
    [
      "a timer of less than a second is set",
      `${deployment}progress`,
      `if (afterMs < 1000) {`,
      `if (afterMs < -1e9) {`,
    ],
    [
      "a complete Deployment waits for its deadline",
      `${deployment}progress`,
      `if (isComplete(sync, status) || current.reason === Reason.deadlineExceeded) return DONE;`,
      `if (current.reason === Reason.deadlineExceeded) return DONE;`,
    ],
  ],
);

export const lawMutants: readonly Mutant[] = deployments;
