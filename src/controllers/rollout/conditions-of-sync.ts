/** The conditions that a sync comes to. Mirrors calculateRolloutConditions of rollout/sync.go. */
import type { RolloutCondition, RolloutStatus } from "../../api/rollout.ts";
import { decide } from "../decisions.ts";
import { available, sumOfStatus } from "../deployment/view.ts";
import type { Steps } from "../reconcile.ts";
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
import { event, hashOf, revisionOf, type RolloutContext } from "./context.ts";
import {
  blueGreenOf,
  canaryOf,
  DESIRED_REPLICAS,
  progressDeadlineSeconds,
  replicasOf,
  statusOf,
} from "./defaults.ts";
import { isAborted } from "./pause.ts";
import { isIndefinite, waitsForScaleDown } from "./waiting.ts";
import type { ReplicaSet } from "../../api/apps.ts";

export function* calculateConditions(
  c: RolloutContext,
  status: RolloutStatus,
): Steps<RolloutStatus> {
  const { rollout, view } = c;
  const { now } = view;
  let next = status;
  const set = (...args: Parameters<typeof newCondition>): "set" | "same" => {
    const before = next;
    next = withCondition(next, newCondition(...args));
    return next === before ? "same" : "set";
  };
  const paused = (next.pauseConditions ?? []).length > 0 || rollout.spec.paused === true;
  const before = statusOf(rollout);
  let becameUnhealthy = false;
  if (!paused && isHealthy(rollout, next)) {
    set("Healthy", "True", [Reason.healthy, "Rollout is healthy"], now);
  } else if (condition(before, "Healthy") !== undefined) {
    const changed = set("Healthy", "False", [Reason.healthy, "Rollout is not healthy"], now);
    becameUnhealthy = changed === "set";
  }
  if (isAborted(c.pause, rollout)) {
    const { abortMessage } = c.pause;
    const aborted = `Rollout aborted update to revision ${revisionOf(rollout)}`;
    const message = abortMessage === "" ? aborted : `${aborted}: ${abortMessage}`;
    if (set("Progressing", "False", [Reason.aborted, message], now) === "set") {
      yield decide("rollout/abort/begins", { revision: revisionOf(rollout) });
      yield event(c, Reason.aborted, message, "Warning");
    }
  } else next = yield* withProgress(c, next, becameUnhealthy ? "became unhealthy" : "as before");
  const enough = isAvailable(c, next);
  const text = enough
    ? "Rollout has minimum availability"
    : "Rollout does not have minimum availability";
  set("Available", enough ? "True" : "False", [Reason.available, text], now);
  const failure = replicaFailure(c);
  next =
    failure === undefined ? withoutCondition(next, "ReplicaFailure") : withCondition(next, failure);
  const completed = isCompleted(next);
  const words = [Reason.completed, Reason.completed] as const;
  if (set("Completed", completed ? "True" : "False", words, now) === "set" && !completed) {
    const started = `started update to revision ${revisionOf(rollout)} (${next.currentPodHash ?? ""})`;
    yield event(c, Reason.notCompleted, `Rollout not completed, ${started}`);
  }
  return next;
}

/** Healthy, progressing or timed out. */
function* withProgress(
  c: RolloutContext,
  next: RolloutStatus,
  health: "became unhealthy" | "as before",
): Steps<RolloutStatus> {
  const { rollout, view } = c;
  const name = c.newRS?.metadata.name ?? "";
  if (isHealthy(rollout, next)) {
    const message = `ReplicaSet "${name}" has successfully progressed.`;
    const text = [Reason.newReplicaSetAvailable, message] as const;
    return withCondition(next, newCondition("Progressing", "True", text, view.now));
  }
  if (isProgressing(rollout, next) || health === "became unhealthy") {
    const stable = next.stableRS === next.currentPodHash && health === "became unhealthy";
    const text = stable
      ? ([Reason.notAvailable, "Rollout does not have minimum availability"] as const)
      : ([Reason.replicaSetUpdated, `ReplicaSet "${name}" is progressing.`] as const);
    const current = condition(statusOf(rollout), "Progressing");
    const fresh = newCondition("Progressing", "True", text, view.now);
    // The time of the last update is what the deadline counts from.
    const added =
      current?.status === "True"
        ? { ...fresh, lastTransitionTime: current.lastTransitionTime }
        : fresh;
    return withCondition(withoutCondition(next, "Progressing"), added);
  }
  if (isIndefinite(rollout) || waitsForScaleDown(c)) return next;
  if (!isTimedOut(rollout, next, view.now)) return next;
  const message = `ReplicaSet "${name}" has timed out progressing.`;
  const timedOut = newCondition("Progressing", "False", [Reason.timedOut, message], view.now);
  const judged = withCondition(next, timedOut);
  if (judged !== next) {
    const deadline = progressDeadlineSeconds(rollout);
    yield decide("rollout/progress/deadline-passed", { replicaSet: name, deadline });
  }
  return judged;
}

function isAvailable(c: RolloutContext, next: RolloutStatus): boolean {
  const replicas = replicasOf(c.rollout);
  if (canaryOf(c.rollout) !== undefined) {
    return sumOfStatus(c.allRSs, "availableReplicas") >= replicas;
  }
  const hash = next.blueGreen?.activeSelector ?? "";
  const active = hash === "" ? undefined : c.allRSs.find((rs) => hashOf(rs) === hash);
  return blueGreenOf(c.rollout) !== undefined && isSaturated(c, active);
}

/** IsSaturated of utils/annotations/annotations.go: it has, and is meant to have, all pods. */
export function isSaturated(c: RolloutContext, rs: ReplicaSet | undefined): boolean {
  const replicas = replicasOf(c.rollout);
  return (
    rs !== undefined &&
    rs.metadata.annotations?.[DESIRED_REPLICAS] === String(replicas) &&
    rs.spec.replicas === replicas &&
    available(rs) === replicas
  );
}

/** getReplicaFailures: of the new ReplicaSet, or else of any. */
function replicaFailure(c: RolloutContext): RolloutCondition | undefined {
  const failures = [...(c.newRS === undefined ? [] : [c.newRS]), ...c.allRSs].flatMap((rs) =>
    (rs.status.conditions ?? []).filter(({ type }) => type === "ReplicaFailure"),
  );
  const [first] = failures;
  return first === undefined ? undefined : { ...first, lastUpdateTime: first.lastTransitionTime };
}
