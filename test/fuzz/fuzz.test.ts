import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytes, kubectlLine, oddKubectlLine, scenarioText, scheduleText } from "./inputs.ts";
import { kustomizedFiles } from "./kustomizations.ts";
import { kustomize, readAndRun, typeLines } from "./targets.ts";

const seed = Number(process.env["ROLLSIM_SEED"] ?? 20261123);

describe("whatever comes in, the answer is clear", () => {
  test("for scenarios with lines changed, doubled, moved and spiced", () => {
    const outcomes = new Set<string>();
    fc.assert(
      fc.property(scenarioText, (text) => {
        outcomes.add(readAndRun(text));
      }),
      { seed, numRuns: 300 },
    );
    expect(outcomes).toEqual(new Set(["fine", "refused"]));
  });

  test("for bytes that are no scenario at all", () => {
    fc.assert(
      fc.property(bytes, (text) => {
        readAndRun(text);
      }),
      { seed, numRuns: 500 },
    );
  });

  test("for schedules that were recorded on another run, or nowhere", () => {
    fc.assert(
      fc.property(scheduleText, (schedule) => {
        typeLines(["kubectl set image deploy/web web=web:v2"], schedule);
      }),
      { seed, numRuns: 200 },
    );
  });

  test("for kubectl lines made of the right words in the wrong places", () => {
    fc.assert(
      fc.property(fc.array(kubectlLine, { minLength: 1, maxLength: 4 }), (lines) => {
        typeLines(lines);
      }),
      { seed, numRuns: 300 },
    );
  });

  test("for kustomizations and their resources with lines changed and spiced", () => {
    const outcomes = new Set<string>();
    fc.assert(
      fc.property(kustomizedFiles, (files) => {
        outcomes.add(kustomize(files));
      }),
      { seed, numRuns: 200 },
    );
    expect(outcomes).toEqual(new Set(["fine", "refused"]));
  });

  test("for patches, labels and paths with keys that every object has, or that are very deep", () => {
    fc.assert(
      fc.property(fc.array(oddKubectlLine, { minLength: 1, maxLength: 3 }), (lines) => {
        typeLines(lines);
      }),
      { seed, numRuns: 300 },
    );
  });
});
