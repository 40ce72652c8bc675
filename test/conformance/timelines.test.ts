import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { playTimeline, type Timeline } from "./timelines.ts";
import { DATA } from "./trace-file.ts";

const timelines = JSON.parse(readFileSync(`${DATA}timelines.json`, "utf8")) as Timeline[];

describe("a rollout recorded on a whole control plane", () => {
  test.each(timelines.map(({ scenario }) => scenario))(
    "goes through the same sizes and conditions, in the same order, under a schedule that was found: %s",
    (scenario) => {
      const timeline = timelines.find((one) => one.scenario === scenario)!;
      expect(timeline.facts.length).toBeGreaterThan(10);
      expect(playTimeline(timeline)).toEqual(timeline.facts);
    },
  );

  test("takes another order under another schedule", () => {
    const timeline = timelines.find(({ scenario }) => scenario === "tutorial-4")!;
    const facts = playTimeline({ ...timeline, moves: "fresh" });
    expect(facts).not.toEqual(timeline.facts);
    expect(facts[0]).toBe(timeline.facts[0]);
  });
});
