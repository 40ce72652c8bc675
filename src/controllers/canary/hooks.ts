/**
 * Webhooks of a Canary, and what it does with their answers. Mirrors fluxcd/flagger
 * pkg/controller/scheduler_hooks.go. Nothing is called: the answers are part of the view, and load tests
 * (pkg/loadtester/runner.go) are sent by whoever hears of the decision.
 */
import { analysisOf, phaseOf, type CanaryWebhook, type HookType } from "../../api/canary.ts";
import { decide } from "../decisions.ts";
import type { Steps } from "../reconcile.ts";
import { loadTestOf } from "./load-test.ts";
import { setStatusIterations, setStatusPhase } from "./status.ts";
import type { Sync } from "./sync.ts";
import type { HookAnswer } from "./view.ts";

/** Whether all agreed, and the Canary may go on. */
type Passed = Steps<boolean>;

interface Called {
  readonly hook: CanaryWebhook;
  readonly answer: HookAnswer;
}

function* called(sync: Sync, type: HookType): Steps<readonly Called[]> {
  const all: Called[] = [];
  for (const [i, hook] of (analysisOf(sync.canary).webhooks ?? []).entries()) {
    if ((hook.type ?? "") !== type && !(type === "rollout" && (hook.type ?? "") === "")) continue;
    const answer = sync.view.hooks[i] ?? { ok: true };
    all.push({ hook, answer });
    const { name } = hook;
    const test = answer.ok ? loadTestOf(hook) : undefined;
    if (test !== undefined) yield decide("canary/load-test", { hook: name, ...test });
    if (answer.ok) yield decide("canary/hook/passed", { hook: name, type });
    else yield decide("canary/hook/refused", { hook: name, type, why: answer.why });
    // Rollback hooks are asked until one says yes, all others until one says no.
    if (answer.ok === (type === "rollback")) break;
  }
  return all;
}

function whoOf(sync: Sync): string {
  return sync.named(sync.canary.metadata.name);
}

/** Checks of the analysis itself, such as load tests. */
export function* runRolloutHooks(sync: Sync): Passed {
  for (const { hook, answer } of yield* called(sync, "rollout")) {
    if (answer.ok) continue;
    yield* sync.warning(
      `Halt ${whoOf(sync)} advancement external check ${hook.name} failed ${answer.why}`,
    );
    return false;
  }
  return true;
}

export function* runPreRolloutHooks(sync: Sync): Passed {
  for (const { hook, answer } of yield* called(sync, "pre-rollout")) {
    if (!answer.ok) {
      yield* sync.warning(
        `Halt ${whoOf(sync)} advancement pre-rollout check ${hook.name} failed ${answer.why}`,
      );
      return false;
    }
    yield* sync.normal(`Pre-rollout check ${hook.name} passed`);
  }
  return true;
}

export function* runPostRolloutHooks(sync: Sync): Steps<void> {
  for (const { hook, answer } of yield* called(sync, "post-rollout")) {
    if (!answer.ok)
      return yield* sync.warning(`Post-rollout hook ${hook.name} failed ${answer.why}`);
    yield* sync.normal(`Post-rollout check ${hook.name} passed`);
  }
}

/** Whether one asks for a rollback. */
export function* runRollbackHooks(sync: Sync): Steps<boolean> {
  for (const { hook, answer } of yield* called(sync, "rollback")) {
    if (answer.ok) {
      yield* sync.warning(`Rollback check ${hook.name} passed`);
      return true;
    }
    yield* sync.normal(`Rollback hook ${hook.name} not signaling a rollback`);
  }
  return false;
}

export function* runConfirmTrafficIncreaseHooks(sync: Sync): Passed {
  for (const { hook, answer } of yield* called(sync, "confirm-traffic-increase")) {
    if (!answer.ok) {
      yield* sync.warning(
        `Halt ${whoOf(sync)} advancement waiting for traffic increase approval ${hook.name}`,
      );
      return false;
    }
    yield* sync.normal(`Confirm-traffic-increase check ${hook.name} passed`);
  }
  return true;
}

export function* runConfirmRolloutHooks(sync: Sync): Passed {
  for (const { hook, answer } of yield* called(sync, "confirm-rollout")) {
    if (!answer.ok) {
      if (phaseOf(sync.canary) !== "Waiting") {
        yield* setStatusPhase(sync, "Waiting");
        yield* sync.warning(`Halt ${whoOf(sync)} advancement waiting for approval ${hook.name}`);
      }
      return false;
    }
    yield* sync.normal(`Confirm-rollout check ${hook.name} passed`);
  }
  return true;
}

/** While it waits, the Canary goes back by one iteration each time, so that its checks go on. */
export function* runConfirmPromotionHooks(sync: Sync): Passed {
  for (const { hook, answer } of yield* called(sync, "confirm-promotion")) {
    if (answer.ok) {
      yield* sync.normal(`Confirm-promotion check ${hook.name} passed`);
      continue;
    }
    if (phaseOf(sync.canary) !== "WaitingPromotion") {
      yield* setStatusPhase(sync, "WaitingPromotion");
      yield* sync.warning(
        `Halt ${whoOf(sync)} advancement waiting for promotion approval ${hook.name}`,
      );
    } else {
      const { iterations = 0 } = analysisOf(sync.canary);
      const problem = yield* setStatusIterations(sync, iterations - 1);
      if (problem !== undefined) yield* sync.warning(problem);
    }
    return false;
  }
  return true;
}
