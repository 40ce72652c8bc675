import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PairTable } from "../../src/verify/pair-table.ts";
import { EMPTY, hasBit, StateSets } from "../../src/verify/state-sets.ts";
import { runs } from "../support/seed.ts";

const states = fc.uniqueArray(fc.nat(5000), { maxLength: 60 });
const inOrder = (ids: Iterable<number>): number[] => [...ids].toSorted((one, two) => one - two);

describe("sets of states", () => {
  test("have the members that they were made of, and each is kept once", () => {
    fc.assert(
      fc.property(fc.array(states, { minLength: 1, maxLength: 40 }), (all) => {
        const sets = new StateSets();
        const numbers = all.map((ids) => sets.of(ids));
        all.forEach((ids, i) => {
          expect(sets.members(numbers[i]!)).toEqual(inOrder(ids));
          expect(sets.of(ids.toReversed())).toBe(numbers[i]);
        });
        const distinct = new Set(all.map((ids) => inOrder(ids).join()).filter((ids) => ids !== ""));
        expect(sets.count).toBe(distinct.size + 1);
      }),
      runs(50),
    );
  });

  test("are joined and taken from each other as sets are", () => {
    fc.assert(
      fc.property(states, states, states, (one, other, third) => {
        const sets = new StateSets();
        const [a, b, c] = [one, other, third].map((ids) => sets.of(ids)) as [
          number,
          number,
          number,
        ];
        const either = inOrder(new Set([...one, ...other]));
        // Asked twice: the answer is kept.
        for (const _ of [1, 2]) expect(sets.members(sets.union(a, b))).toEqual(either);
        expect(sets.union(b, a)).toBe(sets.union(a, b));
        const left = one.filter((id) => !other.includes(id) && !third.includes(id));
        expect(sets.members(sets.without(a, [b, c]))).toEqual(inOrder(left));
        expect(sets.without(a, [b, a])).toBe(EMPTY);
        expect([...Array(5001).keys()].filter((id) => hasBit(sets.bitsOf(a), id))).toEqual(
          inOrder(one),
        );
      }),
      runs(50),
    );
  });

  test("many are told apart, and so are the unions of each two", () => {
    const sets = new StateSets();
    const numbers = Array.from({ length: 3000 }, (_, id) => sets.of([id, 2 * id + 1, 6000]));
    expect(new Set(numbers).size).toBe(3000);
    numbers.forEach((set, id) => {
      const next = (id + 1) % 3000;
      expect(sets.members(sets.union(set, numbers[next]!))).toEqual(
        inOrder(new Set([id, 2 * id + 1, 6000, next, 2 * next + 1])),
      );
    });
  });
});

test("a table of pairs gives back what was set, and 0 elsewhere", () => {
  const table = new PairTable();
  const pairs = [
    [3, 0, 7],
    [0, 900, 8],
    [3, 300, 9],
  ] as const;
  for (const [first, second, value] of pairs) table.set(first, second, value);
  const seen: unknown[] = [];
  table.each((...pair) => seen.push(pair));
  expect(seen).toEqual([pairs[1], pairs[0], pairs[2]]);
  for (const [first, second, value] of pairs) expect(table.get(first, second)).toBe(value);
  expect([table.get(3, 1), table.get(1, 0), table.get(0, 5000)]).toEqual([0, 0, 0]);
});
