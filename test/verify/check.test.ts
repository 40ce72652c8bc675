import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { check } from "../../src/verify/check.ts";
import { endingsOf, isStuck } from "../../src/verify/endings.ts";
import { always, everyStep, sometimes } from "../../src/verify/judge.ts";
import type { PackedModel } from "../../src/verify/packed.ts";
import { goalOf, shortestTrace } from "../../src/verify/trace.ts";
import { runs } from "../support/seed.ts";

/** States 0, 1, ... with the given edges; 0 is initial. Word 0 holds state + 1. */
function graph(edges: readonly (readonly number[])[], lanes = 1): PackedModel {
  return {
    lanes,
    fanOut: Math.max(1, ...edges.map((to) => to.length)),
    initial(into) {
      into.words.fill(0, 0, lanes);
      into.words[0] = 1;
      into.words[lanes - 1] = 1;
      into.count = 1;
    },
    next(states, at, into) {
      for (const to of edges[states[at]! - 1]!) {
        const base = into.count * lanes;
        into.words.fill(0, base, base + lanes);
        into.words[base] = to + 1;
        into.words[base + lanes - 1] = to + 1;
        into.actions[into.count++] = to;
      }
    },
  };
}

/** Points x, y from 0 to side - 1; steps go right or down. */
function grid(side: number): PackedModel {
  return {
    lanes: 2,
    fanOut: 2,
    initial(into) {
      into.words.set([1, 0]);
      into.count = 1;
    },
    next(states, at, into) {
      for (const way of [0, 1] as const) {
        if (states[at + way]! >= side - 1 + (way === 0 ? 1 : 0)) continue;
        const base = into.count * 2;
        into.words[base] = states[at]!;
        into.words[base + 1] = states[at + 1]!;
        into.words[base + way]!++;
        into.actions[into.count++] = way;
      }
    },
  };
}

const stateOf = (states: Int32Array, at: number): number => states[at]! - 1;

describe("check", () => {
  test("reaches each state once, counts every step, and knows the depth", () => {
    const result = check(graph([[1, 2], [3], [3, 2], [0], [0]]));
    expect(result).toMatchObject({ states: 4, steps: 6, depth: 2, exhausted: true });
  });

  test("holds a million states at no more than 40 bytes each, room for growth included", () => {
    const side = 1_000;
    const result = check(grid(side));
    expect(result).toMatchObject({ states: side * side, depth: 2 * side - 2, exhausted: true });
    expect(result.steps).toBe(2 * side * (side - 1));
    expect(result.bytes / result.states).toBeLessThan(40);
  });

  test("finds the same states whatever room it is given at first", () => {
    const counts = [0, 1, 5_000, 40_000, 1_000_000].map(
      (expectedStates) => check(grid(200), [], { expectedStates }).states,
    );
    expect(new Set(counts)).toEqual(new Set([40_000]));
  });

  test("counts the same for properties that look at the first words alone", () => {
    const below = (side: number) => always("x is small", (s, at) => s[at]! < side);
    const odd = sometimes("x is odd", (s, at) => s[at]! % 2 === 1);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(40), (side, most) => {
        const counts = (judgedLanes: number): readonly number[] => {
          const model = { ...grid(side), judgedLanes };
          return check(model, [below(most), odd]).verdicts.map(({ count }) => count);
        };
        expect(counts(1)).toEqual(counts(2));
        expect(counts(1)[0]).toBe(Math.max(0, side + 1 - Math.max(1, most)) * side);
      }),
      runs(50),
    );
  });

  test("says that it did not finish if it stops at a limit", () => {
    const result = check(grid(100), [], { stateLimit: 500 });
    expect(result.exhausted).toBe(false);
    expect(result.states).toBeGreaterThanOrEqual(500);
    expect(result.states).toBeLessThan(10_000);
  });

  test("stops soon after a breach if asked to", () => {
    const early = always("x is small", (states, at) => states[at]! < 20);
    const result = check(grid(1_000), [early], { until: "first breach" });
    expect(result.verdicts[0]).toMatchObject({ holds: false });
    expect(result.exhausted).toBe(false);
    expect(result.states).toBeLessThan(10_000);
    const step = everyStep("x stays small", (_, __, after, to) => after[to]! < 20);
    const { verdicts, ...stopped } = check(grid(1_000), [step], { until: "first breach" });
    expect(verdicts).toMatchObject([{ holds: false }]);
    expect(stopped.states).toBeLessThan(10_000);
    expect(check(grid(200), [step]).states).toBe(40_000);
  });

  test("counts the states and steps that speak against or for a property", () => {
    const model = graph([[1, 2], [3], [3], []]);
    const { verdicts } = check(model, [
      always("below 2", (states, at) => stateOf(states, at) < 2),
      always("below 4", (states, at) => stateOf(states, at) < 4),
      sometimes("3", (states, at) => stateOf(states, at) === 3),
      sometimes("4", (states, at) => stateOf(states, at) === 4),
      everyStep("by one", (s, at, t, to) => stateOf(t, to) === stateOf(s, at) + 1),
      everyStep("upwards", (s, at, t, to) => stateOf(t, to) > stateOf(s, at)),
    ]);
    expect(verdicts.map(({ holds, count }) => [holds, count])).toEqual([
      [false, 2],
      [true, 0],
      [true, 1],
      [false, 0],
      [false, 2],
      [true, 0],
    ]);
  });

  test("refuses a state whose word 0 is 0, which marks a free slot", () => {
    const model: PackedModel = { ...grid(3), initial: (into) => void (into.count = 1) };
    expect(() => check(model)).toThrow(/word 0 of a packed state is 0/);
  });

  test("refuses a model with more successors than it announced", () => {
    const model = graph([[1, 2], [], []]);
    expect(() => check({ ...model, fanOut: 1 })).toThrow(/more successors than fanOut/);
  });
});

describe("shortestTrace", () => {
  const model = graph([[1, 4], [2], [3], [], [3]]);

  test("leads to the state along a shortest way, with the actions taken", () => {
    const goal = goalOf(always("not 3", (states, at) => stateOf(states, at) !== 3));
    const trace = shortestTrace(model, goal)!;
    expect(trace.map(({ action }) => action)).toEqual([-1, 4, 3]);
    expect(trace.map(({ state }) => stateOf(state, 0))).toEqual([0, 4, 3]);
  });

  test("leads through the step for a property of steps", () => {
    const goal = goalOf(everyStep("not 2 to 3", (s, at) => stateOf(s, at) !== 2));
    expect(shortestTrace(model, goal)!.map(({ action }) => action)).toEqual([-1, 1, 2, 3]);
  });

  test("shows a witness of a sometimes, and nothing where there is none", () => {
    const at = (wanted: number) =>
      goalOf(sometimes("there", (states, from) => stateOf(states, from) === wanted));
    expect(shortestTrace(model, at(0))).toHaveLength(1);
    expect(shortestTrace(model, at(7))).toBeUndefined();
  });
});

describe("endingsOf", () => {
  const rules = { acts: () => true, done: (s: Int32Array, at: number) => stateOf(s, at) === 3 };

  test("finds no loop and one good ending in a diamond", () => {
    const model = graph([[1, 2], [3], [3], []]);
    expect(endingsOf(model, check(model).reached, rules)).toEqual({
      acyclic: true,
      resting: 1,
      stuck: 0,
    });
  });

  test("looks at every state where there are many", () => {
    const model = grid(400);
    const corner = {
      acts: () => true,
      done: (s: Int32Array, at: number) => s[at]! + s[at + 1]! > 798,
    };
    const all = { acyclic: true, resting: 1, stuck: 0 };
    expect(endingsOf(model, check(model).reached, corner)).toEqual(all);
    const right = { ...corner, acts: (action: number) => action === 0 };
    const edge = { acyclic: true, resting: 400, stuck: 399 };
    expect(endingsOf(model, check(model).reached, right)).toEqual(edge);
  });

  test("finds a loop, sets steps that change nothing aside, and leaves users' steps out", () => {
    const loop = graph([[1], [2], [0, 3], [3]]);
    const { reached } = check(loop);
    expect(endingsOf(loop, reached, rules)).toEqual({ acyclic: false, resting: 1, stuck: 0 });
    const noReturn = { ...rules, acts: (action: number) => action !== 0 };
    expect(endingsOf(loop, reached, noReturn)).toEqual({ acyclic: true, resting: 1, stuck: 0 });
  });

  test("finds where the system rests although it is not done", () => {
    const model = graph([[1, 2], [], [3], []]);
    expect(endingsOf(model, check(model).reached, rules)).toMatchObject({ resting: 2, stuck: 1 });
    const stuck = shortestTrace(model, { kind: "state", test: isStuck(model, rules) })!;
    expect(stuck.map(({ state }) => stateOf(state, 0))).toEqual([0, 1]);
  });

  test("finds it stuck where only a user goes on, or steps change nothing, whatever the lanes", () => {
    const byUser = { ...rules, acts: (action: number) => action !== 2 };
    for (const lanes of [1, 2]) {
      // 2 is a step of the user; that of 4 leads back to it.
      const model = graph([[1, 4], [2], [3], [], [4, 4]], lanes);
      const isAt = isStuck(model, byUser);
      const found = [0, 1, 2, 3, 4].filter((state) => {
        const words = new Int32Array(lanes).fill(0);
        words[0] = state + 1;
        words[lanes - 1] = state + 1;
        return isAt(words, 0);
      });
      expect(found).toEqual([1, 4]);
    }
  });
});

test("agrees with a naive search on random graphs", () => {
  const graphs = fc.integer({ min: 1, max: 40 }).chain((size) =>
    fc.record({
      edges: fc.array(fc.uniqueArray(fc.nat(size - 1), { maxLength: 4 }), {
        minLength: size,
        maxLength: size,
      }),
      lanes: fc.integer({ min: 1, max: 4 }),
      goal: fc.nat(size - 1),
    }),
  );
  fc.assert(
    fc.property(graphs, ({ edges, lanes, goal }) => {
      const model = graph(edges, lanes);
      const naive = naiveSearch(edges);
      const result = check(model);
      expect(result.states).toBe(naive.distance.size);
      expect(result.depth).toBe(Math.max(...naive.distance.values()));
      const isGoal = (states: Int32Array, at: number): boolean => stateOf(states, at) === goal;
      const trace = shortestTrace(model, { kind: "state", test: isGoal });
      expect(trace && trace.length - 1).toBe(naive.distance.get(goal));
      const endings = endingsOf(model, result.reached, { acts: () => true, done: () => false });
      expect(endings.acyclic).toBe(!naive.hasLoop);
      expect(endings.stuck).toBe(endings.resting);
    }),
    { seed: 7, numRuns: 300 },
  );
});

function naiveSearch(edges: readonly (readonly number[])[]): {
  distance: Map<number, number>;
  hasLoop: boolean;
} {
  const distance = new Map([[0, 0]]);
  for (const [from, length] of distance) {
    for (const to of edges[from]!) if (!distance.has(to)) distance.set(to, length + 1);
  }
  const returns = (from: number): boolean => {
    const seen = new Set<number>();
    const todo = edges[from]!.filter((to) => to !== from);
    for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
      if (at === from) return true;
      if (seen.has(at)) continue;
      seen.add(at);
      todo.push(...edges[at]!);
    }
    return false;
  };
  return { distance, hasLoop: [...distance.keys()].some(returns) };
}
