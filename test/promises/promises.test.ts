import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Cluster } from "../../src/cluster.ts";
import { runs } from "../support/seed.ts";
import { begin, canonical, goOn, worlds } from "./world.ts";

function traceOf(cluster: Cluster): string {
  return canonical(cluster.trace.entries);
}

describe("rollsim promises that", () => {
  test("the same scenario with the same seed gives the same trace, byte for byte", () => {
    const property = fc.property(worlds, (world) => {
      const [one, two] = [begin(world), begin(world)];
      goOn(one, world.actions);
      goOn(two, world.actions);
      expect(JSON.stringify(two.trace.entries)).toBe(JSON.stringify(one.trace.entries));
    });
    fc.assert(property, runs(15));
  });

  test("two clusters side by side do not interfere", () => {
    const property = fc.property(worlds, worlds, (first, second) => {
      const alone = begin(first);
      goOn(alone, first.actions);
      const [one, two] = [begin(first), begin(second)];
      for (let i = 0; i < 20; i++) {
        one.step();
        two.step();
      }
      const again = begin(first);
      for (let i = 0; i < 20; i++) again.step();
      expect(traceOf(one)).toBe(traceOf(again));
      goOn(two, second.actions);
      goOn(one, first.actions);
      goOn(again, first.actions);
      expect(traceOf(one)).toBe(traceOf(again));
    });
    fc.assert(property, runs(20));
  });

  test.each([
    ["a fork", (cluster: Cluster) => cluster.fork()],
    [
      "a snapshot that was cloned",
      (cluster: Cluster) => Cluster.restore(structuredClone(cluster.save())),
    ],
    [
      "a snapshot that was written as JSON",
      (cluster: Cluster) => Cluster.restore(JSON.parse(JSON.stringify(cluster.save()))),
    ],
  ])("%s, taken at any instant, goes on exactly as the original", (_, copyOf) => {
    const property = fc.property(worlds, fc.nat(60), (world, steps) => {
      const original = begin(world);
      for (let i = 0; i < steps; i++) original.step();
      const copy = copyOf(original);
      expect(copy.now).toBe(original.now);
      goOn(original, world.actions);
      const alone = traceOf(original);
      goOn(copy, world.actions);
      expect(traceOf(copy)).toBe(alone);
      expect(copy.playedSchedule).toBe(original.playedSchedule);
      expect(canonical(copy.save())).toBe(canonical(original.save()));
    });
    fc.assert(property, runs(20));
  });

  test("a fork taken between a user's actions leaves the original as it is", () => {
    const property = fc.property(worlds, fc.nat(5), (world, cut) => {
      const [original, untouched] = [begin(world), begin(world)];
      const [before, after] = [world.actions.slice(0, cut), world.actions.slice(cut)];
      goOn(original, before);
      goOn(untouched, before);
      goOn(original.fork(), [{ afterMs: 0, line: "scale deployment/web --replicas=7" }]);
      goOn(original, after);
      goOn(untouched, after);
      expect(traceOf(original)).toBe(traceOf(untouched));
    });
    fc.assert(property, runs(20));
  });

  test("the letters of a random schedule replay the run, with any seed for the schedule", () => {
    const property = fc.property(worlds, (world) => {
      const original = begin({ ...world, schedule: "random" });
      goOn(original, world.actions);
      const replay = new Cluster({
        seed: world.seed,
        behaviors: [world.behavior],
        schedule: original.playedSchedule,
      });
      replay.act("create", (api) => api.create(world.deployment));
      goOn(replay, world.actions);
      expect(traceOf(replay)).toBe(traceOf(original));
    });
    fc.assert(property, runs(20));
  });

  test("a listener that throws changes nothing", () => {
    const property = fc.property(worlds, (world) => {
      const [quiet, noisy] = [begin(world), begin(world)];
      for (const kind of ["write", "decision", "pods", "event", "sync", "instant"] as const) {
        noisy.on(kind, () => {
          throw new Error("listener's own bug");
        });
      }
      goOn(quiet, world.actions);
      goOn(noisy, world.actions);
      expect(traceOf(noisy)).toBe(traceOf(quiet));
    });
    fc.assert(property, runs(15));
  });

  test("time never goes back in a trace, and each instant is closed once", () => {
    const property = fc.property(worlds, (world) => {
      const cluster = begin(world);
      goOn(cluster, world.actions);
      const times = cluster.trace.entries.map(({ at }) => at);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      const closed = cluster.trace.entries.filter(({ kind }) => kind === "instant");
      expect(new Set(closed.map(({ at }) => at)).size).toBe(closed.length);
    });
    fc.assert(property, runs(20));
  });
});
