/**
 * Resizing ReplicaSets, and what makes old ones wait before they go.
 * Mirrors argo-rollouts rollout/replicaset.go, and scaleReplicaSet and isScalingEvent of rollout/sync.go.
 *
 * Left out: subsets of DestinationRules that still name a ReplicaSet.
 */
import type { ReplicaSet } from "../../api/apps.ts";
import { parseTimestamp, timestamp } from "../../api/time.ts";
import { decide } from "../decisions.ts";
import { available } from "../deployment/view.ts";
import { write, type Steps } from "../reconcile.ts";
import { Reason } from "./conditions.ts";
import {
  event,
  got,
  hashOf,
  replaceSet,
  revisionOf,
  wakeAt,
  type RolloutContext,
} from "./context.ts";
import {
  abortScaleDownDelaySeconds,
  blueGreenOf,
  canaryOf,
  DESIRED_REPLICAS,
  hasExplicitAbortDelay,
  HASH_LABEL,
  replicasOf,
  routesTraffic,
  SCALE_DOWN_DEADLINE,
  scaleDownDelaySeconds,
  scaleDownRevisionLimit,
  statusOf,
} from "./defaults.ts";
import { isAborted } from "./pause.ts";

/** isScalingEvent: the new or the stable ReplicaSet was sized for another number of replicas. */
export function isScalingEvent(c: RolloutContext): boolean {
  return [c.newRS, c.stableRS].some((rs) => {
    if (rs === undefined || rs.spec.replicas === 0) return false;
    const desired = rs.metadata.annotations?.[DESIRED_REPLICAS];
    return desired !== undefined && Number(desired) !== replicasOf(c.rollout);
  });
}

/** Whether its size changed. Its annotation follows spec.replicas too. */
export function* scale(c: RolloutContext, rs: ReplicaSet, to: number): Steps<boolean> {
  const from = rs.spec.replicas;
  if (from === to && !annotationIsOld(c, rs)) return false;
  const { [SCALE_DOWN_DEADLINE]: deadline, ...others } = rs.metadata.annotations ?? {};
  const keeps = deadline !== undefined && (to !== 0 || delaysScaleDownOnAbort(c));
  const annotations = {
    ...others,
    ...(keeps ? { [SCALE_DOWN_DEADLINE]: deadline } : {}),
    [DESIRED_REPLICAS]: String(replicasOf(c.rollout)),
  };
  const object: ReplicaSet = {
    ...rs,
    metadata: { ...rs.metadata, annotations },
    spec: { ...rs.spec, replicas: to },
  };
  const stored = got(yield* write<ReplicaSet>({ do: "update", resource: "replicasets", object }));
  replaceSet(c, stored);
  if (from === to) return false;
  const way = from < to ? "up" : "down";
  const { name } = rs.metadata;
  const sizes = `(revision ${revisionOf(rs)}) from ${from} to ${to}`;
  yield event(c, Reason.scaling, `Scaled ${way} ReplicaSet ${name} ${sizes}`);
  return true;
}

/** ReplicasAnnotationsNeedUpdate. */
function annotationIsOld(c: RolloutContext, rs: ReplicaSet): boolean {
  const replicas = replicasOf(c.rollout);
  if (rs.metadata.annotations?.[DESIRED_REPLICAS] !== String(replicas)) return true;
  return replicas === 0 && deadlineOf(rs) !== undefined;
}

/** Wall-clock ms; undefined where no deadline is set. */
export function deadlineOf(rs: ReplicaSet): number | undefined {
  const text = rs.metadata.annotations?.[SCALE_DOWN_DEADLINE] ?? "";
  return text === "" ? undefined : parseTimestamp(text);
}

function* setDeadline(c: RolloutContext, rs: ReplicaSet, seconds: number): Steps<void> {
  const value = seconds === 0 ? null : timestamp(c.view.now + seconds * 1000);
  if (value === null && deadlineOf(rs) === undefined) return;
  const patch = { metadata: { annotations: { [SCALE_DOWN_DEADLINE]: value } } };
  replaceSet(
    c,
    got(
      yield* write<ReplicaSet>({
        do: "patch",
        resource: "replicasets",
        object: rs,
        type: "merge",
        patch,
      }),
    ),
  );
}

/** removeScaleDownDeadlines: what is new or stable again stays. */
export function* removeDeadlines(c: RolloutContext): Steps<void> {
  const { newRS, stableRS } = c;
  const spared = delaysScaleDownOnAbort(c) ? undefined : newRS;
  if (spared !== undefined) yield* setDeadline(c, spared, 0);
  if (stableRS === undefined || stableRS.metadata.name === spared?.metadata.name) return;
  yield* setDeadline(c, stableRS, 0);
}

/** shouldDelayScaleDownOnAbort. */
function delaysScaleDownOnAbort(c: RolloutContext): boolean {
  const { rollout } = c;
  if (!isAborted(c.pause, rollout) || c.stableRS === undefined) return false;
  if (canaryOf(rollout) !== undefined && !routesTraffic(rollout)) return false;
  if (abortScaleDownDelaySeconds(rollout) === undefined) return false;
  return canaryOf(rollout)?.dynamicStableScale !== true || hasExplicitAbortDelay(rollout);
}

/** reconcileNewReplicaSet: to `wanted` pods, or after an abort to none, once its delay is over. */
export function* scaleNew(c: RolloutContext, wanted: number): Steps<boolean> {
  const { newRS, stableRS } = c;
  if (newRS === undefined) return false;
  if (!delaysScaleDownOnAbort(c)) return yield* scale(c, newRS, wanted);
  const delay = abortScaleDownDelaySeconds(c.rollout) ?? 0;
  const deadline = deadlineOf(newRS);
  const { name } = newRS.metadata;
  if (deadline !== undefined && deadline > c.view.now) {
    const seconds = Math.ceil((deadline - c.view.now) / 1000);
    yield decide("rollout/abort/delayed", { replicaSet: name, seconds });
    wakeAt(c, deadline);
    yield* scale(c, newRS, newRS.spec.replicas);
    return false;
  }
  if (deadline !== undefined) {
    yield decide("rollout/abort/scale-down", { replicaSet: name, from: newRS.spec.replicas });
    return yield* scale(c, newRS, 0);
  }
  yield* scale(c, newRS, newRS.spec.replicas);
  if (available(stableRS!) >= replicasOf(c.rollout) && c.newRS !== undefined) {
    yield* setDeadline(c, c.newRS, delay);
    wakeAt(c, c.view.now + delay * 1000);
  }
  return false;
}

/**
 * scaleDownDelayHelper: how many pods an old ReplicaSet is to have. One without a deadline gets one; one
 * whose deadline is still to come keeps `staying`, unless too many wait already.
 */
export function* sizeDuringDelay(
  c: RolloutContext,
  rs: ReplicaSet,
  waiting: { count: number },
  staying: number,
): Steps<number> {
  const { name } = rs.metadata;
  const limit = scaleDownRevisionLimit(c.rollout);
  const deadline = deadlineOf(rs);
  if (deadline === undefined) {
    if (waiting.count >= limit) return 0;
    waiting.count++;
    const seconds = scaleDownDelaySeconds(c.rollout);
    yield decide("rollout/old/delay-begins", { replicaSet: name, seconds });
    yield* setDeadline(c, rs, seconds);
    wakeAt(c, c.view.now + seconds * 1000);
    return seconds === 0 ? 0 : rs.spec.replicas;
  }
  waiting.count++;
  if (waiting.count > limit) {
    yield decide("rollout/old/too-many-waiting", { replicaSet: name, limit });
    return 0;
  }
  if (deadline <= c.view.now) {
    yield decide("rollout/old/delay-over", { replicaSet: name, from: rs.spec.replicas });
    return 0;
  }
  wakeAt(c, deadline);
  return staying;
}

/** isReplicaSetReferenced: traffic may still go to it. */
export function isReferenced(c: RolloutContext, rs: ReplicaSet): boolean {
  const hash = hashOf(rs);
  if (hash === "") return false;
  const { stableRS, currentPodHash, blueGreen, canary } = statusOf(c.rollout);
  const named = [
    stableRS,
    currentPodHash,
    blueGreen?.activeSelector,
    blueGreen?.previewSelector,
    canary?.weights?.canary.podTemplateHash,
    canary?.weights?.stable.podTemplateHash,
  ];
  if (named.includes(hash)) return true;
  const canarySpec = canaryOf(c.rollout);
  const blueGreenSpec = blueGreenOf(c.rollout);
  const services = canarySpec
    ? [canarySpec.canaryService, canarySpec.stableService]
    : [blueGreenSpec?.activeService, blueGreenSpec?.previewService];
  return c.services.some(
    ({ metadata, spec }) =>
      services.includes(metadata.name) && spec.selector?.[HASH_LABEL] === hash,
  );
}
