/**
 * One sync of a Rollout, from the top. Mirrors argo-rollouts rollout/controller.go (syncHandler,
 * newRolloutContext) and rollout/context.go (reconcile).
 *
 * Left out: stale caches, as operators read the API itself.
 */
import type { ReplicaSet } from "../../api/apps.ts";
import { matchesSelector } from "../../api/label-selector.ts";
import { isControlledBy } from "../../api/meta.ts";
import type { Rollout, RolloutStatus } from "../../api/rollout.ts";
import { decide } from "../decisions.ts";
import { DONE, write, type Plan, type Steps, type Verdict } from "../reconcile.ts";
import { rolloutBlueGreen, reconcileReplicaSets as reconcileBlueGreen } from "./bluegreen.ts";
import { reconcileReplicaSets as reconcileCanary, rolloutCanary } from "./canary.ts";
import { condition, newCondition, Reason, withoutCondition } from "./conditions.ts";
import { got, hashOf, SyncFailed, type CurrentRuns, type RolloutContext } from "./context.ts";
import { blueGreenOf, canaryOf, statusOf } from "./defaults.ts";
import { createReplicaSet, findNewReplicaSet, syncRevision } from "./new-replica-set.ts";
import { newPauseContext } from "./pause.ts";
import { isFullyPromoted } from "./phase.ts";
import { deadlineOf, isScalingEvent } from "./scale.ts";
import { checkPausedConditions, countOf, patchConditions, persist } from "./status.ts";
import { noteGeneration, resolveTemplate } from "./template-ref.ts";
import { validateReferences } from "./validate-references.ts";
import { validateRollout } from "./validation.ts";
import type { RolloutView } from "./view.ts";

/** An invalid Rollout is looked at again: a Service may be there by then. */
const INVALID_RETRY_MS = 20_000;

export function* reconcileRollout(view: RolloutView): Plan {
  const stored = view.rollout;
  if (stored === undefined || stored.metadata.deletionTimestamp !== undefined) return DONE;
  const c = contextOf(view, stored);
  try {
    const verdict = yield* sync(c, stored);
    const [wake] = c.wakes.toSorted((a, b) => a - b);
    return wake === undefined ? verdict : { requeueAfterMs: wake, ...verdict };
  } catch (error) {
    if (error instanceof SyncFailed) return { error: error.message };
    throw error;
  }
}

function* sync(c: RolloutContext, stored: Rollout): Steps<Verdict> {
  const resolution = resolveTemplate(stored, c.view.workload);
  if (!resolution.ok) {
    const where = `spec.workloadRef: Invalid value: ${JSON.stringify(stored.spec.workloadRef)}`;
    return yield* refuse(c, `${where}: ${resolution.error}`);
  }
  c.rollout = resolution.rollout;
  if ((yield* noteGeneration(c, stored)) === "noted") return DONE;
  findSets(c);
  const error = validateRollout(c.rollout) ?? validateReferences(c.rollout, c.view);
  if (error !== undefined) return yield* refuse(c, error);
  if (c.newRS === undefined) {
    yield* createReplicaSet(c);
    return DONE;
  }
  if (stored.spec.replicas === undefined) {
    const object = { ...stored, spec: { ...stored.spec, replicas: 1 } };
    got(yield* write({ do: "update", resource: "rollouts", object }));
    return DONE;
  }
  return yield* reconcile(c);
}

function* reconcile(c: RolloutContext): Steps<Verdict> {
  const { name } = c.rollout.metadata;
  if ((yield* checkPausedConditions(c)) === "changed") return DONE;
  yield* syncRevision(c);
  if (isScalingEvent(c)) {
    yield decide("rollout/scaling-event", {
      rollout: name,
      replicas: c.rollout.spec.replicas ?? 1,
    });
    return yield* syncReplicasOnly(c);
  }
  return blueGreenOf(c.rollout) === undefined
    ? yield* rolloutCanary(c)
    : yield* rolloutBlueGreen(c);
}

/** syncReplicasOnly: resizes, and leaves traffic, steps and analysis to the next sync. */
function* syncReplicasOnly(c: RolloutContext): Steps<Verdict> {
  const before = statusOf(c.rollout);
  let sets = c.allRSs;
  if (canaryOf(c.rollout) === undefined) {
    yield* reconcileBlueGreen(c);
    const active = before.blueGreen?.activeSelector ?? "";
    const one = c.allRSs.find((rs) => active !== "" && hashOf(rs) === active);
    sets = one === undefined ? c.allRSs : [one];
  } else {
    yield* reconcileCanary(c);
    sets = c.allRSs;
  }
  const { selector: _, ...counts } = countOf(sets, undefined);
  yield* persist(c, { ...before, ...counts });
  return DONE;
}

function contextOf(view: RolloutView, rollout: Rollout): RolloutContext {
  const { restartedAt, canary } = statusOf(rollout);
  const next: RolloutStatus = {
    ...(restartedAt === undefined ? {} : { restartedAt }),
    ...(canary?.weights === undefined ? {} : { canary: { weights: canary.weights } }),
  };
  const pause = newPauseContext();
  if (isFullyPromoted(rollout) && statusOf(rollout).abort === true) pause.abort = "removed";
  const owned = view.analysisRuns;
  const runs = currentRuns(rollout, owned);
  const named = new Set(Object.values(runs).map((run) => run?.metadata.name));
  const experiment = view.experiments.find(
    ({ metadata }) => metadata.name === canary?.currentExperiment,
  );
  return {
    view,
    rollout,
    newRS: undefined,
    stableRS: undefined,
    allRSs: [],
    others: [],
    services: view.services,
    runs,
    otherRuns: owned.filter(({ metadata }) => !named.has(metadata.name)),
    experiment,
    next,
    pause,
    wakes: [],
    newIsWithinDelay: false,
  };
}

/** FilterCurrentRolloutAnalysisRuns. */
function currentRuns(rollout: Rollout, owned: RolloutView["analysisRuns"]): CurrentRuns {
  const { canary = {}, blueGreen = {} } = statusOf(rollout);
  const named = (run: { readonly name: string } | undefined) =>
    owned.find(({ metadata }) => metadata.name === run?.name);
  return {
    step: named(canary.currentStepAnalysisRunStatus),
    background: named(canary.currentBackgroundAnalysisRunStatus),
    prePromotion: named(blueGreen.prePromotionAnalysisRunStatus),
    postPromotion: named(blueGreen.postPromotionAnalysisRunStatus),
  };
}

/** ReplicaSets that the Rollout owns and its selector matches, and what each is to it. */
function findSets(c: RolloutContext): void {
  const { spec } = c.rollout;
  const all = c.view.replicaSets.filter(
    (rs) =>
      isControlledBy(rs, c.rollout) &&
      matchesSelector(spec.selector ?? {}, rs.metadata.labels ?? {}),
  );
  const newRS = findNewReplicaSet(c.rollout, all);
  const { stableRS: stable = "" } = statusOf(c.rollout);
  const isStable = (rs: ReplicaSet): boolean => stable !== "" && hashOf(rs) === stable;
  const stableRS = newRS !== undefined && isStable(newRS) ? newRS : all.find(isStable);
  const deadline = newRS === undefined ? undefined : deadlineOf(newRS);
  Object.assign(c, {
    newRS,
    stableRS,
    allRSs: all,
    others: all.filter((rs) => rs !== newRS && rs !== stableRS),
    newIsWithinDelay: deadline !== undefined && deadline > c.view.now,
  });
}

/** createInvalidRolloutCondition. */
function* refuse(c: RolloutContext, error: string): Steps<Verdict> {
  const { rollout, view } = c;
  const message = `The Rollout "${rollout.metadata.name}" is invalid: ${error}`;
  const before = condition(statusOf(rollout), "InvalidSpec");
  if (before?.message !== message) {
    yield decide("rollout/invalid", { rollout: rollout.metadata.name, error });
    const status = withoutCondition(statusOf(rollout), "InvalidSpec");
    const text = [Reason.invalidSpec, message] as const;
    c.rollout = { ...rollout, status };
    yield* patchConditions(c, [newCondition("InvalidSpec", "True", text, view.now)]);
  } else yield* patchConditions(c, [before]);
  return { requeueAfterMs: INVALID_RETRY_MS };
}
