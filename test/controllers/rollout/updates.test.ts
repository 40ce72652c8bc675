/** What users do to an update of a Rollout while it is under way. */
import { describe, expect, test } from "vitest";
import { rollout, RolloutWorld } from "./world.ts";

const steps = [{ setWeight: 25 }, { pause: {} }, { setWeight: 50 }, { pause: {} }];

/** At its first pause. */
function paused(): RolloutWorld {
  return new RolloutWorld([rollout({ canary: { steps } })]).look().update("web:v2").look(20);
}

describe("a canary that is under way", () => {
  test("keeps the time at which it was aborted", () => {
    const world = paused().abort().look(5);
    const { abortedAt } = world.status;
    expect(abortedAt).toMatch(/^2000-01-01T00:00:3\dZ$/);
    world.patch({ spec: { replicas: 5 } }).look(20);
    expect(world.status).toMatchObject({ abort: true, abortedAt });
  });

  test("begins anew where its steps are others", () => {
    const world = paused().promote().look(20);
    expect(world.status.currentStepIndex).toBe(3);
    world.patch({ spec: { strategy: { canary: { steps: [{ setWeight: 75 }, { pause: {} }] } } } });
    world.look(20);
    expect([world.status.currentStepIndex, world.sizes]).toEqual([1, { "web:v1": 1, "web:v2": 3 }]);
  });

  test("takes no step while its spec says that it is paused", () => {
    const world = new RolloutWorld([rollout({ canary: { steps } })]).look();
    world
      .patch({ spec: { paused: true } })
      .update("web:v2")
      .look(20);
    expect([world.status.currentStepIndex, world.status.pauseConditions]).toEqual([0, undefined]);
    world.patch({ spec: { paused: false } }).look(20);
    expect(world.status.currentStepIndex).toBe(1);
    expect(world.status.pauseConditions).toMatchObject([{ reason: "CanaryPauseStep" }]);
  });

  test("begins no pause, and ends none, while its spec says that it is paused", () => {
    // Seconds, as no unit is given.
    const timed = [{ pause: { duration: "5" } }, { setWeight: 50 }, { pause: {} }];
    const world = new RolloutWorld([rollout({ canary: { steps: timed } })]).look();
    world
      .patch({ spec: { paused: true } })
      .update("web:v2")
      .look(20);
    expect([world.status.currentStepIndex, world.status.pauseConditions]).toEqual([0, undefined]);
    world.patch({ spec: { paused: false } }).look(2);
    expect(world.status.pauseConditions).toHaveLength(1);
    world.patch({ spec: { paused: true } }).look(20);
    expect(world.status.currentStepIndex).toBe(0);
    world.patch({ spec: { paused: false } }).look(20);
    expect(world.status.currentStepIndex).toBe(2);
  });

  test("pauses once: the time of its pause stays", () => {
    const world = paused();
    const before = world.status.pauseConditions;
    world.patch({ spec: { replicas: 5 } }).look(20);
    expect(before).toHaveLength(1);
    expect(world.status.pauseConditions).toEqual(before);
  });
});
