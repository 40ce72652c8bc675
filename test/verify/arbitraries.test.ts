/** What the arbitraries are asked for, and what they say of wishes that they cannot meet. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Deployment } from "../../src/api/apps.ts";
import {
  deployments,
  faults,
  healthyBehaviors,
  rolloutCommands,
  userActions,
  worlds,
  type UserAction,
} from "../../src/verify.ts";
import { runs } from "../support/seed.ts";

test("arbitraries keep to what is asked of them, and say what is wrong with that", () => {
  const few = deployments({ name: "api", mostReplicas: 2 });
  const kinds = ["update", "kill-pod"] as const;
  fc.assert(
    fc.property(few, userActions(kinds, 500), ({ metadata, spec }, actions) => {
      expect([metadata.name, (spec as Deployment["spec"]).replicas < 3]).toEqual(["api", true]);
      for (const { do: kind, after } of actions) {
        expect([kinds.some((each) => each === kind), after <= 500]).toEqual([true, true]);
      }
    }),
    runs(50),
  );
  const texts = fc.sample(fc.oneof(...rolloutCommands(["undo"])), runs(50)).map(String);
  expect(new Set(texts.map((text) => text.replace(/\d+/, "n")))).toEqual(
    new Set(['{"after":n,"do":"undo"}', "advance n ms"]),
  );
  const no = "crash" as "undo";
  expect(() => userActions([no])).toThrow('kinds: got "crash"; use any of update, undo, scale');
  expect(() => rolloutCommands([no])).toThrow('kinds: got "crash"; use any of update');
  expect(() => userActions([])).toThrow("kinds: got []; use a list of any of update");
  expect(() => deployments({ most: 3 } as never)).toThrow("most: no such limit; use name, mostR");
  expect(() => deployments({ mostReplicas: 0 })).toThrow("mostReplicas: got 0; use an integer");
});

test("Deployments have any size up to ten, any strategy and, where asked for, minReadySeconds", () => {
  const of = (limits: Parameters<typeof deployments>[0]): readonly Deployment["spec"][] =>
    fc
      .sample(deployments(limits), { numRuns: 500, seed: 1 })
      .map(({ spec }) => spec as Deployment["spec"]);
  const all = of({});
  const sizes = new Set(all.map(({ replicas }) => replicas));
  expect([...sizes].toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  for (const bound of ["maxSurge", "maxUnavailable"] as const) {
    const values = new Set(all.map(({ strategy }) => strategy.rollingUpdate?.[bound]));
    expect(values).toEqual(new Set([0, 1, 2, 3, 4, "0%", "10%", "25%", "34%", "50%", "100%"]));
  }
  expect(all.every((spec) => !("minReadySeconds" in spec))).toBe(true);
  const seconds = new Set(of({ mostMinReadySeconds: 2 }).map((spec) => spec.minReadySeconds));
  expect(seconds).toEqual(new Set([undefined, 1, 2]));
});

test("users act once to six times, ten seconds apart at most, and on whatever there is", () => {
  const all = fc.sample(userActions(["update", "scale", "kill-pod", "drain-node"]), {
    numRuns: 2000,
    seed: 1,
  });
  expect(new Set(all.map(({ length }) => length))).toEqual(new Set([1, 2, 3, 4, 5, 6]));
  const actions = all.flat();
  expect(Math.max(...actions.map(({ after }) => after))).toBe(10_000);
  const most = (of: (action: UserAction) => number): number => Math.max(...actions.map(of));
  expect([
    most((action) => ("version" in action ? action.version : 0)),
    most((action) => ("replicas" in action ? action.replicas : 0)),
    most((action) => ("pod" in action ? action.pod : 0)),
    most((action) => ("node" in action ? action.node : 0)),
  ]).toEqual([4, 12, 20, 2]);
});

test("faults come after up to ten seconds, to all pods or to some", () => {
  const all = fc.sample(faults(), { numRuns: 1000, seed: 1 });
  expect(new Set(all.map(({ type }) => type)).size).toBe(7);
  expect(Math.max(...all.map(({ after = 0 }) => after))).toBe(10_000);
  expect(new Set(all.map(({ probability }) => probability))).toEqual(
    new Set([undefined, 1, 0.5, 0.1]),
  );
});

test("healthy pods take up to ten seconds to start, to become ready and to stop", () => {
  const all = fc.sample(healthyBehaviors(), { numRuns: 1000, seed: 1 }).flat();
  const most = (of: (behavior: (typeof all)[number]) => number | undefined): number =>
    Math.max(...all.map((behavior) => of(behavior) ?? 0));
  expect([
    most(({ start }) => start?.delay),
    most(({ ready }) => ready?.delay),
    most(({ ready }) => ready?.jitter),
    most(({ terminate }) => terminate?.delay),
  ]).toEqual([10_000, 10_000, 10_000, 10_000]);
});

test("worlds have caches of any kind, and seeds of their own", () => {
  const all = fc.sample(worlds(), { numRuns: 100, seed: 1 });
  const schedules = new Set(all.map(({ schedule }) => schedule));
  expect(schedules).toEqual(new Set(["fresh", "random-own", "random"]));
  expect(new Set(all.map(({ seed }) => seed)).size).toBeGreaterThan(50);
});
