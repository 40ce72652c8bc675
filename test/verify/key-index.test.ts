import fc from "fast-check";
import { expect, test } from "vitest";
import { KeyIndex } from "../../src/verify/key-index.ts";
import { runs } from "../support/seed.ts";

test("numbers keys in the order in which they come, also those that differ in their high bits alone", () => {
  const key = fc.oneof(
    fc.integer({ min: 0, max: 2000 }),
    fc.integer({ min: 0, max: 2 ** 20 }).map((high) => high * 2 ** 32 + 7),
    fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  );
  fc.assert(
    fc.property(fc.uniqueArray(key, { minLength: 1, maxLength: 3000, size: "max" }), (keys) => {
      const index = new KeyIndex();
      for (const one of keys) {
        expect(index.find(one)).toBe(-1);
        index.add(one);
      }
      expect(keys.map((one) => index.find(one))).toEqual(keys.map((_, nth) => nth));
      expect(index.size).toBe(keys.length);
    }),
    runs(10),
  );
});
