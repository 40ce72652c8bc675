/**
 * A sync of a Canary: what changes of the object itself ask for at once, and, when its turn has come, the
 * next step of its analysis. Mirrors fluxcd/flagger pkg/controller/controller.go syncHandler.
 */
import { analysisOf } from "../../api/canary.ts";
import { decide } from "../decisions.ts";
import { DONE, type Plan, type Steps, type Verdict } from "../reconcile.ts";
import { advance } from "./advance.ts";
import { finalize, hasFinalizer, setFinalizer } from "./finalize.ts";
import { setPhaseInitializing } from "./status.ts";
import { Sync } from "./sync.ts";
import type { CanaryView } from "./view.ts";

export function* reconcileCanary(view: CanaryView): Plan {
  const { canary, turn } = view;
  if (canary === undefined) {
    yield decide("canary/gone", { canary: view.key });
    return DONE;
  }
  const sync = new Sync(view, canary);
  const again: Verdict = turn.armMs === undefined ? DONE : { requeueAfterMs: turn.armMs };
  const refused = verify(sync);
  if (refused !== undefined) return { ...again, error: `invalid canary spec: ${refused}` };
  if (canary.metadata.deletionTimestamp !== undefined) return yield* terminate(sync);
  const problem = yield* welcome(sync);
  if (problem !== undefined) return { ...again, error: problem };
  if (turn.due) {
    sync.canary = sync.stored;
    yield* advance(sync);
  }
  return again;
}

/** verifySessionAffinity */
function verify({ canary }: Sync): string | undefined {
  const { sessionAffinity } = analysisOf(canary);
  if (sessionAffinity === undefined) return undefined;
  if (sessionAffinity.cookieName !== sessionAffinity.primaryCookieName) return undefined;
  return (
    "can't use the same cookie name for both primary and cookie name; " +
    "please update them to be different"
  );
}

/** A new Canary is Initializing from the start; the finalizer comes and goes with `revertOnDeletion`. */
function* welcome(sync: Sync): Steps<string | undefined> {
  const { canary } = sync;
  if (canary.status?.conditions === undefined) {
    const problem = yield* setPhaseInitializing(sync);
    if (problem !== undefined) return problem;
  }
  const reverts = canary.spec.revertOnDeletion === true;
  if (reverts === hasFinalizer(sync)) return undefined;
  return yield* setFinalizer(sync, reverts ? "add" : "remove");
}

function* terminate(sync: Sync): Plan {
  if (!hasFinalizer(sync)) return DONE;
  if (sync.canary.spec.revertOnDeletion === true) {
    const problem = yield* finalize(sync);
    if (problem !== undefined) return { error: problem };
  }
  const { name } = sync.canary.metadata;
  yield* sync.normal(`Terminated canary ${sync.named(name)}`);
  const problem = yield* setFinalizer(sync, "remove");
  return problem === undefined ? DONE : { error: problem };
}
