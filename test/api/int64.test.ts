import { expect, test } from "vitest";
import { parseInt64 } from "../../src/api/int64.ts";

test.each([
  ["12", 12],
  ["+3", 3],
  ["-7", -7],
  ["007", 7],
  ["9223372036854775807", 2 ** 63],
  ["-9223372036854775808", -(2 ** 63)],
  ["9223372036854775808", undefined],
  ["-9223372036854775809", undefined],
  ["99999999999999999999", undefined],
  ["", undefined],
  [" 1", undefined],
  ["1.0", undefined],
  ["1e3", undefined],
  ["1_000", undefined],
])("an integer of 64 bits in %j is %s", (text, value) => {
  expect(parseInt64(text)).toBe(value);
});
