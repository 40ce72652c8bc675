/**
 * The status of a Rollout: counted, judged, written if anything changed.
 * Mirrors argo-rollouts rollout/sync.go (calculateBaseStatus, calculateRolloutConditions,
 * persistRolloutStatus, checkPausedConditions, requeueStuckRollout).
 *
 * Left out: status.duration.
 */
import type { ReplicaSet } from "../../api/apps.ts";
import { compact, deepEqual } from "../../api/json.ts";
import type { LabelSelector } from "../../api/meta.ts";
import type { Rollout, RolloutCondition, RolloutStatus } from "../../api/rollout.ts";
import { parseTimestamp } from "../../api/time.ts";
import { formatLabelSelector } from "../../apiserver/selectors.ts";
import { decide } from "../decisions.ts";
import { sumOfStatus } from "../deployment/view.ts";
import { write, type Steps } from "../reconcile.ts";
import { calculateConditions } from "./conditions-of-sync.ts";
import {
  condition,
  isCompleted,
  isHealthy,
  isProgressing,
  isTimedOut,
  newCondition,
  Reason,
  withCondition,
  withoutCondition,
} from "./conditions.ts";
import { event, got, hashOf, wakeAt, type RolloutContext } from "./context.ts";
import { progressDeadlineSeconds, statusOf, WORKLOAD_GENERATION } from "./defaults.ts";
import { podTemplateHash } from "./hash.ts";
import { addAbort, isAborted, withPauses } from "./pause.ts";
import { phaseOf } from "./phase.ts";
import { isIndefinite, waitsForScaleDown } from "./waiting.ts";

/** calculateBaseStatus: what both strategies count. */
export function baseStatus(c: RolloutContext): RolloutStatus {
  const before = statusOf(c.rollout);
  const { template } = c.rollout.spec;
  const currentPodHash =
    c.newRS === undefined ? podTemplateHash(template, before.collisionCount) : hashOf(c.newRS);
  const stable = c.next.stableRS;
  return {
    ...c.next,
    currentPodHash,
    replicas: sumOfStatus(c.allRSs, "replicas"),
    updatedReplicas: sumOfStatus(c.newRS === undefined ? [] : [c.newRS], "replicas"),
    readyReplicas: sumOfStatus(c.allRSs, "readyReplicas"),
    ...(before.collisionCount === undefined ? {} : { collisionCount: before.collisionCount }),
    ...(before.conditions === undefined
      ? {}
      : { conditions: withoutCondition(before, "InvalidSpec").conditions ?? [] }),
    promoteFull: currentPodHash !== stable && before.promoteFull === true,
  };
}

/** What all ReplicaSets have, or the active one alone. */
export function countOf(
  sets: readonly ReplicaSet[],
  selector: LabelSelector | undefined,
): Pick<RolloutStatus, "HPAReplicas" | "availableReplicas" | "selector"> {
  return {
    HPAReplicas: sumOfStatus(sets, "replicas"),
    availableReplicas: sumOfStatus(sets, "availableReplicas"),
    selector: formatLabelSelector(selector),
  };
}

/** persistRolloutStatus. */
export function* persist(c: RolloutContext, status: RolloutStatus): Steps<void> {
  const { rollout, view } = c;
  const generation = rollout.metadata.annotations?.[WORKLOAD_GENERATION];
  let next: RolloutStatus = {
    ...status,
    observedGeneration: String(rollout.metadata.generation ?? 0),
    ...(rollout.spec.workloadRef === undefined || generation === undefined
      ? {}
      : { workloadObservedGeneration: generation }),
  };
  yield* abortAtDeadline(c, next);
  next = withPauses(c.pause, rollout, next, view.now);
  next = yield* calculateConditions(c, next);
  next = canonical({ ...next, ...phaseOf(rollout, next) });
  const before = statusOf(rollout);
  if (deepEqual(next, canonical(before))) {
    yield* wakeWhenStuck(c, next);
    return;
  }
  const object: Rollout = { ...rollout, status: next };
  got(yield* write({ do: "update/status", resource: "rollouts", object }));
  yield* tellPauses(c, before, next);
}

/** As Go writes it: zeros and empty texts are left out, but both strategies' parts are always there. */
function canonical(status: RolloutStatus): RolloutStatus {
  const entries = Object.entries(status).filter(
    ([, value]) => value !== 0 && value !== "" && value !== false,
  );
  const { currentStepIndex } = status;
  return compact({
    canary: {},
    blueGreen: {},
    ...Object.fromEntries(entries),
    ...(currentStepIndex === undefined ? {} : { currentStepIndex }),
  });
}

/** sendStateChangeEvents. */
function* tellPauses(c: RolloutContext, before: RolloutStatus, next: RolloutStatus): Steps<void> {
  const [first] = next.pauseConditions ?? [];
  if ((before.pauseConditions ?? []).length > 0 === (first !== undefined)) return;
  if (first !== undefined) {
    yield decide("rollout/pause/begins", { reason: first.reason });
    yield event(c, Reason.paused, `Rollout is paused (${first.reason})`);
  } else if (next.abortedAt === undefined) yield event(c, Reason.resumed, "Rollout is resumed");
}

/** evaluateProgressDeadlineAbort. */
function* abortAtDeadline(c: RolloutContext, next: RolloutStatus): Steps<void> {
  const { rollout, view } = c;
  if (rollout.spec.progressDeadlineAbort !== true || isAborted(c.pause, rollout)) return;
  if (isCompleted(next) || isProgressing(rollout, next)) return;
  if (isIndefinite(rollout) || waitsForScaleDown(c)) return;
  if (!isTimedOut(rollout, statusOf(rollout), view.now)) return;
  const message = `ReplicaSet "${c.newRS?.metadata.name ?? ""}" has timed out progressing.`;
  yield decide("rollout/abort/deadline-passed", { deadline: progressDeadlineSeconds(rollout) });
  addAbort(c.pause, message);
  yield event(c, Reason.aborted, message, "Warning");
}

/** requeueStuckRollout: nothing has changed, so look again once the deadline may have passed. */
function* wakeWhenStuck(c: RolloutContext, next: RolloutStatus): Steps<void> {
  const { rollout, view } = c;
  const status = statusOf(rollout);
  const current = condition(status, "Progressing");
  const paused = (status.pauseConditions ?? []).length > 0 || rollout.spec.paused === true;
  if (current === undefined || paused || status.abort === true) return;
  if (current.reason === Reason.timedOut || isHealthy(rollout, next)) return;
  if (isIndefinite(rollout)) return;
  const deadline = progressDeadlineSeconds(rollout);
  const passes = parseTimestamp(current.lastUpdateTime) + deadline * 1000;
  // In the last second the real one polls until the deadline has passed.
  const at = passes - view.now < 1000 ? passes + 1 : passes + 1000;
  if (at <= view.now) return;
  const seconds = Math.ceil((at - view.now) / 1000);
  yield decide("rollout/progress/waiting", { seconds, deadline });
  wakeAt(c, at);
}

/**
 * checkPausedConditions: Paused and Progressing follow pauses, resuming and retrying; then the sync is over,
 * and the next one goes on.
 */
export function* checkPausedConditions(c: RolloutContext): Steps<"changed" | "same"> {
  const { rollout, view } = c;
  const status = statusOf(rollout);
  if (String(rollout.metadata.generation ?? 0) !== status.observedGeneration) return "same";
  const reason = condition(status, "Progressing")?.reason;
  const paused = (status.pauseConditions ?? []).length > 0 || rollout.spec.paused === true;
  const aborted = reason === Reason.aborted;
  const added: RolloutCondition[] = [];
  const add = (...args: Parameters<typeof newCondition>): void =>
    void added.push(newCondition(...args));
  if (paused !== (reason === Reason.paused) && !aborted && !isCompleted(status)) {
    const text = paused
      ? ([Reason.paused, "Rollout is paused"] as const)
      : ([Reason.resumed, "Rollout is resumed"] as const);
    add("Progressing", "Unknown", text, view.now);
  }
  if (status.abort !== true && aborted) {
    yield decide("rollout/retry", { rollout: rollout.metadata.name });
    add("Progressing", "Unknown", [Reason.retry, "Retrying Rollout after abort"], view.now);
  }
  const pausedNow = condition(status, "Paused")?.status === "True";
  if (paused !== pausedNow && !aborted) {
    add("Paused", paused ? "True" : "False", [Reason.paused, "Rollout is paused"], view.now);
  }
  if (added.length === 0) return "same";
  return yield* patchConditions(c, added);
}

/** patchCondition: the status as it was, with these conditions and the phase that follows. */
export function* patchConditions(
  c: RolloutContext,
  added: readonly RolloutCondition[],
): Steps<"changed" | "same"> {
  const { rollout } = c;
  const before = statusOf(rollout);
  const next = {
    ...added.reduce(withCondition, before),
    observedGeneration: String(rollout.metadata.generation ?? 0),
  };
  const status = canonical({ ...next, ...phaseOf(rollout, next) });
  if (deepEqual(status, canonical(before))) return "same";
  got(yield* write({ do: "update/status", resource: "rollouts", object: { ...rollout, status } }));
  return "changed";
}
