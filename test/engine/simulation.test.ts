import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AssertionFailed } from "../../src/engine/assert.ts";
import { Simulation } from "../../src/engine/simulation.ts";
import { runs } from "../support/seed.ts";

/** A simulation that writes down what was dispatched, and when. */
function recorded(): { simulation: Simulation; seen: { at: number; subject: number }[] } {
  const seen: { at: number; subject: number }[] = [];
  const simulation: Simulation = new Simulation(({ subject }) => {
    seen.push({ at: simulation.now, subject });
  });
  return { simulation, seen };
}

describe("the kernel", () => {
  test("sets the clock to an event's time before it is dispatched", () => {
    const { simulation, seen } = recorded();
    simulation.schedule(30, 0, 0, 1);
    expect(simulation.step()).toBe(true);
    expect(seen).toEqual([{ at: 30, subject: 1 }]);
    expect(simulation.step()).toBe(false);
    expect(simulation.now).toBe(30);
  });

  test("runs until nothing is left, what events schedule included", () => {
    const seen: number[] = [];
    const simulation: Simulation = new Simulation(({ subject }) => {
      seen.push(simulation.now);
      if (subject > 0) simulation.schedule(10, 0, 0, subject - 1);
    });
    simulation.schedule(5, 0, 0, 3);
    simulation.run();
    expect(seen).toEqual([5, 15, 25, 35]);
    expect(simulation.pending).toBe(0);
  });

  test("runs everything due at or before a time, then the clock reads that time", () => {
    const { simulation, seen } = recorded();
    for (const delay of [10, 20, 30]) simulation.schedule(delay, 0, 0, delay);
    simulation.runUntil(20);
    expect(seen.map(({ subject }) => subject)).toEqual([10, 20]);
    simulation.runUntil(25);
    expect([simulation.now, simulation.nextAt, simulation.pending]).toEqual([25, 30, 1]);
  });

  test("takes all events of one instant and rank together, those scheduled meanwhile too", () => {
    const seen: number[] = [];
    const simulation: Simulation = new Simulation(({ subject }) => {
      seen.push(subject);
      if (subject === 1) simulation.schedule(0, 1, 0, 9);
      if (subject === 2) simulation.schedule(0, 0, 0, 8); // a lower rank goes first, by itself
    });
    simulation.schedule(5, 1, 0, 1);
    simulation.schedule(5, 2, 0, 4);
    simulation.schedule(5, 1, 0, 2);
    expect(simulation.stepRank()).toBe(true);
    expect(seen).toEqual([1, 2]);
    simulation.stepRank();
    expect(seen).toEqual([1, 2, 8]);
    simulation.stepRank();
    expect(seen).toEqual([1, 2, 8, 9]);
    simulation.stepRank();
    expect(seen).toEqual([1, 2, 8, 9, 4]);
    expect(simulation.stepRank()).toBe(false);
  });

  test.each([-1, 0.5, Number.NaN, Infinity, 2 ** 53])("refuses an event in %d ms", (delay) => {
    const { simulation } = recorded();
    expect(() => simulation.schedule(delay, 0, 0, 0)).toThrow(AssertionFailed);
  });

  test("refuses to idle past an event, or to go back", () => {
    const { simulation } = recorded();
    simulation.schedule(10, 0, 0, 0);
    expect(() => simulation.idleUntil(11)).toThrow("idle past an event");
    simulation.idleUntil(10);
    expect(() => simulation.idleUntil(9)).toThrow("time went back");
  });

  test("never goes back in time, and goes on from a save as it would have", () => {
    const delays = fc.array(fc.tuple(fc.nat(50), fc.nat(2)), { minLength: 1, maxLength: 40 });
    const property = fc.property(delays, fc.nat(40), (events, stop) => {
      const { simulation, seen } = recorded();
      events.forEach(([delay, rank], i) => simulation.schedule(delay, rank, 0, i));
      for (let i = 0; i < stop; i++) simulation.step();
      const copy = recorded();
      copy.simulation.restore(simulation.save());
      expect(copy.simulation.now).toBe(simulation.now);
      const before = seen.length;
      simulation.run();
      copy.simulation.run();
      expect(copy.seen).toEqual(seen.slice(before));
      const times = seen.map(({ at }) => at);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(seen).toHaveLength(events.length);
    });
    fc.assert(property, runs(200));
  });
});
