import { describe, expect, test } from "vitest";
import * as laws from "../../src/verify/properties-facts.ts";
import { assumptions, stateLaws } from "../../src/verify/properties.ts";
import { syncLaws } from "../../src/verify/sync-laws.ts";

test("every law from P1 to P26 is there, in words, with assumptions that are explained", () => {
  const all = [...Object.values(laws), ...stateLaws, ...syncLaws];
  const ids = new Set<string>(all.map(({ id }) => id));
  expect([...ids].toSorted((a, b) => Number(a.slice(1)) - Number(b.slice(1)))).toEqual(
    Array.from({ length: 26 }, (_, k) => `P${k + 1}`),
  );
  for (const { statement, name, assumes } of all) {
    expect(statement).toMatch(/^[A-Z].*\.$/);
    expect(name).not.toBe("");
    for (const assumed of assumes) expect(assumptions).toHaveProperty(assumed);
  }
});

describe("fenceposts (P1)", () => {
  const at = (
    replicas: number,
    maxSurge: laws.Bound,
    maxUnavailable: laws.Bound,
    surge: number,
    unavailable: number,
  ): boolean => laws.fenceposts.holds({ replicas, maxSurge, maxUnavailable, surge, unavailable });

  test.each([
    ["rounds surge up and unavailable down", at(10, "25%", "25%", 3, 2), true],
    ["does not round surge down", at(10, "25%", "25%", 2, 2), false],
    ["does not round unavailable up", at(10, "25%", "25%", 3, 3), false],
    ["takes shares that are whole as they are", at(4, "25%", "25%", 1, 1), true],
    ["does not go above a whole share", at(4, "25%", "25%", 2, 1), false],
    ["does not go below a whole share", at(8, "25%", "25%", 2, 1), false],
    ["falls back to one unavailable", at(3, 0, "25%", 0, 1), true],
    ["falls back only if both are 0", at(3, 1, "25%", 1, 1), false],
    ["leaves nothing stuck at 0 and 0", at(3, 0, 0, 0, 0), false],
    ["never has more unavailable than replicas", at(2, 1, 5, 1, 2), true],
    ["does not take a number that is too large as it is", at(2, 1, 5, 1, 5), false],
    ["caps numbers only where they are too large", at(5, 1, 3, 1, 5), false],
    ["is satisfied with nothing of nothing", at(0, "25%", "25%", 0, 0), true],
  ])("%s", (_, found, wanted) => expect(found).toBe(wanted));
});

describe("batches of a ReplicaSet (P17)", () => {
  const of = (sizes: number[], failed: boolean[] = [], expectationsMet = true): boolean =>
    laws.batches.holds({ sizes, failed, expectationsMet });

  test.each([
    ["double until all are made", of([1, 2, 4, 3]), true],
    ["do not begin with two", of([2, 1]), false],
    ["do not grow faster", of([1, 4]), false],
    ["end with the first that failed", of([1, 2], [false, true]), true],
    ["do not go on after one that failed", of([1, 2, 4], [false, true, false]), false],
    ["make 500 pods", of([1, 2, 4, 8, 16, 32, 64, 128, 245]), true],
    ["make no more than 500", of([1, 2, 4, 8, 16, 32, 64, 128, 246]), false],
    ["wait for what was asked for before", of([1], [], false), false],
    ["may be none", of([], [], false), true],
  ])("%s", (_, found, wanted) => expect(found).toBe(wanted));
});

describe("victims (P18)", () => {
  const of = (ready: boolean[], deleted: number[]): boolean =>
    laws.victims.holds({ ready, deleted });

  test.each([
    ["are the first of the order", of([false, true, true], [1, 0]), true],
    ["leave out nobody", of([false, true, true], [0, 2]), false],
    ["are not ready while one stays that is not", of([true, false], [0]), false],
    ["need not be all that are not ready", of([false, false, true], [0]), true],
    ["may all be ready", of([true, true], [0]), true],
  ])("%s", (_, found, wanted) => expect(found).toBe(wanted));
});

test("every pod is accounted for and has one controller (P19)", () => {
  const facts: laws.Ownership = {
    created: 10,
    active: 4,
    terminating: 3,
    terminal: 1,
    gone: 2,
    controllers: [1, 1, 0],
    newReplicaSets: 1,
  };
  expect(laws.ownership.holds(facts)).toBe(true);
  expect(laws.ownership.holds({ ...facts, gone: 1 })).toBe(false);
  expect(laws.ownership.holds({ ...facts, controllers: [1, 2] })).toBe(false);
  expect(laws.ownership.holds({ ...facts, newReplicaSets: 2 })).toBe(false);
});

test("Recreate waits for the last old pod (P20)", () => {
  const holds = (raisedNew: boolean, oldReported: number, oldPods: number): boolean =>
    laws.recreate.holds({ raisedNew, oldReported, oldPods });
  expect(holds(true, 0, 0)).toBe(true);
  expect(holds(false, 2, 2)).toBe(true);
  expect(holds(true, 1, 0)).toBe(false);
  expect(holds(true, 0, 1)).toBe(false);
});

test("a paused Deployment begins nothing (P21)", () => {
  const holds = (paused: boolean, createdReplicaSet: boolean, rollingStep: boolean): boolean =>
    laws.pause.holds({ paused, createdReplicaSet, rollingStep });
  expect(holds(true, false, false)).toBe(true);
  expect(holds(true, true, false)).toBe(false);
  expect(holds(true, false, true)).toBe(false);
  expect(holds(false, true, true)).toBe(true);
});

test("the deadline fires only after it has passed, and not when complete or paused (P22)", () => {
  const late: laws.DeadlineSync = {
    setExceeded: true,
    reason: "ReplicaSetUpdated",
    lastUpdate: 100,
    deadline: 600,
    now: 701,
    complete: false,
    paused: false,
  };
  expect(laws.deadline.holds(late)).toBe(true);
  expect(laws.deadline.holds({ ...late, now: 700 })).toBe(false);
  expect(laws.deadline.holds({ ...late, now: 700, setExceeded: false })).toBe(true);
  expect(laws.deadline.holds({ ...late, complete: true })).toBe(false);
  expect(laws.deadline.holds({ ...late, paused: true })).toBe(false);
  expect(laws.deadline.holds({ ...late, reason: "NewReplicaSetAvailable" })).toBe(false);
});

test("completion is told, and history trimmed, only when it is so (P23)", () => {
  const done: laws.CompleteSync = {
    setAvailable: true,
    trimmed: [0, 0],
    complete: true,
    paused: false,
  };
  expect(laws.completion.holds(done)).toBe(true);
  expect(laws.completion.holds({ ...done, trimmed: [0, 1] })).toBe(false);
  expect(laws.completion.holds({ ...done, complete: false })).toBe(false);
  const paused = { ...done, setAvailable: false, complete: false, paused: true };
  expect(laws.completion.holds(paused)).toBe(true);
  expect(laws.completion.holds({ ...paused, paused: false })).toBe(false);
});

test("liveness, determinism and refinement are judged by their counts (P24, P25, P26)", () => {
  expect(laws.liveness.holds({ acyclic: true, stuck: 0 })).toBe(true);
  expect(laws.liveness.holds({ acyclic: false, stuck: 0 })).toBe(false);
  expect(laws.liveness.holds({ acyclic: true, stuck: 1 })).toBe(false);
  expect(laws.determinism.holds({ hashes: ["a", "a"] })).toBe(true);
  expect(laws.determinism.holds({ hashes: ["a", "b"] })).toBe(false);
  expect(laws.refinement.holds({ unmatchedSteps: 0 })).toBe(true);
  expect(laws.refinement.holds({ unmatchedSteps: 1 })).toBe(false);
});
