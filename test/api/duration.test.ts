import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatDuration, parseDuration } from "../../src/api/duration.ts";

describe("a duration", () => {
  test.each([
    ["0", 0],
    ["0s", 0],
    ["250ms", 250],
    ["1.5s", 1500],
    [".5s", 500],
    ["1m30s", 90_000],
    ["1h2m3s4ms", 3_723_004],
    ["2h", 7_200_000],
    ["1000000ns", 1],
    ["1000us", 1],
    ["1000µs", 1],
  ])("%s is read as Go reads it: %i ms", (text, ms) => {
    expect(parseDuration(text)).toEqual({ ok: true, ms });
  });

  test.each([
    ["5", '"5" has no unit; write "5s" for seconds'],
    ["1.5", '"1.5" has no unit; write "1.5s" for seconds'],
    ["-3s", '"-3s" is negative'],
    ["1500us", '"1500us" is finer than the clock\'s millisecond'],
    ["", '"" is not a duration; write it as in 90s, 1m30s or 250ms'],
    ["5 s", '"5 s" is not a duration; write it as in 90s, 1m30s or 250ms'],
    ["1d", '"1d" is not a duration; write it as in 90s, 1m30s or 250ms'],
    ["9999999h", '"9999999h" is longer than 290 years'],
  ])("%j is refused with the reason", (text, why) => {
    expect(parseDuration(text)).toEqual({ ok: false, why });
  });

  test("is the same after it was written and read again", () => {
    const upTo = fc.integer({ min: 0, max: 10 ** 12 });
    fc.assert(
      fc.property(upTo, (ms) => {
        expect(parseDuration(formatDuration(ms))).toEqual({ ok: true, ms });
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});
