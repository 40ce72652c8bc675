/**
 * A Canary with `revertOnDeletion` gives back what it took: the target its pods, the Service its selector,
 * the mesh its routes. Mirrors fluxcd/flagger pkg/controller/finalizer.go. Where Flagger waits a few
 * seconds for the target and then tries again, it is looked at again after the back-off of its key.
 */
import { FLAGGER_FINALIZER, phaseOf } from "../../api/canary.ts";
import { compact } from "../../api/json.ts";
import { decide } from "../decisions.ts";
import type { Steps } from "../reconcile.ts";
import { routerOf } from "./router/providers.ts";
import { revertApex } from "./services.ts";
import { setStatusPhase } from "./status.ts";
import type { Problem, Sync } from "./sync.ts";
import { isCanaryReady, podLabelOf, primaryName, scaleFromZero } from "./target.ts";

export function hasFinalizer({ canary }: Sync): boolean {
  return canary.metadata.finalizers?.includes(FLAGGER_FINALIZER) === true;
}

export function* setFinalizer(sync: Sync, how: "add" | "remove"): Steps<Problem> {
  const { stored } = sync;
  const others = (stored.metadata.finalizers ?? []).filter((name) => name !== FLAGGER_FINALIZER);
  const finalizers = how === "add" ? [...others, FLAGGER_FINALIZER] : others;
  const { finalizers: _, ...rest } = stored.metadata;
  const metadata = finalizers.length === 0 ? rest : { ...rest, finalizers };
  return yield* sync.update("canaries", compact({ ...stored, metadata }));
}

/** Undefined: all is given back, and the Canary may go. */
export function* finalize(sync: Sync): Steps<Problem> {
  const { name } = sync.canary.metadata;
  yield decide("canary/finalize", { canary: name, target: sync.targetName });
  if (phaseOf(sync.canary) !== "Terminating") {
    const problem = yield* setStatusPhase(sync, "Terminating");
    if (problem !== undefined) return `failed to update status: ${problem}`;
    yield* sync.normal(`Terminating canary ${sync.named(name)}`);
  }
  const unscaled = yield* revertTarget(sync);
  if (unscaled !== undefined) return `failed to revert target: ${unscaled}`;
  const notReady = isCanaryReady(sync);
  if (notReady !== undefined) return `canary not ready during finalizing: ${notReady.why}`;
  const label = podLabelOf(sync);
  if ("problem" in label) return `failed to get metadata for router finalizing: ${label.problem}`;
  const unserved = yield* revertApex(sync, label);
  if (unserved !== undefined) return `failed revert router: ${unserved}`;
  const unrouted = yield* routerOf(sync.provider)?.finalize(sync) ?? none();
  return unrouted === undefined ? undefined : `failed to revert mesh: ${unrouted}`;
}

/** The target gets as many pods as the primary has. */
function* revertTarget(sync: Sync): Steps<Problem> {
  const target = sync.deployment(sync.targetName);
  const primary = sync.deployment(primaryName(sync));
  if (target === undefined || primary === undefined) return yield* scaleFromZero(sync);
  if (target.spec.replicas === primary.spec.replicas) return undefined;
  return yield* sync.scale(target, primary.spec.replicas);
}

// eslint-disable-next-line require-yield
function* none(): Steps<Problem> {
  return undefined;
}
