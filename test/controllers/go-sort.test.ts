import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { goSort } from "../../src/controllers/go-sort.ts";

interface Recorded {
  readonly keys: readonly number[];
  /** Where each element of the sorted list stood before. */
  readonly places: readonly number[];
}

function recordings(): Recorded[] {
  const raw = readFileSync(new URL("data/go-sort.jsonl.gz", import.meta.url));
  const lines = gunzipSync(raw).toString("utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as Recorded);
}

function sorted({ keys }: Recorded): number[] {
  const places = keys.map((_, place) => place);
  goSort(places, (a, b) => keys[a]! < keys[b]!);
  return places;
}

describe("Go's sort", () => {
  const all = recordings();

  test.each([
    ["no more than twelve", 0, 12],
    ["up to fifty", 13, 50],
    ["hundreds", 51, 500],
    ["thousands", 501, 2000],
  ])("leaves equal elements where Go leaves them: %s", (_, least, most) => {
    const lists = all.filter(({ keys }) => keys.length >= least && keys.length <= most);
    expect(lists.length).toBeGreaterThan(17);
    for (const list of lists) expect(sorted(list)).toEqual(list.places);
  });

  test("leaves the first ones where it would if it sorted all", () => {
    for (const { keys, places } of all) {
      for (const front of [1, 2, 13, Math.ceil(keys.length / 2)]) {
        const some = keys.map((_, place) => place);
        goSort(some, (a, b) => keys[a]! < keys[b]!, front);
        expect(some.slice(0, front)).toEqual(places.slice(0, front));
      }
    }
  });

  test("is not a stable sort: the recordings tell it from one", () => {
    const stable = ({ keys }: Recorded): number[] =>
      keys.map((_, place) => place).toSorted((a, b) => keys[a]! - keys[b]!);
    const differ = all.filter((list) => String(stable(list)) !== String(list.places));
    expect(differ.length).toBeGreaterThan(200);
  });
});
