/**
 * Is this update a way back? Mirrors isRollback, isFastRollback and isRollbackWithinWindow of argo-rollouts
 * rollout/sync.go, and IsDynamicallyRollingBackToStable of utils/rollout/rolloututil.go.
 */
import type { ReplicaSet } from "../../api/apps.ts";
import type { Rollout } from "../../api/rollout.ts";
import { available } from "../deployment/view.ts";
import { hashOf, type RolloutContext } from "./context.ts";
import { blueGreenOf, canaryOf, replicasOf, routesTraffic, statusOf } from "./defaults.ts";
import { isFullyPromoted } from "./phase.ts";

function isOlder(a: ReplicaSet, b: ReplicaSet): boolean {
  return (a.metadata.creationTimestamp ?? "") < (b.metadata.creationTimestamp ?? "");
}

/** To a revision older than the stable one, with fewer than rollbackWindow.revisions between them. */
export function isWithinWindow(c: RolloutContext): boolean {
  const { newRS, stableRS } = c;
  const revisions = c.rollout.spec.rollbackWindow?.revisions ?? 0;
  if (newRS === undefined || stableRS === undefined || revisions <= 0) return false;
  if (!isOlder(newRS, stableRS)) return false;
  const between = c.allRSs.filter((rs) => isOlder(rs, stableRS) && isOlder(newRS, rs));
  return between.length < revisions;
}

/** Steps, pauses and analysis are skipped; true too where the new pods are stable already. */
export function isFastRollback(c: RolloutContext): boolean {
  const { newRS, stableRS } = c;
  if (newRS === undefined || stableRS === undefined) return false;
  const toStable = statusOf(c.rollout).stableRS === hashOf(newRS);
  if (!toStable && !isOlder(newRS, stableRS)) return false;
  const withinDelay = c.newIsWithinDelay && blueGreenOf(c.rollout) !== undefined;
  return toStable || withinDelay || isWithinWindow(c);
}

/**
 * With dynamicStableScale, an update that was broken off for the stable template: its pods have to grow
 * first. The hash of the pods that traffic still goes to; undefined: it is not that.
 */
export function dynamicRollback(
  rollout: Rollout,
  desired: ReplicaSet | undefined,
): string | undefined {
  const dynamic = canaryOf(rollout)?.dynamicStableScale === true && routesTraffic(rollout);
  const weights = statusOf(rollout).canary?.weights;
  if (!dynamic || !isFullyPromoted(rollout) || weights === undefined) return undefined;
  const { podTemplateHash = "" } = weights.canary;
  if (podTemplateHash === hashOf(desired) || desired === undefined) return undefined;
  return available(desired) >= replicasOf(rollout) ? undefined : podTemplateHash;
}
