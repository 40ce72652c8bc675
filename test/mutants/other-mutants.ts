/** Rules of scaling, status, progress, ReplicaSets and the loop, broken. */
import { deployment, mutant, replicaset, type Mutant } from "./mutant.ts";

export const otherMutants: readonly Mutant[] = [
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
    `Math.max(0, size + toAdd - added)`,
    `Math.max(0, size)`,
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
    `omitZero(Math.max(0, sumOfSpecs(all) - available))`,
    `omitZero(Math.max(0, d.spec.replicas - available))`,
  ),
  mutant(
    "updated counts all ReplicaSets",
    `${deployment}status`,
    `omitZero(revisions.next?.status.replicas ?? 0)`,
    `omitZero(sumOfStatus(all, "replicas"))`,
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
    `[...others(status, next.type), added]`,
    `[added, ...others(status, next.type)]`,
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
    `if (paused === (current?.reason === Reason.paused)) return PASSED;`,
    `return PASSED;`,
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
    `return left < right;`,
    `return byCreation(a, b) < 0;`,
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
