/**
 * Rules of the control law, each broken in one way. `find` stands exactly once in the file; the suite must
 * notice every one of them (main.ts).
 */

export interface Mutant {
  /** What is wrong, in words. */
  readonly rule: string;
  /** Under src/. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

const deployment = "controllers/deployment/";
const replicaset = "controllers/replicaset/";

function mutant(rule: string, file: string, find: string, replace: string): Mutant {
  return { rule, file: `${file}.ts`, find, replace };
}

export const mutants: readonly Mutant[] = [
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
    "Recreate surges",
    `${deployment}fenceposts`,
    `return isRollingUpdate(deployment) ? resolve(deployment).surge : 0;`,
    `return resolve(deployment).surge;`,
  ),
  mutant(
    "the floor is one too low",
    `${deployment}fenceposts`,
    `return int32(deployment.spec.replicas - maxUnavailable(deployment));`,
    `return int32(deployment.spec.replicas - maxUnavailable(deployment) - 1);`,
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
    `active(revisions.old).toSorted(byCreation)`,
    `active(revisions.old).toSorted((a, b) => byCreation(b, a))`,
  ),
  mutant(
    "one available pod too many goes",
    `${deployment}rolling`,
    `const spare = ready - minAvailable(sync.d);`,
    `const spare = ready - minAvailable(sync.d) + 1;`,
  ),
  mutant(
    "healthy pods go although none is to spare",
    `${deployment}rolling`,
    `if (spare <= 0) {`,
    `if (spare < 0) {`,
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
    `return from + Math.min(int32(ceilingPods - total), replicas - from);`,
    `return from + Math.min(int32(ceilingPods - total - 1), replicas - from);`,
  ),
  mutant(
    "the new ReplicaSet may grow beyond replicas",
    `${deployment}new-replica-set`,
    `Math.min(int32(ceilingPods - total), replicas - from)`,
    `int32(ceilingPods - total)`,
  ),
  mutant(
    "minReadySeconds is not carried over",
    `${deployment}new-replica-set`,
    `if (changed || (rs.spec.minReadySeconds ?? 0) !== minReady) {`,
    `if (changed) {`,
  ),
  mutant(
    "no NewReplicaSetCreated condition",
    `${deployment}new-replica-set`,
    `setProgressing(sync, "True", Reason.newReplicaSetCreated, \`Created new replica set "\${name}"\`);`,
    ``,
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
    `owner !== undefined && owner.uid === sync.d.metadata.uid && same`,
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
    `if (NOT_COPIED.has(key) || annotations[key] === value) continue;`,
    `continue;`,
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
    `if (before < revision) {`,
    `if (before !== revision) {`,
  ),
  mutant(
    "undo by annotation goes to the highest revision",
    `${deployment}revisions`,
    `return second;`,
    `return highest;`,
  ),

  // Scaling
  mutant(
    "a changed size is no scaling event",
    `${deployment}scale`,
    `if (desired === undefined || desired === replicas) continue;`,
    `if (desired !== undefined) continue;`,
  ),
  mutant(
    "without an active ReplicaSet the oldest is scaled",
    `${deployment}scale`,
    `revisions.next ?? revisions.old.at(-1)`,
    `revisions.old[0] ?? revisions.next`,
  ),
  mutant(
    "saturation does not look at availability",
    `${deployment}scale`,
    `&& available(next) === replicas`,
    ``,
  ),
  mutant(
    "scaling to 0 keeps the surge",
    `${deployment}scale`,
    `const allowed = d.spec.replicas > 0 ? ceiling(d) : 0;`,
    `const allowed = ceiling(d);`,
  ),
  mutant(
    "the smallest ReplicaSet goes first",
    `${deployment}scale`,
    `return b.spec.replicas - a.spec.replicas;`,
    `return a.spec.replicas - b.spec.replicas;`,
  ),
  mutant(
    "ties are broken the other way",
    `${deployment}scale`,
    `return toAdd > 0 ? byCreation(b, a) : byCreation(a, b);`,
    `return toAdd > 0 ? byCreation(a, b) : byCreation(b, a);`,
  ),
  mutant(
    "what rounding leaves over is dropped",
    `${deployment}scale`,
    `Math.max(0, sizes[0]! + toAdd - added)`,
    `Math.max(0, sizes[0]!)`,
  ),
  mutant(
    "shares are rounded down",
    `${deployment}scale`,
    `Math.floor(Math.abs(size) + 0.5)`,
    `Math.floor(Math.abs(size))`,
  ),
  mutant(
    "shares are not clipped",
    `${deployment}scale`,
    `return toAdd > 0 ? Math.min(share, toAdd - added) : Math.max(share, toAdd - added);`,
    `return share;`,
  ),
  mutant(
    "shares go by the present size alone",
    `${deployment}scale`,
    `const before = annotated === 0 ? (d.status.replicas ?? 0) : annotated;`,
    `const before = d.status.replicas ?? 0;`,
  ),
  mutant(
    "history is not trimmed while paused",
    `${deployment}scale`,
    `if (sync.d.spec.paused === true && rollbackTo(sync.d) === undefined) {`,
    `if (sync.d.spec.paused !== true) {`,
  ),

  // Status and conditions
  mutant(
    "unavailable counts from replicas",
    `${deployment}status`,
    `some(Math.max(0, sumOfSpecs(all) - available))`,
    `some(Math.max(0, d.spec.replicas - available))`,
  ),
  mutant(
    "updated counts all ReplicaSets",
    `${deployment}status`,
    `some(revisions.next?.status.replicas ?? 0)`,
    `some(sumOfStatus(all, "replicas"))`,
  ),
  mutant(
    "Available needs one more pod",
    `${deployment}status`,
    `const ok = available >= floor;`,
    `const ok = available > floor;`,
  ),
  mutant(
    "terminating pods are not counted",
    `${deployment}status`,
    `view.features.terminatingReplicas ? terminating(all) : undefined`,
    `undefined`,
  ),
  mutant(
    "an equal condition is replaced",
    `${deployment}conditions`,
    `if (current?.status === next.status && current.reason === next.reason) return status;`,
    ``,
  ),
  mutant(
    "the transition time moves with every reason",
    `${deployment}conditions`,
    `const kept = current?.status === next.status ? current.lastTransitionTime : undefined;`,
    `const kept = undefined;`,
  ),
  mutant(
    "a replaced condition keeps its place",
    `${deployment}conditions`,
    `return withConditions(status, [...others, added]);`,
    `return withConditions(status, [added, ...others]);`,
  ),

  // Progress
  mutant(
    "complete does not look at availability",
    `${deployment}progress`,
    `(status.availableReplicas ?? 0) === replicas &&`,
    ``,
  ),
  mutant(
    "complete does not look at old pods",
    `${deployment}progress`,
    `(status.replicas ?? 0) === replicas &&
    (status.availableReplicas`,
    `(status.availableReplicas`,
  ),
  mutant(
    "readiness is no progress",
    `${deployment}progress`,
    `(now.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||`,
    ``,
  ),
  mutant(
    "fewer old pods are no progress",
    `${deployment}progress`,
    `old(now) < old(before) ||`,
    ``,
  ),
  mutant(
    "progress does not start the deadline anew",
    `${deployment}progress`,
    `return withCondition(withoutCondition(status, "Progressing"), {`,
    `return withCondition(status, {`,
  ),
  mutant(
    "a completed rollout times out",
    `${deployment}progress`,
    `if (current === undefined || current.reason === Reason.newReplicaSetAvailable) return false;`,
    `if (current === undefined) return false;`,
  ),
  mutant(
    "the deadline is compared the wrong way",
    `${deployment}progress`,
    `deadlineMs(sync, current) < view.now`,
    `deadlineMs(sync, current) > view.now`,
  ),
  mutant(
    "the deadline passes one instant early",
    `${deployment}progress`,
    `deadlineMs(sync, current) < view.now`,
    `deadlineMs(sync, current) <= view.now + 1000`,
  ),
  mutant(
    "no timer waits for the deadline",
    `${deployment}progress`,
    `return { requeueAfterMs: afterMs + 1000 };`,
    `return DONE;`,
  ),
  mutant(
    "the timer comes a second early",
    `${deployment}progress`,
    `return { requeueAfterMs: afterMs + 1000 };`,
    `return { requeueAfterMs: afterMs };`,
  ),
  mutant(
    "failures of ReplicaSets are not shown",
    `${deployment}progress`,
    `if (failure !== undefined) return fromReplicaSet(failure);`,
    ``,
  ),

  // Recreate, pause, history, claims
  mutant(
    "Recreate does not wait for old pods",
    `${deployment}recreate`,
    `if (old > 0) {`,
    `if (old < 0) {`,
  ),
  mutant(
    "Recreate does not count terminating pods",
    `${deployment}recreate`,
    `(view.nonTerminalPods[rs.metadata.uid ?? ""] ?? 0)`,
    `0`,
  ),
  mutant(
    "pausing leaves the condition alone",
    `${deployment}deployment`,
    `if (paused === (current?.reason === Reason.paused)) return fine;`,
    `return fine;`,
  ),
  mutant(
    "a paused Deployment rolls on",
    `${deployment}deployment`,
    `if (sync.d.spec.paused === true) {`,
    `if (sync.d.spec.paused === undefined && false) {`,
  ),
  mutant(
    "history keeps one too few",
    `${deployment}history`,
    `Math.max(0, alive.length - limit)`,
    `Math.max(0, alive.length - limit + 1)`,
  ),
  mutant(
    "history goes by age, not revision",
    `${deployment}history`,
    `return left - right;`,
    `return byCreation(a, b);`,
  ),
  mutant(
    "history deletes ReplicaSets with pods",
    `${deployment}history`,
    `rs.status.replicas !== 0 ||`,
    ``,
  ),
  mutant(
    "ReplicaSets of others are claimed",
    `${deployment}deployment`,
    `if (owner !== undefined && owner.uid !== d.metadata.uid) continue;`,
    ``,
  ),

  // ReplicaSets
  mutant("batches do not grow", `${replicaset}replicaset`, `batch *= 2`, `batch += 1`),
  mutant(
    "a refused pod does not stop the batches",
    `${replicaset}replicaset`,
    `if (outcome.refused === undefined) continue;`,
    `continue;`,
  ),
  mutant(
    "open expectations do not hold anything",
    `${replicaset}replicaset`,
    `if (view.awaited !== undefined) {`,
    `if (view.awaited !== undefined && false) {`,
  ),
  mutant(
    "a stale cache does not hold anything",
    `${replicaset}replicaset`,
    `if (view.stale) {`,
    `if (view.stale && false) {`,
  ),
  mutant(
    "no timer waits for minReadySeconds",
    `${replicaset}replicaset`,
    `return { requeueAfterMs };`,
    `return DONE;`,
  ),
  mutant(
    "the burst is 50",
    `${replicaset}view`,
    `export const BURST = 500;`,
    `export const BURST = 50;`,
  ),
  mutant(
    "the status is not tried again after a Conflict",
    `${replicaset}status`,
    `if (first.ok) return first;`,
    `return first;`,
  ),
  mutant(
    "ReplicaFailure stays for ever",
    `${replicaset}status`,
    `return kept.length === 0 ? undefined : kept;`,
    `return current;`,
  ),
  mutant(
    "ready pods go before unready ones",
    `${replicaset}deletion-keys`,
    `Number(a.ready) - Number(b.ready) ||`,
    `Number(b.ready) - Number(a.ready) ||`,
  ),
  mutant(
    "crowded nodes do not matter",
    `${replicaset}deletion-exact`,
    `b.onNode - a.onNode ||`,
    ``,
  ),
  mutant(
    "the longest ready go first",
    `${replicaset}deletion-keys`,
    `return ageClass(a.readyS, now) - ageClass(b.readyS, now);`,
    `return ageClass(b.readyS, now) - ageClass(a.readyS, now);`,
  ),
  mutant(
    "ages compare exactly, not in powers of two",
    `${replicaset}deletion-keys`,
    `return high > 0 ? 63 - Math.clz32(high) : 31 - Math.clz32(ns);`,
    `return ns;`,
  ),
  mutant(
    "deletions are awaited by number, not by pod",
    "controllers/expectations",
    `if (this.#rows.get(key)?.delete(row) !== true) return;`,
    ``,
  ),
  mutant(
    "expectations never time out",
    "controllers/expectations",
    `now - open.since > TIMEOUT_MS`,
    `false`,
  ),

  // The loop
  mutant(
    "a failure is not tried again",
    "controllers/loop",
    `else if (queue.failures(key) < maxRetries) backOff();`,
    ``,
  ),
  mutant(
    "success does not reset the back-off",
    "controllers/loop",
    `if (verdict.error === undefined || verdict.final === true) queue.forget(key);`,
    `if (verdict.error === undefined || verdict.final === true) key.trim();`,
  ),
  mutant(
    "the back-off does not grow",
    "controllers/workqueue",
    `BASE_MS * 2 ** failures`,
    `BASE_MS`,
  ),
  mutant(
    "an update is not locked",
    "apiserver/server",
    `if (resourceVersion !== current.metadata.resourceVersion) {`,
    `if (resourceVersion === "0") {`,
  ),
];
