/**
 * spec.restartAt: pods older than that are replaced, a few at a time. Mirrors argo-rollouts
 * rollout/restart.go.
 *
 * Left out: PodDisruptionBudgets, as pods are deleted here and evicted there.
 */
import { parseTimestamp } from "../../api/time.ts";
import { decide } from "../decisions.ts";
import { sumOfSpecs, sumOfStatus } from "../deployment/view.ts";
import { write, type Steps } from "../reconcile.ts";
import { wakeAt, type RolloutContext } from "./context.ts";
import { maxUnavailable, replicasOf, statusOf } from "./defaults.ts";

/** When nothing tells it that pods have gone, it looks again after so long. */
const CHECK_MS = 30_000;

export function* restartPods(c: RolloutContext): Steps<"restarted" | "nothing to do"> {
  const { restartAt } = c.rollout.spec;
  if (restartAt === undefined || restartAt === statusOf(c.rollout).restartedAt)
    return "nothing to do";
  const since = parseTimestamp(restartAt);
  if (since > c.view.now) {
    wakeAt(c, since);
    return "nothing to do";
  }
  const total = Math.max(replicasOf(c.rollout), sumOfSpecs(c.allRSs));
  const floor = total - Math.max(maxUnavailable(c.rollout), 1);
  let spare = sumOfStatus(c.allRSs, "availableReplicas") - floor;
  const old = c.view.pods.filter(
    ({ metadata }) => parseTimestamp(metadata.creationTimestamp ?? "") < since,
  );
  let restarted = 0;
  for (const pod of old) {
    if (spare <= 0 || pod.metadata.deletionTimestamp !== undefined) continue;
    yield decide("rollout/restart", { pod: pod.metadata.name, old: old.length, spare });
    const answer = yield* write({ do: "delete", resource: "pods", object: pod });
    if (!answer.ok) continue;
    spare--;
    restarted++;
  }
  if (old.length === restarted) c.next = { ...c.next, restartedAt: restartAt };
  else wakeAt(c, c.view.now + CHECK_MS);
  return restarted > 0 ? "restarted" : "nothing to do";
}
