/** Each law at its edge: what it still allows, and the least that it calls a breach. */
import { describe, expect, test } from "vitest";
import {
  stateLaws,
  type RolloutView,
  type SetView,
  type StateLaw,
} from "../../src/verify/properties.ts";
import { syncLaws, type SyncFacts, type SyncLaw } from "../../src/verify/sync-laws.ts";

/** `[spec, active, available, status]`; what is left out is as the one before. */
type Pods = readonly [spec: number, active?: number, available?: number, status?: number];

interface Parts {
  /** Replicas, surge, unavailable; default 4, 1, 1: the ceiling is 5, the floor 3. */
  readonly size?: readonly [number, number, number];
  /** Default: the last one. */
  readonly current?: number;
  readonly lost?: number;
}

function setOf([spec, active = spec, available = active, status = available]: Pods): SetView {
  return { spec, active, available, status };
}

function view(sets: readonly Pods[], parts: Parts = {}): RolloutView {
  const { size = [4, 1, 1], current = sets.length - 1, lost = 0 } = parts;
  const [replicas, surge, unavailable] = size;
  return { replicas, surge, unavailable, sets: sets.map(setOf), current, lost };
}

describe("a law about every moment has so many pods to a breach", () => {
  const laws: readonly StateLaw[] = stateLaws;

  test.each<[string, string, readonly Pods[], Parts, number]>([
    ["P2", "sizes up to the ceiling", [[4], [1]], {}, 0],
    ["P2", "one above it, though there are no pods yet", [[4], [2, 0]], {}, -1],
    ["P3", "available down to the floor", [[3], [2, 2, 0]], {}, 0],
    ["P3", "one below it", [[2], [3, 3, 0]], {}, -1],
    [
      "P3",
      "available now, but to be deleted",
      [
        [2, 3],
        [2, 2, 0],
      ],
      {},
      -1,
    ],
    ["P4", "as many pods as the ceiling", [[4], [1]], {}, 0],
    ["P4", "one more", [[4], [2]], {}, -1],
    ["P4", "one more, while a ReplicaSet has not its size", [[4], [1, 2]], {}, Infinity],
    [
      "P4",
      "one more, while one ReplicaSet has too many and another too few",
      [
        [4, 5],
        [2, 1],
      ],
      {},
      Infinity,
    ],
    ["P5", "replicas + 2 surge + unavailable pods", [[0, 4], [3]], {}, 0],
    ["P5", "one more", [[0, 4], [4]], {}, -1],
    ["P5", "twice the replicas", [[0, 4], [4]], { size: [4, 3, 3] }, 0],
    ["P5", "more than twice", [[0, 5], [4]], { size: [4, 3, 3] }, -1],
    ["P7", "wanted pods up to the ceiling", [[1, 4], [4]], {}, 0],
    ["P7", "one more", [[2, 4], [4]], {}, -1],
    ["P7", "sizes without pods", [[4], [4, 1]], {}, 0],
    ["P8", "available down to the floor", [[3], [2, 2, 0]], {}, 0],
    [
      "P8",
      "available now, but to be deleted",
      [
        [2, 3],
        [2, 2, 0],
      ],
      {},
      -1,
    ],
    ["P9", "below the floor by what was lost", [[4, 4, 2]], { lost: 1 }, 0],
    ["P9", "by one more", [[4, 4, 1]], { lost: 1 }, -1],
    ["P10", "reported at the floor, whatever is true", [[4, 4, 0, 3]], {}, 0],
    ["P10", "reported below it", [[4, 4, 4, 2]], {}, -1],
    ["P15", "surge + unavailable bad pods", [[3], [2, 2, 0]], {}, 0],
    ["P15", "one more", [[3], [3, 3, 0]], {}, -1],
    ["P15", "no more than there are replicas", [[1], [2, 2, 0]], { size: [1, 1, 1] }, -1],
    ["P15", "a good image", [[1], [4, 4, 1]], {}, Infinity],
    ["P15", "no new ReplicaSet", [[4]], { current: -1 }, Infinity],
  ])("%s: %s", (id, _, sets, parts, margin) => {
    expect(laws.find((law) => law.id === id)!.margin(view(sets, parts))).toBe(margin);
  });
});

describe("a law about every sync", () => {
  const laws: readonly SyncLaw[] = syncLaws;
  const big = { size: [8, 2, 2] } as const;

  type Row = [
    string,
    string,
    readonly Pods[],
    readonly Pods[],
    boolean,
    (Parts & Partial<SyncFacts>)?,
  ];

  test.each<Row>([
    ["P2", "may grow to the ceiling", [[4], [0]], [[4], [1]], true],
    ["P2", "may not grow beyond it", [[4], [0]], [[4], [2]], false],
    ["P2", "may leave what is above it", [[6], [0]], [[6], [0]], true],
    ["P2", "is about rolling syncs", [[4], [0]], [[4], [2]], true, { path: "scaling" }],
    ["P6", "may take lasting pods to the floor", [[4], [0]], [[3, 4], [0]], true],
    ["P6", "may not take them below", [[4], [0]], [[2, 4], [0]], false],
    ["P6", "may leave as few as before", [[2], [2, 2, 0]], [[2], [1, 2, 0]], true],
    [
      "P6",
      "may not leave fewer than that",
      [[2], [2, 2, 0]],
      [
        [1, 2],
        [2, 2, 0],
      ],
      false,
    ],
    ["P6", "is about honest statuses", [[4, 4, 4, 5]], [[2, 4]], true],
    ["P6", "is about statuses of pods that are there", [[4, 4, 2, 3], [0]], [[1], [0]], true],
    ["P6", "is silent where one of them is not honest", [[4, 4, 4, 5], [1]], [[1], [1]], true],
    ["P6", "is about rolling syncs", [[4], [0]], [[2, 4], [0]], true, { path: "scaling" }],
    ["P11", "is about rolling syncs", [[4], [0]], [[3], [1]], true, { path: "scaling" }],
    ["P11", "may resize the new one", [[4], [0]], [[4], [1]], true],
    ["P11", "may resize the old one", [[4], [1]], [[3], [1]], true],
    ["P11", "may not resize both", [[4], [0]], [[3], [1]], false],
    ["P11", "may create one and shrink the other", [[4]], [[3], [1]], true, { created: true }],
    ["P12", "is about rolling syncs", [[2], [3]], [[2], [5]], true, { path: "scaling" }],
    ["P12", "may grow the new one to the replicas", [[2], [3]], [[2], [4]], true],
    ["P12", "may not grow it beyond", [[2], [3]], [[2], [5]], false],
    ["P12", "may not shrink it below", [[2], [3]], [[2], [2]], false],
    ["P12", "may shrink it to the replicas", [[0], [6]], [[0], [4]], true],
    ["P12", "may not shrink it further", [[0], [6]], [[0], [3]], false],
    ["P12", "may not grow one that is too large", [[0], [6]], [[0], [7]], false],
    ["P12", "may not grow an old one", [[2], [2]], [[3], [2]], false],
    ["P13", "may take what is to spare", [[4], [1, 1, 0]], [[3], [1, 1, 0]], true],
    ["P13", "may not take more", [[4], [1, 1, 0]], [[2], [1, 1, 0]], false],
    ["P13", "may take unavailable ones", [[4, 4, 2], [1]], [[2], [1]], true],
    ["P13", "may take no available one with them", [[4, 4, 2], [1]], [[1], [1]], false],
    ["P13", "may take unavailable ones up to the budget", [[4, 4, 0], [1]], [[2], [1]], true],
    ["P13", "may take no more of them", [[4, 4, 0], [1]], [[1], [1]], false],
    [
      "P13",
      "may not take any without a budget",
      [
        [3, 3, 2],
        [2, 2, 0],
      ],
      [[2], [2]],
      false,
    ],
    [
      "P13",
      "may not take any without a budget, though a status is ahead",
      [
        [3, 3, 3, 4],
        [2, 2, 0],
      ],
      [[2], [2]],
      false,
    ],
    [
      "P13",
      "is about rolling syncs",
      [[4], [1, 1, 0]],
      [[2], [1, 1, 0]],
      true,
      { path: "scaling" },
    ],
    ["P13", "may leave all without a budget", [[3], [2, 2, 0]], [[3], [2]], true],
    ["P13", "may not empty a set of one that is needed", [[1], [2]], [[0], [2]], false],
    ["P13", "counts a new one as it was created", [[4]], [[3], [1]], true, { current: 1 }],
    ["P13", "counts its pods as not available", [[4]], [[2], [1]], false, { current: 1 }],
    ["P14", "may clean up before the guard", [[2, 2, 0], [2, 2, 2, 3], [1]], [[1], [2], [1]], true],
    ["P14", "may not go on after it", [[2, 2, 2, 3], [2, 2, 0], [1]], [[2], [1], [1]], false],
    ["P14", "may not shrink the one that is ahead", [[3, 3, 3, 4], [1]], [[2], [1]], false],
    [
      "P14",
      "may go on where the budget ends first",
      [
        [5, 5, 2],
        [1, 1, 1, 2],
      ],
      [[2], [0]],
      true,
      { current: -1 },
    ],
    [
      "P14",
      "may not go on where it has a budget left",
      [[2, 2, 1], [2, 2, 2, 3], [2], [1]],
      [[1], [2], [1], [1]],
      false,
    ],
    ["P14", "is about rolling syncs", [[3, 3, 3, 4], [1]], [[2], [1]], true, { path: "scaling" }],
    ["P14", "passes over empty ones", [[0, 0, 0, 1], [4, 4, 3], [1]], [[0], [3], [1]], true],
    ["P16", "makes the sizes add up to the ceiling", [[4], [2]], [[6], [4]], true, big],
    ["P16", "is about scaling", [[4], [2]], [[6], [3]], true, { ...big, path: "rolling" }],
    ["P16", "does not stop short of it", [[4], [2]], [[6], [3]], false, big],
    ["P16", "does not go beyond it", [[4], [2]], [[7], [4]], false, big],
    ["P16", "leaves a full new one alone", [[2], [8]], [[0], [8]], true, big],
    ["P16", "is not full while pods are missing", [[2], [8, 8, 7]], [[0], [8]], false, big],
    ["P16", "is about two in use", [[0], [2]], [[0], [8]], true, big],
    ["P16", "takes all away for no replicas", [[2], [2]], [[0], [0]], true, { size: [0, 1, 0] }],
    ["P16", "leaves none for no replicas", [[2], [2]], [[1], [0]], false, { size: [0, 1, 0] }],
    ["P16", "may cut the largest to nothing", [[3], [2]], [[0], [1]], true, { size: [1, 1, 1] }],
    ["P16", "may cut only the largest", [[3], [2]], [[1], [0]], false, { size: [1, 1, 1] }],
  ])("%s: %s", (id, _, before, after, holds, parts = {}) => {
    const law = laws.find((each) => each.id === id)!;
    const { path = law.path, created = false } = parts;
    const had = before.length === after.length ? parts : { ...parts, current: -1 };
    const facts = { path, created };
    expect(law.holds(view(before, had), view(after, parts), facts)).toBe(holds);
  });
});
