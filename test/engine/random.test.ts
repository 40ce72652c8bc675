import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "../../src/engine/random.ts";
import { runs } from "../support/seed.ts";

function stream(random: Random, name: string, length: number): number[] {
  return Array.from({ length }, () => random.next(name, 1000));
}

describe("random streams", () => {
  test("draw the same for the same seed, purpose, subject and turn", () => {
    const property = fc.property(
      fc.string(),
      fc.string(),
      fc.nat(),
      fc.nat(9),
      (seed, what, who, turn) => {
        const drawn = new Random(seed).draw(what, who, turn);
        expect(new Random(seed).draw(what, who, turn)).toBe(drawn);
        expect(drawn).toBeGreaterThanOrEqual(0);
        expect(drawn).toBeLessThan(1);
      },
    );
    fc.assert(property, runs(200));
  });

  test("do not depend on what else was drawn: one more pod changes no other pod's luck", () => {
    const alone = new Random("s");
    const busy = new Random("s");
    for (let pod = 0; pod < 100; pod++) busy.draw("ready", pod);
    stream(busy, "schedule", 50);
    expect(busy.draw("ready", 7)).toBe(alone.draw("ready", 7));
    expect(stream(busy, "other", 5)).toEqual(stream(alone, "other", 5));
  });

  test("differ by seed, purpose, subject, turn and name", () => {
    const random = new Random("1");
    const drawn = [
      random.draw("ready", 1),
      random.draw("ready", 2),
      random.draw("start", 1),
      random.draw("ready", 1, 1),
      new Random("2").draw("ready", 1),
    ];
    expect(new Set(drawn).size).toBe(drawn.length);
    expect(stream(random, "a", 8)).not.toEqual(stream(random, "b", 8));
    expect(stream(new Random("1"), "a", 8)).not.toEqual(stream(new Random("2"), "a", 8));
  });

  test("spread draws evenly over [0, 1)", () => {
    const random = new Random("even");
    const tenths = Array.from({ length: 10 }, () => 0);
    for (let subject = 0; subject < 20_000; subject++) {
      tenths[Math.floor(random.draw("jitter", subject) * 10)]!++;
    }
    // 2000 each; five standard deviations are 212.
    for (const count of tenths) expect(Math.abs(count - 2000)).toBeLessThan(212);
  });

  test("give whole numbers below a bound, the least and the greatest of them too", () => {
    const random = new Random("bounds");
    const drawn = Array.from({ length: 200 }, () => random.next("coin", 3));
    expect(new Set(drawn)).toEqual(new Set([0, 1, 2]));
    expect(new Set(Array.from({ length: 20 }, () => random.next("sure", 1)))).toEqual(new Set([0]));
  });

  test("are the same on every machine and in every version: recorded schedules and seeds stay true", () => {
    const random = new Random("pinned");
    const drawn = [0, 1, 2, 100_000].map((pod) => random.draw("ready", pod) * 2 ** 32);
    expect(drawn).toEqual([1400834357, 3235822915, 30903215, 3486602407]);
    expect(random.draw("ready", 1, 7) * 2 ** 32).toBe(15708085);
    expect(stream(random, "schedule", 6)).toEqual([47, 926, 171, 556, 338, 878]);
  });

  test("go on after a save, through JSON, where they were", () => {
    const random = new Random("saved");
    stream(random, "schedule", 10);
    const copy = Random.restore(JSON.parse(JSON.stringify(random.save())));
    expect(stream(copy, "schedule", 10)).toEqual(stream(random, "schedule", 10));
    expect(copy.draw("ready", 3)).toBe(random.draw("ready", 3));
  });

  test("leave Math.random alone", () => {
    const before = Math.random;
    new Random("x").next("schedule", 2);
    expect(Math.random).toBe(before);
  });

  test("refuse a seed that would seed itself", () => {
    expect(() => new Random(undefined as unknown as string)).toThrow("a seed is a string");
  });
});
